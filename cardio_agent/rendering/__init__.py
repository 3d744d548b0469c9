"""Reports for readers and programs: one file a format, one table.

Enters: a :class:`Report`. Leaves: text or bytes in the format asked for, complete with its disclaimer.
The trace on ECG paper is drawn by :mod:`cardio_agent.rendering.paper`.
"""

from collections.abc import Callable, Mapping

from cardio_agent.errors import BadRequest
from cardio_agent.rendering.json_report import render_json
from cardio_agent.rendering.text_report import evidence_lines, render_text
from cardio_agent.schema import Report

RENDERERS: Mapping[str, Callable[[Report], str | bytes]] = {
    "text": render_text,
    "json": render_json,
}


def render(report: Report, format: str) -> str | bytes:
    """A report in one of the formats of :data:`RENDERERS`.

    Raises
    ------
    BadRequest
        When there is no such format.
    """
    if format not in RENDERERS:
        raise BadRequest(f"no report format is called '{format}': choose one of {', '.join(RENDERERS)}")
    return RENDERERS[format](report)


__all__ = ["RENDERERS", "evidence_lines", "render"]
