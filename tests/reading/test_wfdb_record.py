"""WFDB records, held against wfdb's own reading and against the bytes."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cardio_agent.errors import BadRecording, InputError, UnknownUnits, UnreadableFile, UnsupportedFormat
from cardio_agent.leads import LEADS
from cardio_agent.reading import read_ecg

Write = Callable[..., Path]
HALF_STEP_MV = 0.0005  # half a unit at 1000 units/mV


def test_samples_are_those_of_the_bytes(write_format16: Write, ecg_mv: np.ndarray) -> None:
    header = write_format16(ecg_mv)
    counts = np.frombuffer(header.with_suffix(".dat").read_bytes(), "<i2").reshape(-1, 12).T

    ecg = read_ecg(header)

    assert np.array_equal(ecg.signal_mv, (counts / 1000).astype(np.float32))
    assert (ecg.signal_mv.dtype, ecg.signal_mv.shape) == (np.float32, (12, 5000))
    assert ecg.signal_mv.flags.c_contiguous
    assert (ecg.fs_hz, ecg.source.format, ecg.source.derived_leads) == (500.0, "wfdb", ())


# Gains that bring the largest count of each storage format to about 1 mV.
GAINS = {
    "8": 1e5, "16": 3e4, "24": 8e6, "32": 2e9, "61": 3e4,
    "80": 100, "160": 3e4, "212": 2e3, "310": 500, "311": 500,
}  # fmt: skip


@pytest.mark.parametrize("fmt", GAINS)
def test_every_storage_format_as_wfdb_reads_it(
    fmt: str, tmp_path: Path, wfdb: ModuleType, rng: np.random.Generator
) -> None:
    # Bytes from 16 to 119 form no format's code for a missing sample.
    (tmp_path / "any.dat").write_bytes(rng.integers(16, 120, size=4 * 12 * 2501, dtype=np.uint8).tobytes())
    lines = ["any 12 500 2500"] + [f"any.dat {fmt} {GAINS[fmt]:g}(7)/mV 0 0 3 0 0 {lead}" for lead in LEADS]
    (tmp_path / "any.hea").write_text("\n".join(lines))

    expected = wfdb.rdrecord(str(tmp_path / "any")).p_signal.T

    assert np.array_equal(read_ecg(tmp_path / "any").signal_mv, expected.astype(np.float32))


def test_record_that_wfdb_wrote(write_wfdb: Write, ecg_mv: np.ndarray) -> None:
    header = write_wfdb(ecg_mv, fmt=["16"] * 12)
    assert np.allclose(read_ecg(header).signal_mv, ecg_mv, atol=0.0001)  # wfdb chooses the finest gain


def test_bytes_stored_big_endian(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    (tmp_path / "b.dat").write_bytes(np.round(ecg_mv * 1000).astype(">i2").T.tobytes())
    lines = ["b 12 500 5000"] + [f"b.dat 61 1000/mV 16 0 0 0 0 {lead}" for lead in LEADS]
    (tmp_path / "b.hea").write_text("\n".join(lines))

    assert np.allclose(read_ecg(tmp_path / "b.hea").signal_mv, ecg_mv, atol=HALF_STEP_MV)


@pytest.mark.parametrize("given", ["rec.hea", "rec.dat", "rec"])
def test_header_signal_or_stem(given: str, write_format16: Write, ecg_mv: np.ndarray) -> None:
    header = write_format16(ecg_mv)
    assert np.allclose(read_ecg(header.parent / given).signal_mv, ecg_mv, atol=HALF_STEP_MV)


@pytest.mark.parametrize("name", ["a.b.c", "with space", "Ünï", "c0ffee::x"])
def test_names_that_wfdb_itself_cannot_open(name: str, write_format16: Write, ecg_mv: np.ndarray) -> None:
    header = write_format16(ecg_mv, "plain")
    renamed = header.with_name(f"{name}.hea")
    header.rename(renamed)
    renamed.write_text(renamed.read_text().replace("plain 12", "r.e.c 12").replace("plain.dat", "p.l.dat"))
    (header.parent / "plain.dat").rename(header.parent / "p.l.dat")

    assert read_ecg(renamed).n_samples == 5000


def test_upper_case_suffixes(write_format16: Write, ecg_mv: np.ndarray) -> None:
    header = write_format16(ecg_mv)
    header.rename(header.with_name("REC.HEA"))
    header.with_suffix(".dat").rename(header.with_name("REC.DAT"))

    for name in ("REC.HEA", "REC.DAT", "REC"):
        assert read_ecg(header.parent / name).n_samples == 5000


def test_header_under_another_suffix(write_format16: Write, ecg_mv: np.ndarray) -> None:
    header = write_format16(ecg_mv)
    other = header.rename(header.with_name("header.txt"))
    assert read_ecg(other).source.format == "wfdb"


def test_signal_with_a_byte_offset_in_a_mat_file(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    counts = np.round(ecg_mv * 1000).astype("<i2")
    (tmp_path / "E1.mat").write_bytes(b"\x1e" * 24 + counts.T.tobytes())
    lines = ["E1 12 500 5000"] + [f"E1.mat 16x1+24 1000.0(0)/mV 16 0 0 0 0 {lead}" for lead in LEADS]
    (tmp_path / "E1.hea").write_text("\n".join(lines) + "\n# Age: 78\n# Sex: Male\n")

    ecg = read_ecg(tmp_path / "E1.mat")

    assert np.array_equal(ecg.signal_mv, (counts / 1000).astype(np.float32))
    assert (ecg.patient.age_years, ecg.patient.sex) == (78.0, "male")


@pytest.mark.parametrize(
    ("comments", "age", "sex"),
    [
        ("#Age: 84\n#Sex: Female\n", 84.0, "female"),
        ("#<age>: 51\n#<sex>: F\n", 51.0, "female"),
        ("# Age: NaN\n# Sex: Unknown\n", None, None),
        ("# Age: 300\n", None, None),
        ("", None, None),
    ],
)
def test_age_and_sex(
    comments: str, age: float | None, sex: str | None, write_format16: Write, ecg_mv: np.ndarray
) -> None:
    patient = read_ecg(write_format16(ecg_mv, comments=comments)).patient
    assert (patient.age_years, patient.sex) == (age, sex)


@pytest.mark.parametrize(
    ("unit", "encoding"), [("uV", "utf-8"), ("µV", "utf-8"), ("μV", "utf-8"), ("µV", "latin-1")]
)
def test_microvolts_in_any_spelling(
    unit: str, encoding: str, write_format16: Write, ecg_mv: np.ndarray
) -> None:
    header = write_format16(ecg_mv)
    header.write_bytes(header.read_text().replace("1000(0)/mV", f"1(0)/{unit}").encode(encoding))

    ecg = read_ecg(header)

    assert np.allclose(ecg.signal_mv, ecg_mv, atol=HALF_STEP_MV)
    assert ecg.source.notes == (f"converted from {unit} to mV",)


def test_rate_that_the_header_leaves_open(write_format16: Write, ecg_mv: np.ndarray) -> None:
    header = write_format16(ecg_mv)
    header.write_text(header.read_text().replace("rec 12 500 5000", "rec 12"))

    with pytest.raises(UnknownUnits, match="does not say its sampling rate"):
        read_ecg(header)
    assert read_ecg(header, fs_hz=500).duration_s == 10.0


def test_gain_that_the_header_leaves_open(write_format16: Write, ecg_mv: np.ndarray) -> None:
    header = write_format16(ecg_mv)
    header.write_text(header.read_text().replace("1000(0)/mV", "0"))
    with pytest.raises(UnknownUnits, match="not a calibrated voltage"):
        read_ecg(header)


def test_leads_faster_than_the_frame(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    frames = np.round(ecg_mv * 1000).astype("<i2").reshape(12, 1000, 5).transpose(1, 0, 2)
    (tmp_path / "f.dat").write_bytes(frames.tobytes())
    lines = ["f 12 100 1000"] + [f"f.dat 16x5 1000/mV 16 0 0 0 0 {lead}" for lead in LEADS]
    (tmp_path / "f.hea").write_text("\n".join(lines))

    ecg = read_ecg(tmp_path / "f")

    assert ecg.fs_hz == 500.0
    assert np.allclose(ecg.signal_mv, ecg_mv, atol=HALF_STEP_MV)


def test_truncated_signal(write_format16: Write, ecg_mv: np.ndarray) -> None:
    header = write_format16(ecg_mv)
    dat = header.with_suffix(".dat")
    dat.write_bytes(dat.read_bytes()[:-1])
    with pytest.raises(UnreadableFile, match=r"truncated: holds 4,999 of the 5,000 samples"):
        read_ecg(header)


def test_header_without_its_signal(write_format16: Write, ecg_mv: np.ndarray) -> None:
    header = write_format16(ecg_mv)
    header.with_suffix(".dat").unlink()
    with pytest.raises(UnreadableFile, match=r"'rec.dat' is not in the folder"):
        read_ecg(header)


def test_signal_without_its_header(write_format16: Write, ecg_mv: np.ndarray) -> None:
    header = write_format16(ecg_mv)
    header.unlink()
    with pytest.raises(UnreadableFile, match=r"without its WFDB header 'rec.hea'"):
        read_ecg(header.with_suffix(".dat"))


@pytest.mark.parametrize(
    "name",
    [
        "../outside.dat",
        "/etc/passwd",
        "sub/rec.dat",
        "..",
        "http://127.0.0.1:9/rec.dat",
        r"..\rec.dat",
        "s3::rec.dat",
    ],
)
def test_signal_outside_the_folder_is_not_opened(
    name: str, write_format16: Write, ecg_mv: np.ndarray, tmp_path: Path
) -> None:
    header = write_format16(ecg_mv)
    (tmp_path.parent / "outside.dat").write_bytes(header.with_suffix(".dat").read_bytes())
    header.write_text(header.read_text().replace("rec.dat", name))
    with pytest.raises(UnreadableFile, match="own folder; it is not opened"):
        read_ecg(header)


def test_link_out_of_the_folder_is_not_followed(
    write_format16: Write, ecg_mv: np.ndarray, tmp_path_factory: pytest.TempPathFactory
) -> None:
    header = write_format16(ecg_mv)
    dat = header.with_suffix(".dat")
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "secret.dat"
    dat.rename(elsewhere)
    dat.symlink_to(elsewhere)
    with pytest.raises(UnreadableFile, match="link out of the header's folder"):
        read_ecg(header)


def test_claims_are_checked_before_memory_is_taken(write_format16: Write, ecg_mv: np.ndarray) -> None:
    header = write_format16(ecg_mv)
    header.write_text(header.read_text().replace("500 5000", "500 1000000000"))
    with pytest.raises(BadRecording, match=r"announces 1,000,000,000 samples a lead"):
        read_ecg(header)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rec 12", "rec/3 12", "multi-segment"),
        ("rec 12", "rec 13", "announces 13 signals and describes 12"),
        ("rec 12 500", "rec 12 fast", "sampling rate 'fast' is not a number"),
        ("16 1000(0)/mV", "16 much", "gain 'much' is not of the form"),
    ],
)
def test_broken_header(old: str, new: str, message: str, write_format16: Write, ecg_mv: np.ndarray) -> None:
    header = write_format16(ecg_mv)
    header.write_text(header.read_text().replace(old, new))
    with pytest.raises(InputError, match=message):
        read_ecg(header.with_suffix(".dat"))


def test_compressed_signals_are_named(write_format16: Write, ecg_mv: np.ndarray) -> None:
    header = write_format16(ecg_mv)
    header.write_text(header.read_text().replace("rec.dat 16 ", "rec.dat 516 "))
    with pytest.raises(UnsupportedFormat, match="storage format 516 is not read"):
        read_ecg(header)


def test_missing_samples_are_refused_and_an_empty_lead_is_not(
    write_format16: Write, ecg_mv: np.ndarray
) -> None:
    empty = ecg_mv.copy()
    empty[11] = -32.768  # the code of format 16 for 'no sample'
    ecg = read_ecg(write_format16(empty))
    assert ecg.missing_leads == ("V6",)
    assert np.isnan(ecg.lead("V6")).all()
    assert ecg.source.notes == ("not recorded (no sample in the file): V6",)

    gap = ecg_mv.copy()
    gap[2, 100:110] = -32.768
    with pytest.raises(BadRecording, match=r"missing \(NaN\) or infinite: 10, in III"):
        read_ecg(write_format16(gap))


def test_leaves_nothing_behind(
    write_format16: Write,
    ecg_mv: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    header = write_format16(ecg_mv)
    scratch = tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    before = sorted(header.parent.iterdir())

    read_ecg(header)

    assert sorted(header.parent.iterdir()) == before
    assert list(scratch.iterdir()) == []


@settings(
    max_examples=80, derandomize=True, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    edits=st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 3), st.text(max_size=4)), min_size=1, max_size=6
    )
)
def test_damaged_header_gives_a_recording_or_one_clear_error(
    edits: list[tuple[int, int, str]],
    write_format16: Write,
    ecg_mv: np.ndarray,
    outcome: Callable[[Path], str],
) -> None:
    header = write_format16(ecg_mv[:, :3000])
    text = header.read_text()
    for at, removed, inserted in edits:
        text = text[:at] + inserted + text[at + removed :]
    header.write_bytes(text.encode("utf-8", errors="replace"))
    assert "\n" not in outcome(header)


@pytest.mark.parametrize("name", ["BM001", "PK001", "GIF1", "0"])
def test_record_named_like_another_format(name: str, write_format16: Write, ecg_mv: np.ndarray) -> None:
    assert read_ecg(write_format16(ecg_mv, name)).source.format == "wfdb"
