"""The 12-lead trace on ECG paper, true to scale: 25 mm/s and 10 mm/mV.

Enters: an :class:`Ecg` and, when wanted, its measurements (header), its waves (coloured along the
trace) and the attention of one statement (a glow behind the trace). Leaves: a matplotlib figure, or
its PNG. Nothing is filtered: each strip is only moved so that its median lies on the baseline.
Figures are built without pyplot, so threads may draw side by side.
"""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cardio_agent.errors import BadRequest
from cardio_agent.leads import lead_index
from cardio_agent.rendering.labels import HEADER_FIGURES, is_simulated, printable, recording_line, value_text
from cardio_agent.rendering.layout import (
    FOOTER,
    GUTTER,
    HEADER,
    LAYOUTS,
    MARGIN,
    MAX_REACH,
    MM_PER_MV,
    MM_PER_S,
    PAGE_S,
    TAIL,
    Strip,
    baselines,
    page_rows,
)
from cardio_agent.schema import Ecg, Measurements, Waves

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MM_PER_INCH = 25.4
PIXELS_PER_MM = 5
SCREEN_DPI = MM_PER_INCH * PIXELS_PER_MM
"""Whole pixels a millimetre, so that the grid stays even."""

_FONT = "DejaVu Sans"
_LONGEST_TITLE = 48  # characters
_NARROWEST_GRID = 200.0  # so that the header has room above a short recording

PAPER, FINE, BOLD, FRAME = "#fffdfc", "#f8dcdc", "#eeb1b1", "#dc8f8f"
INK, MUTED = "#16181d", "#5d6470"
GLOW, _GLOW_OPACITY = "#1f77d0", 0.45
_LEGEND_X = {"P": 15.0, "QRS": 5.0, "T": 0.0}
WAVE_COLOURS = {"P": "#0b7a54", "QRS": "#6a2fb5", "T": "#c2560c"}


@dataclass(frozen=True, eq=False)
class Overlay:
    """What the classifier relied on for one statement, or where it looked: what ``says`` tells.

    ``weights`` is (12, n_steps), non-negative; step k is centred on ``k * step_s``.
    """

    label: str
    weights: np.ndarray
    step_s: float
    says: str = "where the classifier looked"


def plot_ecg(
    ecg: Ecg,
    *,
    layout: str = "3x4",
    start_s: float = 0.0,
    measurements: Measurements | None = None,
    waves: Waves | None = None,
    overlay: Overlay | None = None,
    title: str | None = None,
) -> "Figure":
    """Draw ten seconds of a recording (or all of a shorter one) on ECG paper.

    Parameters
    ----------
    ecg : Ecg
        Leads that were not recorded are named as missing.
    layout : {"3x4", "6x2", "12x1"}
        "3x4" has lead II below as rhythm strip.
    start_s : float
        Where the page begins in a longer recording, s.
    measurements : Measurements, optional
        Rate, intervals and axis are then printed in the header.
    waves : Waves, optional
        P, QRS and T are then coloured along the trace, with a tick at each onset and offset.
    overlay : Overlay, optional
        Drawn as a glow behind the trace, strongest where the weight is largest.
    title : str, optional
        Instead of the file's name.

    Returns
    -------
    matplotlib.figure.Figure
        Its size in inches is the paper's true size.

    Raises
    ------
    BadRequest
        When the layout is unknown or ``start_s`` lies outside the recording.

    Limits: deflections over 47 mm from the baseline are cut off at the row's edge.
    """
    if layout not in LAYOUTS:
        raise BadRequest(f"no layout is called '{layout}': choose one of {', '.join(LAYOUTS)}")
    if not 0 <= start_s < ecg.duration_s:
        raise BadRequest(f"no page begins at {start_s:g} s: the recording lasts {ecg.duration_s:g} s")
    rows = page_rows(ecg, layout, start_s)
    heights, grid_height = baselines(rows)
    shown_s = min(PAGE_S, ecg.duration_s - start_s)
    figure, axes = _sheet(max(GUTTER + MM_PER_S * shown_s + TAIL, _NARROWEST_GRID), grid_height)
    for strips, baseline in zip(rows, heights, strict=True):
        _draw_calibration(axes, baseline)
        for strip in strips:
            if overlay is not None and not strip.is_missing:
                _draw_glow(axes, strip, baseline, overlay, ecg.fs_hz)
            _draw_strip(axes, strip, baseline, is_first=strip is strips[0])
            if waves is not None and not strip.is_missing:
                _draw_waves(axes, strip, baseline, waves)
    _draw_header(axes, ecg, measurements, title)
    _draw_footer(axes, ecg, start_s, waves is not None, overlay)
    return figure


def figure_png(figure: "Figure", dpi: float = SCREEN_DPI) -> bytes:
    """The figure as a PNG; at ``dpi = 25.4 k`` a millimetre is k pixels."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()


# ── drawing ──────────────────────────────────────────────────────────────────────────────────


def _sheet(grid_width: float, grid_height: float) -> "tuple[Figure, Axes]":
    """An empty sheet with its grid; data coordinates are millimetres from the lower left corner."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.collections import LineCollection
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    width = grid_width + 2 * MARGIN
    height = grid_height + HEADER + FOOTER + 2 * MARGIN
    figure = Figure(figsize=(width / MM_PER_INCH, height / MM_PER_INCH), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    left, foot = MARGIN, MARGIN + FOOTER
    sheet = Rectangle((left, foot), grid_width, grid_height, facecolor=PAPER, edgecolor=FRAME, linewidth=1.6)
    axes.add_patch(sheet).set_zorder(0)
    for step, colour, points in ((1, FINE, 0.35), (5, BOLD, 0.55)):
        xs = np.arange(0, grid_width + 0.5, step) + left
        ys = np.arange(0, grid_height + 0.5, step) + foot
        lines = [[(x, foot), (x, foot + grid_height)] for x in xs]
        lines += [[(left, y), (left + grid_width, y)] for y in ys]
        axes.add_collection(LineCollection(lines, colors=colour, linewidths=points, zorder=step / 10))
    return figure, axes


def _draw_calibration(axes: "Axes", baseline: float) -> None:
    """The calibration pulse: 1 mV high, 200 ms wide."""
    x = MARGIN + 2.0 + np.array([0, 1.5, 1.5, 6.5, 6.5, 8.0])
    y = baseline + MM_PER_MV * np.array([0, 0, 1, 1, 0, 0])
    axes.plot(x, y, color=INK, linewidth=0.8, solid_joinstyle="miter", zorder=4)


def _draw_strip(axes: "Axes", strip: Strip, baseline: float, *, is_first: bool) -> None:
    from matplotlib.patheffects import withStroke

    left = float(strip.x[0])
    if not is_first:
        axes.plot([left, left], [baseline - 2.5, baseline + 2.5], color=INK, linewidth=0.6, zorder=4)
    label, colour = (f"{strip.lead} not recorded", MUTED) if strip.is_missing else (strip.lead, INK)
    halo = [withStroke(linewidth=2.5, foreground=PAPER)]
    x, y = left + 1.0, baseline + strip.label_y
    _text(axes, x, y, label, size=8.5, weight="bold", color=colour, path_effects=halo)
    if strip.is_missing:
        axes.plot(strip.x[[0, -1]], [baseline, baseline], color=MUTED, linewidth=0.8, dashes=(4, 4), zorder=3)
        return
    trace = baseline + np.clip(strip.y, -MAX_REACH, MAX_REACH)
    axes.plot(strip.x, trace, color=INK, linewidth=0.85, solid_joinstyle="round", zorder=5)


def _draw_glow(axes: "Axes", strip: Strip, baseline: float, overlay: Overlay, fs_hz: float) -> None:
    """Soft columns behind the trace, as opaque as the statement's weight at that time in that lead."""
    from matplotlib.colors import to_rgb

    peak = float(overlay.weights.max())
    if peak <= 0:
        return
    row = overlay.weights[lead_index(strip.lead)]
    left, right = float(strip.x[0]), float(strip.x[-1])
    begin_s = strip.first_sample / fs_hz
    time_s = np.linspace(begin_s, begin_s + (right - left) / MM_PER_S, round(right - left) + 1)
    share = np.interp(time_s, np.arange(len(row)) * overlay.step_s, row) / peak
    fade = np.sin(np.linspace(0, np.pi, 25)) ** 0.5
    image = np.empty((len(fade), len(share), 4))
    image[..., :3] = to_rgb(GLOW)
    image[..., 3] = _GLOW_OPACITY * np.outer(fade, share)
    low, high = (np.clip(edge, -MAX_REACH, MAX_REACH) for edge in (strip.y.min() - 3.0, strip.y.max() + 3.0))
    extent = (left, right, baseline + low, baseline + high)
    axes.imshow(image, extent=extent, aspect="auto", interpolation="bilinear", zorder=2)


def _draw_waves(axes: "Axes", strip: Strip, baseline: float, waves: Waves) -> None:
    """Colour P, QRS and T of one strip; a lead that was not delineated takes the global waves."""
    own = waves.leads.get(strip.lead)
    source = own if own is not None and own.qrs else waves.beats
    n = len(strip.x)
    y = baseline + strip.y
    for name, found in (("P", source.p), ("QRS", source.qrs), ("T", source.t)):
        bounds = np.array([(w.onset, w.offset) for w in found], dtype=int).reshape(-1, 2) - strip.first_sample
        is_inside = np.zeros(n, dtype=bool)
        for onset, offset in bounds:
            is_inside[max(onset, 0) : max(offset + 1, 0)] = True
        ticks = bounds[(bounds >= 0) & (bounds < n)]
        colour = WAVE_COLOURS[name]
        axes.plot(strip.x, np.where(is_inside, y, np.nan), color=colour, linewidth=1.3, zorder=6)
        axes.vlines(strip.x[ticks], y[ticks] - 1.3, y[ticks] + 1.3, color=colour, linewidth=0.7, zorder=6)


def _draw_header(axes: "Axes", ecg: Ecg, measurements: Measurements | None, title: str | None) -> None:
    right, top = axes.get_xlim()[1] - MARGIN, axes.get_ylim()[1] - MARGIN
    name = title or ecg.source.name
    shown = name if len(name) <= _LONGEST_TITLE else name[: _LONGEST_TITLE - 1] + "…"
    _text(axes, MARGIN, top - 5.5, shown, size=11, weight="bold", color=INK)
    _text(axes, MARGIN, top - 11.5, recording_line(ecg), size=8, color=MUTED)
    if measurements is None:
        return
    for place, (label, name) in enumerate(reversed(HEADER_FIGURES)):
        x = right - 19.0 * place
        _text(
            axes,
            x,
            top - 5.5,
            value_text(measurements.get(name)),
            size=9.5,
            weight="bold",
            color=INK,
            ha="right",
        )
        _text(axes, x, top - 11.5, label, size=8, color=MUTED, ha="right")


def _draw_footer(axes: "Axes", ecg: Ecg, start_s: float, has_waves: bool, overlay: Overlay | None) -> None:
    right = axes.get_xlim()[1] - MARGIN
    y = MARGIN + 3.5
    end_s = min(ecg.duration_s, start_s + PAGE_S)
    use = "SIMULATED · RESEARCH USE ONLY" if is_simulated(ecg.source) else "RESEARCH USE ONLY"
    scale = f"25 mm/s · 10 mm/mV · {start_s:g}–{end_s:g} s of {ecg.duration_s:.4g} s · no display filter"
    _text(axes, MARGIN, y, scale, size=7.5, color=MUTED)
    _text(axes, right, y, use, size=7.5, weight="bold", color=MUTED, ha="right")
    if overlay is not None:
        looked = f"Blue: {overlay.says} for {overlay.label}"
        _text(axes, MARGIN, y - 4.5, looked, size=7.5, color=GLOW)
    if has_waves:
        for name, colour in WAVE_COLOURS.items():
            x = right - _LEGEND_X[name]
            _text(axes, x, y - 4.5, name, size=7.5, weight="bold", color=colour, ha="right")


def _text(axes: "Axes", x: float, y: float, text: str, **style: Any) -> None:
    """Text from a file is drawn as it stands: no markup, no line breaks, no glyph the font lacks."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties(family=_FONT)))
    known = "".join(c if font.get_char_index(ord(c)) else "□" for c in printable(text))
    axes.text(x, y, known, family=_FONT, parse_math=False, zorder=7, **style)
