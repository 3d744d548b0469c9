"""A channel's reference ECGs side by side: the second that speaks most, in the leads that speak most.

Enters: recordings with the part of the relevance that flows through one channel. Leaves: a matplotlib
figure on ECG paper, true to scale, shaded like an explanation. Computes no relevance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cardio_agent.leads import LEADS
from cardio_agent.rendering.explanation_figure import AGAINST, FOR
from cardio_agent.rendering.labels import printable
from cardio_agent.rendering.layout import MARGIN, MM_PER_MV, MM_PER_S
from cardio_agent.rendering.paper import BOLD, FINE, FRAME, INK, MM_PER_INCH, MUTED, PAPER
from cardio_agent.rendering.shading import shade

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = npt.NDArray[np.floating]

SPEAKING_S = 1.0
"""The stretch that is sought: the second with most relevance."""
SHOWN_S = 2.4
"""What is drawn, with that second in its middle where the recording allows it."""
N_COLUMNS = 3
N_LEADS = 2

_FONT = "DejaVu Sans"
_OPACITY = 0.6
_BOLD_MM = 5.0
_PANEL = SHOWN_S * MM_PER_S
_GAP, _CAPTION, _HEADER, _FOOTER = 7.0, 11.0, 15.0, 10.0  # mm
_CLEARANCE, _LABEL = 3.0, 5.0
_TALL, _REACH = 20.0, 30.0  # mm from the baseline: where the gain is halved, where traces are cut off
_LONGEST_CAPTION, _LONGEST_DETAIL = 34, 44  # characters


@dataclass(frozen=True, eq=False)
class Specimen:
    """One reference ECG: ``signal_mv`` and ``map``, both (12, n) at ``fs_hz``, and two lines of caption.

    A caption longer than the panel is wide is cut short.
    """

    caption: str
    detail: str
    signal_mv: Array
    map: Array
    fs_hz: float


@dataclass(frozen=True, eq=False)
class _Cut:
    """What is drawn of a specimen: where the second begins in it, and its leads from top to bottom.

    ``x`` is (n,) in mm from the panel's edge, ``y`` (n_leads, n) in mm from each lead's median over the
    recording, ``shade`` as large, -1 to 1.
    """

    speaking_mm: float
    leads: tuple[str, ...]
    x: Array
    y: Array
    shade: Array

    def extents(self) -> list[tuple[float, float]]:
        """Room below and above the baseline of each strip, its label included, mm."""
        return [
            (_CLEARANCE - min(float(row.min()), 0.0), max(float(row.max()), 0.0) + _CLEARANCE + _LABEL)
            for row in self.y
        ]

    def height(self) -> float:
        """Height of the panel, whole bold squares."""
        return float(np.ceil(sum(map(sum, self.extents())) / _BOLD_MM) * _BOLD_MM)


def plot_references(title: str, subtitle: str, specimens: Sequence[Specimen]) -> "Figure":
    """Draw the reference ECGs of one channel.

    Parameters
    ----------
    title, subtitle : str
    specimens : sequence of Specimen
        At least one.

    Returns
    -------
    matplotlib.figure.Figure
        Its size in inches is the paper's true size; 10 mm/mV, or 5 mm/mV where a deflection is over 2 mV.

    Limits: deflections over 6 mV are cut off.
    """
    cuts = [_cut(s, MM_PER_MV) for s in specimens]
    gain = MM_PER_MV
    if max(np.abs(cut.y).max() for cut in cuts) > _TALL:
        gain = MM_PER_MV / 2
        cuts = [_cut(s, gain) for s in specimens]
    pairs = list(zip(specimens, cuts, strict=True))
    bands = [pairs[k : k + N_COLUMNS] for k in range(0, len(pairs), N_COLUMNS)]
    heights = [max(cut.height() for _, cut in band) for band in bands]
    height = 2 * MARGIN + _HEADER + _FOOTER + sum(heights) + len(bands) * _CAPTION
    figure, axes = _sheet(2 * MARGIN + N_COLUMNS * _PANEL + (N_COLUMNS - 1) * _GAP, height)
    _text(axes, MARGIN, height - MARGIN - 4.5, title, size=11, weight="bold")
    _text(axes, MARGIN, height - MARGIN - 10, subtitle, size=8, color=MUTED)
    top = height - MARGIN - _HEADER
    for band, band_height in zip(bands, heights, strict=True):
        top -= _CAPTION
        for column, (specimen, cut) in enumerate(band):
            left = MARGIN + column * (_PANEL + _GAP)
            _draw_caption(axes, specimen, left, top)
            _draw_cut(axes, cut, left, top, band_height)
        top -= band_height
    _draw_legend(axes, gain)
    return figure


def _cut(specimen: Specimen, mm_per_mv: float) -> _Cut:
    """The second with most relevance, the leads with most of it there, and the stretch around it."""
    for_it = np.maximum(specimen.map, 0)
    n, second = for_it.shape[1], round(SPEAKING_S * specimen.fs_hz)
    shown = min(round(SHOWN_S * specimen.fs_hz), n)
    speaking = int(np.argmax(np.convolve(for_it.sum(axis=0), np.ones(min(second, n)), mode="valid")))
    per_lead = for_it[:, speaking : speaking + second].sum(axis=1)
    rows = np.sort(np.argsort(-per_lead, kind="stable")[:N_LEADS])
    first = int(np.clip(speaking - (shown - second) // 2, 0, n - shown))
    signal_mv = specimen.signal_mv[rows] - np.median(specimen.signal_mv[rows], axis=1, keepdims=True)
    part = slice(first, first + shown)
    return _Cut(
        speaking_mm=(speaking - first) * MM_PER_S / specimen.fs_hz,
        leads=tuple(LEADS[row] for row in rows),
        x=np.arange(shown) * MM_PER_S / specimen.fs_hz,
        y=np.clip(mm_per_mv * signal_mv[:, part], -_REACH, _REACH),
        shade=shade(specimen.map, specimen.fs_hz)[rows, part],
    )


# ── drawing ──────────────────────────────────────────────────────────────────────────────────


def _sheet(width: float, height: float) -> "tuple[Figure, Axes]":
    """An empty white sheet whose data coordinates are millimetres."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / MM_PER_INCH, height / MM_PER_INCH), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    return figure, axes


def _draw_caption(axes: "Axes", specimen: Specimen, left: float, foot: float) -> None:
    _text(axes, left, foot + 6.0, _shortened(specimen.caption, _LONGEST_CAPTION), size=8, weight="bold")
    _text(axes, left, foot + 1.8, _shortened(specimen.detail, _LONGEST_DETAIL), size=7, color=MUTED)


def _draw_cut(axes: "Axes", cut: _Cut, left: float, top: float, height: float) -> None:
    """Paper, strips and the bar below them; spare height is shared among the strips."""
    foot = top - height
    _draw_paper(axes, left, foot, height)
    extents = cut.extents()
    spare = (height - sum(map(sum, extents))) / len(extents)
    for k, (below, above) in enumerate(extents):
        _draw_strip(axes, cut, k, left, top - above - spare / 2)
        top -= below + above + spare
    start = left + cut.speaking_mm
    axes.plot([start, start + SPEAKING_S * MM_PER_S], [foot + 1.2] * 2, color=FOR, linewidth=1.6, zorder=6)


def _draw_paper(axes: "Axes", left: float, foot: float, height: float) -> None:
    from matplotlib.collections import LineCollection
    from matplotlib.patches import Rectangle

    sheet = Rectangle((left, foot), _PANEL, height, facecolor=PAPER, edgecolor=FRAME, linewidth=0.9, zorder=0)
    axes.add_patch(sheet)
    for step, colour, points in ((1, FINE, 0.35), (5, BOLD, 0.55)):
        xs, ys = np.arange(step, _PANEL, step) + left, np.arange(step, height, step) + foot
        lines = [[(x, foot), (x, foot + height)] for x in xs]
        lines += [[(left, y), (left + _PANEL, y)] for y in ys]
        axes.add_collection(LineCollection(lines, colors=colour, linewidths=points, zorder=step / 10))


def _draw_strip(axes: "Axes", cut: _Cut, k: int, left: float, baseline: float) -> None:
    from matplotlib.colors import to_rgb
    from matplotlib.patheffects import withStroke

    x, y, shade = left + cut.x, baseline + cut.y[k], cut.shade[k]
    n = len(x)
    fade = np.sin(np.linspace(0, np.pi, 25)) ** 0.5
    image = np.empty((len(fade), n, 4))
    image[..., :3] = np.where((shade > 0)[:, None], to_rgb(FOR), to_rgb(AGAINST))
    image[..., 3] = _OPACITY * np.outer(fade, np.abs(shade))
    extent = (x[0], x[-1], y.min() - 2.5, y.max() + 2.5)
    axes.imshow(image, extent=extent, aspect="auto", interpolation="antialiased", zorder=2)
    axes.plot(x, y, color=INK, linewidth=0.9, solid_joinstyle="round", zorder=5)
    label = baseline + max(float(cut.y[k, : n // 6].max()), 0.0) + 2.0
    halo = [withStroke(linewidth=2.5, foreground=PAPER)]
    _text(axes, left + 1.2, label, cut.leads[k], size=8, weight="bold", path_effects=halo)


def _draw_legend(axes: "Axes", gain: float) -> None:
    from matplotlib.patches import Rectangle

    y, x = MARGIN + 1.0, MARGIN
    for colour, words in ((FOR, "speaks for the statement, through this channel"), (AGAINST, "against it")):
        axes.add_patch(Rectangle((x, y - 0.4), 4.0, 2.6, facecolor=colour, alpha=_OPACITY, zorder=7))
        _text(axes, x + 5.5, y, words, size=7.5, color=MUTED)
        x += 74.0
    words = f"Bar: the second with most relevance · {MM_PER_S:g} mm/s · {gain:g} mm/mV"
    _text(axes, axes.get_xlim()[1] - MARGIN, y, words, size=7.5, color=MUTED, ha="right")


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _text(axes: "Axes", x: float, y: float, text: str, *, color: str = INK, **style: Any) -> None:
    axes.text(x, y, printable(text), family=_FONT, parse_math=False, color=color, zorder=7, **style)
