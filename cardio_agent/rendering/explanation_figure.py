"""An explanation as a picture: the trace on ECG paper, shaded, with bars for leads and segments.

Enters: an :class:`Ecg` and an :class:`Explanation` of it. Leaves: a matplotlib figure. Computes no
relevance: the shading is the map, smoothed over 40 ms so that it can be seen.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.statements import BY_CODE
from cardio_agent.explanation import METHODS, SEGMENTS
from cardio_agent.leads import LEADS, lead_index
from cardio_agent.rendering.layout import MARGIN, PAGE_S, Strip, baselines, page_rows
from cardio_agent.rendering.paper import FRAME, INK, MM_PER_INCH, MUTED, plot_ecg
from cardio_agent.rendering.shading import shade
from cardio_agent.schema import Ecg, Explanation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Told apart with every kind of colour vision, and from the paper. Source: Okabe and Ito 2008.
FOR, AGAINST = "#0072b2", "#e69f00"
_OPACITY = 0.6
_REACH = 18.0
"""Furthest from the baseline, mm: tall waves do not shade the neighbouring rows."""

_FONT = "DejaVu Sans"
_PANEL, _BARS_FOOT, _BARS_HEIGHT = 62.0, 12.0, 36.0  # mm
_SEGMENT_WIDTH, _WORDS_WIDTH, _GAP = 62.0, 68.0, 12.0
_WORDS_WRAP = 44  # characters
_LEAST_SHOWN = 0.005


def plot_explanation(ecg: Ecg, explanation: Explanation, *, layout: str = "3x4") -> "Figure":
    """Draw an explanation over ten seconds of its recording.

    Parameters
    ----------
    ecg : Ecg
        The recording that was explained.
    explanation : Explanation
    layout : {"3x4", "6x2", "12x1"}

    Returns
    -------
    matplotlib.figure.Figure
        The paper at its true size with the bars below. Of a longer recording, the ten seconds in which
        most speaks for the statement.

    Raises
    ------
    BadRequest
        When the layout is unknown.
    """
    start_s = _page_start(ecg, explanation.map)
    figure = plot_ecg(
        ecg, layout=layout, start_s=start_s, title=f"{explanation.code}, explained by {explanation.method}"
    )
    axes = figure.axes[0]
    shades = shade(explanation.map, ecg.fs_hz)
    rows = page_rows(ecg, layout, start_s)
    for strips, baseline in zip(rows, baselines(rows)[0], strict=True):
        for strip in strips:
            if not strip.is_missing:
                _draw_shade(axes, strip, baseline, shades[lead_index(strip.lead)])
    _draw_legend(axes, METHODS[explanation.method].shows, has_against=bool((shades < 0).any()))
    _draw_panel(figure, explanation)
    return figure


def _page_start(ecg: Ecg, relevance: npt.NDArray[np.float32]) -> float:
    """Of a recording's pages of ten seconds, the start of the one with most relevance, s."""
    page = round(PAGE_S * ecg.fs_hz)
    speaking = np.maximum(relevance, 0).sum(axis=0)
    sums = [speaking[first : first + page].sum() for first in range(0, ecg.n_samples, page)]
    return float(np.argmax(sums) * PAGE_S)


# ── drawing ──────────────────────────────────────────────────────────────────────────────────


def _draw_shade(axes: "Axes", strip: Strip, baseline: float, shade: npt.NDArray[np.float64]) -> None:
    """Columns behind the trace, as opaque as the map is strong at that time in that lead."""
    from matplotlib.colors import to_rgb

    own = shade[strip.first_sample : strip.first_sample + len(strip.x)]
    fade = np.sin(np.linspace(0, np.pi, 25)) ** 0.5
    image = np.empty((len(fade), len(own), 4))
    image[..., :3] = np.where((own > 0)[:, None], to_rgb(FOR), to_rgb(AGAINST))
    image[..., 3] = _OPACITY * np.outer(fade, np.abs(own))
    low, high = (np.clip(edge, -_REACH, _REACH) for edge in (strip.y.min() - 3.0, strip.y.max() + 3.0))
    extent = (strip.x[0], strip.x[-1], baseline + low, baseline + high)
    axes.imshow(image, extent=extent, aspect="auto", interpolation="antialiased", zorder=2)


def _draw_legend(axes: "Axes", shows: str, *, has_against: bool) -> None:
    from matplotlib.patches import Rectangle

    entries = [(FOR, shows)]
    if has_against:
        entries.append((AGAINST, "what speaks against it"))
    x = MARGIN
    for colour, words in entries:
        axes.add_patch(Rectangle((x, MARGIN - 2.2), 4.0, 2.6, facecolor=colour, alpha=_OPACITY, zorder=7))
        axes.text(x + 5.5, MARGIN - 2.0, words, family=_FONT, size=7.5, color=MUTED, zorder=7)
        x += 58.0


def _draw_panel(figure: "Figure", explanation: Explanation) -> None:
    """Lengthen the sheet and put lead bars, segment bars and a word on the method below the paper."""
    width, paper_height = MM_PER_INCH * figure.get_size_inches()
    height = paper_height + _PANEL
    figure.set_size_inches(width / MM_PER_INCH, height / MM_PER_INCH)
    figure.axes[0].set_position((0, _PANEL / height, 1, paper_height / height))
    lead_width = width - 2 * MARGIN - _SEGMENT_WIDTH - _GAP - _WORDS_WIDTH - _GAP
    colour = FOR if (explanation.map > 0).any() else AGAINST
    x = MARGIN
    for title, names, shares, bar_width in (
        ("Share of each lead", LEADS, explanation.leads, lead_width),
        ("Share of each segment", SEGMENTS, explanation.segments, _SEGMENT_WIDTH),
    ):
        place = (x / width, _BARS_FOOT / height, bar_width / width, _BARS_HEIGHT / height)
        _draw_bars(figure.add_axes(place), title, names, [shares.get(name, 0.0) for name in names], colour)
        x += bar_width + _GAP
    words = figure.add_axes((x / width, _BARS_FOOT / height, _WORDS_WIDTH / width, _BARS_HEIGHT / height))
    _draw_words(words, explanation)


def _draw_bars(axes: "Axes", title: str, names: tuple[str, ...], shares: list[float], colour: str) -> None:
    top = max(*shares, 0.05) * 1.18
    axes.bar(range(len(names)), shares, width=0.66, color=colour, alpha=0.85)
    for place, share in enumerate(shares):
        if share >= _LEAST_SHOWN:
            axes.text(
                place,
                share + 0.02 * top,
                f"{share:.0%}",
                ha="center",
                va="bottom",
                size=7,
                color=INK,
                family=_FONT,
            )
    if not any(shares):
        axes.text(
            0.5,
            0.5,
            "not told apart",
            transform=axes.transAxes,
            ha="center",
            size=8,
            color=MUTED,
            family=_FONT,
        )
    axes.set_title(title, loc="left", size=8.5, weight="bold", color=INK, family=_FONT, pad=5)
    axes.set_ylim(0, top)
    axes.set_yticks([])
    axes.set_xticks(range(len(names)), names, size=8, color=INK, family=_FONT)
    axes.tick_params(length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(FRAME)


def _draw_words(axes: "Axes", explanation: Explanation) -> None:
    from textwrap import fill

    axes.set_axis_off()
    name = BY_CODE[explanation.code].name
    axes.set_title(
        name[0].upper() + name[1:], loc="left", size=8.5, weight="bold", color=INK, family=_FONT, pad=5
    )
    reading = fill(METHODS[explanation.method].about, _WORDS_WRAP)
    caution = fill("This tells about the network, not about the disease.", _WORDS_WRAP)
    style: dict[str, Any] = {"transform": axes.transAxes, "va": "top", "family": _FONT, "linespacing": 1.4}
    axes.text(0, 0.97, reading, size=7.5, color=INK, **style)
    axes.text(0, 0.22, caution, size=7.5, color=MUTED, **style)
