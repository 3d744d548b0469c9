"""NPY and NPZ files written by NumPy, and files that claim what they do not hold."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from cardio_agent.errors import BadRecording, UnknownUnits, UnreadableFile, UnsupportedFormat
from cardio_agent.leads import LEADS
from cardio_agent.reading import read_ecg


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("dtype", ["float64", "float32", ">f4"])
def test_npy_either_way_up(transposed: bool, dtype: str, tmp_path: Path, ecg_mv: np.ndarray) -> None:
    signal = ecg_mv.astype(dtype)
    np.save(tmp_path / "a.npy", signal.T if transposed else signal)
    ecg = read_ecg(tmp_path / "a.npy", fs_hz=500, units="mV")
    assert np.array_equal(ecg.signal_mv, ecg_mv.astype(np.float32))
    assert ecg.signal_mv.flags.c_contiguous
    assert ecg.source.notes[0].startswith("leads are not named")


def test_npy_says_neither_rate_nor_unit(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", ecg_mv)
    with pytest.raises(UnknownUnits, match="fs_hz=500"):
        read_ecg(tmp_path / "a.npy", units="mV")


def test_npz_with_everything(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    uv = np.round(ecg_mv * 1000).astype(np.int16)
    np.savez_compressed(tmp_path / "a.npz", signal_uv=uv.T, fs_hz=500, leads=LEADS, age_years=61.5, sex="F")
    ecg = read_ecg(tmp_path / "a.npz")
    assert np.allclose(ecg.signal_mv, uv / 1000, atol=1e-6)
    assert (ecg.fs_hz, ecg.patient.age_years, ecg.patient.sex) == (500.0, 61.5, "female")
    assert ecg.source.notes == ("converted from uV to mV",)


@pytest.mark.parametrize("keys", [("signal_mv", "fs_hz"), ("signal_mv", "fs"), ("signal", "fs")])
def test_npz_keys(keys: tuple[str, str], tmp_path: Path, ecg_mv: np.ndarray) -> None:
    arrays = {
        keys[0]: ecg_mv,
        keys[1]: np.array([500.0]),
        "leads": np.array([lead.encode() for lead in LEADS]),
    }
    np.savez(tmp_path / "a.npz", **arrays, **({"units": "mV"} if keys[0] == "signal" else {}))
    assert np.array_equal(read_ecg(tmp_path / "a.npz").signal_mv, ecg_mv.astype(np.float32))


def test_eight_leads_and_an_extra_one(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    names = ["II", "i", "v1", "V2", "V3", "V4", "V5", "V6", "V7"]
    rows = ecg_mv[[1, 0, 6, 7, 8, 9, 10, 11, 11]]
    np.savez(tmp_path / "a.npz", signal_mv=rows, fs_hz=500, leads=names)
    ecg = read_ecg(tmp_path / "a.npz")
    assert np.allclose(ecg.signal_mv, ecg_mv, atol=1e-4)
    assert ecg.source.derived_leads == ("III", "aVR", "aVL", "aVF")
    assert ecg.source.notes == ("channels left out, not among the standard 12 leads: 'V7'",)


def test_six_leads_leave_the_others_missing(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    np.savez(tmp_path / "a.npz", signal_mv=ecg_mv[:2], fs_hz=500, leads=["I", "II"])
    ecg = read_ecg(tmp_path / "a.npz")
    assert ecg.missing_leads == ("V1", "V2", "V3", "V4", "V5", "V6")
    assert np.isnan(ecg.signal_mv[6:]).all()


def test_pickled_objects_are_not_loaded(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(UnreadableFile, match="arrays of object are not read"):
        read_ecg(tmp_path / "a.npy")


def _claiming(shape: str) -> bytes:
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + bytes(800)


@pytest.mark.parametrize(
    "shape", ["(12, 1000000000)", "(12L, 5000L)", "(12, 5000)", "(-1, 12)", "(12,", "(1" + "0" * 40 + ",)"]
)
def test_array_that_claims_more_than_it_holds(shape: str, tmp_path: Path) -> None:
    (tmp_path / "a.npy").write_bytes(_claiming(shape))
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("signal_mv.npy", _claiming(shape))
    for name in ("a.npy", "a.npz"):
        with pytest.raises(UnreadableFile, match="not a readable NumPy array"):
            read_ecg(tmp_path / name, fs_hz=500, units="mV")


def test_archive_that_unpacks_without_end(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("signal_mv.npy", "w") as member,
    ):
        for _ in range(80):
            member.write(bytes(2**20))
    with pytest.raises(UnreadableFile, match="unpacks to more than 64 MB"):
        read_ecg(tmp_path / "bomb.npz")


def test_archive_without_a_signal(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.zeros(3))
    with pytest.raises(UnsupportedFormat, match="no array named signal_mv, signal_uv, signal"):
        read_ecg(tmp_path / "a.npz")


@pytest.mark.parametrize("shape", [(8, 5000), (5000,), (3, 12, 500)])
def test_shapes_that_are_no_recording(shape: tuple[int, ...], tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros(shape))
    with pytest.raises(BadRecording, match="shape"):
        read_ecg(tmp_path / "a.npy", fs_hz=500, units="mV")


def test_truncated_archive(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    stream = io.BytesIO()
    np.savez(stream, signal_mv=ecg_mv, fs_hz=500)
    (tmp_path / "a.npz").write_bytes(stream.getvalue()[:-1000])
    with pytest.raises(UnreadableFile, match="not a readable NPZ archive"):
        read_ecg(tmp_path / "a.npz")
