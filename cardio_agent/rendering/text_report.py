"""The report as plain text for an 80-column terminal, in the order a cardiologist reads.

Enters: a :class:`Report`. Leaves: lines of at most 80 characters, without colour or control codes.
Sentences carry small numbers; the list "What this rests on" says which records these stand for.
Nothing is left out silently: records that are not shown here are in the JSON.
"""

import itertools
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from cardio_agent.leads import LEADS
from cardio_agent.rendering.labels import (
    describe,
    evidence_line,
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
from cardio_agent.schema import Evidence, Finding, Measurement, Report, Sentence, Statement

WIDTH = 80
_INDENT = "  "
_BAR = 10


def render_text(report: Report) -> str:
    """The report as text, closed by a line feed."""
    numbers = _reference_numbers(report)
    blocks = [
        _title(report),
        *_narrative(report, numbers),
        _measurements(report),
        _lead_table(report),
        _statements(report),
        _evidence(report),
        _references(report, numbers),
        _checks(report),
        _provenance(report),
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


# ── head and narrative ───────────────────────────────────────────────────────────────────────


def _title(report: Report) -> list[str]:
    recording, quality = report.recording, report.quality
    lines = ["12-LEAD ECG REPORT", "═" * WIDTH, *_wrapped(report.disclaimer), ""]
    lines += _wrapped(recording.file)
    lines += _wrapped(recording_line(recording))
    lines += _wrapped(f"Quality {quality.verdict}: {quality.reason}")
    for label, leads in (("Not recorded", recording.missing_leads), ("Derived", recording.derived_leads)):
        if leads:
            lines += _wrapped(f"{label}: {', '.join(leads)}")
    return lines + [line for note in recording.notes for line in _wrapped(f"Note: {note}")]


def _narrative(report: Report, numbers: dict[str, int]) -> Iterator[list[str]]:
    writer = report.provenance.writer
    for section in report.narrative:
        text = " ".join(_sentence(sentence, numbers, writer) for sentence in section.sentences)
        yield [*_heading(section_title(section.section)), *_wrapped(text, _INDENT)]


def _sentence(sentence: Sentence, numbers: dict[str, int], writer: str) -> str:
    """The sentence with its references, and with its verdict where it did not pass."""
    marks = _ranges(sorted(numbers[cite] for cite in sentence.cites))
    parts = [printable(sentence.text) + ("*" if was_taken_over(sentence, writer) else "")]
    if marks:
        parts.append(f"[{marks}]")
    if sentence.verdict != "supported":
        parts.append(f"({sentence.verdict}: {sentence.reason})")
    return " ".join(parts)


def _ranges(numbers: Sequence[int]) -> str:
    """Sorted numbers with runs of three or more drawn together.

    >>> _ranges([1, 2, 3, 5, 6])
    '1–3, 5, 6'
    """
    runs = itertools.groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    shown = []
    for _, pairs in runs:
        run = [number for _, number in pairs]
        shown += [f"{run[0]}–{run[-1]}"] if len(run) > 2 else [str(number) for number in run]
    return ", ".join(shown)


def _reference_numbers(report: Report) -> dict[str, int]:
    """Number of every cited id, in the order of first mention."""
    cites = (cite for section in report.narrative for s in section.sentences for cite in s.cites)
    return {cite: place for place, cite in enumerate(dict.fromkeys(cites), start=1)}


# ── tables ───────────────────────────────────────────────────────────────────────────────────


def _measurements(report: Report) -> list[str]:
    """Global measurements in two columns; what could not be measured follows with its reason."""
    rows = [m for m in report.measurements if m.lead is None]
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


def _doubt(statement: Statement) -> str:
    return "? " if statement.is_uncertain else " "


def evidence_lines(evidence: Evidence) -> list[str]:
    """A guideline passage in lines for a terminal: id and text, then where it stands."""
    label = f"{evidence.id:<9}"
    return _hanging(label, evidence.text) + _wrapped(evidence_line(evidence), _INDENT + " " * len(label))


def _evidence(report: Report) -> list[str]:
    lines = [line for evidence in report.evidence for line in evidence_lines(evidence)]
    return [*_heading("Guideline passages"), *lines] if lines else []


def _references(report: Report, numbers: dict[str, int]) -> list[str]:
    records = report.records()
    lines = []
    for cite, number in numbers.items():
        record = records.get(cite)
        known = "no such record in this report" if record is None else describe(record)
        basis = f" (from {', '.join(record.basis)})" if isinstance(record, Finding) else ""
        lines += _hanging(f"{number:>3}  ", f"{known}{basis} [{cite}]")
    return [*_heading("What this rests on"), *lines] if lines else []


# ── foot ─────────────────────────────────────────────────────────────────────────────────────


def _checks(report: Report) -> list[str]:
    sentences = [s for section in report.narrative for s in section.sentences]
    if not sentences:
        return []
    counts = Counter(s.verdict for s in sentences)
    verdicts = ", ".join(f"{counts[kind]} {kind}" for kind in ("supported", "contradicted", "unsupported"))
    lines = _wrapped(f"{len(sentences)} sentences checked against their records: {verdicts}.", _INDENT)
    taken_over = sum(was_taken_over(s, report.provenance.writer) for s in sentences)
    if taken_over:
        lines += _wrapped(f"* {taken_over} of them by the plain writer, in place of the model's.", _INDENT)
    return [*_heading("Checks"), *lines]


def _provenance(report: Report) -> list[str]:
    p = report.provenance
    versions = (
        f"cardio-agent {p.cardio_agent} · classifier {p.classifier} ({p.classifier_sha256[:12]}) · "
        f"writer {p.writer} · corpus {p.corpus_sha256[:12]} · file {p.input_sha256[:12]}"
    )
    lines = [line for note in p.notes for line in _wrapped(f"Note: {note}")]
    return ["─" * WIDTH, *lines, *_wrapped(versions), *_wrapped("Research use only. Not a medical device.")]


# ── lines ────────────────────────────────────────────────────────────────────────────────────


def _heading(text: str) -> list[str]:
    return [printable(text).upper()]


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(printable(text), WIDTH, initial_indent=indent, subsequent_indent=indent)


def _hanging(label: str, text: str) -> list[str]:
    """Text beside a label, its further lines under its first word."""
    first = _INDENT + label
    return textwrap.wrap(printable(text), WIDTH, initial_indent=first, subsequent_indent=" " * len(first))
