"""CSV and its kin, written by hand."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from cardio_agent.errors import BadRecording, UnknownUnits, UnreadableFile, UnsupportedFormat
from cardio_agent.leads import LEADS
from cardio_agent.reading import read_ecg

HALF_DIGIT_MV = 0.0006
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_table(
        columns: np.ndarray,
        headings: Sequence[str] | None = None,
        *,
        separator: str = ",",
        top: str = "",
        decimals: int = 3,
        comma: bool = False,
        name: str = "ecg.csv",
        encoding: str = "utf-8",
    ) -> Path:
        rows = [separator.join(f"{value:.{decimals}f}" for value in row) for row in columns.T]
        body = "\n".join(rows).replace(".", ",") if comma else "\n".join(rows)
        head = separator.join(headings) + "\n" if headings else ""
        path = tmp_path / name
        path.write_bytes((top + head + body + "\n").encode(encoding))
        return path

    return write_table


@pytest.mark.parametrize(
    ("separator", "comma", "name"),
    [
        (",", False, "a.csv"),
        (";", True, "a.csv"),
        ("\t", False, "a.tsv"),
        ("\t", True, "a.txt"),
        (" ", False, "a"),
        (" ", True, "a.dat"),
    ],
)
def test_separators_and_decimal_commas(
    separator: str, comma: bool, name: str, write: Write, ecg_mv: np.ndarray
) -> None:
    path = write(
        ecg_mv, LEADS, separator=separator, comma=comma, name=name, top="# fs_hz: 500\n# units: mV\n"
    )
    ecg = read_ecg(path)
    assert np.allclose(ecg.signal_mv, ecg_mv, atol=HALF_DIGIT_MV)
    assert (ecg.fs_hz, ecg.source.format, ecg.source.notes) == (500.0, "csv", ())


@pytest.mark.parametrize("pattern", ["{} (uV)", "{}_uV", "{} [µV]", "{}_uv", '"{} (µV)"', "lead {} [uV]"])
def test_units_in_the_headings(pattern: str, write: Write, ecg_mv: np.ndarray) -> None:
    headings = [pattern.format(lead.lower()) for lead in LEADS]
    ecg = read_ecg(write(ecg_mv * 1000, headings, decimals=0), fs_hz=500)
    assert np.allclose(ecg.signal_mv, ecg_mv, atol=HALF_DIGIT_MV)
    assert any("to mV" in note for note in ecg.source.notes)


@pytest.mark.parametrize(
    ("heading", "step"),
    [("time_s", 0.002), ("time (ms)", 2.0), ("t", 0.002), ("Time", 0.002), ("time_us", 2000.0)],
)
def test_rate_from_a_time_column(heading: str, step: float, write: Write, ecg_mv: np.ndarray) -> None:
    columns = np.vstack([np.arange(5000) * step, ecg_mv])
    ecg = read_ecg(write(columns, [heading, *LEADS], top="# units: mV\n"))
    assert ecg.fs_hz == 500.0
    assert np.allclose(ecg.signal_mv, ecg_mv, atol=HALF_DIGIT_MV)


def test_rate_that_the_printed_times_round(write: Write, ecg_mv: np.ndarray) -> None:
    columns = np.vstack([np.arange(5000) / 512, ecg_mv])  # steps of 1.953 ms, printed as 0.001 or 0.002
    assert read_ecg(write(columns, ["t", *LEADS]), units="mV").fs_hz == 512.0


def test_patient_in_the_comments(write: Write, ecg_mv: np.ndarray) -> None:
    top = "# fs_hz: 500\n# units: mV\n# age: 61\n# sex: F\n"
    patient = read_ecg(write(ecg_mv, LEADS, top=top)).patient
    assert (patient.age_years, patient.sex) == (61.0, "female")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_encodings(encoding: str, write: Write, ecg_mv: np.ndarray) -> None:
    path = write(ecg_mv * 1000, [f"{lead} [µV]" for lead in LEADS], encoding=encoding, decimals=0)
    assert np.allclose(read_ecg(path, fs_hz=500).signal_mv, ecg_mv, atol=HALF_DIGIT_MV)


def test_latin_lead_names_and_an_index(write: Write, ecg_mv: np.ndarray) -> None:
    names = ["", "DI", "DII", "DIII", "AVR", "AVL", "AVF", "V1", "V2", "V3", "V4", "V5", "V6", "SpO2"]
    columns = np.vstack([np.arange(5000), ecg_mv, np.full(5000, 97)])
    ecg = read_ecg(write(columns, names, top="# fs: 500 Hz\n"), units="mV")
    assert np.allclose(ecg.signal_mv, ecg_mv, atol=HALF_DIGIT_MV)
    assert "channels left out, not among the standard 12 leads: 'SpO2'" in ecg.source.notes


def test_unnamed_columns_are_taken_in_order_and_said_to_be(write: Write, ecg_mv: np.ndarray) -> None:
    ecg = read_ecg(write(ecg_mv), fs_hz=500, units="mV")
    assert np.allclose(ecg.signal_mv, ecg_mv, atol=HALF_DIGIT_MV)
    assert ecg.source.notes[0].startswith("leads are not named: taken in the order I, II, III")
    assert not any("Einthoven" in note for note in ecg.source.notes)

    swapped = read_ecg(write(ecg_mv[[1, 0, *range(2, 12)]]), fs_hz=500, units="mV")
    assert any("contradict Einthoven's law" in note for note in swapped.source.notes)


def test_numbered_columns_are_no_leads(write: Write, ecg_mv: np.ndarray) -> None:
    path = write(ecg_mv, [f"ch{i}" for i in range(12)])
    with pytest.raises(BadRecording, match="none of the 12 channels"):
        read_ecg(path, fs_hz=500, units="mV")


def test_what_is_stated_is_believed_over_what_is_declared(write: Write, ecg_mv: np.ndarray) -> None:
    path = write(ecg_mv, LEADS, top="# fs_hz: 500\n# units: mV\n")
    ecg = read_ecg(path, fs_hz=250, units="uV")
    assert ecg.fs_hz == 500.0
    assert np.allclose(ecg.signal_mv, ecg_mv, atol=HALF_DIGIT_MV)
    assert ecg.source.notes == (
        "declared rate of 250 Hz not used: the file states 500 Hz",
        "declared unit uV not used: the file states mV",
    )


def test_unit_and_rate_must_come_from_somewhere(write: Write, ecg_mv: np.ndarray) -> None:
    path = write(ecg_mv, LEADS)
    with pytest.raises(UnknownUnits, match=r"declare it \(fs_hz=500\)"):
        read_ecg(path, units="mV")
    with pytest.raises(UnknownUnits, match=r"declare it \(units='mV' or 'uV'\)"):
        read_ecg(path, fs_hz=500)
    assert read_ecg(path, fs_hz=500, units="mV").source.notes == (
        "sampling rate of 500 Hz as declared, not from the file",
        "unit mV as declared, not from the file",
    )


def test_time_column_that_counts_samples(write: Write, ecg_mv: np.ndarray) -> None:
    path = write(np.vstack([np.arange(5000), ecg_mv]), ["t", *LEADS])
    with pytest.raises(UnknownUnits, match="rises by 1 a sample, which are no seconds"):
        read_ecg(path, units="mV")


def test_times_with_a_gap(write: Write, ecg_mv: np.ndarray) -> None:
    times = np.arange(5000) * 0.002 + (np.arange(5000) > 2000) * 1.5
    with pytest.raises(BadRecording, match="uneven: samples are missing"):
        read_ecg(write(np.vstack([times, ecg_mv]), ["time_s", *LEADS]), units="mV")


def test_broken_row(write: Write, ecg_mv: np.ndarray) -> None:
    path = write(ecg_mv, LEADS)
    path.write_text(path.read_text().replace("\n", "\n1,2\n", 60).replace("1,2\n", "", 58))
    with pytest.raises(UnreadableFile, match="a row of the table is broken"):
        read_ecg(path, fs_hz=500, units="mV")


@pytest.mark.parametrize(
    "text", ["Dear colleague,\nthank you for the ECG.\n", "I,II,III\n", "1000000000\n", "a,b\nc,d\n"]
)
def test_text_that_is_no_table(text: str, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text(text)
    with pytest.raises(UnsupportedFormat, match="no table of numbers"):
        read_ecg(tmp_path / "letter.txt")


@pytest.mark.parametrize("word", ["nan", "inf", "-Inf", "1e300"])
def test_missing_and_infinite_samples(word: str, write: Write, ecg_mv: np.ndarray) -> None:
    path = write(ecg_mv, LEADS)
    lines = path.read_text().splitlines()
    lines[50] = word + lines[50][lines[50].index(",") :]
    path.write_text("\n".join(lines))
    with pytest.raises(BadRecording, match=r"missing \(NaN\) or infinite: 1, in I"):
        read_ecg(path, fs_hz=500, units="mV")
