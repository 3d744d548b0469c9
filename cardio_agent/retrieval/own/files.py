"""A file into blocks: one dispatch table of suffixes.

Enters: a path. Leaves: blocks in reading order. Encodings are not guessed.
"""

import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from cardio_agent.errors import UnreadableFile, UnsupportedFormat
from cardio_agent.retrieval.own.blocks import Block
from cardio_agent.retrieval.own.html import read_html
from cardio_agent.retrieval.own.pdf import read_pdf
from cardio_agent.retrieval.own.text import read_markdown, read_text

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_TEXT_READERS: dict[str, Callable[[str], Iterator[Block]]] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".txt": read_text,
    ".text": read_text,
}
MAX_TEXT_BYTES = 4 * 2**20  # the longest guidelines of the societies are under one
MAX_PDF_BYTES = 256 * 2**20
SUFFIXES = (".pdf", *_TEXT_READERS)


def read_blocks(path: Path) -> Iterator[Block]:
    """Blocks of a file; its suffix names the format.

    Raises
    ------
    UnreadableFile
        When the file is missing, empty, damaged, protected, or not text in a known encoding.
    UnsupportedFormat
        When the suffix is none of ``SUFFIXES``.
    """
    check_document(path)
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        return read_pdf(path)
    if suffix not in _TEXT_READERS:
        raise UnsupportedFormat(
            f"{path.name}: a guideline is a file of {', '.join(SUFFIXES)}; convert it first"
        )
    return _TEXT_READERS[suffix](_decoded(path))


def check_document(path: Path) -> None:
    """Refuse what is no file of bounded size, before any of it is read.

    Raises
    ------
    UnreadableFile
        When there is no such file, or it is a folder, a device or too large.
    """
    try:
        status = path.stat()
    except (OSError, ValueError) as exc:  # the latter: a name that no file can have
        raise UnreadableFile(f"{path}: cannot be read ({exc}); check the file") from exc
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableFile(f"{path}: is no file; give a document")
    most = MAX_PDF_BYTES if path.suffix.lower() == ".pdf" else MAX_TEXT_BYTES
    if status.st_size > most:
        raise UnreadableFile(
            f"{path.name}: {status.st_size / 2**20:.0f} MB are more than the {most // 2**20} MB that are "
            "read; cut it into chapters"
        )


def _decoded(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise UnreadableFile(f"{path}: cannot be read ({exc.strerror}); check the file") from exc
    named = _CHARSET.search(data[:2048]) if path.suffix.lower() not in (".md", ".txt") else None
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if named and encoding == "utf-8-sig":
        encoding = named[1].decode("ascii")
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as exc:
        raise UnreadableFile(f"{path.name}: not text in {encoding} ({exc}); save it as UTF-8") from exc
