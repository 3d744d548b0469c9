"""How noisy each lead is, kind by kind.

Enters: the leads as read. Leaves: :class:`Noise`, each kind as an amplitude in mV. Judges nothing: see
:mod:`cardio_agent.signal.quality` for what is too much.
"""

from dataclasses import dataclass

import numpy as np

from cardio_agent.signal.alignment import AlignedBeats
from cardio_agent.signal.bands import Spectrum
from cardio_agent.signal.filtering import HIGHEST_OF_RATE

# Muscle is in this band and the ECG between its QRS complexes hardly is.
NOISE_BAND_HZ = (20.0, 110.0)
NOISE_FS_HZ = 250.0
WANDER_BAND_HZ = 0.7
WANDER_FS_HZ = 25.0
# Recorders may end on a step of their own, and filters ring there.
EDGE_S = 0.2
# How much of the disturbance of slow waves counts as burst: chosen on the burst-noise notes of PTB-XL, folds
# 1 to 8.
SLOW_SHARE = 0.05

_QRS_HALF_S = 0.12
_STEP_GAP_S = 0.02
_STEP_HOLD_S = 0.35
_SECOND_S = 1.0
_FEWEST_QUIET = 0.3


@dataclass(frozen=True, eq=False)
class Noise:
    """Amplitudes of each lead, (n_leads,) in mV.

    ``wander`` is the swing below 0.7 Hz from the 2nd to the 98th percentile. ``static`` is the root mean
    square between QRS complexes from 20 Hz to 110 Hz (as far as the rate reaches) of the usual second.
    ``burst`` is by how much the noisiest second exceeds it, with a twentieth of the largest deviation of a
    beat from the usual one outside the QRS. ``step`` is the largest jump that stays for 0.35 s, less the
    usual one of a second. ``mains`` is the root mean square of the hum.
    """

    wander: np.ndarray
    static: np.ndarray
    burst: np.ndarray
    step: np.ndarray
    mains: np.ndarray


def measure_noise(
    spectrum: Spectrum, rows: np.ndarray, beats: np.ndarray, aligned: AlignedBeats, mains_mv: np.ndarray
) -> Noise:
    """The noise of each lead.

    Parameters
    ----------
    spectrum : Spectrum
        Of the leads, hum taken out.
    rows : ndarray, (n_leads, n), mV
        The leads with their level, at the rate of ``aligned``.
    beats : ndarray of int
        The middle of each QRS, in samples of ``rows``.
    aligned : AlignedBeats
    mains_mv : ndarray, (n_leads,)
        The hum that was taken out.
    """
    seconds = _noise_of_seconds(spectrum, beats / aligned.fs_hz)
    static = np.median(seconds, axis=1)
    burst = seconds.max(axis=1) - static + SLOW_SHARE * _slow_deviation(aligned)
    steps = _steps(_without_beats(rows, beats, aligned), aligned.fs_hz)
    return Noise(_wander(spectrum), static, burst, steps, mains_mv)


def _wander(spectrum: Spectrum) -> np.ndarray:
    low, high = np.percentile(spectrum.band(0, WANDER_BAND_HZ, WANDER_FS_HZ), (2, 98), axis=1)
    return np.asarray(high - low)


def _noise_of_seconds(spectrum: Spectrum, beats_s: np.ndarray) -> np.ndarray:
    """Root mean square between QRS complexes around each moment, over a second: (n_leads, moments)."""
    from scipy.ndimage import uniform_filter1d

    fs_hz = spectrum.rate_hz(NOISE_FS_HZ)
    power = np.square(spectrum.band(NOISE_BAND_HZ[0], min(NOISE_BAND_HZ[1], HIGHEST_OF_RATE * fs_hz), fs_hz))
    quiet = _between_beats(power.shape[1], beats_s * fs_hz, fs_hz)
    window = max(1, min(round(_SECOND_S * fs_hz), len(quiet)))
    share = uniform_filter1d(quiet.astype(float), window)
    told = share > min(0.5, 0.6 * share.max())
    mean = uniform_filter1d(power * quiet, window, axis=1)[:, told] / share[told]
    return np.asarray(np.sqrt(np.maximum(mean, 0)))


def _between_beats(n_samples: int, beats: np.ndarray, fs_hz: float) -> np.ndarray:
    """True outside QRS complexes and off the edges; everywhere off the edges where too little is left."""
    inner = np.zeros(n_samples, dtype=bool)
    edge = round(EDGE_S * fs_hz)
    inner[edge : n_samples - edge] = True
    quiet = inner.copy()
    for beat in beats:
        quiet[max(0, round(beat - _QRS_HALF_S * fs_hz)) : round(beat + _QRS_HALF_S * fs_hz)] = False
    return quiet if quiet.mean() >= _FEWEST_QUIET else inner


def _slow_deviation(aligned: AlignedBeats) -> np.ndarray:
    """Largest deviation of a usual beat from the typical one outside the QRS, root mean square."""
    if not aligned.is_usual.any():
        return np.zeros(len(aligned.typical))
    outside = np.ones(aligned.typical.shape[1], dtype=bool)
    outside[aligned.qrs()] = False
    apart = aligned.each[:, aligned.is_usual] - aligned.typical[:, None]
    apart = apart[:, :, outside] - apart[:, :, outside].mean(axis=2, keepdims=True)
    return np.asarray(np.sqrt(np.square(apart).mean(axis=2)).max(axis=1))


def _without_beats(rows: np.ndarray, beats: np.ndarray, aligned: AlignedBeats) -> np.ndarray:
    """The rows with the typical beat taken out at each beat, as far as half-way to its neighbours."""
    out = rows.copy()
    n_samples, before = rows.shape[1], aligned.middle
    half_way = (beats[1:] + beats[:-1]) // 2
    limits = zip([0, *half_way], [*half_way, n_samples], strict=True) if len(beats) else ()
    for beat, (first, last) in zip(beats, limits, strict=True):
        start = max(first, beat - before)
        stop = min(last, beat - before + aligned.typical.shape[1])
        out[:, start:stop] -= aligned.typical[:, start - beat + before : stop - beat + before]
    return out


def _steps(rows: np.ndarray, fs_hz: float) -> np.ndarray:
    """Largest jump: all of the 0.35 s after it lie beyond all of the 0.35 s before it, by so much."""
    from scipy.ndimage import maximum_filter1d, minimum_filter1d

    hold, gap = round(_STEP_HOLD_S * fs_hz), max(1, round(_STEP_GAP_S * fs_hz))
    edge = round(EDGE_S * fs_hz)
    if rows.shape[1] < 2 * (hold + gap + edge) + 2:
        return np.zeros(len(rows))
    highest, lowest = maximum_filter1d(rows, hold, axis=1), minimum_filter1d(rows, hold, axis=1)
    apart = hold + 2 * gap
    up = lowest[:, apart:] - highest[:, :-apart]
    down = lowest[:, :-apart] - highest[:, apart:]
    jump = np.maximum(np.maximum(up, down), 0)[:, hold // 2 + edge : -(hold // 2 + edge)]
    second = max(1, round(_SECOND_S * fs_hz))
    highest_of_second = maximum_filter1d(jump, second, axis=1)
    return np.asarray(jump.max(axis=1) - np.median(highest_of_second, axis=1))
