"""Q, R and S of one lead's QRS, and the phases of its T wave.

Enters: samples of one lead, mV, zero at the end of the PR segment. Leaves: heights and durations. Does not
find waves.

R is the highest positive deflection (of rsR' usually R'), S the deepest negative one after the first
positive one, Q what is negative before it. A QS complex has no R: its depth is both Q and S.
"""

from typing import NamedTuple

import numpy as np

from cardio_agent.measurement.detection import WORK_FS_HZ, Floats

SMALLEST_MV = 0.02
"""Deflections below this are not told from noise. Source: IEC 60601-2-25 (unchecked)."""
MIN_R_SHARE = 0.05
"""A positive notch under this share of the depth does not make a QS complex an rS. Source: unchecked."""
MIN_SECOND_SHARE = 0.15
"""A phase of T under this share of the other one does not make it biphasic. Source: unchecked."""


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
    positive = np.flatnonzero(complex_mv >= SMALLEST_MV)
    has_r = len(positive) > 0 and complex_mv.max() >= MIN_R_SHARE * -complex_mv.min()
    first = int(positive[0]) if has_r else 0
    before = complex_mv[:first] if has_r else complex_mv
    after = complex_mv[first:]
    q_mv, s_mv = (float(part.min(initial=0.0)) for part in (before, after))
    q_mv, s_mv = (depth if depth <= -SMALLEST_MV else 0.0 for depth in (q_mv, s_mv))
    peak = int(np.argmax(complex_mv))
    return QrsParts(
        r_mv=float(complex_mv.max()) if has_r else 0.0,
        s_mv=s_mv,
        q_mv=q_mv,
        q_ms=_ms(int(np.count_nonzero(before < 0))) if q_mv else 0.0,
        r_ms=_ms(_run(complex_mv > 0, peak)) if has_r else 0.0,
        s_ms=_ms(_run(after < 0, int(np.argmin(after)))) if s_mv else 0.0,
        r_peak_time_ms=_ms(peak) if has_r else float("nan"),
    )


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


def _run(holds: np.ndarray, at: int) -> int:
    """Length of the unbroken run of True that a sample lies in."""
    breaks = np.flatnonzero(~holds)
    before, after = breaks[breaks < at], breaks[breaks > at]
    return int((after[0] if len(after) else len(holds)) - (before[-1] if len(before) else -1) - 1)


def _ms(samples: float) -> float:
    return float(samples) / WORK_FS_HZ * 1000
