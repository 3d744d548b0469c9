"""The report as a PDF made to be printed and signed: the trace on its own page, then the report.

Enters: a :class:`Report` and, for the trace, its :class:`Analysis`. Leaves: an A4 document, the trace on a
landscape page at true size (25 mm/s, 10 mm/mV), the report on portrait pages with room for a signature.
Text can be selected, fonts are embedded, every page carries its number and that this is for research only.
Limits: of a long recording the first ten seconds; text of a file in a script that the font lacks shows boxes.
"""

import io
from functools import lru_cache
from typing import TYPE_CHECKING

from cardio_agent.rendering.pdf_body import report_flow
from cardio_agent.rendering.sheet import Sheet, draw_sheet, grid_positions
from cardio_agent.schema import Analysis, Report

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import BaseDocTemplate, PageTemplate

FONT, FONT_BOLD = "DejaVu", "DejaVu-Bold"
_SHORT_SIDE, _LONG_SIDE = 210.0, 297.0  # A4, mm
_MARGIN, _FOOT = 16.0, 12.0
_TOP = 12.0
_TALLEST_GRID = 158.0
_TRACE_FOOT = 14.0
_INKS = {"fine": "#f8dcdc", "bold": "#eeb1b1", "trace": "#16181d", "word": "#16181d", "quiet": "#5d6470"}
_PAPER, _FRAME = "#fffdfc", "#dc8f8f"
_RULING = ((1, "fine", 0.12), (5, "bold", 0.2))
_USE = "RESEARCH USE ONLY · not a medical device · a clinician must read the tracing"


def render_pdf(report: Report, analysis: Analysis | None = None) -> bytes:
    """The report as a PDF; without the analysis it has no page of trace."""
    from reportlab.lib.units import mm
    from reportlab.platypus import BaseDocTemplate, NextPageTemplate, PageBreak

    _register_fonts()
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=(_SHORT_SIDE * mm, _LONG_SIDE * mm),
        title="12-lead ECG report",
        author=f"cardio-agent {report.provenance.cardio_agent}",
        subject="Research use only. Not a medical device.",
        lang="en",
    )
    sheet = None
    if analysis is not None:
        sheet = draw_sheet(analysis.ecg, analysis.measurements, tallest_grid_mm=_TALLEST_GRID)
    document.addPageTemplates(_templates(sheet))
    opening = [] if sheet is None else [NextPageTemplate("report"), PageBreak()]
    document.build([*opening, *report_flow(report, (FONT, FONT_BOLD))], canvasmaker=_numbered_canvas())
    return buffer.getvalue()


@lru_cache(maxsize=1)
def _register_fonts() -> None:
    """DejaVu Sans, which travels with matplotlib and has the signs that reports use."""
    from pathlib import Path

    import matplotlib
    from reportlab.lib.fonts import addMapping
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    for name, file in ((FONT, "DejaVuSans.ttf"), (FONT_BOLD, "DejaVuSans-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    for is_bold, name in ((0, FONT), (1, FONT_BOLD)):
        addMapping(FONT, is_bold, 0, name)


def _templates(sheet: Sheet | None) -> "list[PageTemplate]":
    """The page of the trace, where there is one, and the pages of the report."""
    from reportlab.lib.units import mm
    from reportlab.platypus import Frame, PageTemplate

    width, height = (_SHORT_SIDE - 2 * _MARGIN) * mm, (_LONG_SIDE - _TOP - _FOOT - 4) * mm
    body = Frame(_MARGIN * mm, (_FOOT + 4) * mm, width, height, 0, 0, 0, 0, id="body")
    pages = [PageTemplate("report", body)]
    if sheet is None:
        return pages

    def draw(canvas: "Canvas", _document: "BaseDocTemplate") -> None:
        _draw_sheet(canvas, sheet)

    landscape = (_LONG_SIDE * mm, _SHORT_SIDE * mm)
    unused = Frame(0, 0, *landscape)
    return [PageTemplate("trace", unused, onPage=draw, pagesize=landscape), *pages]


def _draw_sheet(canvas: "Canvas", sheet: Sheet) -> None:
    """The sheet in its true size, centred on the page; the unit of the drawing is a millimetre."""
    from reportlab.lib.units import mm

    canvas.saveState()
    canvas.scale(mm, mm)
    room = _SHORT_SIDE - _TRACE_FOOT - sheet.height
    canvas.translate((_LONG_SIDE - sheet.width) / 2, _TRACE_FOOT + room / 2)
    canvas.setLineJoin(1)
    _draw_paper(canvas, sheet)
    for line in sheet.lines:
        canvas.setStrokeColor(_INKS[line.ink])
        canvas.setLineWidth(line.width_mm)
        canvas.setDash([1.4, 1.4] if line.is_dashed else [])
        path = canvas.beginPath()
        path.moveTo(*line.points[0])
        for x, y in line.points[1:]:
            path.lineTo(x, y)
        canvas.drawPath(path)
    for word in sheet.words:
        canvas.setFillColor(_INKS[word.ink])
        canvas.setFont(FONT_BOLD if word.is_bold else FONT, word.size_mm)
        (canvas.drawRightString if word.at_end else canvas.drawString)(word.x, word.y, word.text)
    canvas.restoreState()


def _draw_paper(canvas: "Canvas", sheet: Sheet) -> None:
    left, foot, width, height = sheet.grid
    canvas.setFillColor(_PAPER)
    canvas.rect(left, foot, width, height, stroke=0, fill=1)
    for step, ink, width_mm in _RULING:
        xs, ys = grid_positions(sheet, step)
        canvas.setStrokeColor(_INKS[ink])
        canvas.setLineWidth(width_mm)
        canvas.lines([(x, foot, x, foot + height) for x in xs])
        canvas.lines([(left, y, left + width, y) for y in ys])
    canvas.setStrokeColor(_FRAME)
    canvas.setLineWidth(0.4)
    canvas.rect(left, foot, width, height)


def _numbered_canvas() -> "type[Canvas]":
    """A canvas that writes the foot of each page when the number of pages is known."""
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    class Numbered(Canvas):  # type: ignore[misc]
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)
            self._pages: list[dict[str, object]] = []
            self.setViewerPreference("DisplayDocTitle", "true")

        def showPage(self) -> None:  # noqa: N802
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, state in enumerate(self._pages, start=1):
                self.__dict__.update(state)
                self._foot(f"Page {number} of {len(self._pages)}")
                Canvas.showPage(self)
            Canvas.save(self)

        def _foot(self, number: str) -> None:
            width, _ = self._pagesize
            self.setStrokeColor("#b9c1ca")
            self.setLineWidth(0.5)
            self.line(_MARGIN * mm, _FOOT * mm, width - _MARGIN * mm, _FOOT * mm)
            self.setFillColor("#3f4955")
            self.setFont(FONT_BOLD, 7)
            self.drawString(_MARGIN * mm, (_FOOT - 4) * mm, _USE)
            self.setFont(FONT, 7)
            self.drawRightString(width - _MARGIN * mm, (_FOOT - 4) * mm, number)

    return Numbered
