"""Filtering for measurement: baseline wander, mains hum and what lies above the ECG's band.

Enters: an ECG as read. Leaves: the same ECG, zero-phase filtered, its ST segments where they were. Does
not filter for the classifier and does not judge quality.
"""

from dataclasses import replace
from functools import cache

import numpy as np

from cardio_agent.errors import BadRecording
from cardio_agent.schema import Ecg
from cardio_agent.signal.beats import find_qrs

# Source: guideline corpus STD-09 (adult diagnostic band 0.05 to 150 Hz).
LOW_PASS_HZ = 150.0
HIGHEST_OF_RATE = 0.45
_LOW_PASS_ORDER = 4

SHORTEST_S = 1.0

# Where the heart cycle is at the baseline, from the middle of the QRS; wide enough for a QT interval of
# 600 ms and a PR interval of 280 ms. The levels there, joined, hold no wave of the beat; what they still
# hold above 1 Hz is noise and fibrillation, not wander.
_BEFORE_QRS_S = (0.22, 0.03)
_T_ENDS_AFTER_QRS_S = 0.62
_P_BEFORE_QRS_S = 0.32
_SHORTEST_REST_S = 0.08
_STRETCH_S = 0.03
_WANDER_HZ = 1.0
_FALLBACK_HIGH_PASS_HZ = 0.15
_FEWEST_STRETCHES = 3

# A hum is filtered where its line stands this far above its neighbours and is this strong.
_MAINS_HZ = (50.0, 60.0)
_MAINS_TO_NEIGHBOURS = 20.0
_MAINS_RMS_MV = 0.003
_LINE_HZ = 0.5
_NOTCH_Q = 25.0


def clean(ecg: Ecg) -> Ecg:
    """The recording, filtered for measurement.

    Parameters
    ----------
    ecg : Ecg
        At least 1 s long.

    Returns
    -------
    Ecg
        Same shape, rate and leads. Baseline wander is removed, mains hum too where there is one, and
        what lies above 150 Hz (recordings below 334 Hz hold nothing there and are not low-passed). No
        wave is moved in time.

    Raises
    ------
    BadRecording
        Shorter than 1 s.

    Baseline: the levels of quiet stretches before each QRS, and before the P wave where the heart is
    slow, joined by a smooth curve, so that an ST segment, however high, takes no part in it (after Meyer
    and Keiser 1977; Akima's curve, for their cubic spline overshoots between fibrillatory waves). With
    fewer than three such stretches the recording is high-passed at 0.15 Hz instead.

    Limits: wander faster than half the heart rate stays; before the first stretch and after the last the
    baseline is held; a pacing spike loses height, so look for spikes in the recording as read.
    """
    check_length(ecg)
    recorded = ~np.isnan(ecg.signal_mv[:, 0])
    if not recorded.any():
        return ecg
    rows = ecg.signal_mv[recorded].astype(np.float64)
    rows = remove_mains(rows, ecg.fs_hz)
    rows = _low_pass(rows, ecg.fs_hz)
    rows = rows - baseline(rows, ecg.fs_hz)
    out = np.full_like(ecg.signal_mv, np.nan)
    out[recorded] = rows
    return replace(ecg, signal_mv=out)


def check_length(ecg: Ecg) -> None:
    """Raise BadRecording where a recording is shorter than 1 s."""
    if ecg.duration_s < SHORTEST_S:
        raise BadRecording(
            f"{ecg.source.name} is {ecg.duration_s:.2f} s long: at least {SHORTEST_S:g} s is needed"
        )


def remove_mains(rows: np.ndarray, fs_hz: float) -> np.ndarray:
    """Rows (n_leads, n) without 50 or 60 Hz hum; as they are where none is found."""
    from scipy.signal import filtfilt, iirnotch

    for mains_hz in find_hums(rows, fs_hz):
        b, a = iirnotch(mains_hz, _NOTCH_Q, fs=fs_hz)
        rows = filtfilt(b, a, rows, axis=1)
    return rows


def baseline(rows: np.ndarray, fs_hz: float) -> np.ndarray:
    """Baseline wander of each row, same shape, mV."""
    from scipy.interpolate import Akima1DInterpolator
    from scipy.signal import sosfiltfilt

    knots = _quiet_stretches(rows, fs_hz)
    if len(knots) < _FEWEST_STRETCHES:
        high_pass = _butterworth(1, _FALLBACK_HIGH_PASS_HZ, "highpass", fs_hz)
        return np.asarray(rows - sosfiltfilt(high_pass, rows, axis=1))
    half = _half_stretch(fs_hz)
    levels = np.stack([np.median(rows[:, k - half : k + half + 1], axis=1) for k in knots], axis=1)
    at = np.clip(np.arange(rows.shape[1]), knots[0], knots[-1])
    curve = Akima1DInterpolator(knots, levels, axis=1, method="makima")(at)
    return np.asarray(sosfiltfilt(_butterworth(2, _WANDER_HZ, "lowpass", fs_hz), curve, axis=1))


def _quiet_stretches(rows: np.ndarray, fs_hz: float) -> np.ndarray:
    """Middle of the quietest stretch in each part of the heart cycle that is at the baseline.

    One just before each QRS; another between the end of T and the next P wherever a slow heart, or the
    end of the recording, leaves room.
    """
    from scipy.ndimage import uniform_filter1d

    half = _half_stretch(fs_hz)
    change = np.abs(np.diff(rows, axis=1, prepend=rows[:, :1])).sum(axis=0)
    change = uniform_filter1d(change, 2 * half + 1)
    beats = find_qrs(rows, fs_hz) / fs_hz
    if not len(beats):
        return np.empty(0, dtype=int)
    next_beats = np.append(beats[1:], rows.shape[1] / fs_hz + _P_BEFORE_QRS_S)
    windows = [(beat - _BEFORE_QRS_S[0], beat - _BEFORE_QRS_S[1]) for beat in beats]
    windows += [
        (beat + _T_ENDS_AFTER_QRS_S, following - _P_BEFORE_QRS_S)
        for beat, following in zip(beats, next_beats, strict=True)
        if following - beat > _T_ENDS_AFTER_QRS_S + _P_BEFORE_QRS_S + _SHORTEST_REST_S
    ]
    spans = [(round(start * fs_hz), round(end * fs_hz)) for start, end in windows]
    inside = [(lo, hi) for lo, hi in spans if lo >= half and hi <= rows.shape[1] - half]
    return np.unique([lo + int(change[lo:hi].argmin()) for lo, hi in inside]).astype(int)


def _half_stretch(fs_hz: float) -> int:
    return max(1, round(_STRETCH_S * fs_hz / 2))


def _low_pass(rows: np.ndarray, fs_hz: float) -> np.ndarray:
    from scipy.signal import sosfiltfilt

    if HIGHEST_OF_RATE * fs_hz <= LOW_PASS_HZ:
        return rows  # sampling has limited the band already; filtering again would only lower the QRS
    low_pass = _butterworth(_LOW_PASS_ORDER, LOW_PASS_HZ, "lowpass", fs_hz)
    return np.asarray(sosfiltfilt(low_pass, rows, axis=1))


@cache
def _butterworth(order: int, corner_hz: float, kind: str, fs_hz: float) -> np.ndarray:
    """Second-order sections; made once, for designing one takes as long as filtering with it."""
    from scipy.signal import butter

    return np.asarray(butter(order, corner_hz, kind, fs=fs_hz, output="sos"))


def find_hums(rows: np.ndarray, fs_hz: float) -> list[float]:
    """Mains frequencies whose line stands out of the leads' mean spectrum."""
    if not len(rows):
        return []
    n_samples = rows.shape[1]
    window = np.hanning(n_samples)
    power = np.square(np.abs(np.fft.rfft(rows * window, axis=1))).mean(axis=0)
    power *= 2 / (n_samples * np.square(window).sum())
    frequency_hz = np.fft.rfftfreq(n_samples, 1 / fs_hz)
    found = []
    for mains_hz in [hz for hz in _MAINS_HZ if hz < HIGHEST_OF_RATE * fs_hz]:
        distance_hz = np.abs(frequency_hz - mains_hz)
        line = power[distance_hz <= _LINE_HZ]
        around = np.median(power[(distance_hz > 3 * _LINE_HZ) & (distance_hz <= 12 * _LINE_HZ)])
        hum_mv = np.sqrt(max(0.0, float((line - around).sum())))
        if line.max() > _MAINS_TO_NEIGHBOURS * around and hum_mv > _MAINS_RMS_MV:
            found.append(mains_hz)
    return found
