"""The 12-lead trace on ECG paper as lines and words in millimetres, true to scale.

Enters: an :class:`Ecg`, its measurements and what is to be laid over it. Leaves: a :class:`Sheet`, which
knows nothing of pages or pixels; a format draws it in its own way (SVG for a page, PDF for paper). Nothing
is filtered: each strip is only moved so that its median lies on the baseline. What lies over the trace is
drawn by :mod:`cardio_agent.rendering.sheet_marks`; figures of matplotlib by
:mod:`cardio_agent.rendering.paper`.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cardio_agent.errors import BadRequest
from cardio_agent.rendering.labels import HEADER_FIGURES, is_simulated, printable, recording_line, value_text
from cardio_agent.rendering.layout import (
    FOOTER,
    GUTTER,
    HEADER,
    LAYOUTS,
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

Ink = Literal["fine", "bold", "trace", "word", "quiet", "p", "qrs", "t", "shade"]
"""What a mark is drawn in: the grid's two reds, the trace, words, words of less weight, the three waves
and the shade behind the trace."""

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
class Shade:
    """A band behind the trace, mm; ``opacities`` are evenly spaced from its left to its right edge."""

    left: float
    foot: float
    width: float
    height: float
    opacities: np.ndarray


@dataclass(frozen=True, eq=False)
class Row:
    """The strips of one row of leads, and the height of their baseline above the sheet's foot, mm."""

    strips: tuple[Strip, ...]
    baseline: float


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet of ECG paper, mm; ``grid`` is (left, foot, width, height) of its ruled part."""

    width: float
    height: float
    grid: tuple[float, float, float, float]
    lines: tuple[Line, ...]
    words: tuple[Word, ...]
    rows: tuple[Row, ...] = ()
    shades: tuple[Shade, ...] = ()


def draw_sheet(
    ecg: Ecg,
    measurements: Measurements | None = None,
    *,
    layout: str = "3x4",
    start_s: float = 0.0,
    tallest_grid_mm: float = math.inf,
) -> Sheet:
    """Ten seconds of a recording (or all of a shorter one) on ECG paper.

    Parameters
    ----------
    ecg : Ecg
        Leads that were not recorded are named as missing.
    measurements : Measurements, optional
        Rate, intervals and axis then stand in the header.
    layout : {"3x4", "6x2", "12x1"}
        "3x4" has lead II below as rhythm strip.
    start_s : float
        Where the sheet begins in a longer recording, s.
    tallest_grid_mm : float
        Rows move together where the ruled part would be higher.

    Returns
    -------
    Sheet
        25 mm a second and 10 mm a millivolt, with a calibration pulse of 1 mV and 200 ms before each row.

    Raises
    ------
    BadRequest
        When the layout is unknown or ``start_s`` lies outside the recording.

    Limits: what leaves the ruled part is cut off at its edge.
    """
    _check(ecg, layout, start_s)
    strips = page_rows(ecg, layout, start_s)
    heights, grid_height = baselines(strips, tallest_grid_mm)
    rows = tuple(Row(tuple(row), height) for row, height in zip(strips, heights, strict=True))
    shown_s = min(PAGE_S, ecg.duration_s - start_s)
    grid_width = max(GUTTER + MM_PER_S * shown_s + TAIL, _NARROWEST_GRID)
    grid = (MARGIN, MARGIN + FOOTER, grid_width, grid_height)
    width, height = grid_width + 2 * MARGIN, grid_height + HEADER + FOOTER + 2 * MARGIN
    words = [*_header(ecg, measurements, width, height), *_footer(ecg, start_s, shown_s, width)]
    lines = []
    for row in rows:
        lines.append(_calibration(row.baseline))
        for strip in row.strips:
            lines += _strip_lines(strip, row.baseline, grid, is_first=strip is row.strips[0])
            words.append(_label(strip, row.baseline))
    return Sheet(width, height, grid, tuple(lines), tuple(words), rows)


def _check(ecg: Ecg, layout: str, start_s: float) -> None:
    if layout not in LAYOUTS:
        raise BadRequest(f"no layout is called '{layout}': choose one of {', '.join(LAYOUTS)}")
    if not 0 <= start_s < ecg.duration_s:
        raise BadRequest(f"no sheet begins at {start_s:g} s: the recording lasts {ecg.duration_s:g} s")


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
    return Word(text, float(strip.x[0]) + 1.0, baseline + strip.label_y, ink, 3.5, is_bold=True)


def _header(ecg: Ecg, measurements: Measurements | None, width: float, height: float) -> list[Word]:
    top, right = height - MARGIN, width - MARGIN
    name = printable(ecg.source.name)
    shown = name if len(name) <= _LONGEST_TITLE else name[: _LONGEST_TITLE - 1] + "…"
    words = [
        Word(shown, MARGIN, top - 5.5, "word", 4.2, is_bold=True),
        Word(printable(recording_line(ecg)), MARGIN, top - 11.5, "quiet", 3.3),
    ]
    if measurements is None:
        return words
    for place, (label, name) in enumerate(reversed(HEADER_FIGURES)):
        x = right - _FIGURE_STEP * place
        value = value_text(measurements.get(name))
        words.append(Word(value, x, top - 5.5, "word", 3.8, is_bold=True, at_end=True))
        words.append(Word(label, x, top - 11.5, "quiet", 3.3, at_end=True))
    return words


def _footer(ecg: Ecg, start_s: float, shown_s: float, width: float) -> list[Word]:
    use = "SIMULATED · RESEARCH USE ONLY" if is_simulated(ecg.source) else "RESEARCH USE ONLY"
    shown = f"{start_s:g}–{start_s + shown_s:.4g} s of {ecg.duration_s:.4g} s"
    scale = f"25 mm/s · 10 mm/mV · {shown} · no display filter"
    return [
        Word(scale, MARGIN, MARGIN + 3.5, "quiet", 3.1),
        Word(use, width - MARGIN, MARGIN + 3.5, "quiet", 3.1, is_bold=True, at_end=True),
    ]
