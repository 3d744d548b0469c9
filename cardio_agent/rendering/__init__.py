"""Reports for readers and programs: one file a format, one table.

Enters: a :class:`Report`, and the :class:`Analysis` that it was made of where the trace is wanted. Leaves:
text or bytes in the format asked for, complete with its disclaimer.
The trace with waves and overlays is drawn by :mod:`cardio_agent.rendering.paper`.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from cardio_agent.errors import BadRequest
from cardio_agent.rendering.dicom_report import render_dicom
from cardio_agent.rendering.fhir_report import render_fhir, render_fhir_r5
from cardio_agent.rendering.html_report import render_html
from cardio_agent.rendering.json_report import render_json
from cardio_agent.rendering.markdown_report import render_markdown
from cardio_agent.rendering.pdf_report import render_pdf
from cardio_agent.rendering.text_report import evidence_lines, render_text
from cardio_agent.rendering.wfdb_annotations import render_wfdb
from cardio_agent.schema import Analysis, Report


class Renderer(NamedTuple):
    """One format: how it is called for people, what its files are, and what writes it."""

    title: str
    suffix: str
    media_type: str
    is_binary: bool
    write: Callable[[Report, Analysis | None], str | bytes]


def _words(write: Callable[[Report], str | bytes]) -> Callable[[Report, Analysis | None], str | bytes]:
    """A renderer that has no use for the trace."""
    return lambda report, _analysis: write(report)


RENDERERS: Mapping[str, Renderer] = {
    "text": Renderer("Text", ".txt", "text/plain", False, _words(render_text)),
    "markdown": Renderer("Markdown", ".md", "text/markdown", False, _words(render_markdown)),
    "html": Renderer("HTML", ".html", "text/html", False, render_html),
    "pdf": Renderer("PDF", ".pdf", "application/pdf", True, render_pdf),
    "json": Renderer("JSON", ".json", "application/json", False, _words(render_json)),
    "fhir": Renderer("FHIR R4", ".fhir.json", "application/fhir+json", False, render_fhir),
    "fhir-r5": Renderer("FHIR R5", ".fhir-r5.json", "application/fhir+json", False, render_fhir_r5),
    "dicom": Renderer("DICOM SR", ".dcm", "application/dicom", True, _words(render_dicom)),
    "wfdb": Renderer("WFDB annotations", ".fid", "application/octet-stream", True, render_wfdb),
}


def render(report: Report, format: str, analysis: Analysis | None = None) -> str | bytes:
    """A report in one of the formats of :data:`RENDERERS`.

    Parameters
    ----------
    report : Report
    format : str
    analysis : Analysis, optional
        What the report was made of. HTML, PDF and FHIR have the trace with it, and not without;
        "wfdb" cannot do without.

    Raises
    ------
    BadRequest
        When there is no such format, or it needs the analysis.
    """
    if format not in RENDERERS:
        raise BadRequest(f"no report format is called '{format}': choose one of {', '.join(RENDERERS)}")
    return RENDERERS[format].write(report, analysis)


def format_of(name: str) -> str | None:
    """The format whose suffix a file's name has, the longest one that fits; None where there is none.

    >>> format_of("a.pdf"), format_of("a.fhir.json"), format_of("a.JSON"), format_of("a.docx")
    ('pdf', 'fhir', 'json', None)
    """
    fitting = [format for format, r in RENDERERS.items() if name.lower().endswith(r.suffix)]
    return max(fitting, key=lambda format: len(RENDERERS[format].suffix), default=None)


__all__ = ["RENDERERS", "Renderer", "evidence_lines", "format_of", "render"]
