"""Beats of one shape: families of alike QRS complexes and the median beat of each.

Enters: (leads, n) mV at the working rate and the middle of each QRS. Leaves: families, whose median beat
carries far less noise than any single one. Does not delineate and does not name what a family is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cardio_agent.measurement.detection import Floats, Samples, ms

BEFORE = ms(500)
AFTER = ms(800)
QRS_HALF = ms(90)
MAX_SHIFT = ms(40)
MIN_ALIKE = 0.85
"""Correlation over all leads from which two QRS complexes are of one shape."""


@dataclass(frozen=True, eq=False)
class Family:
    """Beats alike in shape.

    ``members`` number the beats; ``centres`` are their samples, aligned with each other; ``beat_mv`` is
    the (leads, BEFORE + AFTER) median beat, its centre at index BEFORE.
    """

    members: Samples
    centres: Samples
    beat_mv: Floats


def group_beats(signal_mv: Floats, centres: Samples) -> list[Family]:
    """Sort beats into families by the shape of their QRS, the most numerous family first."""
    shapes = _Shapes.cut_from(signal_mv, centres)
    families = []
    for members in sorted(_grow_groups(shapes), key=len, reverse=True):
        index = np.array(members, dtype=np.intp)
        aligned = centres[index] + _shifts_to_mean(shapes.of(index))
        families.append(Family(index, aligned, median_beat(cut(signal_mv, aligned))))
    return families


def align_beats(signal_mv: Floats, centres: Samples) -> Samples:
    """The centres, each moved by at most 40 ms so that the QRS complexes lie on each other."""
    return np.asarray(centres + _shifts_to_mean(_Shapes.cut_from(signal_mv, centres)), dtype=np.intp)


def cut(signal_mv: Floats, centres: Samples, before: int = BEFORE, after: int = AFTER) -> Floats:
    """Windows around samples, (beats, leads, before + after); past the ends the last value is held."""
    at = centres[:, None] + np.arange(-before, after)
    windows: Floats = signal_mv[:, np.clip(at, 0, signal_mv.shape[1] - 1)].transpose(1, 0, 2)
    return windows


def median_beat(windows: Floats) -> Floats:
    """Median over one or more beats of (beats, leads, n) windows without NaN, (leads, n).

    The same numbers as those of ``np.median``, which takes five times as long for few beats.
    """
    ordered, n_beats = np.sort(windows, axis=0), len(windows)
    return np.asarray((ordered[(n_beats - 1) // 2] + ordered[n_beats // 2]) / 2)


def running_sums(windows: Floats, n: int) -> Floats:
    """Sums of each ``n`` neighbouring samples along the last axis."""
    sums = np.cumsum(windows, axis=-1)
    sums[..., n:] -= sums[..., :-n].copy()
    return sums[..., n - 1 :]


@dataclass(frozen=True, eq=False)
class _Shapes:
    """QRS of each beat at each shift.

    ``views`` is (beats, shifts, leads, n); ``lengths`` (beats, shifts) is the Euclidean length of each over
    all leads, the mean of each lead taken out.
    """

    views: Floats
    lengths: Floats

    @classmethod
    def cut_from(cls, signal_mv: Floats, centres: Samples) -> "_Shapes":
        wide = cut(signal_mv, centres, QRS_HALF + MAX_SHIFT, QRS_HALF + MAX_SHIFT)
        n = 2 * QRS_HALF
        sums, squares = running_sums(wide, n), running_sums(np.square(wide), n)
        length = np.sqrt(np.maximum((squares - np.square(sums) / n).sum(axis=1), 0.0))
        views = sliding_window_view(wide, n, axis=2).transpose(0, 2, 1, 3)
        return cls(views, np.maximum(length, 1e-9))

    def of(self, beats: Samples) -> "_Shapes":
        """Those of some beats."""
        return _Shapes(self.views[beats], self.lengths[beats])

    def unit(self, beat: int, shift: int) -> Floats:
        """One shape of zero mean in each lead and of unit length, (leads, n)."""
        view = self.views[beat, shift]
        return np.asarray((view - view.mean(axis=1, keepdims=True)) / self.lengths[beat, shift])

    def likeness(self, beats: slice | int, shape: Floats) -> Floats:
        """Product of each unit shape of these beats with another of zero mean, (…, shifts)."""
        return np.asarray(np.einsum("...lw,lw->...", self.views[beats], shape) / self.lengths[beats])


def _grow_groups(shapes: _Shapes) -> list[list[int]]:
    """Each beat joins the group whose mean shape it is most alike, or founds one."""
    groups: list[list[int]] = []
    sums: list[Floats] = []
    for beat in range(len(shapes.views)):
        likeness = [shapes.likeness(beat, total) for total in sums]
        alike = [float(at.max() / np.linalg.norm(total)) for at, total in zip(likeness, sums, strict=True)]
        best = int(np.argmax(alike)) if alike else -1
        if alike and alike[best] >= MIN_ALIKE:
            groups[best].append(beat)
            sums[best] = sums[best] + shapes.unit(beat, int(np.argmax(likeness[best])))
        else:
            groups.append([beat])
            sums.append(shapes.unit(beat, MAX_SHIFT))
    return groups


def _shifts_to_mean(shapes: _Shapes) -> Samples:
    """Shift of each beat that brings it closest to the mean of its family."""
    shifts = np.full(len(shapes.views), MAX_SHIFT)
    for _ in range(2):
        mean = np.mean([shapes.unit(beat, int(shift)) for beat, shift in enumerate(shifts)], axis=0)
        shifts = np.argmax(shapes.likeness(slice(None), mean), axis=1)
    return np.asarray(shifts - MAX_SHIFT, dtype=np.intp)
