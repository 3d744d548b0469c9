"""Plain text and Markdown files into blocks.

Enters: decoded text. Leaves: headings, paragraphs, list items and table rows, in reading order. A form
feed starts a new page; a file without one has no pages. Comments and the separator lines of tables are
dropped; no link is followed.
"""

import re
from collections.abc import Iterator

from cardio_agent.retrieval.own.blocks import CELL, Block

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HEADING = re.compile(r"\s{0,3}(?P<marks>#{1,6})\s+(?P<title>.*)")
_UNDERLINE = re.compile(r"\s{0,3}(?:=+|-{3,})\s*")
_ITEM = re.compile(r"^\s*(?:[-*+•–]|\d{1,3}[.)])\s+")
_SEPARATOR_MARKS = " \t|:+-"
_COLUMNS = re.compile(r"\t+|\s{3,}")
_NUMBERED = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+[A-Z]\S")
# Bounded, and without marks of their own inside: else a text of opening marks alone would take hours.
_EMPHASIS = re.compile(r"(\*\*|__|`)(?=\S)(.{1,100}?)(?<=\S)\1")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_LONGEST_HEADING = 90


def read_markdown(text: str) -> Iterator[Block]:
    """Blocks of a Markdown file."""
    page, held = _first_page(text), _Paragraph()
    for line in [*_COMMENT.sub("", text).splitlines(), ""]:
        page = page and page + line.count("\f")
        heading = _HEADING.fullmatch(line)
        underlined = 0 < held.length <= _LONGEST_HEADING and bool(_UNDERLINE.fullmatch(line))
        row = _cells(line)
        starts = heading or row or _ITEM.match(line) or not line.strip() or underlined
        if held.length and starts:
            level = 1 if "=" in line else 2
            yield Block("heading" if underlined else "text", _plain(held.taken()), page, level)
        if heading:
            yield Block("heading", _plain(heading["title"].rstrip(" \t#")), page, len(heading["marks"]))
        elif row:
            yield Block("row", _plain(row), page)
        elif not underlined and not _is_separator(line):
            held.add(_ITEM.sub("", line))


def read_text(text: str) -> Iterator[Block]:
    """Blocks of a plain text file: paragraphs between empty lines; columns set by tabs are rows."""
    page = _first_page(text)
    for chunk in re.split(r"\n\s*\n|(?=\f)", text):
        page = page and page + chunk.count("\f")
        lines = [line.rstrip() for line in chunk.splitlines() if line.strip()]
        if len(lines) == 1 and (level := heading_level(lines[0].strip())):
            yield Block("heading", lines[0], page, level)
            continue
        held = _Paragraph()
        for line in lines:
            row = _cells(line) or CELL.join(cell for cell in _COLUMNS.split(line.strip()) if cell)
            if held.length and (CELL in row or _ITEM.match(line)):
                yield Block("text", held.taken(), page)
            if CELL in row:
                yield Block("row", row, page)
            else:
                held.add(line)
        if held.length:
            yield Block("text", held.taken(), page)


class _Paragraph:
    """The lines of a paragraph; joined once, since joining at each line takes hours for a million."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self.length = 0

    def add(self, line: str) -> None:
        if line := line.strip():
            self._lines.append(line)
            self.length += len(line) + 1

    def taken(self) -> str:
        """The paragraph; a new one begins."""
        text = " ".join(self._lines)
        self._lines, self.length = [], 0
        return text


def heading_level(line: str) -> int:
    """Level of a line that looks like a heading, 0 for any other: numbered, or in capitals.

    >>> [heading_level(line) for line in ("3.2 Atrial flutter", "PACING", "The PR is long.", "2 mm in V2")]
    [2, 1, 0, 0]
    """
    if len(line) > _LONGEST_HEADING or line.endswith((".", ",", ";", ":")):
        return 0
    if numbered := _NUMBERED.match(line):
        return numbered["number"].count(".") + 1
    return int(line.isupper() and len(line) > 3 and not re.search(r"\d", line))


def _first_page(text: str) -> int | None:
    return 1 if "\f" in text else None


def _cells(line: str) -> str:
    """The cells of a table's row between vertical bars; empty for any other line."""
    if line.count("|") < 2 or _is_separator(line):
        return ""
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    return CELL.join(cells) if any(cells) else ""


def _is_separator(line: str) -> bool:
    """Whether a line only parts a table's heading from its rows."""
    return "--" in line and not line.strip(_SEPARATOR_MARKS)


def _plain(text: str) -> str:
    return _LINK.sub(r"\1", _EMPHASIS.sub(r"\2", text))
