"""Flutter: atrial waves that follow each other without a rest.

Enters: (leads, n) mV at the working rate of the leads that show flutter best, and where each QRS lies.
Leaves: the rate of the waves, and how much like flutter they are. Places no wave and names no rhythm.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import signal

from cardio_agent.measurement.detection import WORK_FS_HZ, Floats, Samples

LEADS_OF_FLUTTER = ("II", "III", "aVF", "V1")
"""Where the saw-tooth stands. Source: guideline corpus AF-21."""

_FS_HZ = 100.0
_STEP = round(WORK_FS_HZ / _FS_HZ)
RATES_BPM = (190.0, 350.0)
"""AF-21 has 250 to 330/min for the typical form; drugs and a large atrium slow it (unchecked)."""
BAND_HZ = (3.0, 15.0)
QRS_MARGINS = (1, 2)
LONGEST_QRS = 10
"""More than 100 ms is not cut out: of a flutter wave too little would be left."""

# Chosen on PTB-XL folds 1 to 9: 14 of 17 records of flutter lie above, sinus rhythm reaches 0.72,
# fibrillation 0.66 in 98 of 100.
MIN_LIKENESS = 0.74
MIN_LIKENESS_OF_STEADY = 0.85
"""Where a steady rhythm holds three waves or more a beat: P and T, evenly spaced, come close to that."""
STEADY_RR = 0.03
OFF_WHOLE = 0.10
"""In a steady rhythm each RR holds a whole number of waves, two or more: how far off it may be."""
FEWEST_BEATS = 3
SHORTEST_S = 2.0


POSSIBLE_LIKENESS = 0.55
"""From here on flutter is not excluded: sinus rhythm lies below in 98 of 100 records."""


class Periodicity(NamedTuple):
    """What comes back at the rate of flutter, whether it is flutter, and whether it may be."""

    rate_bpm: float
    is_flutter: bool
    may_be_flutter: bool


def find_flutter(signal_mv: Floats, qrs: Samples) -> Periodicity | None:
    """What comes back at the rate of flutter; None where nothing does.

    The QRS complexes are cut out, and what remains is compared with itself, all leads together, one wave
    later. T waves come once a beat, and P looks otherwise than T: only flutter is like itself at 190 to
    350/min. A rhythm that repeats each RR and no sooner is none.

    Parameters
    ----------
    signal_mv : (leads, n) array, mV
    qrs : (beats, 2) array, onset and offset of each QRS over all leads

    Limits: waves much lower than the T waves are not seen, nor are those conducted one to one.
    """
    if len(qrs) < FEWEST_BEATS or not len(signal_mv) or signal_mv.shape[1] < SHORTEST_S * WORK_FS_HZ:
        return None
    between, is_between = _without_qrs(signal_mv[:, ::_STEP], qrs // _STEP)
    first, last = (60 * _FS_HZ / rate for rate in RATES_BPM[::-1])
    lags = np.arange(int(first), int(np.ceil(last)) + 1)
    likeness = np.array([_likeness(between, is_between, int(lag)) for lag in lags])
    peaks, _ = signal.find_peaks(likeness)
    if not len(peaks):
        return None
    best = int(peaks[np.argmax(likeness[peaks])])
    height = float(likeness[best])
    period_s = (lags[best] + _summit(likeness[best - 1 : best + 2])) / _FS_HZ
    rr_s = np.diff(qrs[:, 0]) / WORK_FS_HZ
    needed = _needed_likeness(period_s, rr_s)
    may_be_flutter = needed is not None and height >= POSSIBLE_LIKENESS
    return Periodicity(float(60 / period_s), needed is not None and height >= needed, may_be_flutter)


def _without_qrs(signal_mv: Floats, qrs: Samples) -> tuple[Floats, np.ndarray]:
    """The band of flutter, QRS complexes replaced by straight lines, and which samples are not of them."""
    bridged = signal_mv.copy()
    is_between = np.ones(bridged.shape[1], dtype=bool)
    for onset, offset in qrs:
        start = max(int(onset) - QRS_MARGINS[0], 0)
        stop = min(int(offset), int(onset) + LONGEST_QRS) + QRS_MARGINS[1]
        stop = min(stop, bridged.shape[1] - 1)
        bridged[:, start : stop + 1] = np.linspace(bridged[:, start], bridged[:, stop], stop - start + 1).T
        is_between[start : stop + 1] = False
    return np.asarray(signal.sosfiltfilt(_band(), bridged, axis=1)), is_between


@cache
def _band() -> Floats:
    return np.asarray(signal.butter(2, BAND_HZ, "bandpass", fs=_FS_HZ, output="sos"))


def _likeness(between: Floats, is_between: np.ndarray, lag: int) -> float:
    """Correlation over all leads of the signal with itself ``lag`` samples later, QRS complexes left out."""
    both = is_between[:-lag] & is_between[lag:]
    now, later = between[:, :-lag][:, both], between[:, lag:][:, both]
    return float(np.sum(now * later) / np.sqrt(np.sum(now**2) * np.sum(later**2) + 1e-12))


def _summit(three: Floats) -> float:
    """Place of the top of a parabola through three points, from the middle one."""
    curvature = three[0] - 2 * three[1] + three[2]
    return float((three[0] - three[2]) / (2 * curvature)) if curvature else 0.0


def _needed_likeness(period_s: float, rr_s: Floats) -> float | None:
    """The likeness that makes it flutter; None where the waves cannot drive these beats.

    They can with two or more of them to each beat, a whole number in a steady rhythm.
    """
    usual = float(np.median(rr_s))
    n_waves = usual / period_s
    is_steady = float(np.median(np.abs(np.diff(rr_s)))) < STEADY_RR * usual
    if n_waves < 2 - OFF_WHOLE or (is_steady and abs(n_waves - round(n_waves)) > OFF_WHOLE):
        return None
    return MIN_LIKENESS_OF_STEADY if is_steady and round(n_waves) > 2 else MIN_LIKENESS
