"""Measurements, statements and the comparison with an earlier ECG as tables of HTML.

Enters: a :class:`Report`, or an :class:`Analysis` with its prior. Leaves: fragments for a page to arrange.
"""

from collections.abc import Iterable

from cardio_agent.leads import LEADS
from cardio_agent.rendering.flags import flag_text, limits_text
from cardio_agent.rendering.labels import (
    global_measurements,
    lead_columns,
    measurement_label,
    notable_statements,
    number_text,
    value_text,
)
from cardio_agent.rendering.markup import article, cell, chip, escaped, row, table
from cardio_agent.schema import Analysis, Finding, Measurement, Patient, Report, Statement

_CHANGE = "_change"

# ── measurements ─────────────────────────────────────────────────────────────────────────────


def measurements_html(report: Report) -> str:
    """Global measurements with limits of normal, the reason for each that is missing; then the leads."""
    patient = report.recording.patient
    rows = [_measurement_row(m, patient) for m in global_measurements(report)]
    heads = ("Measurement", "Value", "Normal", "Flag", "Method")
    note = '<p class="ca-note">Limits are of adults; a flag says how a value lies outside them.</p>'
    return article([table("Measurements", heads, rows, kind="ca-measures"), _lead_table(report), note])


def _measurement_row(m: Measurement, patient: Patient) -> str:
    flag = flag_text(m, patient)
    note = m.method if m.value is not None else f"not measured: {m.reason}"
    cells = (
        cell(value_text(m), "ca-number"),
        cell(limits_text(m, patient), "ca-number ca-quiet"),
        f"<td>{chip(flag, 'ca-out') if flag else ''}</td>",
        cell(note, "ca-quiet"),
    )
    return row(escaped(measurement_label(m)), cells, "" if m.value is not None else "ca-off")


def _lead_table(report: Report) -> str:
    columns = lead_columns(report)
    if not columns:
        return ""
    found = {(m.lead, m.name): m for m in report.measurements}
    patient = report.recording.patient
    rows = [
        row(lead, [_lead_cell(found.get((lead, name)), patient) for _, name in columns]) for lead in LEADS
    ]
    heads = ("Lead", *(f"{title}, {'ms' if name.endswith('_ms') else 'mV'}" for title, name in columns))
    return table("Measurements of each lead", heads, rows, kind="ca-leads")


def _lead_cell(m: Measurement | None, patient: Patient) -> str:
    if m is None:
        return cell("–", "ca-number")
    flag = flag_text(m, patient)
    shown = escaped(number_text(m))
    if not flag:
        return f'<td class="ca-number">{shown}</td>'
    return f'<td class="ca-number ca-outside">{shown} <span class="ca-word">{escaped(flag)}</span></td>'


# ── statements ───────────────────────────────────────────────────────────────────────────────


def statements_html(report: Report) -> str:
    """Statements present or near their threshold, each with a bar and a tick at it; the others folded."""
    notable = notable_statements(report)
    ids = {s.id for s in notable}
    others = sorted((s for s in report.statements if s.id not in ids), key=lambda s: -s.probability)
    note = (
        f'<p class="ca-note">Calibrated probabilities of {len(report.statements)} statements; the tick marks '
        "the threshold. Shown: those at or above it, and those from half of it. Too close to call: at 90% "
        "confidence neither verdict can be excluded.</p>"
    )
    return article([_statement_table("Statements", notable), note, _folded(others)])


def _folded(statements: list[Statement]) -> str:
    if not statements:
        return ""
    shown = _statement_table("Statements below half of their threshold", statements)
    return (
        f'<details class="ca-more"><summary>The other {len(statements)} statements</summary>{shown}</details>'
    )


def _statement_table(caption: str, statements: Iterable[Statement]) -> str:
    heads = ("Statement", "Code", "Probability", "Threshold")
    return table(caption, heads, [_statement_row(s) for s in statements], kind="ca-bars")


def _statement_row(s: Statement) -> str:
    fill, tick = f"width:{100 * s.probability:.0f}%", f"left:{100 * s.threshold:.0f}%"
    bar = f'<span class="ca-bar" aria-hidden="true"><i style="{fill}"></i><b style="{tick}"></b></span>'
    verdict = "" if not s.present else '<span class="ca-hidden">present: </span>'
    doubt = f" {chip('too close to call')}" if s.is_uncertain else ""
    cells = (
        f"<td><code>{escaped(s.code)}</code></td>",
        f'<td class="ca-number">{s.probability:.2f} {bar}</td>',
        cell(f"{s.threshold:.2f}", "ca-number ca-quiet"),
    )
    # Two groups may share a name: the second of them has its group in its code.
    group = f' <span class="ca-quiet">({escaped(s.group)})</span>' if ":" in s.code else ""
    return row(f"{verdict}{escaped(s.name)}{group}{doubt}", cells, "ca-on" if s.present else "ca-off")


# ── comparison ───────────────────────────────────────────────────────────────────────────────


def comparison_html(analysis: Analysis) -> str:
    """This ECG beside the earlier one: what changed, then each measurement of both."""
    prior = analysis.prior
    if prior is None:
        return article([], empty="No earlier ECG was given to compare with.")
    changes = [f for f in analysis.findings if f.kind == "comparison"]
    told = "".join(f"<li>{_finding_line(f)}</li>" for f in changes)
    title = escaped(f"{analysis.ecg.source.name} compared with {prior.ecg.source.name}")
    note = (
        '<p class="ca-note">In bold: changes larger than the measurement repeats itself. '
        "Nobody has checked that both are of one person.</p>"
    )
    return article(
        [
            f'<p class="ca-meta"><strong>{title}</strong></p>',
            f"<ul>{told}</ul>"
            if told
            else "<p>Nothing has changed by more than the measurement repeats itself.</p>",
            table(
                "Differences", ("Measurement", "Earlier", "This ECG", "Change"), _change_rows(analysis, prior)
            ),
            note,
        ]
    )


def _finding_line(finding: Finding) -> str:
    return f"{escaped(finding.text)} {chip(finding.certainty)}"


def _change_rows(analysis: Analysis, prior: Analysis) -> list[str]:
    changes = {
        (m.name.removesuffix(_CHANGE), m.lead): m for m in analysis.measurements if m.name.endswith(_CHANGE)
    }
    marked = {id for f in analysis.findings if f.kind == "comparison" for id in f.basis}
    rows = []
    for m in analysis.measurements:
        change = changes.get((m.name, m.lead))
        if m.name.endswith(_CHANGE) or (m.lead is not None and change is None):
            continue
        before = prior.measurements.get(m.name, m.lead)
        if m.value is None and before.value is None:
            continue
        told = change if change is not None else _difference(m, before)
        cells = (
            cell(value_text(before), "ca-number"),
            cell(value_text(m), "ca-number"),
            cell(_signed(told), "ca-number"),
        )
        rows.append(row(escaped(measurement_label(m)), cells, "ca-on" if told.id in marked else ""))
    return rows


def _difference(now: Measurement, before: Measurement) -> Measurement:
    """The change of a measurement that no finding follows; axes along the shorter way round."""
    if now.value is None or before.value is None:
        return now.model_copy(update={"id": "", "value": None})
    change = now.value - before.value
    if now.unit == "deg":
        change = (change + 180) % 360 - 180
    return now.model_copy(update={"id": "", "value": change})


def _signed(change: Measurement) -> str:
    text = value_text(change)
    return f"+{text}" if change.value is not None and change.value > 0 else text
