"""The 12-lead trace on ECG paper as lines and words in millimetres, true to scale.

Enters: an :class:`Ecg` and its measurements. Leaves: a :class:`Sheet`, which knows nothing of pages or
pixels; a format draws it in its own way (SVG for a page, PDF for paper). Nothing is filtered: each strip
is only moved so that its median lies on the baseline. The figure with waves and overlays on it is
:mod:`cardio_agent.rendering.paper`.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cardio_agent.rendering.labels import HEADER_FIGURES, is_simulated, printable, recording_line, value_text
from cardio_agent.rendering.layout import (
    FOOTER,
    GUTTER,
    HEADER,
    MARGIN,
    MM_PER_MV,
    MM_PER_S,
    PAGE_S,
    TAIL,
    Strip,
    baselines,
    page_rows,
)
from cardio_agent.schema import Ecg, Measurements

Ink = Literal["fine", "bold", "trace", "word", "quiet"]
"""What a mark is drawn in: the grid's two reds, the trace, words, and words of less weight."""

_LAYOUT = "3x4"
_LONGEST_TITLE = 56  # characters
_NARROWEST_GRID = 200.0  # so that the header has room above a short recording
_FIGURE_STEP = 19.0
_TRACE_WIDTH, _TICK_WIDTH = 0.3, 0.2


@dataclass(frozen=True, eq=False)
class Line:
    """A polyline: ``points`` is (n, 2), x and y in mm from the sheet's lower left corner."""

    points: np.ndarray
    ink: Ink
    width_mm: float
    is_dashed: bool = False


@dataclass(frozen=True)
class Word:
    """One line of text; ``x`` and ``y`` in mm are the start of its baseline, or its end."""

    text: str
    x: float
    y: float
    ink: Ink
    size_mm: float
    is_bold: bool = False
    at_end: bool = False


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet of ECG paper, mm; ``grid`` is (left, foot, width, height) of its ruled part."""

    width: float
    height: float
    grid: tuple[float, float, float, float]
    lines: tuple[Line, ...]
    words: tuple[Word, ...]


def draw_sheet(ecg: Ecg, measurements: Measurements, *, tallest_grid_mm: float = math.inf) -> Sheet:
    """The first ten seconds of a recording (or all of a shorter one), 3 × 4 leads above a rhythm strip.

    Parameters
    ----------
    ecg : Ecg
        Leads that were not recorded are named as missing.
    measurements : Measurements
        Rate, intervals and axis stand in the header.
    tallest_grid_mm : float
        Rows move together where the ruled part would be higher.

    Returns
    -------
    Sheet
        25 mm a second and 10 mm a millivolt, with a calibration pulse of 1 mV and 200 ms before each row.

    Limits: what leaves the ruled part is cut off at its edge.
    """
    rows = page_rows(ecg, _LAYOUT, 0.0)
    heights, grid_height = baselines(rows, tallest_grid_mm)
    shown_s = min(PAGE_S, ecg.duration_s)
    grid_width = max(GUTTER + MM_PER_S * shown_s + TAIL, _NARROWEST_GRID)
    grid = (MARGIN, MARGIN + FOOTER, grid_width, grid_height)
    width, height = grid_width + 2 * MARGIN, grid_height + HEADER + FOOTER + 2 * MARGIN
    lines, words = [], [*_header(ecg, measurements, width, height), *_footer(ecg, shown_s, width)]
    for strips, baseline in zip(rows, heights, strict=True):
        lines.append(_calibration(baseline))
        for strip in strips:
            lines += _strip_lines(strip, baseline, grid, is_first=strip is strips[0])
            words.append(_label(strip, baseline))
    return Sheet(width, height, grid, tuple(lines), tuple(words))


def grid_positions(sheet: Sheet, step_mm: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the ruling stands: x of the upright lines and y of the level ones, mm."""
    left, foot, width, height = sheet.grid
    return left + np.arange(0, width + 0.5, step_mm), foot + np.arange(0, height + 0.5, step_mm)


def _calibration(baseline: float) -> Line:
    """The calibration pulse: 1 mV high, 200 ms wide."""
    x = MARGIN + 2.0 + np.array([0, 1.5, 1.5, 6.5, 6.5, 8.0])
    y = baseline + MM_PER_MV * np.array([0, 0, 1, 1, 0, 0])
    return Line(np.column_stack([x, y]), "trace", _TRACE_WIDTH)


def _strip_lines(
    strip: Strip, baseline: float, grid: tuple[float, float, float, float], *, is_first: bool
) -> list[Line]:
    _, foot, _, height = grid
    left = float(strip.x[0])
    y = np.clip(baseline + strip.y, foot, foot + height)
    points = np.column_stack([strip.x, y])
    lines = [Line(points[[0, -1]], "quiet", _TRACE_WIDTH, is_dashed=True)]
    if not strip.is_missing:
        lines = [Line(points, "trace", _TRACE_WIDTH)]
    if not is_first:
        tick = np.array([[left, baseline - 2.5], [left, baseline + 2.5]])
        lines.append(Line(tick, "trace", _TICK_WIDTH))
    return lines


def _label(strip: Strip, baseline: float) -> Word:
    text = f"{strip.lead} not recorded" if strip.is_missing else strip.lead
    ink: Ink = "quiet" if strip.is_missing else "word"
    return Word(text, float(strip.x[0]) + 1.0, baseline + strip.label_y, ink, 3.0, is_bold=True)


def _header(ecg: Ecg, measurements: Measurements, width: float, height: float) -> list[Word]:
    top, right = height - MARGIN, width - MARGIN
    name = printable(ecg.source.name)
    shown = name if len(name) <= _LONGEST_TITLE else name[: _LONGEST_TITLE - 1] + "…"
    words = [
        Word(shown, MARGIN, top - 5.5, "word", 3.9, is_bold=True),
        Word(printable(recording_line(ecg)), MARGIN, top - 11.5, "quiet", 2.8),
    ]
    for place, (label, name) in enumerate(reversed(HEADER_FIGURES)):
        x = right - _FIGURE_STEP * place
        value = value_text(measurements.get(name))
        words.append(Word(value, x, top - 5.5, "word", 3.4, is_bold=True, at_end=True))
        words.append(Word(label, x, top - 11.5, "quiet", 2.8, at_end=True))
    return words


def _footer(ecg: Ecg, shown_s: float, width: float) -> list[Word]:
    use = "SIMULATED · RESEARCH USE ONLY" if is_simulated(ecg.source) else "RESEARCH USE ONLY"
    scale = f"25 mm/s · 10 mm/mV · 0–{shown_s:.4g} s of {ecg.duration_s:.4g} s · no display filter"
    return [
        Word(scale, MARGIN, MARGIN + 3.5, "quiet", 2.6),
        Word(use, width - MARGIN, MARGIN + 3.5, "quiet", 2.6, is_bold=True, at_end=True),
    ]
