"""Questions about the ECG on the desk."""

from pathlib import Path

import pytest

from cardio_agent.retrieval.opening import add_own
from cardio_agent.settings import get_settings
from cardio_agent.visit import Visit, opening, send
from tests.rendering.outline import EVIL, Outline
from tests.visit.fake_pipeline import replace_pipeline
from tests.visit.test_opening import CHOICES, contents, opened


@pytest.fixture(autouse=True)
def _pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    replace_pipeline(monkeypatch, opening)


def ask(question: str, visit: Visit) -> Visit:
    [*_, last] = send(question, [], visit, CHOICES)
    return last


def test_a_question_needs_an_open_ecg() -> None:
    assert "no ECG is open yet" in contents(ask("What is the QTc?", Visit()))[-1]


def test_an_answer_grows_below_its_question_and_tells_what_it_rests_on(tmp_path: Path) -> None:
    last = ask("What is the QRS duration?", opened(tmp_path))
    assert contents(last)[2] == "What is the QRS duration?"
    assert "152 ms" in contents(last)[3]
    assert "Rests on: " in contents(last)[3]


def test_a_passage_that_the_report_does_not_cite_is_shown_with_its_words(tmp_path: Path) -> None:
    answer = ask("What do guidelines say about long QT syndrome?", opened(tmp_path)).messages[-1]["content"]
    assert "no such record" not in Outline(answer).text
    assert "guideline: " in Outline(answer).text


def test_a_passage_of_an_own_document_is_shown_with_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARDIO_AGENT_DATA_DIR", str(tmp_path / "data"))
    get_settings.cache_clear()
    path = tmp_path / "ours.md"
    path.write_text(f"# Long QT syndrome\n\nIn long QT syndrome {EVIL} our ward calls Ms Pym.\n", "utf-8")
    add_own(path)
    answer = ask("What do guidelines say about long QT syndrome?", opened(tmp_path)).messages[-1]["content"]
    note = Outline(answer).text
    assert "no such record" not in note
    assert "our ward calls Ms Pym" in note
    assert "<img" not in answer


def test_a_question_that_is_too_long_is_refused_kindly(tmp_path: Path) -> None:
    assert "1500 characters" in contents(ask("x" * 1500, opened(tmp_path)))[-1]
