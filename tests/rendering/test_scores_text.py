"""Risk scores for readers: total or range, points, what is missing; in every format of a report."""

import json
import re

import pytest
from fhir.resources.diagnosticreport import DiagnosticReport

from cardio_agent.findings.scores import ScoreInputs, compute_score
from cardio_agent.rendering import RENDERERS, render
from cardio_agent.rendering.scores import score_html, score_line
from cardio_agent.schema import Report, ScoreResult
from tests.rendering.outline import EVIL, Outline
from tests.rendering.words import words_of

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


def of(given: dict[str, str]) -> ScoreResult:
    return compute_score(ScoreInputs.of("cha2ds2-va", given))


def test_a_line_tells_the_total_its_points_and_what_is_missing() -> None:
    assert score_line(of(KNOWN | {"age_years": "78", "hypertension": "yes"})).startswith(
        "CHA2DS2-VA: 3 points; points: hypertension 1, age 2; from what the user gave; source ESC AF 2024"
    )
    assert "not given and not assumed: diabetes" in score_line(
        of({"age_years": "78"} | {key: "no" for key in KNOWN if key != "diabetes"})
    )


@pytest.mark.parametrize("format", [format for format in RENDERERS if format not in ("wfdb", "json")])
def test_every_format_tells_a_score_that_the_report_holds(format: str, report: Report) -> None:
    scored = report.model_copy(update={"scores": (of(KNOWN | {"age_years": "78"}),)})
    assert "CHA2DS2-VA" not in words_of(format, render(report, format))
    words = words_of(format, render(scored, format))
    assert re.search(r"CHA2DS2-VA.*2 points", words)
    assert "ESC AF 2024" in words


def test_json_keeps_a_score_and_fhir_has_its_total(report: Report) -> None:
    part = compute_score(ScoreInputs.of("heart", {}))
    scored = report.model_copy(update={"scores": (of(KNOWN | {"age_years": "78"}), part)})
    assert Report.model_validate_json(render(scored, "json")) == scored
    contained = {one["id"]: one for one in json.loads(render(scored, "fhir"))["contained"]}
    assert contained["score-cha2ds2-va"]["valueQuantity"]["value"] == 2
    assert "valueQuantity" not in contained["score-heart"]
    assert DiagnosticReport.model_validate_json(render(scored, "fhir-r5"))
