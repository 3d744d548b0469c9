"""Remarks on the report on the desk: kept on what the report holds, and only on that."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cardio_agent.errors import BadRequest
from cardio_agent.feedback import FeedbackStore
from cardio_agent.visit import MAX_CORRECTION, Visit, opening, remark
from tests.rendering.outline import EVIL
from tests.visit.fake_pipeline import SAID, replace_pipeline
from tests.visit.test_opening import opened


@pytest.fixture(autouse=True)
def _pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    replace_pipeline(monkeypatch, opening)


@pytest.fixture
def visit(tmp_path: Path) -> Visit:
    return opened(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path / "kept.sqlite")


def recording_of(visit: Visit) -> str:
    assert visit.current is not None
    assert visit.current.report is not None
    return visit.current.report.provenance.input_sha256


def test_a_statement_and_a_sentence_are_kept_with_what_was_said(visit: Visit, store: FeedbackStore) -> None:
    remark(store, visit, recording_of(visit), "statement", "CLBBB", "agree")
    remark(store, visit, recording_of(visit), "sentence", SAID.text, "correct", f"{EVIL}\nsinus")
    sentence, statement = sorted(store.remarks(), key=lambda kept: kept.subject)
    assert (statement.about, statement.opinion, statement.was_present) == ("CLBBB", "agree", True)
    assert sentence.correction == f"{EVIL} sinus"  # markup stays the text that it is
    assert sentence.versions["writer"] == "plain"


def test_a_sentence_is_found_by_what_is_shown_of_it(visit: Visit, store: FeedbackStore) -> None:
    kept = remark(store, visit, recording_of(visit), "sentence", " Sinus  rhythm. ", "disagree")
    assert kept.about == SAID.text


@pytest.mark.parametrize(
    ("subject", "about", "opinion", "correction", "says"),
    [
        ("statement", "NOBODY", "agree", "", "no statement"),
        ("sentence", "Never said.", "agree", "", "no sentence"),
        ("sentence", SAID.text, "correct", " \n", "correction"),
        ("sentence", SAID.text, "agree", "but", "correction"),
        ("sentence", SAID.text, "correct", "x" * (MAX_CORRECTION + 1), f"at most {MAX_CORRECTION}"),
        ("statement", "CLBBB", "correct", "RBBB", "agreed or disagreed"),
        ("sentence", SAID.text, "shout", "", "is no remark"),
        ("table", SAID.text, "agree", "", "is no remark"),
    ],
)
def test_what_is_no_remark_is_refused_and_nothing_kept(
    visit: Visit, store: FeedbackStore, subject: str, about: str, opinion: str, correction: str, says: str
) -> None:
    with pytest.raises(BadRequest, match=says):
        remark(store, visit, recording_of(visit), subject, about, opinion, correction)
    assert store.remarks() == ()


@pytest.mark.parametrize("recording", ["", "f" * 64, "../../etc"])
def test_a_remark_on_another_report_than_that_on_the_desk_is_refused(
    visit: Visit, store: FeedbackStore, recording: str
) -> None:
    with pytest.raises(BadRequest, match="another ECG"):
        remark(store, visit, recording, "statement", "CLBBB", "agree")
    with pytest.raises(BadRequest, match="another ECG"):
        remark(store, Visit(), recording_of(visit), "statement", "CLBBB", "agree")


def test_several_visitors_remark_at_once(visit: Visit, store: FeedbackStore) -> None:
    assert visit.current is not None
    codes = [statement.code for statement in visit.current.analysis.statements]
    with ThreadPoolExecutor(6) as visitors:
        list(
            visitors.map(
                lambda code: remark(store, visit, recording_of(visit), "statement", code, "agree"), codes * 3
            )
        )
    assert sorted(kept.about for kept in store.remarks()) == sorted(codes)
