"""The first look at heart beats, against simulated truth and annotated ECGs."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cardio_agent.signal import find_qrs
from cardio_agent.simulation import CONDITIONS, add_noise, simulate

TOLERANCE_S = 0.075  # half of the window that is customary for QRS detectors (150 ms)


def misses_and_extras(found: np.ndarray, true: np.ndarray, fs_hz: float) -> tuple[int, int]:
    near = np.abs(found[:, None] - true[None, :]) <= TOLERANCE_S * fs_hz
    return int((~near.any(axis=0)).sum()), int((~near.any(axis=1)).sum())


@pytest.mark.parametrize("fs_hz", [100, 257, 500, 1000])
@pytest.mark.parametrize("rhythm", CONDITIONS)
def test_every_beat_is_found_once_and_no_t_wave(rhythm: str, fs_hz: float) -> None:
    for rate in (45, 70, 130):
        simulated = simulate(rhythm, heart_rate_bpm=rate, fs_hz=fs_hz, noise_snr_db=12)
        true = np.array([w.onset + w.offset for w in simulated.truth.waves.beats.qrs]) / 2
        found = find_qrs(simulated.ecg.signal_mv.astype(float), fs_hz)
        found = found[(found > true[0] - 0.1 * fs_hz) & (found < true[-1] + 0.1 * fs_hz)]
        assert misses_and_extras(found, true, fs_hz) == (0, 0), rate


def test_beats_are_found_under_muscle_noise() -> None:
    simulated = simulate("normal")
    noisy = add_noise(simulated.ecg, "muscle", 3).signal_mv.astype(float)
    true = np.array([(w.onset + w.offset) / 2 for w in simulated.truth.waves.beats.qrs])
    assert misses_and_extras(find_qrs(noisy, 500), true, 500)[0] == 0


def test_t_waves_higher_than_the_qrs_are_no_beats() -> None:
    t_s = np.arange(5000) / 500
    trace = np.zeros(5000)
    for beat_s in np.arange(0.5, 9.5, 1.1):
        trace += 0.6 * np.exp(-(((t_s - beat_s) / 0.015) ** 2))
        trace += 1.0 * np.exp(-(((t_s - beat_s - 0.3) / 0.08) ** 2))
    assert len(find_qrs(np.tile(trace, (12, 1)), 500)) == 9


def test_nothing_is_found_in_nothing() -> None:
    assert len(find_qrs(np.zeros((12, 5000)), 500)) == 0
    assert len(find_qrs(np.zeros((0, 5000)), 500)) == 0


def read_annotated(header: Path) -> tuple[Any, Any]:
    """A LUDB record and its annotations of lead II; wfdb uses what pandas has deprecated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import wfdb

        name = str(header.with_suffix(""))
        return wfdb.rdrecord(name), wfdb.rdann(name, "ii")


def test_ludb_beats(shared_data: Path) -> None:
    """Annotated QRS complexes of lead II; first and last beats are often not annotated."""
    missed = extra = total = 0
    for header in sorted(shared_data.glob("ludb/**/*.hea"))[::3]:
        record, marks = read_annotated(header)
        true = np.array([s for s, kind in zip(marks.sample, marks.symbol, strict=True) if kind == "N"])
        found = find_qrs(record.p_signal.T, record.fs)
        found = found[(found > true[0] - 50) & (found < true[-1] + 50)]
        misses, extras = misses_and_extras(found, true, record.fs)
        missed, extra, total = missed + misses, extra + extras, total + len(true)
    assert total > 250
    assert missed / total < 0.005
    assert extra / total < 0.01
