"""What lies over the trace of a sheet: its waves, and the evidence for one statement or finding.

Enters: a :class:`Sheet`, and waves or weights in the time base of its recording. Leaves: the sheet with them
on it, and a line in its foot that says what they are. Judges nothing.
"""

from dataclasses import dataclass, replace

import numpy as np

from cardio_agent.leads import lead_index
from cardio_agent.rendering.labels import printable
from cardio_agent.rendering.layout import MARGIN, MAX_REACH, MM_PER_S, Strip
from cardio_agent.rendering.sheet import Ink, Line, Row, Shade, Sheet, Word
from cardio_agent.schema import Wave, Waves

_WAVE_WIDTH, _TICK_WIDTH, _TICK = 0.45, 0.25, 1.3
_FULL_OPACITY, _LEAST_OPACITY = 0.65, 0.01
_CLEARANCE = 3.0
_LEGEND: tuple[tuple[str, Ink, float], ...] = (("P", "p", 14.0), ("QRS", "qrs", 4.6), ("T", "t", 0.0))


@dataclass(frozen=True, eq=False)
class Weights:
    """How much each place of the trace weighs: (12, n_steps), non-negative; step k is at ``k * step_s``.

    ``says`` is the line in the sheet's foot.
    """

    says: str
    values: np.ndarray
    step_s: float


def with_waves(sheet: Sheet, waves: Waves) -> Sheet:
    """P, QRS and T coloured along the trace, with a tick at onset, peak and offset of each."""
    lines = [line for row in sheet.rows for strip in row.strips for line in _strip_waves(strip, row, waves)]
    right = sheet.width - MARGIN
    legend = [
        Word(name, right - x, MARGIN - 1.0, ink, 3.1, is_bold=True, at_end=True) for name, ink, x in _LEGEND
    ]
    return replace(sheet, lines=(*sheet.lines, *lines), words=(*sheet.words, *legend))


def with_weights(sheet: Sheet, weights: Weights, fs_hz: float) -> Sheet:
    """Bands behind the trace, the darker the more a place weighs."""
    strips = [(strip, row) for row in sheet.rows for strip in row.strips if not strip.is_missing]
    shades = [_shade(strip, row, weights, fs_hz) for strip, row in strips]
    shown = tuple(shade for shade in shades if shade.opacities.max() > _LEAST_OPACITY)
    word = Word(printable(weights.says), MARGIN, MARGIN - 1.0, "shade", 3.1, is_bold=True)
    return replace(sheet, shades=shown, words=(*sheet.words, word))


def _strip_waves(strip: Strip, row: Row, waves: Waves) -> list[Line]:
    """The waves of one strip; a lead that was not delineated takes those over all leads."""
    if strip.is_missing:
        return []
    own = waves.leads.get(strip.lead)
    source = own if own is not None and own.qrs else waves.beats
    found: tuple[tuple[Ink, tuple[Wave, ...]], ...] = (("p", source.p), ("qrs", source.qrs), ("t", source.t))
    y = row.baseline + np.clip(strip.y, -MAX_REACH, MAX_REACH)
    return [
        line
        for ink, ws in found
        for wave in ws
        for line in _wave_lines(strip.x, y, wave, strip.first_sample, ink)
    ]


def _wave_lines(x: np.ndarray, y: np.ndarray, wave: Wave, first: int, ink: Ink) -> list[Line]:
    """One wave's stretch of the trace and its ticks, as far as they lie in the strip."""
    begin, end = max(wave.onset - first, 0), min(wave.offset - first + 1, len(x))
    if end - begin < 2:
        return []
    lines = [Line(np.column_stack([x[begin:end], y[begin:end]]), ink, _WAVE_WIDTH)]
    for sample, reach in ((wave.onset, _TICK), (wave.peak, _TICK / 2), (wave.offset, _TICK)):
        at = sample - first
        if 0 <= at < len(x):
            tick = np.array([[x[at], y[at] - reach], [x[at], y[at] + reach]])
            lines.append(Line(tick, ink, _TICK_WIDTH))
    return lines


def _shade(strip: Strip, row: Row, weights: Weights, fs_hz: float) -> Shade:
    left, right = float(strip.x[0]), float(strip.x[-1])
    begin_s = strip.first_sample / fs_hz
    time_s = np.linspace(begin_s, begin_s + (right - left) / MM_PER_S, round(right - left) + 1)
    values = weights.values[lead_index(strip.lead)]
    peak = float(weights.values.max()) or 1.0
    share = np.interp(time_s, np.arange(len(values)) * weights.step_s, values) / peak
    low, high = (np.clip(edge, -MAX_REACH, MAX_REACH) for edge in (strip.y.min(), strip.y.max()))
    foot, height = row.baseline + low - _CLEARANCE, high - low + 2 * _CLEARANCE
    return Shade(left, float(foot), right - left, float(height), _FULL_OPACITY * share)
