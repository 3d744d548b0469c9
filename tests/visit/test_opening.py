"""A visitor's conversation, with the pipeline's steps replaced by facts built by hand."""

from pathlib import Path

import pytest

from cardio_agent.visit import (
    MAX_FILES,
    Choices,
    Told,
    Visit,
    hold_prior,
    open_sample,
    opening,
    prior_choices,
    redo,
    send,
)
from tests.rendering.outline import EVIL, Outline
from tests.visit.fake_pipeline import EXPLAINED, replace_pipeline

CHOICES = Choices("plain", "balanced")


@pytest.fixture(autouse=True)
def _pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    replace_pipeline(monkeypatch, opening)


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
    return list(send(text, paths, visit or Visit(), CHOICES))


def opened(folder: Path, name: str = "a_csv") -> Visit:
    return steps("", files(folder, **{name: ""}))[-1]


def contents(visit: Visit) -> list[str]:
    """What each message shows, without the notes of its sentences."""
    return [Outline(message["content"]).text for message in visit.messages]


def test_a_header_and_its_signal_from_two_uploads_are_one_recording(tmp_path: Path) -> None:
    last = steps("", files(tmp_path, a_hea="a.dat", a_dat="x"))[-1]
    assert contents(last)[0] == "Sent a.hea"
    assert contents(last)[1].startswith("RhythmSinus rhythm.")
    assert last.current is not None
    assert last.current.report is not None
    assert last.current.report.recording.file == "a.hea"


def test_several_recordings_are_reported_in_turn_and_the_last_is_on_the_desk(tmp_path: Path) -> None:
    last = steps("", files(tmp_path, a_csv="", b_csv=""))[-1]
    assert [text for text in contents(last) if text.startswith("Sent")] == ["Sent a.csv", "Sent b.csv"]
    assert [one.label for one in last.opened] == ["a.csv", "b.csv"]
    assert last.shown == "b.csv"
    assert last.turned_to("a.csv").current is last.opened[0]


def test_two_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    first = opened(tmp_path / "one")
    last = steps("", files(tmp_path / "two", a_csv=""), first)[-1]
    assert [one.label for one in last.opened] == ["a.csv", "a.csv (2)"]


def test_each_step_shows_progress(tmp_path: Path) -> None:
    shown = [contents(visit)[-1] for visit in steps("", files(tmp_path, a_csv=""))]
    assert [text for text in dict.fromkeys(shown) if text.endswith("…")] == [
        "Reading the file …",
        "Waiting for a turn …",
        "Measuring and classifying …",
        "Working out what the classifier relied on: complete left bundle branch block …",
        "Looking up guidelines …",
        "Writing, and checking each sentence …",
        next(text for text in shown if text.startswith("Rhythm") and text.endswith("…")),
    ]
    assert not shown[-1].endswith("…")


@pytest.mark.parametrize("bad", [{"a_hea": "a.dat"}, {"short_csv": ""}])
def test_a_fault_is_told_and_what_was_open_stays_open(tmp_path: Path, bad: dict[str, str]) -> None:
    before = opened(tmp_path, "good_csv")
    after = steps("", files(tmp_path / "bad", **bad), before)[-1]
    assert contents(after)[-1].startswith("That did not work. ")
    assert after.current is before.current


def test_one_bad_file_does_not_stop_the_next(tmp_path: Path) -> None:
    last = steps("", files(tmp_path, short_csv="", b_csv=""))[-1]
    assert contents(last)[1] == "That did not work. short.csv: 2 s long"
    assert "Sinus rhythm." in contents(last)[-1]


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    paths = files(tmp_path, a_csv="") * (MAX_FILES + 1)
    [visit] = steps("", paths)
    assert f"at most {MAX_FILES}" in contents(visit)[-1]


def test_a_name_from_outside_is_cleaned_and_shows_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / f"a\x1b\n{EVIL[:20].replace('/', '')}.csv"
    path.write_text("", encoding="utf-8")
    last = steps("", [path])[-1]
    assert contents(last)[0].startswith("Sent a <img src=x onerror")
    assert last.shown.isprintable()


def test_a_name_without_end_is_cut(tmp_path: Path) -> None:
    path = tmp_path / f"{'a' * 240}.csv"
    path.write_text("", encoding="utf-8")
    assert steps("", [path])[-1].shown == f"{'a' * 80}.csv"


def test_no_copy_of_an_upload_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(opening.tempfile, "tempdir", str(folder))
    steps("", files(tmp_path, a_csv="", short_csv=""))
    assert list(folder.iterdir()) == []


def test_what_the_visitor_tells_of_the_person_is_used(tmp_path: Path) -> None:
    before = opened(tmp_path)
    [*_, last] = redo(Told(71, "female", "chest\npain"), "", before, Choices("plain", "screening"))
    assert last.current is not None
    patient = last.current.analysis.ecg.patient
    assert (patient.age_years, patient.sex, patient.context) == (71, "female", "chest pain")
    assert last.current.analysis.operating_point == "screening"
    assert len(last.opened) == 1
    assert "71 years, female" in contents(last)[-2]


def test_what_was_explained_is_not_explained_again(tmp_path: Path) -> None:
    before = opened(tmp_path)
    list(redo(Told(age_years=71), "", before, CHOICES))
    assert EXPLAINED == ["CLBBB"]


@pytest.mark.parametrize(
    ("told", "prior", "says"),
    [
        (Told(age_years=200), "", "from 0 to 130"),
        (Told(sex="x"), "", "'female' or 'male'"),  # type: ignore[arg-type]
        (Told(context="x" * 301), "", "at most 300"),
        (Told(), "nobody.csv", "no earlier ECG"),
        (Told(), "sample:../../etc", "no earlier ECG"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, told: Told, prior: str, says: str) -> None:
    before = opened(tmp_path)
    [*_, last] = redo(told, prior, before, CHOICES)
    assert says in contents(last)[-1]
    assert last.current is before.current


def test_nothing_can_be_done_again_before_an_ecg_is_open() -> None:
    [visit] = redo(Told(), "", Visit(), CHOICES)
    assert "no ECG is open yet" in contents(visit)[-1]


def test_another_opened_ecg_can_be_the_earlier_one(tmp_path: Path) -> None:
    visit = steps("", files(tmp_path, a_csv="", b_csv=""))[-1]
    assert ("a.csv", "a.csv") in prior_choices(visit)
    assert ("b.csv", "b.csv") not in prior_choices(visit)
    [*_, last] = redo(Told(), "a.csv", visit, CHOICES)
    assert last.current is not None
    assert last.current.analysis.prior is not None
    assert last.current.analysis.prior.ecg.source.name == "a.csv"


def test_an_earlier_ecg_can_be_uploaded_for_comparison_only(tmp_path: Path) -> None:
    visit, label = hold_prior(files(tmp_path, old_hea="old.dat", old_dat="x"), opened(tmp_path))
    assert label == "old.hea"
    assert (label, label) in prior_choices(visit)
    assert [one.label for one in visit.opened] == ["a.csv"]


def test_an_earlier_ecg_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    visit, label = hold_prior(files(tmp_path, old_hea="old.dat"), opened(tmp_path))
    assert label == ""
    assert contents(visit)[-1] == "That did not work. old.dat is missing"
    visit, label = hold_prior(files(tmp_path / "two", a_csv="", b_csv=""), visit)
    assert "2 recordings were given as the earlier ECG: give one" in contents(visit)[-1]


def test_a_sample_opens() -> None:
    [*_, last] = open_sample("normal", Visit(), CHOICES)
    assert contents(last)[0] == "Opened the sample normal"
    assert last.shown == "normal.hea"


def test_the_report_tells_what_is_not_from_the_file(tmp_path: Path) -> None:
    def notes(visit: Visit) -> tuple[str, ...]:
        assert visit.current is not None
        return visit.current.analysis.ecg.source.notes

    before = opened(tmp_path)
    [*_, told] = redo(Told(71, "female"), "", before, CHOICES)
    assert notes(told) == ("age given by the user", "sex given by the user")
    [*_, twice] = redo(Told(72, None), "", told, CHOICES)
    assert notes(twice) == ("age given by the user",)
    [*_, as_read] = redo(Told(), "", twice, CHOICES)
    assert notes(as_read) == ()
