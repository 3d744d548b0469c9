"""The report as plain text for an 80-column terminal, in the order a cardiologist reads.

Enters: a :class:`Report`. Leaves: lines of at most 80 characters, without colour or control codes.
Sentences carry small numbers; the list "What this rests on" says which records these stand for.
Nothing is left out silently: records that are not shown here are in the JSON.
"""

import itertools
import textwrap
from collections.abc import Iterable, Iterator

from cardio_agent.leads import LEADS
from cardio_agent.rendering.labels import (
    check_lines,
    evidence_line,
    global_measurements,
    head_lines,
    lead_columns,
    measurement_label,
    notable_statements,
    number_text,
    printable,
    recording_line,
    section_title,
    value_text,
    versions_line,
    was_taken_over,
)
from cardio_agent.rendering.references import Reference, drawn_together, references
from cardio_agent.rendering.scores import score_line
from cardio_agent.schema import Evidence, Measurement, Report, Sentence, Statement

WIDTH = 80
_INDENT = "  "
_BAR = 10


def render_text(report: Report) -> str:
    """The report as text, closed by a line feed."""
    cited = references(report)
    numbers = {reference.id: reference.number for reference in cited}
    blocks = [
        _title(report),
        *_narrative(report, numbers),
        _measurements(report),
        _lead_table(report),
        _statements(report),
        _scores(report),
        _evidence(report),
        _references(cited),
        _checks(report),
        _provenance(report),
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


# ── head and narrative ───────────────────────────────────────────────────────────────────────


def _title(report: Report) -> list[str]:
    recording = report.recording
    lines = ["12-LEAD ECG REPORT", "═" * WIDTH, *_wrapped(report.disclaimer), ""]
    lines += _wrapped(recording.file)
    lines += _wrapped(recording_line(recording))
    return lines + [line for told in head_lines(report) for line in _wrapped(told)]


def _narrative(report: Report, numbers: dict[str, int]) -> Iterator[list[str]]:
    writer = report.provenance.writer
    for section in report.narrative:
        text = " ".join(_sentence(sentence, numbers, writer) for sentence in section.sentences)
        yield [*_heading(section_title(section.section)), *_wrapped(text, _INDENT)]


def _sentence(sentence: Sentence, numbers: dict[str, int], writer: str) -> str:
    """The sentence with its references, and with its verdict where it did not pass."""
    marks = drawn_together(numbers[cite] for cite in sentence.cites)
    parts = [printable(sentence.text) + ("*" if was_taken_over(sentence, writer) else "")]
    if marks:
        parts.append(f"[{marks}]")
    if sentence.verdict != "supported":
        parts.append(f"({sentence.verdict}: {sentence.reason})")
    return " ".join(parts)


# ── tables ───────────────────────────────────────────────────────────────────────────────────


def _measurements(report: Report) -> list[str]:
    """Global measurements in two columns; what could not be measured follows with its reason."""
    rows = global_measurements(report)
    if not rows:
        return []
    measured = [m for m in rows if m.value is not None]
    half = -(-len(measured) // 2)
    cells = [f"{measurement_label(m):<22}{value_text(m):>10}" for m in measured]
    pairs = itertools.zip_longest(cells[:half], cells[half:], fillvalue="")
    lines = [f"{_INDENT}{left:<38}{right}".rstrip() for left, right in pairs]
    for reason, names in _by_reason(m for m in rows if m.value is None).items():
        lines += _wrapped(f"Not measured: {', '.join(names)} ({reason})", _INDENT)
    return [*_heading("Measurements"), *lines]


def _by_reason(missing: Iterable[Measurement]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for m in missing:
        grouped.setdefault(m.reason or "no reason given", []).append(measurement_label(m))
    return grouped


def _lead_table(report: Report) -> list[str]:
    """Amplitudes of each lead, one line a lead."""
    found = {(m.lead, m.name): m for m in report.measurements if m.lead is not None}
    columns = lead_columns(report)
    if not columns:
        return []
    lines = [_INDENT + f"{'':<6}" + "".join(f"{title:>8}" for title, _ in columns)]
    for lead in LEADS:
        cells = [number_text(found[lead, name]) if (lead, name) in found else "–" for _, name in columns]
        lines.append(_INDENT + f"{lead:<6}" + "".join(f"{cell:>8}" for cell in cells))
    legend = "amplitudes in mV, Q duration in ms; – where there is none"
    return [*_heading("Lead by lead"), *lines, _INDENT + legend]


def _statements(report: Report) -> list[str]:
    shown = notable_statements(report)
    if not shown:
        return []
    lines = []
    for s in shown:
        filled = round(s.probability * _BAR)
        name = textwrap.shorten(s.name, 46, placeholder="…")
        mark = "●" if s.present else "○"
        number = f"{s.probability:>5.2f}{_doubt(s)}"
        lines.append(f"{_INDENT}{mark} {name:<46} {s.code:<9}{number}{'█' * filled}".rstrip())
    lines.append(f"{_INDENT}● at or above its threshold   ○ below it   calibrated probability")
    if any(s.is_uncertain for s in shown):
        lines.append(f"{_INDENT}? too close to call: the 90% conformal set singles out neither verdict")
    return [*_heading("Classifier statements"), *lines]


def _scores(report: Report) -> list[str]:
    lines = [line for score in report.scores for line in _wrapped(score_line(score), _INDENT)]
    return [*_heading("Risk scores"), *lines] if lines else []


def _doubt(statement: Statement) -> str:
    return "? " if statement.is_uncertain else " "


def evidence_lines(evidence: Evidence) -> list[str]:
    """A guideline passage in lines for a terminal: id and text, then where it stands."""
    label = f"{evidence.id:<8} "
    return _hanging(label, evidence.text) + _wrapped(evidence_line(evidence), _INDENT + " " * len(label))


def _evidence(report: Report) -> list[str]:
    lines = [line for evidence in report.evidence for line in evidence_lines(evidence)]
    return [*_heading("Guideline passages"), *lines] if lines else []


def _references(cited: Iterable[Reference]) -> list[str]:
    lines = [line for r in cited for line in _hanging(f"{r.number:>3}  ", f"{r.text} [{r.id}]")]
    return [*_heading("What this rests on"), *lines] if lines else []


# ── foot ─────────────────────────────────────────────────────────────────────────────────────


def _checks(report: Report) -> list[str]:
    lines = [wrapped for line in check_lines(report) for wrapped in _wrapped(line, _INDENT)]
    return [*_heading("Checks"), *lines] if lines else []


def _provenance(report: Report) -> list[str]:
    lines = [line for note in report.provenance.notes for line in _wrapped(f"Note: {note}")]
    closing = _wrapped("Research use only. Not a medical device.")
    return ["─" * WIDTH, *lines, *_wrapped(versions_line(report)), *closing]


# ── lines ────────────────────────────────────────────────────────────────────────────────────


def _heading(text: str) -> list[str]:
    return [printable(text).upper()]


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(printable(text), WIDTH, initial_indent=indent, subsequent_indent=indent)


def _hanging(label: str, text: str) -> list[str]:
    """Text beside a label, its further lines under its first word."""
    first = _INDENT + label
    return textwrap.wrap(printable(text), WIDTH, initial_indent=first, subsequent_indent=" " * len(first))
