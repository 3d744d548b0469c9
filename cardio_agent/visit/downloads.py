"""The open report as a file of any format, made when it is asked for and kept nowhere."""

import re
from dataclasses import dataclass
from pathlib import PurePath

from cardio_agent.errors import BadRequest
from cardio_agent.rendering import RENDERERS, render
from cardio_agent.visit.state import Visit

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_STEM = 60  # characters


@dataclass(frozen=True)
class Download:
    """A file for the visitor; it exists in memory only."""

    name: str
    media_type: str
    content: bytes


def download(visit: Visit, format: str) -> Download:
    """The report on the desk in one of the formats of :data:`~cardio_agent.rendering.RENDERERS`.

    Raises
    ------
    BadRequest
        When there is no report yet, or no such format.
    """
    current = visit.current
    if current is None or current.report is None:
        raise BadRequest("there is no report yet: open an ECG first")
    rendered = render(current.report, format, current.analysis)
    stem = _UNSAFE.sub("_", PurePath(current.report.recording.file).stem)[:_LONGEST_STEM].strip("._")
    renderer = RENDERERS[format]
    content = rendered if isinstance(rendered, bytes) else rendered.encode("utf-8")
    return Download(f"{stem or 'ecg'}{renderer.suffix}", renderer.media_type, content)
