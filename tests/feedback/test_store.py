"""What clinicians say is kept as said, once for each thing, and without anything that names a person."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from cardio_agent.errors import BadRequest, UnreadableFile
from cardio_agent.feedback import FeedbackStore
from cardio_agent.pipeline import analyze, write_report
from cardio_agent.reading import read_ecg
from cardio_agent.resources import sample_path
from cardio_agent.schema import Ecg, Report


@pytest.fixture(scope="module")
def ecg() -> Ecg:
    return read_ecg(sample_path("lbbb"))


@pytest.fixture(scope="module")
def report(ecg: Ecg) -> Report:
    return write_report(analyze(ecg, explained=False), writer="plain")


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path / "deep" / "feedback.sqlite")


def _sentence(report: Report) -> str:
    return report.narrative[0].sentences[0].text


def test_nothing_is_kept_and_no_file_made_before_the_first_remark(store: FeedbackStore) -> None:
    assert store.remarks() == ()
    assert store.recordings() == ()
    assert not store.path.exists()


def test_remarks_come_back_as_said_with_what_made_the_report(
    store: FeedbackStore, report: Report, ecg: Ecg
) -> None:
    store.remark(report, ecg, "statement", "CLBBB", "agree")
    store.remark(report, ecg, "sentence", _sentence(report), "correct", "  Better said. ")
    sentence, statement = sorted(store.remarks(), key=lambda r: r.subject)
    assert (statement.about, statement.opinion, statement.was_present) == ("CLBBB", "agree", True)
    assert (sentence.about, sentence.correction) == (_sentence(report), "Better said.")
    assert statement.recording == ecg.source.sha256
    assert statement.versions["classifier_sha256"] == report.provenance.classifier_sha256


def test_a_second_opinion_on_the_same_thing_replaces_the_first(
    store: FeedbackStore, report: Report, ecg: Ecg
) -> None:
    store.remark(report, ecg, "statement", "NORM", "disagree")
    store.remark(report, ecg, "statement", "NORM", "agree")
    (remark,) = store.remarks()
    assert remark.opinion == "agree"
    assert len(store.recordings()) == 1


def test_the_trace_is_kept_at_100_hz_and_ten_seconds_and_nothing_else_of_the_recording(
    store: FeedbackStore, report: Report, ecg: Ecg
) -> None:
    store.remark(report, ecg, "statement", "NORM", "disagree")
    (kept,) = store.recordings()
    assert kept.signal_mv.shape == (12, 1000)
    every = round(ecg.fs_hz / 100)
    # Away from steep slopes resampled and thinned traces lie close together.
    assert np.median(np.abs(kept.signal_mv - ecg.signal_mv[:, ::every][:, :1000])) < 0.02
    assert ecg.source.name.encode() not in store.path.read_bytes()


@pytest.mark.parametrize(
    ("subject", "about", "opinion", "correction", "words"),
    [
        ("statement", "LBBB?", "agree", "", "holds no statement"),
        ("sentence", "The moon is full.", "agree", "", "holds no sentence"),
        ("statement", "NORM", "correct", "abnormal", "agreed or disagreed"),
        ("sentence", None, "correct", "  ", "goes with the opinion"),
        ("sentence", None, "agree", "but so", "goes with the opinion"),
    ],
)
def test_idle_remarks_are_refused(
    store: FeedbackStore,
    report: Report,
    ecg: Ecg,
    subject: str,
    about: str | None,
    opinion: str,
    correction: str,
    words: str,
) -> None:
    with pytest.raises(BadRequest, match=words):
        store.remark(report, ecg, subject, about or _sentence(report), opinion, correction)  # type: ignore[arg-type]
    assert store.remarks() == ()


@pytest.mark.parametrize("content", ["no database", "another version"])
def test_a_file_that_is_no_store_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.sqlite"
    if content == "no database":
        path.write_bytes(b"\x00garbage" * 100)
    else:
        with sqlite3.connect(path) as other:
            other.execute("PRAGMA user_version = 99")
    with pytest.raises(UnreadableFile, match=r"other\.sqlite"):
        FeedbackStore(path).remarks()


def test_text_is_data_for_the_database(store: FeedbackStore, report: Report, ecg: Ecg) -> None:
    evil = "'); DROP TABLE remarks; --"
    store.remark(report, ecg, "sentence", _sentence(report), "correct", evil)
    (remark,) = store.remarks()
    assert remark.correction == evil
