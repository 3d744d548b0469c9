"""Q, R and S of one lead's QRS, and the phases of its T wave.

Enters: samples of one lead, mV, zero at the end of the PR segment. Leaves: heights and durations. Does not
find waves.

R is the highest positive deflection (of rsR' usually R'), S the deepest negative one after the first
positive one, Q what is negative before it. A QS complex has no R: its depth is both Q and S.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from cardio_agent.measurement.detection import WORK_FS_HZ, Floats

SMALLEST_MV = 0.02
"""Deflections below this are not told from noise. Source: IEC 60601-2-25 (unchecked)."""
MIN_R_SHARE = 0.05
"""A positive notch under this share of the depth does not make a QS complex an rS. Source: unchecked."""
MIN_SECOND_SHARE = 0.15
"""A phase of T under this share of the other one does not make it biphasic. Source: unchecked."""


PLATEAU_SHARE = 0.75
"""The top of R reaches from the first to the last sample at this share of its height. Source: unchecked."""
MM_PER_MV = 10.0  # Source: guideline corpus STD-07


class QrsParts(NamedTuple):
    """Heights in mV and durations in ms, 0 where the deflection is absent; the R-peak time is then NaN."""

    r_mv: float
    s_mv: float
    q_mv: float
    q_ms: float
    r_ms: float
    s_ms: float
    r_peak_time_ms: float


def qrs_parts(complex_mv: Floats) -> QrsParts:
    """Q, R and S of a QRS.

    Parameters
    ----------
    complex_mv : (n,) array at the working rate, from the onset of the QRS over all leads to its offset
    """
    positive, negative = _deflections(complex_mv)
    r = max(positive, key=lambda d: d.mv, default=None)
    first = positive[0].start if positive else len(complex_mv)
    q = min((d for d in negative if d.start < first), key=lambda d: d.mv, default=None)
    s = min((d for d in negative if r is None or d.start > first), key=lambda d: d.mv, default=None)
    return QrsParts(
        r_mv=r.mv if r else 0.0,
        s_mv=s.mv if s else 0.0,
        q_mv=q.mv if q else 0.0,
        q_ms=_ms(int(np.count_nonzero(complex_mv[:first] < 0))) if q else 0.0,
        r_ms=r.ms if r else 0.0,
        s_ms=s.ms if s else 0.0,
        r_peak_time_ms=_ms(r.peak) if r else float("nan"),
    )


class RShape(NamedTuple):
    """What R of one lead looks like beyond its height; 0 where it does not."""

    r_second_mv: float
    r_notch_mv: float
    r_plateau_ms: float


def r_shape(complex_mv: Floats) -> RShape:
    """Second R, notch and breadth of the R of a QRS.

    Parameters
    ----------
    complex_mv : (n,) array at the working rate, from the onset of the QRS over all leads to its offset
    """
    positive, negative = _deflections(complex_mv)
    if not positive:
        return RShape(0.0, 0.0, 0.0)
    r, last = max(positive, key=lambda d: d.mv), positive[-1]
    is_parted = any(positive[0].start < d.start < last.start for d in negative)
    high = np.flatnonzero(complex_mv[r.start : r.stop] >= PLATEAU_SHARE * r.mv)
    return RShape(
        r_second_mv=last.mv if is_parted else 0.0,
        r_notch_mv=notch_mv(complex_mv[r.start : r.stop]),
        r_plateau_ms=_ms(int(high[-1] - high[0]) + 1),
    )


class _Deflection(NamedTuple):
    """An unbroken stretch of one sign: its samples, the sample and height of its extremum."""

    start: int
    stop: int
    peak: int
    mv: float

    @property
    def ms(self) -> float:
        return _ms(self.stop - self.start)


def _deflections(complex_mv: Floats) -> tuple[list[_Deflection], list[_Deflection]]:
    """Positive and negative deflections in order, without those too small to be told from noise.

    What still rises or falls where the QRS ends is its ST segment, not an R or S.
    """
    edges = np.flatnonzero(np.diff(np.sign(complex_mv))) + 1
    bounds = [0, *edges.tolist(), len(complex_mv)]
    found = [_deflection(complex_mv, start, stop) for start, stop in pairwise(bounds)]
    seen = [d for d in found if abs(d.mv) >= SMALLEST_MV and _turns_back(d, complex_mv)]
    deepest = min((d.mv for d in seen), default=0.0)
    positive = [d for d in seen if d.mv >= MIN_R_SHARE * -deepest and d.mv > 0]
    return positive, [d for d in seen if d.mv < 0]


def _deflection(complex_mv: Floats, start: int, stop: int) -> _Deflection:
    peak = start + int(np.argmax(np.abs(complex_mv[start:stop])))
    return _Deflection(start, stop, peak, float(complex_mv[peak]))


def _turns_back(deflection: _Deflection, complex_mv: Floats) -> bool:
    """Whether a deflection has turned back by what can be seen before the QRS ends."""
    is_last = deflection.stop == len(complex_mv)
    return not is_last or abs(deflection.mv) - abs(float(complex_mv[-1])) >= SMALLEST_MV


def second_phase_mv(wave_mv: Floats, peak_mv: float) -> float:
    """Height of the phase of a T wave that points the other way than its peak, 0 when it has but one.

    Parameters
    ----------
    wave_mv : (n,) array, from the onset of T to its offset, from the line between them
    peak_mv : height of its peak, signed
    """
    other = float(wave_mv.min() if peak_mv > 0 else wave_mv.max())
    is_seen = abs(other) >= max(SMALLEST_MV, MIN_SECOND_SHARE * abs(peak_mv)) and other * peak_mv < 0
    return other if is_seen else 0.0


def notch_mv(wave_mv: Floats) -> float:
    """Depth of the deepest dip between two summits of an upright wave, from the lower of them; 0 for none.

    >>> round(notch_mv(np.array([0.0, 1.0, 0.7, 0.9, 0.0])), 2)
    0.2
    """
    upright = np.maximum(wave_mv, 0.0)  # below the line it is another phase, not a dip
    before, after = np.maximum.accumulate(upright), np.maximum.accumulate(upright[::-1])[::-1]
    depth = float((np.minimum(before, after) - upright).max(initial=0.0))
    return depth if depth >= SMALLEST_MV else 0.0


def last_phase_mv(wave_mv: Floats, peak_mv: float, second_mv: float) -> float:
    """Height of the phase of a wave that comes last: of its peak or, when it has two, of the later one.

    Parameters
    ----------
    wave_mv : (n,) array, from the onset of the wave to its offset, from the line between them
    peak_mv, second_mv : heights of its phases, signed; the second is 0 when there is but one
    """
    if not second_mv:
        return peak_mv
    is_second_later = np.argmax(wave_mv * np.sign(second_mv)) > np.argmax(wave_mv * np.sign(peak_mv))
    return second_mv if is_second_later else peak_mv


def terminal_force_mm_s(wave_mv: Floats) -> float:
    """Depth in mm times duration in s of the negative end of a P wave, 0 when it ends upright.

    Parameters
    ----------
    wave_mv : (n,) array at the working rate, from the onset of P to its offset, from the line between them

    Source: guideline corpus CHM-14 (depth by duration).
    """
    lowest = int(np.argmin(wave_mv))
    if wave_mv[lowest] > -SMALLEST_MV or lowest < np.argmax(wave_mv):
        return 0.0
    duration_s = _run(wave_mv < 0, lowest) / WORK_FS_HZ
    return -float(wave_mv[lowest]) * MM_PER_MV * duration_s


def _run(holds: np.ndarray, at: int) -> int:
    """Length of the unbroken run of True that a sample lies in."""
    breaks = np.flatnonzero(~holds)
    before, after = breaks[breaks < at], breaks[breaks > at]
    return int((after[0] if len(after) else len(holds)) - (before[-1] if len(before) else -1) - 1)


def _ms(samples: float) -> float:
    return float(samples) / WORK_FS_HZ * 1000
