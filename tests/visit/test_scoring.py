"""Scores from what a visitor gives and an ECG measures, beside the report and in it."""

from pathlib import Path

import pytest

from cardio_agent.errors import BadRequest
from cardio_agent.visit import Visit, add_score, opening, score
from tests.visit.fake_pipeline import replace_pipeline
from tests.visit.test_opening import opened


@pytest.fixture(autouse=True)
def _pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    replace_pipeline(monkeypatch, opening)


def test_a_score_takes_only_what_is_given_and_what_was_measured(tmp_path: Path) -> None:
    current = opened(tmp_path).current
    told = score("schwartz-ecg", {"qtc_ms": "500", "diabetes": "yes"}, current)
    assert told.inputs == {"qtc_ms": 500.0}
    measured = score("schwartz-ecg", {}, current)
    assert measured.inputs == {"qtc_ms": 490.0}
    assert measured.origins["qtc_ms"].startswith("measured in a.csv")
    assert "torsades" in measured.missing
    assert score("schwartz-ecg", {}, None).inputs == {}


def test_an_answer_that_cannot_be_is_refused() -> None:
    with pytest.raises(BadRequest, match="give a number"):
        score("heart", {"troponin_x_limit": "<b>"}, None)


def test_a_score_stands_in_the_report_until_it_is_replaced(tmp_path: Path) -> None:
    before = opened(tmp_path)
    once = add_score("heart", {"age_years": "70"}, add_score("schwartz-ecg", {}, before))
    twice = add_score("heart", {"age_years": "40"}, once)
    assert before.current is not None
    assert twice.current is not None
    assert before.current.report is not None
    assert twice.current.report is not None
    assert before.current.report.scores == ()
    assert [one.score for one in twice.current.report.scores] == ["schwartz-ecg", "heart"]
    assert twice.current.report.scores[1].inputs == {"age_years": 40}
    assert "HEART" in twice.messages[-1]["content"]


@pytest.mark.parametrize(("name", "given"), [("heart", {"age_years": "<b>"}), ("heart", {})])
def test_a_score_that_cannot_be_had_is_told_and_changes_nothing(name: str, given: dict[str, str]) -> None:
    visit = add_score(name, given, Visit())
    assert "open an ECG first" in visit.messages[-1]["content"]
    assert visit.opened == ()


def test_a_wrong_answer_is_told_and_keeps_the_report(tmp_path: Path) -> None:
    before = opened(tmp_path)
    after = add_score("heart", {"age_years": "<b>"}, before)
    assert after.current is before.current
    assert "give a number" in after.messages[-1]["content"]
