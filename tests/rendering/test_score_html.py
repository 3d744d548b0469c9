"""A risk score as HTML: total or range, points, what is missing."""

from cardio_agent.findings.scores import ScoreInputs, compute_score
from cardio_agent.rendering.score_html import score_html
from tests.rendering.outline import EVIL, Outline

KNOWN = dict.fromkeys(("heart_failure", "hypertension", "diabetes", "stroke", "vascular_disease"), "no")


def shown(score: str, given: dict[str, str], origins: dict[str, str] | None = None) -> str:
    return Outline(score_html(compute_score(ScoreInputs.of(score, given, origins)))).text


def test_a_complete_score_has_a_total() -> None:
    assert "3 points" in shown("cha2ds2-va", KNOWN | {"age_years": "78", "hypertension": "yes"})
    assert "1 point" in shown("cha2ds2-va", KNOWN | {"age_years": "66"})


def test_what_is_missing_is_listed_and_leaves_a_range() -> None:
    text = shown("cha2ds2-va", {"age_years": "78"})
    assert "2 to 8 points: no total while inputs are missing" in text
    assert "diabetes mellitus" in text


def test_what_was_measured_and_what_is_unchecked_is_said() -> None:
    text = shown("schwartz-ecg", {"qtc_ms": "470"}, {"qtc_ms": EVIL})
    assert f"QTc in ms: 470.0, {EVIL}" in text
    assert "unchecked" in text
