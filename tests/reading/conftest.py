"""An ECG built from Gaussian waves, and a way to put it on disk as a WFDB record."""

import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from cardio_agent.errors import InputError
from cardio_agent.leads import LEADS
from cardio_agent.reading import read_ecg

FS_HZ = 500.0
N_SAMPLES = 5000


@pytest.fixture
def ecg_mv() -> np.ndarray:
    """Ten seconds at 500 Hz, (12, 5000) in mV, whole microvolts, limb leads obeying Einthoven's law."""
    t = np.arange(N_SAMPLES) / FS_HZ
    beat = np.zeros(N_SAMPLES)
    for r_s in np.arange(0.5, 10, 0.8):
        for shift_s, width_s, height_mv in ((-0.16, 0.02, 0.12), (0.0, 0.012, 1.0), (0.28, 0.05, 0.3)):
            beat += height_mv * np.exp(-0.5 * ((t - r_s - shift_s) / width_s) ** 2)
    drift = 0.02 * np.sin(2 * np.pi * 0.3 * t)
    one, two = np.round(0.7 * beat + drift, 3), np.round(1.1 * beat - drift, 3)
    limb = [one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2]
    chest = [np.round(gain * beat + 0.01 * k, 3) for k, gain in enumerate((-0.6, 0.4, 0.9, 1.4, 1.2, 0.8))]
    return np.round(np.array(limb + chest), 4)


@pytest.fixture(scope="session")
def wfdb() -> ModuleType:
    """The reference implementation, imported without its pandas warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import wfdb

    return wfdb


@pytest.fixture
def write_wfdb(tmp_path: Path, wfdb: ModuleType) -> Callable[..., Path]:
    """Write a record with wfdb itself; returns the path of the header."""

    def write(signal: np.ndarray, name: str = "rec", **options: Any) -> Path:
        fields: dict[str, Any] = {
            "fs": FS_HZ,
            "units": ["mV"] * len(signal),
            "sig_name": list(LEADS[: len(signal)]),
        }
        fields |= {"fmt": ["16"] * len(signal)} | options
        fs = fields.pop("fs")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wfdb.wrsamp(name, fs=fs, p_signal=np.asarray(signal, float).T, write_dir=str(tmp_path), **fields)
        return tmp_path / f"{name}.hea"

    return write


@pytest.fixture
def write_format16(tmp_path: Path) -> Callable[..., Path]:
    """Write a record byte by byte, format 16 at 1000 units/mV; returns the path of the header."""

    def write(signal: np.ndarray, name: str = "rec", dat: str | None = None, comments: str = "") -> Path:
        dat = dat or f"{name}.dat"
        counts = np.round(np.asarray(signal) * 1000).astype("<i2")
        (tmp_path / dat).write_bytes(counts.T.tobytes())
        lines = [f"{name} {len(signal)} {FS_HZ:g} {counts.shape[1]}"]
        lines += [f"{dat} 16 1000(0)/mV 16 0 0 0 0 {lead}" for lead, _ in zip(LEADS, signal, strict=False)]
        header = tmp_path / f"{name}.hea"
        header.write_text("\n".join(lines) + "\n" + comments, encoding="utf-8")
        return header

    return write


@pytest.fixture
def outcome() -> Callable[[Path], str]:
    """Read a file: the message of its `InputError`, or nothing where it could be read."""

    def read(path: Path) -> str:
        try:
            read_ecg(path)
        except InputError as error:
            return str(error)
        return ""

    return read
