"""Where the ventricles beat: QRS complexes and pacing spikes over all leads.

Enters: (leads, n) mV at :data:`WORK_FS_HZ`, unrecorded leads as zeros. Leaves: sample numbers.
Does not say where a wave begins or ends, nor what kind of beat it is.
"""

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


def qrs_energy(signal_mv: Floats) -> Floats:
    """Activity in the QRS band over all leads, smoothed over one QRS; (n,), about 0.7 at a QRS.

    A lead counts with the square root of its usual swing: a large lead does not drown the others, nor
    does one that holds little but noise weigh as much as they do.
    """
    sos = signal.butter(2, QRS_BAND_HZ, "bandpass", fs=WORK_FS_HZ, output="sos")
    banded = signal.sosfiltfilt(sos, signal_mv, axis=1)
    swing = np.maximum(np.percentile(np.abs(banded), 98, axis=1, keepdims=True), SWING_FLOOR_MV)
    power = np.mean(np.square(np.clip(banded / swing, -2, 2)) * swing, axis=0) / np.mean(swing)
    energy: Floats = np.sqrt(np.maximum(ndimage.uniform_filter1d(power, ENERGY_WINDOW), 0.0))
    return energy


def detect_beats(signal_mv: Floats) -> Samples:
    """Sample of the middle of each QRS, in time order; empty when there is none.

    A peak of the energy is a QRS when it reaches a share of the typical peak; after a pause a lower one
    will do. A weak peak in the T-wave zone of a strong one is its T wave. A QRS cut off by either end of
    the recording is left out.
    """
    energy = qrs_energy(signal_mv)
    peaks, _ = signal.find_peaks(energy, distance=round(REFRACTORY_S * WORK_FS_HZ))
    if not len(peaks):
        return np.array([], dtype=np.intp)
    typical = _typical_height(energy, peaks)
    if typical < max(MIN_ENERGY, MIN_CONTRAST * float(np.percentile(energy, 20))):
        return np.array([], dtype=np.intp)
    beats = _without_t_waves(peaks[energy[peaks] > MIN_SHARE_OF_TYPICAL * typical], energy)
    weak = peaks[energy[peaks] > MIN_SHARE_AFTER_PAUSE * typical]
    found = _with_weak_after_pauses(beats, weak, energy)
    return found[(found >= EDGE) & (found < len(energy) - EDGE)]


def _typical_height(energy: Floats, peaks: Samples) -> float:
    """Median over 2 s stretches of the highest peak, pauses left out, so that one artefact does not rule."""
    stretch = peaks // round(2 * WORK_FS_HZ)
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
