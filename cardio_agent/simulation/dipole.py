"""The cardiac vector: waves as sums of smooth bumps, and their projection on the twelve leads.

Enters: bumps, each a dipole (left, down, front) in mV with a start, a peak and an end. Leaves: lead
signals, and where in each lead a wave becomes and ceases to be visible. Knows no rhythm and no
sampling rate.

A bump rises as a power of a quarter sine and falls as a power of a quarter cosine, so it is smooth,
has a finite support and starts with a clear bend. A wave's onset and offset are the first and the last
instant at which a lead exceeds :data:`VISIBLE_FRACTION` of its own peak (and :data:`VISIBLE_MV`); over
all leads, the earliest and the latest of these. For the falling limb of power 1.6 that T waves have, the
tangent at the steepest descent meets the baseline at 6 % of the peak: the two conventions for the T end
agree within a few milliseconds.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

VISIBLE_FRACTION = 0.02
VISIBLE_MV = 0.01

# Limb leads: Einthoven's equilateral triangle, so that axes are exact. Chest leads: the rows of Dower's
# matrix for a Frank vector (left, down, back), here with the third axis pointing to the front.
# Source: Dower, Machado, Osborne 1980 (coefficients from memory, unchecked); 0.7 brings limb voltages
# into proportion with Dower's limb rows.
_LIMB_GAIN = 0.7
_LEAD_I = np.array([1.0, 0.0, 0.0])
_LEAD_II = np.array([0.5, np.sqrt(3) / 2, 0.0])
_LIMB = np.stack(
    [
        _LEAD_I,
        _LEAD_II,
        _LEAD_II - _LEAD_I,
        -(_LEAD_I + _LEAD_II) / 2,
        _LEAD_I - _LEAD_II / 2,
        _LEAD_II - _LEAD_I / 2,
    ]
)
_CHEST = np.array(
    [
        [-0.515, 0.157, 0.917],
        [0.044, 0.164, 1.387],
        [0.882, 0.098, 1.277],
        [1.213, 0.127, 0.601],
        [1.125, 0.127, 0.086],
        [0.831, 0.076, -0.230],
    ]
)
LEAD_MATRIX = np.concatenate([_LIMB_GAIN * _LIMB, _CHEST])

_GRID = np.linspace(-0.5, 1.5, 4001)


@dataclass(frozen=True)
class Bump:
    """One smooth deflection of the cardiac vector.

    ``start``, ``peak`` and ``end`` are in units of the wave's duration; ``left``, ``down`` and
    ``front`` are the dipole at the peak, mV; ``rise`` and ``fall`` are the powers of its two limbs.
    """

    start: float
    peak: float
    end: float
    left: float
    down: float
    front: float
    rise: float = 1.3
    fall: float = 1.3

    def shape(self, u: np.ndarray) -> np.ndarray:
        """Height from 0 to 1 at times ``u``, same shape as ``u``."""
        width = np.where(u < self.peak, self.peak - self.start, self.end - self.peak)
        distance = np.clip(np.abs(u - self.peak) / width, 0, 1)
        power = np.where(u < self.peak, self.rise, self.fall)
        return np.asarray(np.maximum(np.cos(np.pi / 2 * distance), 0) ** power)


Bumps = tuple[Bump, ...]


class Extent(NamedTuple):
    """Onset, peak and offset of a wave in units of its duration."""

    onset: float
    peak: float
    offset: float


def dipole(bumps: Bumps, u: np.ndarray) -> np.ndarray:
    """The cardiac vector at times ``u``: (3, n) left, down, front in mV."""
    out = np.zeros((3, len(u)))
    for bump in bumps:
        out += np.outer((bump.left, bump.down, bump.front), bump.shape(u))
    return out


def lead_signals(bumps: Bumps, u: np.ndarray) -> np.ndarray:
    """What the twelve leads show at times ``u``: (12, n) in mV."""
    return np.asarray(LEAD_MATRIX @ dipole(bumps, u))


def frontal_axis_deg(bumps: Bumps) -> float:
    """Axis of the net area in the frontal plane, degrees; 0 points left, 90 down.

    It equals ``atan2(2 / sqrt(3) * area(aVF), area(I))`` of the leads.
    """
    left, down, _ = dipole(bumps, _GRID).sum(axis=1)
    return float(np.degrees(np.arctan2(down, left)))


def turn_to_axis(bumps: Bumps, axis_deg: float) -> Bumps:
    """The same bumps, turned in the frontal plane so that their net area points at ``axis_deg``."""
    angle = np.radians(axis_deg - frontal_axis_deg(bumps))
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    return tuple(
        replace(b, left=cos * b.left - sin * b.down, down=sin * b.left + cos * b.down) for b in bumps
    )


def lead_extents(bumps: Bumps) -> tuple[Extent | None, ...]:
    """Visible onset, peak (largest deflection) and offset in each lead; None where nothing shows."""
    return tuple(_extent(row) for row in np.abs(lead_signals(bumps, _GRID)))


def global_extent(bumps: Bumps) -> Extent:
    """Earliest onset, peak of the root mean square over leads, latest offset."""
    seen = [extent for extent in lead_extents(bumps) if extent is not None]
    power = np.square(lead_signals(bumps, _GRID)).sum(axis=0)
    peak = float(_GRID[power.argmax()])
    return Extent(min(e.onset for e in seen), peak, max(e.offset for e in seen))


def support(bumps: Bumps) -> tuple[float, float]:
    """First and last time at which the bumps are not zero."""
    return min(b.start for b in bumps), max(b.end for b in bumps)


def fit_to_duration(bumps: Bumps) -> Bumps:
    """Shift and stretch so that the wave is visible from exactly 0 to exactly 1."""
    onset, _, offset = global_extent(bumps)
    return _rescaled(bumps, onset, offset - onset)


def fit_to_end(bumps: Bumps) -> Bumps:
    """Stretch so that the wave ceases to be visible at exactly 1."""
    return _rescaled(bumps, 0.0, global_extent(bumps).offset)


def _rescaled(bumps: Bumps, origin: float, unit: float) -> Bumps:
    return tuple(
        replace(
            b, start=(b.start - origin) / unit, peak=(b.peak - origin) / unit, end=(b.end - origin) / unit
        )
        for b in bumps
    )


def _extent(magnitude: np.ndarray) -> Extent | None:
    visible = np.flatnonzero(magnitude > max(VISIBLE_FRACTION * magnitude.max(), VISIBLE_MV))
    if not len(visible):
        return None
    return Extent(*(float(_GRID[i]) for i in (visible[0], magnitude.argmax(), visible[-1])))
