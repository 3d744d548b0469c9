"""The report as one HTML file: readable anywhere, printable, without scripts or anything from outside.

Enters: a :class:`Report` and, for the trace, its :class:`Analysis`. Leaves: a complete page. Each sentence
carries the numbers of the records that it rests on; they lead to the list at its end, and pointing at the
sentence shows them too. Light and dark follow the reader's settings; on paper the trace is true to scale.
"""

from cardio_agent.rendering.fragments import evidence_html, findings_html
from cardio_agent.rendering.labels import (
    check_lines,
    conclusion_text,
    head_lines,
    recording_line,
    section_title,
    versions_line,
    was_taken_over,
)
from cardio_agent.rendering.markup import escaped
from cardio_agent.rendering.references import Reference, references
from cardio_agent.rendering.scores import score_html
from cardio_agent.rendering.sheet import draw_sheet
from cardio_agent.rendering.style import FILE_CSS, REPORT_CSS, SHEET_CSS
from cardio_agent.rendering.svg import sheet_svg
from cardio_agent.rendering.tables import measurements_html, statements_html
from cardio_agent.schema import Analysis, Report, Sentence

_TALLEST_GRID = 150.0
"""Height of the ruled paper, mm, that fits a page of A4 on its side with its margins."""


def render_html(report: Report, analysis: Analysis | None = None) -> str:
    """The report as a page, closed by a line feed; without the analysis it has no trace."""
    cited = {reference.id: reference for reference in references(report)}
    parts = [
        _head(report),
        _part("Conclusion", f'<p class="ca-lead">{escaped(_conclusion(report))}</p>'),
        "" if analysis is None else _trace(report, analysis),
        _part("Report", _narrative(report, cited)),
        _part("Measurements", measurements_html(report), is_wide=True),
        _part("Findings", findings_html(report)),
        _part("Classifier statements", statements_html(report), is_wide=True),
        _part("Risk scores", "".join(map(score_html, report.scores))) if report.scores else "",
        _part("Guideline passages", evidence_html(report)),
        _part("What this rests on", _reference_list(cited)),
        _foot(report),
    ]
    title = escaped(f"12-lead ECG report: {report.recording.file}")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{REPORT_CSS}{SHEET_CSS}{FILE_CSS}</style>\n</head>\n<body>\n"
        '<p class="ca-use" role="note">Research use only. Not a medical device. '
        "A clinician must read the tracing.</p>\n"
        "<main>\n" + "\n".join(filter(None, parts)) + "\n</main>\n</body>\n</html>\n"
    )


def _head(report: Report) -> str:
    recording = report.recording
    lines = [recording_line(recording), *head_lines(report)]
    shown = "<br>".join(escaped(line) for line in lines)
    return (
        f'<header class="ca-doc"><h1>12-lead ECG report</h1><p class="ca-meta">'
        f'<strong class="ca-file">{escaped(recording.file)}</strong><br>{shown}</p></header>'
    )


def _conclusion(report: Report) -> str:
    return conclusion_text(report) or "No conclusion was drawn; see the report below."


def _part(title: str, inner: str, *, is_wide: bool = False) -> str:
    """A section of the page; a wide one can be moved sideways on a narrow screen."""
    if is_wide:
        inner = f'<div class="ca-roll" role="region" aria-label="{title}" tabindex="0">{inner}</div>'
    return f'<section class="ca-part"><h2>{title}</h2>{inner}</section>'


def _trace(report: Report, analysis: Analysis) -> str:
    says = f"12-lead ECG on paper, 25 mm/s and 10 mm/mV. {_conclusion(report)}"
    sheet = draw_sheet(analysis.ecg, analysis.measurements, tallest_grid_mm=_TALLEST_GRID)
    svg = sheet_svg(sheet, says)
    return f'<figure class="ca-roll" role="region" aria-label="Trace" tabindex="0">{svg}</figure>'


def _narrative(report: Report, cited: dict[str, Reference]) -> str:
    parts = []
    for section in report.narrative:
        text = " ".join(_sentence(s, cited, report.provenance.writer) for s in section.sentences)
        parts.append(f"<h3>{escaped(section_title(section.section))}</h3><p>{text}</p>")
    checks = "".join(f'<p class="ca-note">{escaped(line)}</p>' for line in check_lines(report))
    return f'<article class="ca-doc">{"".join(parts)}{checks}</article>'


def _sentence(sentence: Sentence, cited: dict[str, Reference], writer: str) -> str:
    """The sentence with its references, and with its verdict where it did not pass."""
    basis = "Rests on: " + " · ".join(cited[cite].text for cite in sentence.cites)
    title = f"{basis if sentence.cites else 'Rests on no record'} — {sentence.verdict}: {sentence.reason}"
    star = "*" if was_taken_over(sentence, writer) else ""
    numbers = sorted(cited[cite].number for cite in sentence.cites)
    links = "".join(f'<a href="#r{n}" aria-label="Reference {n}">{n}</a>' for n in numbers)
    flag = ""
    if sentence.verdict != "supported":
        flag = f' <em class="ca-flag">{escaped(f"{sentence.verdict}: {sentence.reason}")}</em>'
    return (
        f'<span class="ca-sentence ca-{sentence.verdict}" title="{escaped(title)}">'
        f"{escaped(sentence.text)}{star}</span><sup>{links}</sup>{flag}"
    )


def _reference_list(cited: dict[str, Reference]) -> str:
    items = "".join(
        f'<li id="r{r.number}">{escaped(r.text)} <code>{escaped(r.id)}</code></li>' for r in cited.values()
    )
    return f'<div class="ca-doc"><ol class="ca-refs">{items}</ol></div>'


def _foot(report: Report) -> str:
    lines = [f"Note: {note}" for note in report.provenance.notes]
    lines += [versions_line(report), report.disclaimer]
    return f"<footer>{''.join(f'<p>{escaped(line)}</p>' for line in lines)}</footer>"
