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
from cardio_agent.measurement.morphology import AFTER, BEFORE, Family, cut, median_beat, running_sums

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
TOP_REACH = ms(16)
"""How far the top of one beat's T can lie from that of the median beat. Chosen on one half of LUDB; on the
other half it took the error of the peak from 8.8 to 7.6 ms."""
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
    smooth = ndimage.gaussian_filter1d(signal_mv, T_RULE.smooth, axis=1)
    moved = family.centres + _shifts(smooth, family.centres + centre - BEFORE)
    signs = _signs(family.beat_mv, leads + BEFORE)
    return [Located(_with_own_tops(smooth, leads + at, signs), overall + at) for at in moved]


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


def _signs(beat_mv: Floats, leads: Fiducials) -> Floats:
    """1 where the peak of a lead lies above the middle of its ends, else -1; (leads,)."""
    onset, peak, offset = np.take_along_axis(beat_mv, leads, axis=1).T
    return np.where(2 * peak >= onset + offset, 1.0, -1.0)


def _with_own_tops(smooth: Floats, leads: Fiducials, signs: Floats) -> Fiducials:
    """The same fiducials, each peak on the top that this very beat has near that of the median beat."""
    near = leads[:, 1, None] + np.arange(-TOP_REACH, TOP_REACH + 1)
    heights = signs[:, None] * np.take_along_axis(smooth, near.clip(0, smooth.shape[1] - 1), axis=1)
    top = heights.argmax(axis=1)
    is_top = (top > 0) & (top < 2 * TOP_REACH)  # at an end of the stretch it only goes on rising
    peaks = np.where(is_top, leads[:, 1] + top - TOP_REACH, leads[:, 1])
    return np.column_stack((leads[:, 0], np.clip(peaks, leads[:, 0], leads[:, 2]), leads[:, 2]))


def _shifts(smooth: Floats, centres: Samples) -> Samples:
    """How much earlier or later each T wave comes than the median one."""
    wide = cut(smooth, centres, HALF_WIDTH + MAX_SHIFT, HALF_WIDTH + MAX_SHIFT)
    typical = median_beat(wide)[:, MAX_SHIFT:-MAX_SHIFT]
    typical = typical - typical.mean(axis=1, keepdims=True)
    n = 2 * HALF_WIDTH
    fit = np.einsum("blsw,lw->bs", np.lib.stride_tricks.sliding_window_view(wide, n, axis=2), typical)
    variance = running_sums(np.square(wide), n) / n - np.square(running_sums(wide, n) / n)
    norm = np.sqrt(np.maximum(np.sum(variance, axis=1), 1e-12))
    return np.asarray(np.argmax(fit / norm, axis=1) - MAX_SHIFT, dtype=np.intp)
