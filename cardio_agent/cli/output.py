"""Where results go: the screen or a file."""

import sys
from pathlib import Path

from cardio_agent.errors import BadRequest, UnreadableFile


def deliver(content: str | bytes, out: Path | None) -> None:
    """Write to a file, or to the screen where there is none."""
    data = content.encode() if isinstance(content, str) else content
    if out is not None:
        write(out, data)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write(path: Path, data: bytes) -> None:
    """Write a file, or say in one line why not."""
    try:
        path.write_bytes(data)
    except OSError as exc:
        raise UnreadableFile(f"cannot write {path}: {exc.strerror}; choose another --out") from exc


def refuse_screen(what: str, out: Path | None) -> None:
    """Raise where bytes that are no text would go to a terminal; into a pipe they may go."""
    if out is None and sys.stdout.isatty():
        raise BadRequest(f"{what} is not for the screen: name a file with --out, or send it into a pipe")
