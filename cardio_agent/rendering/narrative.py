"""The sentences of a report or an answer as HTML, each with a note of what it rests on.

Enters: checked sentences and the records that they cite. Leaves: HTML in which every sentence can be
pointed at, tapped, or reached by keyboard, and then shows its note: the ids, values and passages that it
cites, the verdict of its check, and who wrote it.
"""

from collections.abc import Mapping, Sequence

from cardio_agent.rendering.labels import (
    check_lines,
    describe,
    head_lines,
    recording_line,
    section_title,
    versions_line,
    was_taken_over,
    writer_name,
)
from cardio_agent.rendering.markup import article, escaped
from cardio_agent.rendering.scores import score_line
from cardio_agent.schema import Evidence, Finding, NarrativeSection, Record, Report, Sentence

_LEAD = "conclusion"
_ONE_BY_ONE = "guidelines"
"""The section whose sentences stand each for itself."""

_VERDICT_MARKS = {"supported": "✓", "contradicted": "✗", "unsupported": "?"}


def narrative_html(report: Report) -> str:
    """The whole report: recording, conclusion, the other sections, versions of what made it."""
    records = report.records()
    checks = "".join(f'<p class="ca-quiet">{escaped(line)}</p>' for line in check_lines(report))
    notes = "".join(f'<p class="ca-quiet">Note: {escaped(note)}</p>' for note in report.provenance.notes)
    foot = f'<p class="ca-quiet">{escaped(versions_line(report))}</p><p>{escaped(report.disclaimer)}</p>'
    lead = [section for section in report.narrative if section.section == _LEAD]
    rest = [section for section in report.narrative if section.section != _LEAD]
    writer = report.provenance.writer
    parts = [
        _head(report),
        f'<section class="ca-sum">{sections_html(lead, records, writer)}</section>' if lead else "",
        sections_html(rest, records, writer),
        _scores(report),
        f'<footer class="ca-foot">{checks}{notes}{foot}</footer>',
    ]
    return article(parts, kind="ca-report")


def _scores(report: Report) -> str:
    lines = "".join(f"<li>{escaped(score_line(score))}</li>" for score in report.scores)
    return f"<h3>Risk scores</h3><ul>{lines}</ul>" if lines else ""


def _head(report: Report) -> str:
    recording = report.recording
    lines = [recording_line(recording), *head_lines(report)]
    shown = "<br>".join(escaped(line) for line in lines)
    return f'<p class="ca-meta"><strong>{escaped(recording.file)}</strong><br>{shown}</p>'


def sections_html(sections: Sequence[NarrativeSection], records: Mapping[str, Record], writer: str) -> str:
    """Sentences under their headings."""
    return "".join(_section(section, records, writer) for section in sections)


def _section(section: NarrativeSection, records: Mapping[str, Record], writer: str) -> str:
    said = [[s] for s in section.sentences] if section.section == _ONE_BY_ONE else [section.sentences]
    paragraphs = "".join(sentences_html(sentences, records, writer) for sentences in said)
    return f"<h3>{escaped(section_title(section.section))}</h3>{paragraphs}"


def sentences_html(sentences: Sequence[Sentence], records: Mapping[str, Record], writer: str) -> str:
    """Sentences as one paragraph. ``writer`` is the report's own: others are marked."""
    return f'<p class="ca-text">{" ".join(_sentence(s, records, writer) for s in sentences)}</p>'


def _sentence(sentence: Sentence, records: Mapping[str, Record], writer: str) -> str:
    marks = '<sup class="ca-star">*</sup>' if was_taken_over(sentence, writer) else ""
    if sentence.verdict != "supported":
        marks += f' <em class="ca-flag">{escaped(sentence.verdict)}</em>'
    return (
        f'<span class="ca-sentence ca-{sentence.verdict}" tabindex="0">{escaped(sentence.text)}{marks}'
        f"{_note(sentence, records, writer)}</span>"
    )


def _note(sentence: Sentence, records: Mapping[str, Record], writer: str) -> str:
    """What a sentence rests on, for those who ask for it."""
    mark = _VERDICT_MARKS[sentence.verdict]
    verdict = (
        f'<span><b class="ca-verdict"><i aria-hidden="true">{mark}</i> {escaped(sentence.verdict)}</b> '
        f"{escaped(sentence.reason)}</span>"
    )
    items = "".join(_item(cite, records.get(cite)) for cite in sentence.cites)
    taken = " in place of the model" if was_taken_over(sentence, writer) else ""
    by = f'<span class="ca-by">Written by: {escaped(writer_name(sentence.writer))}{taken}</span>'
    rests = items or '<span class="ca-item">Rests on no record.</span>'
    return f'<span class="ca-basis" role="note">{verdict}{rests}{by}</span>'


def _item(cite: str, record: Record | None) -> str:
    """One cited record: its id, what it says and, of a passage, its words."""
    says = "no such record in this report" if record is None else describe(record)
    if isinstance(record, Evidence):
        says = f"{says}: “{record.text}”"
    if isinstance(record, Finding):
        says = f"{says} (from {', '.join(record.basis)})"
    return f'<span class="ca-item"><code>{escaped(cite)}</code> {escaped(says)}</span>'
