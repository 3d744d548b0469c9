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
    shapes = _shifted_shapes(signal_mv, centres)
    groups = _grow_groups(shapes)
    families = []
    for members in sorted(groups, key=len, reverse=True):
        index = np.array(members, dtype=np.intp)
        aligned = centres[index] + _shifts_to_mean(shapes[index])
        families.append(Family(index, aligned, np.median(cut(signal_mv, aligned), axis=0)))
    return families


def align_beats(signal_mv: Floats, centres: Samples) -> Samples:
    """The centres, each moved by at most 40 ms so that the QRS complexes lie on each other."""
    return np.asarray(centres + _shifts_to_mean(_shifted_shapes(signal_mv, centres)), dtype=np.intp)


def cut(signal_mv: Floats, centres: Samples, before: int = BEFORE, after: int = AFTER) -> Floats:
    """Windows around samples, (beats, leads, before + after); past the ends the last value is held."""
    at = centres[:, None] + np.arange(-before, after)
    windows: Floats = signal_mv[:, np.clip(at, 0, signal_mv.shape[1] - 1)].transpose(1, 0, 2)
    return windows


def _shifted_shapes(signal_mv: Floats, centres: Samples) -> Floats:
    """QRS of each beat at each shift, all leads in a row, each of zero mean and unit length."""
    wide = cut(signal_mv, centres, QRS_HALF + MAX_SHIFT, QRS_HALF + MAX_SHIFT)
    views = sliding_window_view(wide, 2 * QRS_HALF, axis=2).transpose(0, 2, 1, 3)
    views = views - views.mean(axis=3, keepdims=True)
    flat = views.reshape(*views.shape[:2], -1)
    unit: Floats = flat / np.maximum(np.linalg.norm(flat, axis=2, keepdims=True), 1e-9)
    return unit


def _grow_groups(shapes: Floats) -> list[list[int]]:
    """Each beat joins the group whose mean shape it is most alike, or founds one."""
    groups: list[list[int]] = []
    sums: list[Floats] = []
    for beat, shifted in enumerate(shapes):
        alike = [float((shifted @ total).max() / np.linalg.norm(total)) for total in sums]
        best = int(np.argmax(alike)) if alike else -1
        if alike and alike[best] >= MIN_ALIKE:
            groups[best].append(beat)
            sums[best] = sums[best] + shifted[np.argmax(shifted @ sums[best])]
        else:
            groups.append([beat])
            sums.append(shifted[MAX_SHIFT])
    return groups


def _shifts_to_mean(shapes: Floats) -> Samples:
    """Shift of each beat that brings it closest to the mean of its family."""
    mean = shapes[:, MAX_SHIFT].mean(axis=0)
    for _ in range(2):
        shifts = np.argmax(shapes @ mean, axis=1)
        mean = shapes[np.arange(len(shapes)), shifts].mean(axis=0)
    return np.asarray(shifts - MAX_SHIFT, dtype=np.intp)
