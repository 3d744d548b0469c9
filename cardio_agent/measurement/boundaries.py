"""Where a rounded wave (P, T) begins, peaks and ends on a median beat, and the consensus over leads.

Enters: (leads, m) mV at the working rate and roughly where the wave is. Leaves: (leads, 3) indices of onset,
peak and offset. Does not find beats and does not decide whether a wave is there at all.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cardio_agent.measurement.detection import Floats, ms

Fiducials = NDArray[np.intp]
"""(leads, 3): onset, peak, offset in samples."""


@dataclass(frozen=True, eq=False)
class Located:
    """One wave of one beat: (leads, 3) fiducials of the leads and (3,) over all leads, in samples."""

    leads: Fiducials
    overall: Fiducials

    def ending_by(self, sample: int) -> "Located":
        """The same wave, cut off where the next one begins."""
        return Located(np.minimum(self.leads, sample), np.minimum(self.overall, sample))

    def starting_from(self, sample: int) -> "Located":
        """The same wave without what lies before a sample."""
        return Located(np.maximum(self.leads, sample), np.maximum(self.overall, sample))


class BumpRule(NamedTuple):
    """How one kind of rounded wave is delineated.

    ``before`` and ``after`` tell how far from its centre over all leads it can reach, ``chord`` how far the
    ends of the line lie over which it rises, ``peak_within`` how far a lead's peak can lie from the centre,
    ``flank`` how far from the peak the steepest point; ``smooth`` is the standard deviation of the
    smoothing; all in samples. A later rise by ``next_wave_share`` of its height is another wave.
    """

    before: int
    after: int
    chord: int
    peak_within: int
    flank: int
    smooth: float
    next_wave_share: float


P_RULE = BumpRule(ms(100), ms(80), ms(100), ms(50), ms(76), smooth=3.0, next_wave_share=np.inf)
T_RULE = BumpRule(ms(200), ms(165), ms(120), ms(50), ms(88), smooth=5.0, next_wave_share=0.15)
PEAK_SHIFT = ms(16)
"""How far the highest point lies from the one farthest above a sloping line."""


def bump_fiducials(
    beat_mv: Floats, centre: int, rule: BumpRule, bounds: tuple[int, int], peak_from: int = 0
) -> Fiducials:
    """P or T wave of each lead: its peak, and the feet of its two flanks.

    Parameters
    ----------
    beat_mv : (leads, m) array, mV
    centre : index of the wave's middle over all leads
    rule : P_RULE or T_RULE
    bounds : first and last index that the wave can have
    peak_from : first index that its peak can have, and the line over which it rises
    """
    start = max(centre - rule.before, bounds[0], 0)
    stop = min(centre + rule.after, bounds[1], beat_mv.shape[1] - 1)
    held = beat_mv[:, np.clip(np.arange(beat_mv.shape[1]), start, stop)]  # no neighbour is smoothed in
    smoothed = ndimage.gaussian_filter1d(held, rule.smooth, axis=1)
    found = [_peak(row, centre, max(start, peak_from), stop, rule) for row in smoothed]
    bumps = [
        _bump(row * sign, peak, start, stop, rule) for row, (peak, sign) in zip(smoothed, found, strict=True)
    ]
    return np.array(bumps, dtype=np.intp)


def consensus(leads: Fiducials, earliest: float, latest: float) -> Fiducials:
    """Onset near the earliest, peak in the middle, offset near the latest of the leads; (3,).

    ``earliest`` and ``latest`` are shares of the leads, so that no single lead decides.
    """
    onset, offset = np.quantile(leads[:, 0], earliest), np.quantile(leads[:, 2], latest)
    return np.round([onset, np.median(leads[:, 1]), offset]).astype(np.intp)


def standout(signal_mv: Floats, reach: int) -> Floats:
    """How far each sample lies above the mean of those ``reach`` before and after; same shape.

    Slopes and baseline shifts vanish, a bump about as wide as ``reach`` keeps its height.
    """
    padded = np.pad(signal_mv, ((0, 0), (reach, reach)), mode="edge")
    out: Floats = signal_mv - (padded[:, : -2 * reach] + padded[:, 2 * reach :]) / 2
    return out


def foot(flank: Floats) -> int:
    """Index where a falling flank reaches the level part: farthest below the chord of its ends.

    >>> foot(np.array([4.0, 2.0, 0.0, 0.0, 0.0]))
    2

    Source: the triangle rule (Zack et al. 1977), here along time; it needs no threshold.
    """
    chord = np.linspace(flank[0], flank[-1], len(flank))
    return int(np.argmax(chord - flank))


def _bump(upright: Floats, peak: int, start: int, stop: int, rule: BumpRule) -> tuple[int, int, int]:
    """Onset, peak and offset of one lead, turned upright."""
    rise = np.gradient(upright)
    first, last = max(start, peak - rule.flank), min(stop, peak + rule.flank)
    up = first + int(np.argmax(rise[first : peak + 1]))
    down = peak + int(np.argmin(rise[peak : last + 1]))
    before, after = upright[start : up + 1][::-1], upright[down : stop + 1]
    share = rule.next_wave_share
    onset, offset = (foot(_first_fall(flank, upright[peak], share)) for flank in (before, after))
    return up - onset, peak, down + offset


def _peak(row: Floats, centre: int, start: int, stop: int, rule: BumpRule) -> tuple[int, int]:
    """Extremum near the centre that lies farthest from the line between two points beside it; its sign."""
    left, right = max(start, centre - rule.chord), min(stop, centre + rule.chord)
    above = row[left : right + 1] - np.linspace(row[left], row[right], right - left + 1)
    low, high = max(centre - rule.peak_within, left), min(centre + rule.peak_within, right)
    rough = low + int(np.argmax(np.abs(above[low - left : high - left + 1])))
    sign = 1 if above[rough - left] >= 0 else -1
    low, high = max(start, rough - PEAK_SHIFT), min(stop, rough + PEAK_SHIFT)
    return low + int(np.argmax(sign * row[low : high + 1])), sign


def _first_fall(flank: Floats, height: float, next_wave_share: float) -> Floats:
    """The flank up to where another wave rises out of it (U wave, P wave on T), if one does."""
    lowest = np.minimum.accumulate(flank)
    risen = np.flatnonzero(flank - lowest > next_wave_share * np.maximum(height - lowest, 1e-6))
    return flank[: int(np.argmin(flank[: risen[0] + 1])) + 1] if len(risen) else flank
