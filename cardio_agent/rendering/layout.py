"""Where each lead stands on the sheet of ECG paper, in millimetres.

Enters: an :class:`Ecg` and the name of a layout. Leaves: rows of strips and the heights of their
baselines. Draws nothing, and changes the signal only by moving each strip's median to its baseline.
"""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cardio_agent.leads import LEADS
from cardio_agent.schema import Ecg

MM_PER_S = 25.0
MM_PER_MV = 10.0
PAGE_S = 10.0
"""Longest stretch of a recording on one sheet, s."""

MARGIN, GUTTER, TAIL = 5.0, 10.0, 5.0
"""White border of the sheet; room left of the traces for the calibration pulse; room right of them."""

HEADER, FOOTER = 17.0, 9.0
CLEARANCE, MIN_GAP, MAX_GAP = 3.0, 20.0, 50.0
MAX_REACH = MAX_GAP - CLEARANCE
"""Deflections beyond this are cut off, mm from the baseline."""

_BOLD_MM = 5.0
_LABEL_MIN_Y, _LABEL_HEIGHT, _LABEL_WIDTH = 6.0, 4.0, 8.0

LAYOUTS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "3x4": (("I", "aVR", "V1", "V4"), ("II", "aVL", "V2", "V5"), ("III", "aVF", "V3", "V6"), ("II",)),
    "6x2": (("I", "V1"), ("II", "V2"), ("III", "V3"), ("aVR", "V4"), ("aVL", "V5"), ("aVF", "V6")),
    "12x1": tuple((lead,) for lead in LEADS),
}
"""Rows of leads from top to bottom; the leads of a row share its time, one after the other."""


@dataclass(frozen=True, eq=False)
class Strip:
    """One lead over one stretch of time, in mm: ``x`` from the sheet's left edge, ``y`` from the baseline."""

    lead: str
    x: np.ndarray
    y: np.ndarray
    first_sample: int
    is_missing: bool

    @property
    def label_y(self) -> float:
        """Height at which the lead's name clears the trace that begins below it."""
        near = self.y[self.x < self.x[0] + _LABEL_WIDTH]
        return min(max(_LABEL_MIN_Y, float(near.max()) + 1.5), MAX_GAP / 2)

    @property
    def reach(self) -> tuple[float, float]:
        """Lowest and highest point, label included, held within what the paper allows."""
        high = max(float(self.y.max()), self.label_y + _LABEL_HEIGHT)
        return max(float(self.y.min()), -MAX_REACH), min(high, MAX_REACH)


def page_rows(ecg: Ecg, layout: str, start_s: float) -> list[list[Strip]]:
    """The strips of one sheet, row by row.

    Parameters
    ----------
    ecg : Ecg
    layout : str
        A key of :data:`LAYOUTS`.
    start_s : float
        Where the sheet begins, s; at most :data:`PAGE_S` follow.
    """
    first = round(start_s * ecg.fs_hz)
    last = min(ecg.n_samples, first + round(PAGE_S * ecg.fs_hz))
    return [_row(ecg, leads, first, last) for leads in LAYOUTS[layout]]


def _row(ecg: Ecg, leads: tuple[str, ...], first: int, last: int) -> list[Strip]:
    edges = np.linspace(first, last, len(leads) + 1).round().astype(int)
    spans = zip(leads, itertools.pairwise(edges.tolist()), strict=True)
    return [_strip(ecg, lead, begin, end, first) for lead, (begin, end) in spans]


def _strip(ecg: Ecg, lead: str, begin: int, end: int, page_first: int) -> Strip:
    """One lead from sample ``begin`` to the first sample of the next strip, which closes the gap."""
    stop = min(end + 1, ecg.n_samples)
    x = MARGIN + GUTTER + (np.arange(begin, stop) - page_first) / ecg.fs_hz * MM_PER_S
    mv = ecg.lead(lead)[begin:stop]
    is_missing = lead in ecg.missing_leads
    y = np.zeros(len(x)) if is_missing else (mv - np.median(mv)) * MM_PER_MV
    return Strip(lead, x, y, begin, is_missing)


def baselines(rows: list[list[Strip]], tallest_mm: float = math.inf) -> tuple[list[float], float]:
    """Height of each row's baseline above the sheet's foot, and height of the grid, mm.

    Rows stand as close as their waves allow, on the bold lines of the grid. Where the grid would be
    higher than ``tallest_mm``, they share that height evenly, and tall waves reach into the row above.
    """
    depths: list[float] = [_up_to_bold(max(strip.reach[1] for strip in rows[0]) + CLEARANCE)]
    for upper, lower in itertools.pairwise(rows):
        wanted = max(b.reach[1] - a.reach[0] for a in upper for b in lower if _share_time(a, b))
        depths.append(depths[-1] + _up_to_bold(min(max(wanted + CLEARANCE, MIN_GAP), MAX_GAP)))
    height = depths[-1] + _up_to_bold(max(-strip.reach[0] for strip in rows[-1]) + CLEARANCE)
    if height > tallest_mm:
        height = tallest_mm
        depths = [round((place + 0.5) * height / len(rows)) for place in range(len(rows))]
    foot = MARGIN + FOOTER
    return [foot + height - depth for depth in depths], height


def _share_time(a: Strip, b: Strip) -> bool:
    return bool(a.x[0] < b.x[-1] - 1 and b.x[0] < a.x[-1] - 1)


def _up_to_bold(mm: float) -> float:
    return _BOLD_MM * math.ceil(mm / _BOLD_MM)
