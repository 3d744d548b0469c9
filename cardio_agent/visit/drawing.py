"""The trace of a recording with what the visitor wants to see on it.

Enters: an :class:`Analysis` and how it is to be drawn. Leaves: HTML with one sheet of ECG paper, or two where
there is an earlier ECG to compare with.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from cardio_agent.errors import BadRequest
from cardio_agent.explanation import explain
from cardio_agent.findings.limits import QTC_NAMES
from cardio_agent.leads import LEADS, lead_index
from cardio_agent.rendering.markup import escaped
from cardio_agent.rendering.shading import SMOOTHING_S, smoothed
from cardio_agent.rendering.sheet import draw_sheet
from cardio_agent.rendering.sheet_marks import Weights, with_waves, with_weights
from cardio_agent.rendering.svg import sheet_svg
from cardio_agent.schema import Analysis, Beat, Ecg, Finding

NOTHING = ""
_LONGEST_CHOICE = 70  # characters
_NOT_SHOWN = ("quality", "contradiction", "comparison", "normal")

Span = tuple[int, int]


@dataclass(frozen=True)
class Drawing:
    """How the visitor wants the trace; ``evidence`` is the id of a finding or of a statement, or nothing."""

    layout: str = "3x4"
    shows_waves: bool = False
    evidence: str = NOTHING
    start_s: float = 0.0


def draw(analysis: Analysis, drawing: Drawing) -> str:
    """The sheet as HTML, above that of the earlier ECG where there is one.

    Raises
    ------
    BadRequest
        When the layout is unknown, the recording is shorter than ``start_s``, or this ECG has no such
        finding or statement.
    """
    start_s = drawing.start_s if drawing.start_s < analysis.ecg.duration_s else 0.0
    sheet = draw_sheet(analysis.ecg, analysis.measurements, layout=drawing.layout, start_s=start_s)
    if drawing.evidence != NOTHING:
        sheet = with_weights(sheet, _evidence(analysis, drawing.evidence), analysis.ecg.fs_hz)
    if drawing.shows_waves:
        sheet = with_waves(sheet, analysis.waves)
    shown = _figure(sheet_svg(sheet, _read_out(analysis.ecg)), "This ECG" if analysis.prior else "")
    if analysis.prior is None:
        return shown
    prior = analysis.prior
    earlier = draw_sheet(prior.ecg, prior.measurements, layout=drawing.layout)
    earlier = with_waves(earlier, prior.waves) if drawing.shows_waves else earlier
    return shown + _figure(sheet_svg(earlier, _read_out(prior.ecg)), "Earlier ECG")


def evidence_choices(analysis: Analysis) -> list[tuple[str, str]]:
    """What can be shown on the trace, title and id: findings first, then the other statements present."""
    findings = [f for f in analysis.findings if f.kind not in _NOT_SHOWN and _can_be_shown(f, analysis)]
    rested_on = {basis for finding in findings for basis in finding.basis}
    statements = [s for s in analysis.statements if s.present and s.id not in rested_on]
    named = [(finding.text, finding.id) for finding in findings]
    named += [(f"{s.name} (statement)", s.id) for s in statements]
    return [("Nothing", NOTHING), *((_shortened(text), id) for text, id in named)]


def _figure(svg: str, caption: str) -> str:
    title = f"<figcaption>{escaped(caption)}</figcaption>" if caption else ""
    return (
        f'<figure class="ca-paper">{title}'
        f'<div class="ca-scroll" tabindex="0" role="region" aria-label="Trace, zoomable">{svg}</div></figure>'
    )


def _read_out(ecg: Ecg) -> str:
    return f"12-lead ECG {ecg.source.name} on paper, 25 mm/s and 10 mm/mV"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_CHOICE else f"{text[: _LONGEST_CHOICE - 1]}…"


# ── evidence ─────────────────────────────────────────────────────────────────────────────────


def _evidence(analysis: Analysis, id: str) -> Weights:
    """What the classifier relied on; of a finding without a statement, where it was measured."""
    statements = {s.id: s for s in analysis.statements}
    if id in statements:
        return _relied_on(analysis, [statements[id].code], statements[id].name)
    finding = next((f for f in analysis.findings if f.id == id), None)
    if finding is None:
        raise BadRequest(f"this ECG has no finding '{id}': choose one from the list")
    codes = [statements[basis].code for basis in finding.basis if _is_present(basis, analysis)]
    return _relied_on(analysis, codes, finding.text) if codes else _measured_at(analysis, finding)


def _is_present(basis: str, analysis: Analysis) -> bool:
    return any(s.id == basis and s.present for s in analysis.statements)


def _relied_on(analysis: Analysis, codes: Iterable[str], name: str) -> Weights:
    """The explanations of the statements, each of the same weight."""
    fs_hz = analysis.ecg.fs_hz
    step = round(SMOOTHING_S * fs_hz)
    total = np.zeros(analysis.ecg.signal_mv.shape)
    for code in codes:
        found = analysis.explanations.get(code) or explain(analysis.ecg, code, waves=analysis.waves)
        positive = smoothed(np.maximum(found.map, 0), fs_hz)
        total += positive / (positive.max() or 1.0)
    return Weights(f"Blue: what the classifier relied on for {name}", total[:, ::step], step / fs_hz)


def _p(beat: Beat) -> Span | None:
    return None if beat.p is None else (beat.p.onset, beat.p.offset)


def _pr(beat: Beat) -> Span | None:
    return None if beat.p is None else (beat.p.onset, beat.qrs.onset)


def _qrs(beat: Beat) -> Span | None:
    return beat.qrs.onset, beat.qrs.offset


def _qt(beat: Beat) -> Span | None:
    return None if beat.t is None else (beat.qrs.onset, beat.t.offset)


def _st(beat: Beat) -> Span | None:
    return None if beat.t is None else (beat.qrs.offset, max(beat.t.onset, beat.qrs.offset))


def _t(beat: Beat) -> Span | None:
    return None if beat.t is None else (beat.t.onset, beat.t.offset)


# Where in a beat a measurement was taken; None where that beat lacks the wave.
_SPANS: Mapping[str, Callable[[Beat], Span | None]] = {
    **dict.fromkeys(("p_ms", "p_mv"), _p),
    "pr_ms": _pr,
    **dict.fromkeys(("heart_rate_bpm", "rr_ms", "rr_sd_ms", "qrs_ms", "qrs_axis_deg"), _qrs),
    **dict.fromkeys(("r_mv", "s_mv", "q_mv", "q_ms"), _qrs),
    **dict.fromkeys(("qt_ms", *QTC_NAMES), _qt),
    **dict.fromkeys(("st_j_mv", "st_j60_mv"), _st),
    "t_mv": _t,
}


def _can_be_shown(finding: Finding, analysis: Analysis) -> bool:
    return any(_is_present(basis, analysis) for basis in finding.basis) or bool(list(_places(finding)))


def _places(finding: Finding) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The measurements of a finding's basis that have a place in the trace, with their leads."""
    for basis in finding.basis:
        _, _, rest = basis.partition("m-")
        name, _, lead = rest.partition("-")
        if name in _SPANS:
            yield name, (lead,) if lead in LEADS else finding.leads or LEADS


def _measured_at(analysis: Analysis, finding: Finding) -> Weights:
    """The stretches of the trace in which the measurements of the finding's basis were taken."""
    marked = np.zeros(analysis.ecg.signal_mv.shape)
    for name, leads in _places(finding):
        rows = [lead_index(lead) for lead in leads]
        for span in filter(None, map(_SPANS[name], analysis.waves.beats)):
            marked[rows, span[0] : span[1] + 1] = 1.0
    return Weights(f"Blue: where it was measured: {finding.text}", marked, 1 / analysis.ecg.fs_hz)
