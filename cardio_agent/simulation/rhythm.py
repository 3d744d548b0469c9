"""When beats happen: sinus rhythm with respiration, atrial fibrillation, premature beats, pacing.

Enters: rate, duration, a seeded generator. Leaves: planned beats and the fibrillating atria's vector.
Draws no wave.
"""

from dataclasses import dataclass

import numpy as np

RESPIRATION_HZ = 0.25
_SINUS_ARRHYTHMIA = 0.025
_PACED_ARRHYTHMIA = 0.005
_SINUS_JITTER = 0.006
_AF_SPREAD = 0.22
_PVC_EVERY = 4
_PVC_COUPLING = 0.6
_RECOVERY_S = 0.05


@dataclass(frozen=True)
class PlannedBeat:
    """One beat: when its QRS starts, whether a P wave leads it, whether it is a premature one."""

    qrs_onset_s: float
    has_p: bool = True
    is_pvc: bool = False


def plan_beats(
    rhythm: str, rr_s: float, qt_s: float, duration_s: float, rng: np.random.Generator
) -> tuple[PlannedBeat, ...]:
    """Beats from one before the recording's start to one after its end."""
    n_beats = int(np.ceil(duration_s / rr_s)) + 3
    if rhythm == "af":
        intervals = _irregular_intervals(rr_s, qt_s, n_beats, rng)
    else:
        depth = _PACED_ARRHYTHMIA if rhythm == "paced" else _SINUS_ARRHYTHMIA
        intervals = _respiratory_intervals(rr_s, depth, n_beats, rng)
    onsets = np.cumsum(intervals) - rr_s * (1 + rng.uniform(0.2, 0.7))
    beats = tuple(PlannedBeat(float(onset), has_p=rhythm != "af") for onset in onsets)
    return _with_premature_beats(beats, rr_s, qt_s) if rhythm == "pvc" else beats


def fibrillatory_dipole(n_samples: int, fs_hz: float, rng: np.random.Generator) -> np.ndarray:
    """Fibrillatory waves as a cardiac vector, (3, n) in mV.

    Two sources of 5 to 7 Hz whose frequency and size wander, the coarser one facing V1.
    """
    coarse = _wandering_wave(5.8, n_samples, fs_hz, rng)
    fine = _wandering_wave(6.7, n_samples, fs_hz, rng)
    directions = np.array([[-0.040, 0.045, 0.070], [0.020, 0.030, -0.010]])
    return np.asarray(directions.T @ np.stack([coarse, fine]))


def _respiratory_intervals(rr_s: float, depth: float, n_beats: int, rng: np.random.Generator) -> np.ndarray:
    phase = rng.uniform(0, 2 * np.pi) + 2 * np.pi * RESPIRATION_HZ * rr_s * np.arange(n_beats)
    jitter = _SINUS_JITTER * (depth / _SINUS_ARRHYTHMIA) * rng.standard_normal(n_beats)
    relative = 1 + depth * np.sin(phase) + jitter
    return np.asarray(rr_s * relative / relative.mean())


def _irregular_intervals(rr_s: float, qt_s: float, n_beats: int, rng: np.random.Generator) -> np.ndarray:
    """Independent, right-skewed intervals, none so short that the T wave has not ended."""
    intervals = rr_s * np.exp(_AF_SPREAD * rng.standard_normal(n_beats))
    intervals *= rr_s / intervals.mean()
    return np.maximum(intervals, qt_s + _RECOVERY_S)


def _with_premature_beats(
    beats: tuple[PlannedBeat, ...], rr_s: float, qt_s: float
) -> tuple[PlannedBeat, ...]:
    """Every fourth beat comes early and wide; the next one on its old time, so the pause compensates."""
    out = list(beats)
    for i in range(_PVC_EVERY - 1, len(out), _PVC_EVERY):
        early = out[i - 1].qrs_onset_s + max(_PVC_COUPLING * rr_s, qt_s + _RECOVERY_S)
        out[i] = PlannedBeat(early, has_p=False, is_pvc=True)
    return tuple(out)


def _wandering_wave(base_hz: float, n_samples: int, fs_hz: float, rng: np.random.Generator) -> np.ndarray:
    frequency_hz = base_hz * (1 + 0.12 * _slow_walk(n_samples, fs_hz, rng))
    size = 1 + 0.35 * _slow_walk(n_samples, fs_hz, rng)
    phase = 2 * np.pi * np.cumsum(frequency_hz) / fs_hz + rng.uniform(0, 2 * np.pi)
    return np.asarray(size * (np.sin(phase) + 0.3 * np.sin(2 * phase + 0.6)))


def _slow_walk(n_samples: int, fs_hz: float, rng: np.random.Generator) -> np.ndarray:
    """A smooth random curve between about -1 and 1 that changes in about half a second."""
    n_knots = int(n_samples / fs_hz / 0.5) + 4
    knots = np.clip(rng.standard_normal(n_knots) / 1.5, -1, 1)
    return np.interp(np.arange(n_samples) / fs_hz / 0.5, np.arange(n_knots), knots)
