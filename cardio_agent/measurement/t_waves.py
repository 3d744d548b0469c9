"""T waves, found on the median beat of each family and followed from beat to beat.

Enters: (leads, n) mV at the working rate, a family and its global QRS. Leaves: for each member its T wave,
or None where the next beat leaves no room or nothing stands out. U waves are not reported.
"""

import numpy as np
from scipy import ndimage

from cardio_agent.measurement.boundaries import (
    T_RULE,
    Fiducials,
    Located,
    bump_fiducials,
    consensus,
    standout,
)
from cardio_agent.measurement.detection import WORK_FS_HZ, Floats, Samples, ms
from cardio_agent.measurement.morphology import AFTER, BEFORE, Family, cut

FIRST_CENTRE = ms(60)
LATEST_CENTRE_PER_ROOT_RR = 0.46
"""Latest T peak after QRS onset, in s, at RR 1 s; it moves with the square root of RR as QT does."""
STRETCH = (0.8, 1.4)
"""A T wave is as long as the root of RR, against that at RR 1 s; within these."""
ROOM_FOR_NEXT_P = ms(180)
ROOM_SHARE_OF_RR = 0.3
OVERALL = (0.25, 0.75)
STANDOUT_REACH = ms(110)
HALF_WIDTH = ms(80)
MAX_SHIFT = ms(30)
MIN_HEIGHT_MV = 0.015


def find_t_waves(signal_mv: Floats, family: Family, qrs: Fiducials, rr: Samples) -> list[Located | None]:
    """T wave of each member of a family.

    Parameters
    ----------
    signal_mv : (leads, n) array, mV
    family : beats of one shape
    qrs : (3,) global onset, peak and offset of the QRS, relative to the beat's centre
    rr : (members,) samples to the next beat

    A wave can reach into the next beat: whoever knows all beats ends it there.
    """
    usual_rr = float(np.median(rr))
    centre = _centre(family.beat_mv, qrs, usual_rr)
    if centre is None:
        return [None] * len(family.members)
    room = (BEFORE + int(qrs[2]), BEFORE + AFTER)
    stretch = np.clip(np.sqrt(usual_rr / WORK_FS_HZ), *STRETCH)
    rule = T_RULE._replace(after=round(T_RULE.after * stretch))
    leads = bump_fiducials(family.beat_mv, centre, rule, room) - BEFORE
    overall = consensus(leads, *OVERALL)
    moved = family.centres + _shifts(signal_mv, family.centres + centre - BEFORE)
    return [Located(leads + at, overall + at) for at in moved]


def _centre(beat_mv: Floats, qrs: Fiducials, rr: float) -> int | None:
    """Index in the median beat where the broad bump after the QRS stands out most over all leads."""
    root = np.sqrt(rr / WORK_FS_HZ)
    latest = min(
        LATEST_CENTRE_PER_ROOT_RR * root * WORK_FS_HZ,
        rr - min(ROOM_FOR_NEXT_P, ROOM_SHARE_OF_RR * rr),
        AFTER - T_RULE.after,
    )
    start, stop = BEFORE + qrs[2] + FIRST_CENTRE, BEFORE + qrs[0] + int(latest)
    if stop <= start:
        return None
    flat = beat_mv.copy()
    flat[:, : BEFORE + qrs[2]] = flat[:, [BEFORE + qrs[2]]]
    bump = standout(ndimage.gaussian_filter1d(flat, T_RULE.smooth, axis=1), STANDOUT_REACH)
    height = np.sqrt(np.mean(np.square(bump[:, start:stop]), axis=0))
    best = int(np.argmax(height))
    return start + best if height[best] >= MIN_HEIGHT_MV else None


def _shifts(signal_mv: Floats, centres: Samples) -> Samples:
    """How much earlier or later each T wave comes than the median one."""
    smooth = ndimage.gaussian_filter1d(signal_mv, T_RULE.smooth, axis=1)
    wide = cut(smooth, centres, HALF_WIDTH + MAX_SHIFT, HALF_WIDTH + MAX_SHIFT)
    typical = np.median(wide, axis=0)[:, MAX_SHIFT:-MAX_SHIFT]
    typical = typical - typical.mean(axis=1, keepdims=True)
    views = np.lib.stride_tricks.sliding_window_view(wide, 2 * HALF_WIDTH, axis=2)
    fit = np.einsum("blsw,lw->bs", views, typical)
    norm = np.sqrt(np.maximum(np.sum(np.var(views, axis=3), axis=1), 1e-12))
    return np.asarray(np.argmax(fit / norm, axis=1) - MAX_SHIFT, dtype=np.intp)
