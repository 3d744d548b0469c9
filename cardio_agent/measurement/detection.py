"""Where the ventricles beat: QRS complexes and pacing spikes over all leads.

Enters: (leads, n) mV at :data:`WORK_FS_HZ`, unrecorded leads as zeros. Leaves: sample numbers.
Does not say where a wave begins or ends, nor what kind of beat it is.
"""

from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

Floats = NDArray[np.floating]
Samples = NDArray[np.intp]

WORK_FS_HZ = 500.0
"""Rate at which all delineation is done; what comes in is resampled to it, what leaves is scaled back."""


def ms(duration_ms: float) -> int:
    """Samples of a duration at the working rate.

    >>> ms(100)
    50
    """
    return round(duration_ms * WORK_FS_HZ / 1000)


EDGE = ms(60)
QRS_BAND_HZ = (6.0, 25.0)
ENERGY_WINDOW = ms(90)
REFRACTORY_S = 0.24
MIN_SHARE_OF_TYPICAL = 0.40
MIN_SHARE_AFTER_PAUSE = 0.25
PAUSE_IN_RR = 1.6
PAUSE_SHARE = 0.25
MIN_ENERGY = 0.1
MIN_CONTRAST = 2.2
T_WAVE_ZONE_S = 0.36
T_WAVE_SHARE = 0.45
SWING_FLOOR_MV = 0.02
STRETCH = ms(2000)
QRS_REACH = ms(60)
COARSE = ms(10)
MIN_SWING_OF_MIDDLE_LEAD = 0.2
"""Most leads see a QRS: there the middle one swings by at least this share of its usual swing. What one
lead alone shows is an artefact."""


def qrs_band(signal_mv: Floats) -> tuple[Floats, Floats]:
    """The QRS band as a share of each lead's usual swing, (leads, n), and that swing, (leads, 1), mV."""
    banded = signal.sosfiltfilt(_band(), signal_mv, axis=1)
    size = np.abs(banded)
    swing = np.maximum(np.percentile(size[:, _is_alive(size)], 98, axis=1, keepdims=True), SWING_FLOOR_MV)
    return banded / swing, swing


def _is_alive(size: Floats) -> np.ndarray:
    """Which samples lie in 2 s stretches where the middle lead moves, (n,); all where it never does.

    In a long silence one beat is less than the highest fiftieth: its T wave would be the usual swing.
    """
    highest = np.maximum.reduceat(size, np.arange(0, size.shape[1], STRETCH), axis=1)
    moves = np.median(highest, axis=0) >= SWING_FLOOR_MV
    return np.repeat(moves if moves.any() else ~moves, STRETCH)[: size.shape[1]]


@cache
def _band() -> Floats:
    return np.asarray(signal.butter(2, QRS_BAND_HZ, "bandpass", fs=WORK_FS_HZ, output="sos"))


def qrs_energy(banded: Floats, swing: Floats) -> Floats:
    """Activity in the QRS band over all leads, smoothed over one QRS; (n,), about 0.7 at a QRS.

    A lead counts with the square root of its usual swing: a large lead does not drown the others, nor
    does one that holds little but noise weigh as much as they do.
    """
    power = np.mean(np.square(np.clip(banded, -2, 2)) * swing, axis=0) / np.mean(swing)
    energy: Floats = np.sqrt(np.maximum(ndimage.uniform_filter1d(power, ENERGY_WINDOW), 0.0))
    return energy


def detect_beats(signal_mv: Floats) -> Samples:
    """Sample of the middle of each QRS, in time order; empty when there is none.

    A peak of the energy is a QRS when it reaches a share of the typical peak; after a pause a lower one
    will do. What most leads do not see is none. A weak peak in the T-wave zone of a strong one is its T
    wave. A QRS cut off by either end of
    the recording is left out.
    """
    banded, swing = qrs_band(signal_mv)
    energy = qrs_energy(banded, swing)
    seen = np.where(_is_in_most_leads(banded), energy, 0.0)
    peaks, _ = signal.find_peaks(seen, height=0.0, distance=round(REFRACTORY_S * WORK_FS_HZ))
    if not len(peaks):
        return np.array([], dtype=np.intp)
    typical = _typical_height(energy, peaks)
    if typical < max(MIN_ENERGY, MIN_CONTRAST * float(np.percentile(energy, 20))):
        return np.array([], dtype=np.intp)
    beats = _without_t_waves(peaks[energy[peaks] > MIN_SHARE_OF_TYPICAL * typical], energy)
    weak = peaks[energy[peaks] > MIN_SHARE_AFTER_PAUSE * typical]
    found = _with_weak_after_pauses(beats, weak, energy)
    return found[(found >= EDGE) & (found < len(energy) - EDGE)]


def _is_in_most_leads(banded: Floats) -> np.ndarray:
    """Whether the middle lead swings within 60 ms of each sample, (n,)."""
    thinned = np.abs(banded[:, ::COARSE])  # quicker, and QRS complexes are many times as long
    swings = ndimage.maximum_filter1d(thinned, 2 * QRS_REACH // COARSE + 1, axis=1)
    seen = np.median(swings, axis=0) >= MIN_SWING_OF_MIDDLE_LEAD
    return np.repeat(seen, COARSE)[: banded.shape[1]]


def _typical_height(energy: Floats, peaks: Samples) -> float:
    """Median over 2 s stretches of the highest peak, pauses left out, so that one artefact does not rule."""
    stretch = peaks // STRETCH
    highest = np.array([energy[peaks[stretch == s]].max() for s in np.unique(stretch)])
    return float(np.median(highest[highest > PAUSE_SHARE * highest.max()]))


def _without_t_waves(peaks: Samples, energy: Floats) -> Samples:
    kept: list[int] = []
    for peak in peaks:
        near = bool(kept) and peak - kept[-1] < T_WAVE_ZONE_S * WORK_FS_HZ
        if near and energy[peak] < T_WAVE_SHARE * energy[kept[-1]]:
            continue
        if near and energy[kept[-1]] < T_WAVE_SHARE * energy[peak]:
            kept.pop()
        kept.append(int(peak))
    return np.array(kept, dtype=np.intp)


def _with_weak_after_pauses(beats: Samples, weak: Samples, energy: Floats) -> Samples:
    """Look again, less strictly, where the next beat came late."""
    if len(beats) < 3:
        return beats
    rr = float(np.median(np.diff(beats)))
    edges = np.concatenate(([beats[0] - PAUSE_IN_RR * rr], beats, [beats[-1] + PAUSE_IN_RR * rr]))
    found: list[int] = []
    for before, after in pairwise(edges):
        inside = weak[(weak > before + 0.5 * rr) & (weak < after - 0.5 * rr)]
        if after - before > PAUSE_IN_RR * rr and len(inside):
            found.append(int(inside[np.argmax(energy[inside])]))
    return np.sort(np.concatenate((beats, np.array(found, dtype=np.intp))))
