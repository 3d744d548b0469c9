"""Copies without identifiers: their bytes are searched for what the originals say of a person."""

import base64
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import wfdb
from pydicom.dataset import FileDataset

from cardio_agent.anonymisation import anonymise
from cardio_agent.cli import main
from cardio_agent.errors import BadRequest, UnreadableFile
from cardio_agent.leads import LEADS
from cardio_agent.reading import read_ecg
from tests.reading.vendor_files import dicom_dataset, edf, mortara_xml, muse_xml, sierra_xml

NAME, GIVEN, NUMBER, BIRTH = "MUSTERFRAU", "ERIKA", "4711-0815", "19580314"
# As a name, a number or a date of birth may stand in a file, upper case.
SECRETS = (NAME, GIVEN, NUMBER, BIRTH, "1958-03-14", "14-MAR-1958", "03-14-1958", "14/03/1958", "ST.VINCENT")


def identified_muse(ecg_mv: np.ndarray) -> bytes:
    person = (
        f"<PatientLastName>{NAME}</PatientLastName><PatientFirstName>{GIVEN}</PatientFirstName>"
        "<DateofBirth>03-14-1958</DateofBirth>"
    )
    text = muse_xml(ecg_mv).decode("latin-1").replace("SECRET-7", NUMBER)
    return text.replace("<PatientAge>", f"{person}<PatientAge>").encode("latin-1")


def identified_sierra(ecg_mv: np.ndarray) -> bytes:
    person = (
        f"<patientid>{NUMBER}</patientid><name><lastname>{NAME}</lastname>"
        f"<firstname>{GIVEN}</firstname></name>"
    )
    text = sierra_xml(ecg_mv).decode("utf-16")
    return text.replace("<generalpatientdata>", f"<generalpatientdata>{person}").encode("utf-16")


def identified_mortara(ecg_mv: np.ndarray) -> bytes:
    text = mortara_xml(ecg_mv).decode()
    person = f'LAST_NAME="{NAME}" FIRST_NAME="{GIVEN}" ID="{NUMBER}" DOB="{BIRTH}"'
    return text.replace("<SUBJECT ", f"<SUBJECT {person} ").encode()


def identified_edf(ecg_mv: np.ndarray) -> bytes:
    wanted = f"{NUMBER} F 14-MAR-1958 {NAME}_{GIVEN}".ljust(80).encode()
    raw = edf(ecg_mv)
    return raw[:8] + wanted + raw[88:]


def identified_dicom(ecg_mv: np.ndarray) -> FileDataset:
    dataset = dicom_dataset(ecg_mv)
    dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate = f"{NAME}^{GIVEN}", NUMBER, BIRTH
    dataset.InstitutionName = "St.Vincent"
    return dataset


@pytest.fixture
def ecg_mv() -> np.ndarray:
    """Ten seconds at 500 Hz in steps of 5 µV, limb leads obeying Einthoven's law."""
    t = np.arange(5000) / 500
    beat = sum(np.exp(-0.5 * ((t - r) / 0.012) ** 2) for r in np.arange(0.5, 10, 0.8))
    one, two = np.round(0.7 * beat, 2), np.round(1.1 * beat, 2)
    limb = [one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2]
    return np.round(np.array([*limb, *(np.round(g * beat, 2) for g in (-0.6, 0.4, 0.9, 1.4, 1.2, 0.8))]), 4)


@pytest.fixture
def identified(tmp_path: Path, ecg_mv: np.ndarray) -> dict[str, Path]:
    """One file of each kind that can say who the patient is, the person also in the file's name."""
    folder = tmp_path / "in"
    folder.mkdir()
    written: dict[str, Callable[[np.ndarray], bytes]] = {
        "ge_muse_xml": identified_muse,
        "sierra_xml": identified_sierra,
        "mortara_el250": identified_mortara,
        "edf_plus": identified_edf,
    }
    paths = {kind: folder / f"{NAME}_{GIVEN}_{kind}" for kind in (*written, "dicom_waveform", "wfdb")}
    for kind, build in written.items():
        paths[kind].write_bytes(build(ecg_mv))
    identified_dicom(ecg_mv).save_as(paths["dicom_waveform"])
    paths["wfdb"] = _identified_wfdb(ecg_mv, folder)
    return paths


def _identified_wfdb(ecg_mv: np.ndarray, folder: Path) -> Path:
    comments = [f"Name: {NAME} {GIVEN}", f"ID: {NUMBER}", "Born: 1958-03-14", "Age: 61", "Sex: Female"]
    record = f"{NAME}-{GIVEN}"
    wfdb.wrsamp(
        record, fs=500, units=["mV"] * 12, sig_name=list(LEADS), p_signal=ecg_mv.T, fmt=["16"] * 12,
        comments=comments, base_datetime=datetime(2019, 3, 14, 8, 15, 30), write_dir=str(folder),
    )  # fmt: skip
    with (folder / f"{record}.dat").open("ab") as signals:
        signals.write(f"{NAME} {NUMBER}".encode())  # a signal file may be longer than its header says
    return folder / f"{record}.hea"


def searched(folder: Path) -> str:
    """Names and bytes of all files of a folder, in the ways in which text can be written."""
    found = []
    for path in sorted(folder.iterdir()):
        raw = path.read_bytes()
        shapes = (raw.decode("latin-1"), raw.decode("utf-16-le", "ignore"), raw.decode("utf-16-be", "ignore"))
        found += [path.name, *shapes]
    return "\n".join(found).upper()


KINDS = ("ge_muse_xml", "sierra_xml", "mortara_el250", "edf_plus", "dicom_waveform", "wfdb")


@pytest.mark.parametrize("kind", KINDS)
def test_the_originals_do_tell_who_it_is(kind: str, identified: dict[str, Path]) -> None:
    """Else the search below would prove nothing."""
    assert NAME in searched(identified[kind].parent)
    raw = identified[kind].read_bytes()
    assert any(NUMBER in raw.decode(code, "ignore") for code in ("latin-1", "utf-16"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dates", ["drop", "shift", "keep"])
def test_no_byte_of_a_copy_tells_who_it_is(
    kind: str, dates: str, identified: dict[str, Path], tmp_path: Path
) -> None:
    (copy,) = anonymise([identified[kind]], tmp_path / "out", dates=dates)  # type: ignore[arg-type]
    text = searched(tmp_path / "out")
    for secret in (*SECRETS, base64.b64encode(NAME.encode()).decode().upper()):
        assert secret not in text
    assert copy.format == kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_is_the_same_ecg_of_the_same_age_and_sex(
    kind: str, identified: dict[str, Path], tmp_path: Path
) -> None:
    before = read_ecg(identified[kind])
    (copy,) = anonymise([identified[kind]], tmp_path / "out")
    after = read_ecg(copy.header)
    assert after.signal_mv == pytest.approx(before.signal_mv, abs=0.0005 + 1e-6)
    assert (after.fs_hz, after.patient) == (before.fs_hz, before.patient)
    assert after.source.derived_leads == before.source.derived_leads
    reference = wfdb.rdrecord(str(copy.header.with_suffix("")))  # the format's own implementation agrees
    assert reference.sig_len == before.n_samples


@pytest.mark.parametrize("kind", KINDS)
def test_the_original_is_not_touched(kind: str, identified: dict[str, Path], tmp_path: Path) -> None:
    folder = identified[kind].parent
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    list(anonymise([identified[kind]], tmp_path / "out"))
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()} == before


def test_dates_are_dropped_moved_together_or_kept(identified: dict[str, Path], tmp_path: Path) -> None:
    paths = [identified["wfdb"], identified["sierra_xml"]]
    recorded = [read_ecg(path).source.recorded_at for path in paths]
    told = {
        dates: [
            read_ecg(copy.header).source.recorded_at
            for copy in anonymise(paths, tmp_path / dates, dates=dates)  # type: ignore[arg-type]
        ]
        for dates in ("drop", "shift", "keep")
    }
    assert told["drop"] == [None, None]
    assert told["keep"] == recorded
    shifts = {
        before - after for before, after in zip(recorded, told["shift"], strict=True) if before and after
    }
    assert len(shifts) == 1
    assert 1 <= shifts.pop().days <= 3650
    assert "2019" not in searched(tmp_path / "drop")


def test_great_age_is_told_as_ninety(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    np.savez(tmp_path / "old.npz", signal_mv=ecg_mv, fs_hz=500, age_years=97)
    (copy,) = anonymise([tmp_path / "old.npz"], tmp_path / "out")
    assert read_ecg(copy.header).patient.age_years == 90


def test_names_are_new_each_time_and_nothing_is_overwritten(
    identified: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = identified["wfdb"]
    names = [copy.header.name for copy in anonymise([path, path], tmp_path / "out")]
    assert len(set(names)) == 2
    monkeypatch.setattr("secrets.token_hex", lambda _n: names[0][4:-4])
    with pytest.raises(BadRequest, match="File exists"):
        list(anonymise([path], tmp_path / "out"))


def test_a_simulated_ecg_goes_on_saying_so(tmp_path: Path) -> None:
    from cardio_agent.resources import sample_path

    (copy,) = anonymise([sample_path("normal")], tmp_path)
    assert "simulated ECG" in read_ecg(copy.header).source.notes


def test_a_file_that_cannot_be_read_stops_it_there(identified: dict[str, Path], tmp_path: Path) -> None:
    copies = anonymise([identified["wfdb"], tmp_path / "nowhere.hea"], tmp_path / "out")
    assert next(copies).header.exists()
    with pytest.raises(UnreadableFile):
        next(copies)


def test_the_command_says_what_became_of_each_file(
    identified: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(identified["wfdb"]), str(identified["ge_muse_xml"])]
    assert main(["anonymize", *files, "--out", str(tmp_path / "out")]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith(".hea")
    assert second.endswith("(converted from ge_muse_xml)")
    assert len(list((tmp_path / "out").iterdir())) == 4
