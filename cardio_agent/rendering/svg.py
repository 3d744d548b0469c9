"""A sheet of ECG paper as SVG for a page, sharp at every size.

Enters: a :class:`Sheet`. Leaves: one ``<svg>`` element without scripts, links or fonts of its own; its
colours come from the page's style sheet by class names (:data:`cardio_agent.rendering.style.SHEET_CSS`).
"""

import numpy as np

from cardio_agent.rendering.markup import escaped
from cardio_agent.rendering.sheet import Line, Shade, Sheet, Word, grid_positions

_RULING = ((1, "fine", 0.12), (5, "bold", 0.2))


def sheet_svg(sheet: Sheet, description: str, key: str = "") -> str:
    """The sheet as an element that is read out as ``description``; its units are millimetres.

    ``key`` tells the names of two sheets with shades on one page apart.
    """
    left, foot, width, height = sheet.grid
    top = sheet.height - foot - height
    parts = [
        f'<svg class="ca-sheet" role="img" aria-label="{escaped(description)}" '
        f'viewBox="0 0 {sheet.width:g} {sheet.height:g}" xmlns="http://www.w3.org/2000/svg">',
        f'<rect class="paper" x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}"/>',
        *(_ruling(sheet, step, ink, points) for step, ink, points in _RULING),
        *(_shade(shade, sheet.height, f"ca-shade{key}-{n}") for n, shade in enumerate(sheet.shades)),
        *(_polyline(line, sheet.height) for line in sheet.lines),
        *(_text(word, sheet.height) for word in sheet.words),
        "</svg>",
    ]
    return "".join(parts)


def _ruling(sheet: Sheet, step_mm: int, ink: str, width_mm: float) -> str:
    left, foot, width, height = sheet.grid
    xs, ys = grid_positions(sheet, step_mm)
    top = sheet.height - foot - height
    upright = "".join(f"M{x:g} {top:g}v{height:g}" for x in xs)
    level = "".join(f"M{left:g} {sheet.height - y:g}h{width:g}" for y in ys)
    return f'<path class="{ink}" stroke-width="{width_mm:g}" d="{upright}{level}"/>'


def _shade(shade: Shade, height: float, name: str) -> str:
    """A band whose opacity runs along it."""
    last = max(len(shade.opacities) - 1, 1)
    stops = "".join(
        f'<stop offset="{place / last:.4g}" stop-opacity="{opacity:.2g}"/>'
        for place, opacity in enumerate(shade.opacities)
    )
    top = height - shade.foot - shade.height
    return (
        f'<linearGradient id="{name}">{stops}</linearGradient>'
        f'<rect class="shade" fill="url(#{name})" x="{shade.left:.5g}" y="{top:.5g}" rx="2" '
        f'width="{shade.width:.5g}" height="{shade.height:.5g}"/>'
    )


def _polyline(line: Line, height: float) -> str:
    flipped = np.column_stack([line.points[:, 0], height - line.points[:, 1]])
    points = " ".join(f"{x:.6g},{y:.5g}" for x, y in flipped.round(2))
    dashes = ' stroke-dasharray="1.4 1.4"' if line.is_dashed else ""
    return f'<polyline class="{line.ink}" stroke-width="{line.width_mm:g}"{dashes} points="{points}"/>'


def _text(word: Word, height: float) -> str:
    anchor = ' text-anchor="end"' if word.at_end else ""
    weight = ' font-weight="700"' if word.is_bold else ""
    return (
        f'<text class="{word.ink}" x="{word.x:.5g}" y="{height - word.y:.5g}" '
        f'font-size="{word.size_mm:g}"{anchor}{weight}>{escaped(word.text)}</text>'
    )
