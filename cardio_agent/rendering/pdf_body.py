"""The printed pages of a report, piece by piece: conclusion and signature first, what it rests on last.

Enters: a :class:`Report` and the names of two registered fonts. Leaves: pieces for ReportLab to set on
pages. Every text from a file or a model is escaped, so that it prints as the text that it is.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from cardio_agent.leads import LEADS
from cardio_agent.rendering.labels import (
    check_lines,
    conclusion_text,
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
from cardio_agent.schema import Report, Sentence

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Flowable

_INK, _QUIET, _ACCENT, _ALERT, _RULE, _TINT = (
    "#16202b", "#54616e", "#0b6e8f", "#b3361f", "#c9d1d9", "#eef3f6",
)  # fmt: skip
_WIDTH_MM = 178.0
_N_COLUMNS = 3
_TABLE_PT = 7.4
_SIGNATURE = ("Read by", "Signature", "Date and time")


def report_flow(report: Report, fonts: tuple[str, str]) -> "list[Flowable]":
    """The pieces of the report in the order of its pages; ``fonts`` are regular and bold."""
    cited = references(report)
    numbers = {reference.id: reference.number for reference in cited}
    setter = _Setter(*fonts)
    return [
        *_head(report, setter),
        setter.signature(),
        *_narrative(report, numbers, setter),
        *_measurements(report, setter),
        *_leads(report, setter),
        *_statements(report, setter),
        *_scores(report, setter),
        *_rests_on(cited, setter),
        *_foot(report, setter),
    ]


class _Setter:
    """Turns text and rows into ReportLab's pieces, all in one look."""

    def __init__(self, font: str, bold: str) -> None:
        self._font = font
        self._bold = bold

    def _style(self, size: float, colour: str = _INK, *, is_bold: bool = False) -> "ParagraphStyle":
        from reportlab.lib.styles import ParagraphStyle

        name = self._bold if is_bold else self._font
        return ParagraphStyle(
            "text", fontName=name, fontSize=size, leading=size * 1.36, textColor=colour, splitLongWords=True
        )

    def text(self, markup: str, size: float = 8.6, colour: str = _INK) -> "Flowable":
        """A paragraph; ``markup`` is escaped text with ReportLab's tags around it."""
        from reportlab.platypus import Paragraph

        return Paragraph(markup, self._style(size, colour))

    def heading(self, title: str, size: float = 9.5, colour: str = _ACCENT) -> "Flowable":
        """A heading that stays with what follows."""
        from reportlab.platypus import Paragraph

        style = self._style(size, colour, is_bold=True)
        style.spaceBefore, style.spaceAfter, style.keepWithNext = 6, 1, 1
        return Paragraph(_plain(title), style)

    def box(self, title: str, text: str) -> "Flowable":
        """The one thing to read first."""
        inner = [[self.text(f"<b>{_plain(title)}</b>", 8.6, _ACCENT)], [self.text(_plain(text), 10.4)]]
        edge = [("BACKGROUND", (0, 0), (-1, -1), _TINT), ("LINEBEFORE", (0, 0), (0, -1), 2, _ACCENT)]
        return self._table(inner, (_WIDTH_MM,), [*edge, ("LEFTPADDING", (0, 0), (-1, -1), 8)])

    def rows(
        self,
        rows: Sequence[Sequence[str]],
        widths_mm: Sequence[float],
        *,
        has_head: bool = True,
        is_numeric: bool = False,
    ) -> "Flowable":
        """A ruled table; its first row is repeated on the next page where it is a head."""
        size = _TABLE_PT
        look: list[tuple[object, ...]] = [
            ("FONT", (0, 0), (-1, -1), self._font, size),
            ("TEXTCOLOR", (0, 0), (-1, -1), _INK),
            ("LINEBELOW", (0, 0), (-1, -1), 0.3, _RULE),
        ]
        if has_head:
            look.append(("FONT", (0, 0), (-1, 0), self._bold, size))
        if is_numeric:
            look.append(("ALIGN", (1, 0), (-1, -1), "RIGHT"))
        return self._table(rows, widths_mm, look, n_heads=int(has_head))

    def columns(self, pieces: "list[Flowable]") -> "Flowable":
        """Pieces in three columns of equal length."""
        from reportlab.platypus import BalancedColumns

        return BalancedColumns(pieces, nCols=3, innerPadding=12)

    def signature(self) -> "Flowable":
        """Lines for whoever reads the tracing, never parted."""
        from reportlab.lib.units import mm
        from reportlab.platypus import KeepTogether, Spacer

        notes = ("\u00a0" * 5).join(("☐ Agree", "☐ Agree with changes", "☐ Disagree", "Remarks:"))
        lines: list[tuple[object, ...]] = [
            ("LINEABOVE", (place, 0), (place, 0), 0.6, _INK) for place in (0, 2, 4)
        ]
        lines += [("FONT", (0, 0), (-1, -1), self._font, 7), ("TEXTCOLOR", (0, 0), (-1, -1), _QUIET)]
        labels = [cell for label in _SIGNATURE for cell in (label, "")][:-1]
        line = self._table([labels], (56, 5, 56, 5, 56), lines)
        return KeepTogether(
            [Spacer(0, 3 * mm), self.text(notes, 8), Spacer(0, 11 * mm), line],
        )

    def _table(
        self,
        rows: Sequence[Sequence[object]],
        widths_mm: Sequence[float],
        look: Sequence[tuple[object, ...]],
        n_heads: int = 0,
    ) -> "Flowable":
        from reportlab.lib.units import mm
        from reportlab.platypus import Table

        tight = [("TOPPADDING", (0, 0), (-1, -1), 1.2), ("BOTTOMPADDING", (0, 0), (-1, -1), 1.4)]
        sides = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 4)]
        widths = [width * mm for width in widths_mm]
        style = [*tight, *sides, *look]
        return Table(rows, widths, style=style, repeatRows=n_heads, hAlign="LEFT", splitInRow=1)


def _plain(text: str) -> str:
    return escape(printable(text))


def _head(report: Report, setter: _Setter) -> "list[Flowable]":
    recording = report.recording
    lines = [f"<b>{_plain(recording.file)}</b> · {_plain(recording_line(recording))}"]
    lines += [_plain(line) for line in head_lines(report)]
    conclusion = conclusion_text(report) or "No conclusion was drawn; see below."
    return [
        setter.heading("12-lead ECG report", 15, _INK),
        setter.text("<br/>".join(lines), 8, _QUIET),
        setter.text("<b>Preliminary: not read by a clinician.</b>", 8, _ALERT),
        setter.heading(" ", 3),
        setter.box("Conclusion", conclusion),
    ]


def _narrative(report: Report, numbers: dict[str, int], setter: _Setter) -> "list[Flowable]":
    pieces = []
    for section in report.narrative:
        if section.section == "conclusion" and all(s.verdict == "supported" for s in section.sentences):
            continue  # it stands in the box
        said = " ".join(_sentence(s, numbers, report.provenance.writer) for s in section.sentences)
        pieces += [setter.heading(section_title(section.section)), setter.text(said)]
    return pieces


def _sentence(sentence: Sentence, numbers: dict[str, int], writer: str) -> str:
    star = "*" if was_taken_over(sentence, writer) else ""
    marks = drawn_together(numbers[cite] for cite in sentence.cites)
    said = _plain(sentence.text) + star
    if marks:
        said += f'\u00a0<font size="6.4" color="{_ACCENT}">[{marks}]</font>'
    if sentence.verdict != "supported":
        said += f' <font color="{_ALERT}">({_plain(sentence.verdict)}: {_plain(sentence.reason)})</font>'
    return said


def _measurements(report: Report, setter: _Setter) -> "list[Flowable]":
    found = global_measurements(report)
    if not found:
        return []
    cells = [(measurement_label(m), value_text(m)) for m in found if m.value is not None]
    n_rows = -(-len(cells) // _N_COLUMNS)
    rows = [
        [text for cell in cells[place::n_rows] for text in cell] + [""] * 2 * _N_COLUMNS
        for place in range(n_rows)
    ]
    pieces = [setter.heading("Measurements")]
    if rows:
        trimmed = [row[: 2 * _N_COLUMNS] for row in rows]
        pieces.append(setter.rows(trimmed, (38, 20) * _N_COLUMNS, has_head=False))
    missing = [f"{measurement_label(m)}: {m.reason or 'no reason given'}" for m in found if m.value is None]
    if missing:
        pieces.append(setter.text(_plain(f"Not measured. {'; '.join(missing)}."), 7.6, _QUIET))
    return pieces


def _leads(report: Report, setter: _Setter) -> "list[Flowable]":
    columns = lead_columns(report)
    if not columns:
        return []
    found = {(m.lead, m.name): m for m in report.measurements}
    rows = [["mV, Q duration in ms", *LEADS]]
    for title, name in columns:
        row = [number_text(found[lead, name]) if (lead, name) in found else "–" for lead in LEADS]
        rows.append([title, *row])
    widths = (34, *(12.0,) * len(LEADS))
    return [setter.heading("Lead by lead"), setter.rows(rows, widths, is_numeric=True)]


def _statements(report: Report, setter: _Setter) -> "list[Flowable]":
    shown = notable_statements(report)
    if not shown:
        return []
    rows = [["Classifier statement", "Code", "Probability", "Threshold", ""]]
    for s in shown:
        verdict = "present" if s.present else "not present"
        doubt = ", too close to call" if s.is_uncertain else ""
        rows.append([s.name, s.code, f"{s.probability:.2f}", f"{s.threshold:.2f}", verdict + doubt])
    widths = (74, 20, 20, 20, 44)
    return [setter.heading("Classifier statements"), setter.rows(rows, widths)]


def _scores(report: Report, setter: _Setter) -> "list[Flowable]":
    lines = [setter.text(_plain(score_line(score)), 7.6) for score in report.scores]
    return [setter.heading("Risk scores"), *lines] if lines else []


def _rests_on(cited: Iterable[Reference], setter: _Setter) -> "list[Flowable]":
    items = []
    for r in cited:
        line = f'<b>{r.number}</b>  {_plain(r.text)} <font color="{_QUIET}">[{_plain(r.id)}]</font>'
        items.append(setter.text(line, 6.4))
    return [setter.heading("What this rests on"), setter.columns(items)] if items else []


def _foot(report: Report, setter: _Setter) -> "list[Flowable]":
    lines = [*check_lines(report), *(f"Note: {note}" for note in report.provenance.notes)]
    lines += [versions_line(report), report.disclaimer]
    return [setter.heading(" ", 3), setter.text("<br/>".join(map(_plain, lines)), 7, _QUIET)]
