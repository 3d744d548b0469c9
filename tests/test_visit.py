"""A visitor's conversation, with the pipeline's steps replaced by facts built by hand."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from cardio_agent import visit as module
from cardio_agent.errors import BadRecording, UnreadableFile
from cardio_agent.reporting import Placed
from cardio_agent.schema import Ecg, Patient, Report, Sentence, Source
from cardio_agent.visit import MAX_FILES, Drawing, Visit, send
from tests.facts import facts_lbbb

SAID = Sentence(text="Sinus rhythm.", cites=(), verdict="supported", reason="", writer="plain")


def read_fake(path: Path) -> Ecg:
    """Opens any file with text in it; the folder must hold the companion that the text names."""
    companion = path.read_text(encoding="utf-8")
    if companion and not (path.parent / companion).is_file():
        raise UnreadableFile(f"{companion} is missing")
    source = Source(name=path.name, format="csv")
    return Ecg(np.zeros((12, 5000), dtype=np.float32), 500.0, Patient(), source)


def analyze_fake(ecg: Ecg) -> SimpleNamespace:
    if ecg.source.name == "short.csv":
        raise BadRecording("short.csv: 2 s long")
    return SimpleNamespace(ecg=ecg)


def stream_fake(analysis: SimpleNamespace, **_: str) -> Iterator[Placed | Report]:
    yield Placed("rhythm", SAID)
    facts = facts_lbbb()
    recording = facts.recording.model_copy(update={"file": analysis.ecg.source.name})
    fields = {name: getattr(facts, name) for name in type(facts).model_fields} | {"recording": recording}
    yield Report.model_construct(**fields, narrative=(), provenance=None)


@pytest.fixture(autouse=True)
def _pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "read_ecg", read_fake)
    monkeypatch.setattr(module, "analyze", analyze_fake)
    monkeypatch.setattr(module, "stream_report", stream_fake)
    monkeypatch.setattr(module, "draw", lambda *_: "<img>")


def files(folder: Path, **texts: str) -> list[Path]:
    """Files in folders of their own, as uploads are."""
    paths = []
    for key, text in texts.items():
        stem, _, suffix = key.partition("_")
        path = folder / key / f"{stem}.{suffix}"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def steps(text: str, paths: list[Path], visit: Visit | None = None) -> list[Visit]:
    return list(send(text, paths, visit or Visit(), Drawing(), "plain"))


def contents(visit: Visit) -> list[str]:
    return [message["content"].replace("\\", "") for message in visit.messages]


def test_a_header_and_its_signal_from_two_uploads_are_one_recording(tmp_path: Path) -> None:
    last = steps("", files(tmp_path, a_hea="a.dat", a_dat="x"))[-1]
    assert contents(last) == ["Opened **a.hea**", "**Rhythm**\n\nSinus rhythm."]
    assert last.report is not None
    assert last.report.recording.file == "a.hea"


def test_several_recordings_are_reported_in_turn_and_the_last_stays_open(tmp_path: Path) -> None:
    last = steps("", files(tmp_path, a_csv="", b_csv=""))[-1]
    assert [text for text in contents(last) if text.startswith("Opened")] == [
        "Opened **a.csv**",
        "Opened **b.csv**",
    ]
    assert last.report is not None
    assert last.report.recording.file == "b.csv"


def test_each_step_shows_progress(tmp_path: Path) -> None:
    shown = [contents(visit)[-1] for visit in steps("", files(tmp_path, a_csv=""))]
    assert shown[:3] == ["Reading the file …", "Measuring and classifying …", "Looking up guidelines …"]


@pytest.mark.parametrize("bad", [{"a_hea": "a.dat"}, {"short_csv": ""}])
def test_a_fault_is_told_and_what_was_open_stays_open(tmp_path: Path, bad: dict[str, str]) -> None:
    before = steps("", files(tmp_path, good_csv=""))[-1]
    after = steps("", files(tmp_path / "bad", **bad), before)[-1]
    assert contents(after)[-1].startswith("**That did not work.** ")
    assert (after.report, after.chat, after.trace) == (before.report, before.chat, before.trace)


def test_one_bad_file_does_not_stop_the_next(tmp_path: Path) -> None:
    last = steps("", files(tmp_path, short_csv="", b_csv=""))[-1]
    assert contents(last)[1] == "**That did not work.** short.csv: 2 s long"
    assert contents(last)[-1].endswith("Sinus rhythm.")


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    paths = files(tmp_path, a_csv="") * (MAX_FILES + 1)
    [visit] = steps("", paths)
    assert f"at most {MAX_FILES}" in contents(visit)[-1]


def test_a_question_needs_an_open_ecg() -> None:
    assert "no ECG is open yet" in contents(steps("What is the QTc?", [])[-1])[-1]


def test_an_answer_grows_below_its_question(tmp_path: Path) -> None:
    opened = steps("", files(tmp_path, a_csv=""))[-1]
    last = steps("What is the QTc?", [], opened)[-1]
    assert contents(last)[2] == "What is the QTc?"
    assert "QTc" in contents(last)[3]


def test_no_copy_of_an_upload_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(module.tempfile, "tempdir", str(folder))
    steps("", files(tmp_path, a_csv="", short_csv=""))
    assert list(folder.iterdir()) == []
