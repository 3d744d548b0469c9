"""The report as Markdown: readable as it stands, and set as a page by what shows Markdown.

Enters: a :class:`Report`. Leaves: CommonMark with pipe tables; every text from a file or a model is
escaped, so that it shows as the text that it is. The trace is not in it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

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
from cardio_agent.rendering.references import drawn_together, references
from cardio_agent.rendering.scores import score_line
from cardio_agent.schema import Report, Sentence

_MARKUP = re.compile(r"([\\`*_\[\]<>|~&$])")
_BLOCK_START = re.compile(r"^(\d*)(?=[.)+-](?:\s|$)|[#=]|--)")


def escaped_markdown(text: str) -> str:
    r"""Text as Markdown that shows exactly that text; only what would be markup is escaped.

    >>> escaped_markdown("V1 <b>*x*</b> (limit 120 ms)")
    'V1 \\<b\\>\\*x\\*\\</b\\> (limit 120 ms)'
    """
    # A list, a heading or a rule begins with one of these signs, a numbered list with digits before it.
    return _BLOCK_START.sub(r"\1\\", _MARKUP.sub(r"\\\1", printable(text)))


def render_markdown(report: Report) -> str:
    """The report as Markdown, closed by a line feed."""
    numbers = {reference.id: reference.number for reference in references(report)}
    blocks = [
        "# 12-lead ECG report",
        f"**{escaped_markdown(report.disclaimer)}**",
        _head(report),
        *_narrative(report, numbers),
        *_measurements(report),
        *_statements(report),
        *_scores(report),
        *_evidence(report),
        *_references(report),
        "---",
        *(escaped_markdown(line) for line in check_lines(report)),
        *(escaped_markdown(f"Note: {note}") for note in report.provenance.notes),
        escaped_markdown(versions_line(report)),
    ]
    return "\n\n".join(blocks) + "\n"


def _head(report: Report) -> str:
    recording = report.recording
    lines = [f"File: {recording.file}", recording_line(recording), *head_lines(report)]
    return "\n".join(f"- {escaped_markdown(line)}" for line in lines)


def _narrative(report: Report, numbers: dict[str, int]) -> Iterator[str]:
    for section in report.narrative:
        yield f"## {escaped_markdown(section_title(section.section))}"
        yield " ".join(_sentence(s, numbers, report.provenance.writer) for s in section.sentences)


def _sentence(sentence: Sentence, numbers: dict[str, int], writer: str) -> str:
    """The sentence with its references, and with its verdict where it did not pass."""
    said = escaped_markdown(sentence.text) + (r"\*" if was_taken_over(sentence, writer) else "")
    marks = drawn_together(numbers[cite] for cite in sentence.cites)
    parts = [said, rf"\[{marks}\]"] if marks else [said]
    if sentence.verdict != "supported":
        parts.append(f"**({escaped_markdown(f'{sentence.verdict}: {sentence.reason}')})**")
    return " ".join(parts)


def _measurements(report: Report) -> Iterator[str]:
    rows = [
        (
            measurement_label(m),
            value_text(m),
            m.method if m.value is not None else f"not measured: {m.reason}",
        )
        for m in global_measurements(report)
    ]
    if rows:
        yield "## Measurements"
        yield _table(("Measurement", "Value", "Method"), rows)
    columns = lead_columns(report)
    if columns:
        found = {(m.lead, m.name): m for m in report.measurements}
        yield "Amplitudes in mV, Q duration in ms; – where there is none."
        yield _table(
            ("Lead", *(title for title, _ in columns)),
            [
                (lead, *(number_text(found[lead, n]) if (lead, n) in found else "–" for _, n in columns))
                for lead in LEADS
            ],
        )


def _statements(report: Report) -> Iterator[str]:
    shown = notable_statements(report)
    if not shown:
        return
    rows = [
        (
            s.name,
            s.code,
            f"{s.probability:.2f}",
            f"{s.threshold:.2f}",
            ("present" if s.present else "not present") + (", too close to call" if s.is_uncertain else ""),
        )
        for s in shown
    ]
    yield "## Classifier statements"
    yield _table(("Statement", "Code", "Probability", "Threshold", "Verdict"), rows)


def _scores(report: Report) -> Iterator[str]:
    if report.scores:
        yield "## Risk scores"
        yield "\n".join(f"- {escaped_markdown(score_line(score))}" for score in report.scores)


def _evidence(report: Report) -> Iterator[str]:
    if report.evidence:
        yield "## Guideline passages"
    for passage in report.evidence:
        yield (
            f"**{escaped_markdown(passage.id)}** {escaped_markdown(passage.text)}  \n"
            f"{escaped_markdown(evidence_line(passage))}"
        )


def _references(report: Report) -> Iterator[str]:
    items = [f"{r.number}. {escaped_markdown(r.text)} `{r.id}`" for r in references(report)]
    if items:
        yield "## What this rests on"
        yield "\n".join(items)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head, *body = [_row(map(escaped_markdown, row)) for row in (heads, *rows)]
    return "\n".join([head, _row(["---"] * len(heads)), *body])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
