"""Parts of a report as HTML: narrative, tables, passages, each a fragment for a page to arrange.

Enters: a :class:`Report` and PNG bytes. Leaves: HTML without scripts, styles or links; how it looks
is the page's business, by the class names. Every piece of text goes through :func:`escaped`, so
nothing from a file or a model reaches a page as markup.
"""

import base64
import html
from collections.abc import Iterable

from cardio_agent.leads import LEADS
from cardio_agent.rendering.labels import (
    describe,
    evidence_source,
    lead_columns,
    measurement_label,
    notable_statements,
    number_text,
    printable,
    recording_line,
    section_title,
    value_text,
    was_taken_over,
)
from cardio_agent.schema import Evidence, Finding, Measurement, Record, Report, Sentence, Statement
from cardio_agent.writing.phrases import lead_list


def escaped(text: str) -> str:
    """Text as HTML that shows exactly that text, on one line, in elements and in attributes."""
    return html.escape(printable(text), quote=True)


def trace_html(png: bytes, alt: str) -> str:
    """The trace, inside the page itself: no file is left for a server to hand out."""
    data = base64.b64encode(png).decode("ascii")
    return f'<img class="ca-trace" alt="{escaped(alt)}" src="data:image/png;base64,{data}">'


def narrative_html(report: Report) -> str:
    """The report's sentences; the title of each says what it rests on and how it was judged."""
    records = report.records()
    parts = [
        f'<p class="ca-meta"><strong>{escaped(report.recording.file)}</strong><br>'
        f"{escaped(recording_line(report.recording))}<br>"
        f"Quality {escaped(report.quality.verdict)}: {escaped(report.quality.reason)}</p>"
    ]
    for section in report.narrative:
        text = " ".join(_sentence_html(s, records, report.provenance.writer) for s in section.sentences)
        parts.append(f"<h3>{escaped(section_title(section.section))}</h3><p>{text}</p>")
    parts.append(f'<p class="ca-note">{escaped(report.disclaimer)}</p>')
    return _article(parts)


def _sentence_html(sentence: Sentence, records: dict[str, Record], writer: str) -> str:
    known = [describe(records[cite]) for cite in sentence.cites if cite in records]
    basis = "Rests on: " + " · ".join(known) if known else "Rests on no record"
    title = f"{basis} — {sentence.verdict}: {sentence.reason}"
    marks = '<sup title="by the plain writer">*</sup>' if was_taken_over(sentence, writer) else ""
    if sentence.verdict != "supported":
        marks += f' <em class="ca-flag">{escaped(sentence.verdict)}</em>'
    return (
        f'<span class="ca-sentence ca-{sentence.verdict}" tabindex="0" title="{escaped(title)}">'
        f"{escaped(sentence.text)}{marks}</span>"
    )


def measurements_html(report: Report) -> str:
    """Global measurements with the reason for each that is missing, then the table of leads."""
    rows = [_measurement_row(m) for m in report.measurements if m.lead is None]
    return _article([_table(("Measurement", "Value", "Method"), rows), _lead_table(report)])


def _measurement_row(m: Measurement) -> str:
    note = m.method if m.value is not None else f"not measured: {m.reason}"
    kind = "" if m.value is not None else ' class="ca-off"'
    return (
        f'<tr{kind}><th scope="row">{escaped(measurement_label(m))}</th>'
        f'<td class="ca-number">{escaped(value_text(m))}</td><td class="ca-quiet">{escaped(note)}</td></tr>'
    )


def _lead_table(report: Report) -> str:
    columns = lead_columns(report)
    if not columns:
        return ""
    found = {(m.lead, m.name): m for m in report.measurements}
    rows = []
    for lead in LEADS:
        texts = [number_text(found[lead, name]) if (lead, name) in found else "–" for _, name in columns]
        cells = "".join(f'<td class="ca-number">{escaped(text)}</td>' for text in texts)
        rows.append(f'<tr><th scope="row">{lead}</th>{cells}</tr>')
    heads = ("Lead", *(f"{title}, {'ms' if name.endswith('_ms') else 'mV'}" for title, name in columns))
    return _table(heads, rows, kind="ca-leads")


def statements_html(report: Report) -> str:
    """Statements present or near their threshold, each with a bar and a tick at the threshold."""
    rows = [_statement_row(s) for s in notable_statements(report)]
    note = (
        f'<p class="ca-note">Calibrated probabilities of {len(report.statements)} statements; the tick marks '
        "the threshold. Shown: those at or above it, and those from half of it. Too close to call: the 90% "
        "conformal set singles out neither verdict.</p>"
    )
    return _article([_table(("Statement", "Code", "Probability", ""), rows), note])


def _statement_row(s: Statement) -> str:
    kind = "ca-on" if s.present else "ca-off"
    fill, tick = f"width:{100 * s.probability:.0f}%", f"left:{100 * s.threshold:.0f}%"
    bar = f'<span class="ca-bar" aria-hidden="true"><i style="{fill}"></i><b style="{tick}"></b></span>'
    doubt = ' <span class="ca-chip">too close to call</span>' if s.is_uncertain else ""
    return (
        f'<tr class="{kind}"><th scope="row">{escaped(s.name)}{doubt}</th>'
        f"<td><code>{escaped(s.code)}</code></td>"
        f'<td class="ca-number">{s.probability:.2f}</td><td>{bar}</td></tr>'
    )


def findings_html(report: Report) -> str:
    """Each finding with its certainty, leads, and the records that it rests on."""
    records = report.records()
    return _article([_finding_html(f, records) for f in report.findings], empty="No finding was made.")


def _finding_html(finding: Finding, records: dict[str, Record]) -> str:
    leads = lead_list(finding.leads)
    named = finding.text if leads in finding.text else f"{finding.text} in {leads}"
    items = "".join(
        f"<li>{escaped(describe(records[key]) if key in records else key)}</li>" for key in finding.basis
    )
    sources = (
        f'<p class="ca-quiet">Criterion: {escaped(", ".join(finding.sources))}</p>' if finding.sources else ""
    )
    return (
        f'<section class="ca-card"><h3>{escaped(named)} '
        f'<span class="ca-chip">{escaped(finding.certainty)}</span></h3><ul>{items}</ul>{sources}</section>'
    )


def evidence_html(report: Report) -> str:
    """The guideline passages, each with where it stands and what it was sought for."""
    texts = {finding.id: finding.text for finding in report.findings}
    empty = "No guideline passage was found for these findings."
    return _article([_passage_html(passage, texts) for passage in report.evidence], empty=empty)


def _passage_html(passage: Evidence, texts: dict[str, str]) -> str:
    sought = [texts[key] for key in passage.finding_ids if key in texts]
    bearing = f'<p class="ca-quiet">Bears on: {escaped("; ".join(sought))}</p>' if sought else ""
    flag = "" if passage.checked else ' <span class="ca-chip ca-warn">unchecked</span>'
    return (
        f'<section class="ca-card"><h3>{escaped(evidence_source(passage))} '
        f'<span class="ca-chip">{escaped(passage.id)}</span>{flag}</h3>'
        f"<p>{escaped(passage.text)}</p>{bearing}</section>"
    )


def _table(heads: Iterable[str], rows: Iterable[str], kind: str = "") -> str:
    head = "".join(f'<th scope="col">{escaped(text)}</th>' for text in heads)
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f'<table class="ca-table {kind}">{body}</table>'


def _article(parts: list[str], empty: str = "") -> str:
    inner = "".join(parts) or f'<p class="ca-note">{escaped(empty)}</p>'
    return f'<article class="ca-doc">{inner}</article>'
