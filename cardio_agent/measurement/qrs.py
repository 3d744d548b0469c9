"""Where the QRS of each lead begins, peaks and ends on a median beat.

Enters: (leads, m) mV at the working rate and the middle of the QRS. Leaves: (leads, 3) indices of onset, peak
and offset. Does not find beats.
"""

import numpy as np
from scipy import ndimage

from cardio_agent.measurement.boundaries import Fiducials, consensus
from cardio_agent.measurement.detection import Floats, Samples, ms

# Chosen on the odd-numbered LUDB records. Slopes are shares of the steepest one.
SLOPE_WINDOW = ms(18)
STEEP_SHARE = 0.20
QUIET_SHARE = 0.03
QUIET_OVER_NOISE = 1.5
QUIET_OVER_ST_SLOPE = 2.0
NOISE_ZONE = (ms(200), ms(80))
ST_ZONE = (ms(30), ms(70))
REACH = (ms(120), ms(160))
CORE = (ms(110), ms(140))
FALLBACK = ms(45)

LONGEST_GAP = ms(60)
"""A notch of the QRS is level for less than this; what is steep after more is a P or T wave."""

# Deviations that a reader would see, as shares of the QRS from top to bottom.
VISIBLE_AT_ONSET = 0.005
VISIBLE_AT_OFFSET = 0.015
VISIBLE_MV = 0.003

MAX_LEAD_DEVIATION = ms(10)
LATE_LEADS = 0.8
"""Share of the leads that end before a slow last deflection does, at most."""

# Over all leads a bound counts where a lead has clearly moved: the low-pass filter spreads each corner by
# some ms, which is little of a QRS. Set between two truths: some 3 ms narrower than the median lead's
# annotated QRS on LUDB (100 records), 2 to 3 ms wider than the corners of simulated ECGs.
MOVED_SHARES = (0.027, 0.015)
"""At onset and at offset."""
MOVED_MV = 0.006
ST_COURSE = ms(20)
"""Over how much of the ST segment its course is read."""
OVERALL = (0.15, 0.8)
MIN_R_SHARE = 0.25


def qrs_fiducials(beat_mv: Floats, centre: int) -> Fiducials:
    """QRS of each lead: from where its slope leaves quiet to where it is quiet again, as far as visible.

    A lead that strays from the others by more than 10 ms is set to that distance: all leads see the same
    depolarisation.
    """
    rows = list(zip(beat_mv, _slope_envelope(beat_mv), strict=True))
    bounds = np.array([_visible(row, *_unquiet(slope, centre)) for row, slope in rows], dtype=np.intp)
    middle = np.array([np.median(bounds[:, 0]), _usual_end(beat_mv, bounds)]).astype(np.intp)
    bounds = np.clip(bounds, middle - MAX_LEAD_DEVIATION, middle + MAX_LEAD_DEVIATION)
    peaks = [_peak(row, start, stop) for row, (start, stop) in zip(beat_mv, bounds, strict=True)]
    return np.column_stack((bounds[:, 0], peaks, bounds[:, 1]))


def overall_qrs(beat_mv: Floats, leads: Fiducials) -> Fiducials:
    """The QRS over all leads, (3,): from near its earliest clear onset to near its latest clear end."""
    clear = leads.copy()
    for row, bounds in zip(beat_mv, clear, strict=True):
        start, stop = int(bounds[0]), int(bounds[2])
        bounds[[0, 2]] = _moving(row, start, stop, MOVED_SHARES, MOVED_MV, _st_course(row, start, stop))
    return consensus(clear, *OVERALL)


def _usual_end(beat_mv: Floats, bounds: Samples) -> float:
    """Where most leads end, or up to 10 ms before one in five does: a slow last deflection shows in few.

    In right bundle branch block most leads seem quiet at the bottom of a broad S wave while R' still falls
    in V1. Only leads that come back towards the level before the QRS count as late: ST and T rise from it.
    """
    middle = float(np.median(bounds[:, 1]))
    rows = np.arange(len(beat_mv))
    before, at_middle, at_end = (beat_mv[rows, at] for at in (bounds[:, 0], round(middle), bounds[:, 1]))
    returns = np.abs(at_end - before) < np.abs(at_middle - before)
    ends = np.where(returns, bounds[:, 1], np.minimum(bounds[:, 1], middle))
    return max(middle, float(np.quantile(ends, LATE_LEADS)) - MAX_LEAD_DEVIATION)


def _slope_envelope(beat_mv: Floats) -> Floats:
    """Root mean square slope over about one small deflection."""
    slope = np.gradient(ndimage.gaussian_filter1d(beat_mv, 1.0, axis=1), axis=1)
    power = ndimage.uniform_filter1d(np.square(slope), SLOPE_WINDOW, axis=1)
    envelope: Floats = np.sqrt(np.maximum(power, 1e-12))
    return envelope


def _unquiet(slope: Floats, centre: int) -> tuple[int, int]:
    """From the steep part of one lead's slope envelope outwards to where it is quiet.

    After the QRS quiet is what the ST segment then shows: a steep ST segment is no part of the QRS.
    """
    core = slope[centre - CORE[0] : centre + CORE[1]]
    noise = float(np.median(slope[centre - NOISE_ZONE[0] : centre - NOISE_ZONE[1]]))
    quiet = max(QUIET_SHARE * core.max(), QUIET_OVER_NOISE * noise)
    if core.max() < quiet:
        return centre - FALLBACK, centre + FALLBACK
    first, last = _steep_part(core, max(STEEP_SHARE * core.max(), quiet)) + centre - CORE[0]
    st_slope = float(np.median(slope[last + ST_ZONE[0] : last + ST_ZONE[1]]))
    earliest, latest = centre - REACH[0], centre + REACH[1]
    before = np.flatnonzero(slope[earliest:first] <= quiet)
    after = np.flatnonzero(slope[last:latest] <= max(quiet, QUIET_OVER_ST_SLOPE * st_slope))
    onset = earliest + int(before[-1]) if len(before) else earliest
    return onset, last + int(after[0]) if len(after) else latest


def _steep_part(core: Floats, steepness: float) -> Samples:
    """First and last steep index of the QRS; what is steep after a long gap is a P or T wave."""
    steep = np.flatnonzero(core >= steepness)
    parts = np.split(steep, np.flatnonzero(np.diff(steep) > LONGEST_GAP) + 1)
    return next(part[[0, -1]] for part in parts if core.argmax() <= part[-1])


def _visible(row: Floats, start: int, stop: int) -> tuple[int, int]:
    """The same stretch without its ends that do not visibly leave their level.

    Smoothing spreads a slope; a deflection is seen only where the trace has moved.
    """
    return _moving(row, start, stop, (VISIBLE_AT_ONSET, VISIBLE_AT_OFFSET), VISIBLE_MV, row[stop])


def _moving(
    row: Floats,
    start: int,
    stop: int,
    shares: tuple[float, float],
    least_mv: float,
    last: Floats | np.floating,
) -> tuple[int, int]:
    """From where the trace leaves its first level to where it reaches ``last``, a level or a course.

    It has left either when it is further from it than a share of the QRS from top to bottom.
    """
    part = row[start : stop + 1]
    far = np.maximum(np.array(shares) * np.ptp(part), least_mv)
    left = np.flatnonzero(np.abs(part - part[0]) > far[0])
    not_reached = np.flatnonzero(np.abs(part - last) > far[1])
    onset = start + max(int(left[0]) - 1, 0) if len(left) else start
    return onset, start + int(not_reached[-1]) + 1 if len(not_reached) else stop


def _st_course(row: Floats, start: int, stop: int) -> Floats:
    """The line along which the ST segment goes on after ``stop``, drawn back to ``start``."""
    slope = (row[min(stop + ST_COURSE, len(row) - 1)] - row[stop]) / ST_COURSE
    return np.asarray(row[stop] + slope * np.arange(start - stop, 1))


def _peak(row: Floats, start: int, stop: int) -> int:
    """The R wave where there is one, else the deepest point."""
    height = row[start : stop + 1] - row[start]
    is_r = height.max() >= MIN_R_SHARE * -height.min()
    return int(start + (np.argmax(height) if is_r else np.argmin(height)))
