"""PDF files into blocks, by PDFium (pypdfium2).

Enters: a path. Leaves: headings (larger or bold lines), paragraphs and table rows (lines with wide
gaps), with their pages. Lines that recur at the edges of pages are dropped. One page is held at a time.
Does not run scripts, open attachments or follow links, and reads no text from pictures.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from ctypes import byref, c_double
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cardio_agent.errors import UnreadableFile
from cardio_agent.retrieval.own.blocks import CELL, Block
from cardio_agent.retrieval.own.grades import grade_of

# In heights of a line: a gap between cells, between paragraphs, and how much larger headings are.
_CELL_GAP = 1.2
_PARAGRAPH_GAP = 0.55
_HEADING_SIZES = ((1.6, 1), (1.3, 2), (1.12, 3))
_BOLD = 600
_LONGEST_HEADING = 120
_N_EDGE = 2
_N_SAMPLED = 60
_RECURS = 0.1
_HYPHENS = ("\ufffe", "\x02", "\u00ad", "-")
_SENTENCE_END = re.compile(r"[.!?:;]\W*$")
# Beyond what any book has: a small file can name one page a million times, or hide a library in one page.
_MAX_PAGES = 5_000
_MAX_PAGE_CHARACTERS = 100_000
_ITEM = re.compile(r"(?:[-*•–▪]|\d{1,3}[.)])\s+")


@dataclass(frozen=True)
class Line:
    """One line: its cells, height of its first letter, place on the page (points, up is larger)."""

    cells: tuple[str, ...]
    size: float
    top: float
    bottom: float
    is_bold: bool

    @property
    def text(self) -> str:
        return CELL.join(self.cells)


@dataclass(frozen=True)
class _Style:
    """What is usual in a document: the height of its text, and the lines at the edges of its pages."""

    size: float
    running: frozenset[str]


def read_pdf(path: Path) -> Iterator[Block]:
    """Blocks of a PDF file, page by page.

    Raises
    ------
    UnreadableFile
        When the file is no PDF, damaged, protected by a password, or holds no text (a scan).
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as exc:
        reason = str(exc).splitlines()[0]
        raise UnreadableFile(
            f"{path.name} cannot be opened as a PDF ({reason}): give an undamaged file without a password"
        ) from exc
    try:
        yield from _blocks(document, path)
    except pypdfium2.PdfiumError as exc:
        raise UnreadableFile(f"{path.name}: a page cannot be read ({exc}): give an undamaged file") from exc
    finally:
        document.close()


def _blocks(document: Any, path: Path) -> Iterator[Block]:
    n_pages = len(document)
    if n_pages > _MAX_PAGES:
        raise UnreadableFile(
            f"{path.name} has {n_pages:,} pages and {_MAX_PAGES:,} are read: cut it into parts"
        )
    style = _style(document, n_pages)
    paragraphs = _Paragraphs(style.size)
    n_lines = 0
    for page in range(n_pages):
        lines = _without_edges(_lines(document[page]), style.running)
        n_lines += len(lines)
        for line in lines:
            yield from paragraphs.take(line, page + 1)
        yield from paragraphs.end_page()
    yield from paragraphs.flush()
    if not n_lines:
        raise UnreadableFile(f"{path.name} holds no text (a scan?): recognise its text with OCR first")


def _style(document: Any, n_pages: int) -> _Style:
    """From pages spread over the document."""
    sizes: Counter[float] = Counter()
    edges: Counter[str] = Counter()
    sampled = range(0, n_pages, max(1, n_pages // _N_SAMPLED))
    for page in sampled:
        lines = _lines(document[page])
        for line in lines:
            sizes[round(line.size, 1)] += len(line.text)
        edges.update({_recurring_form(line.text) for line in _edge_lines(lines)})
    least = max(3, _RECURS * len(sampled))
    running = frozenset(form for form, n in edges.items() if n >= least)
    return _Style(sizes.most_common(1)[0][0] if sizes else 1.0, running)


def _edge_lines(lines: Sequence[Line]) -> Sequence[Line]:
    return [*lines[:_N_EDGE], *lines[_N_EDGE:][-_N_EDGE:]]


def _recurring_form(text: str) -> str:
    """A running title or page number with its digits made equal."""
    return re.sub(r"\d+", "#", text.strip().lower())


def _without_edges(lines: Sequence[Line], running: frozenset[str]) -> list[Line]:
    edges = {id(line) for line in _edge_lines(lines) if _recurring_form(line.text) in running}
    return [line for line in lines if id(line) not in edges]


# ── lines of a page ──────────────────────────────────────────────────────────────────────────


def _lines(page: Any) -> list[Line]:
    """The lines of a page, in the order in which the file writes them."""
    import pypdfium2.raw as pdfium

    textpage = page.get_textpage()
    try:
        n = pdfium.FPDFText_CountChars(textpage)
        if n > _MAX_PAGE_CHARACTERS:
            raise UnreadableFile(
                f"a page of the PDF holds {n:,} characters and {_MAX_PAGE_CHARACTERS:,} are read: "
                "give another copy"
            )
        characters = [(k, chr(pdfium.FPDFText_GetUnicode(textpage, k) or 32)) for k in range(n)]
        line: list[tuple[int, str]] = []
        lines: list[Line | None] = []
        for k, character in [*characters, (n, "\n")]:
            if character not in "\r\n":
                line.append((k, character))
            elif line:
                lines.append(_line(textpage, line))
                line = []
        return [found for found in lines if found is not None]
    finally:
        textpage.close()
        page.close()


def _line(textpage: Any, characters: Sequence[tuple[int, str]]) -> Line | None:
    """One line with its cells; None where it holds only spaces."""
    import pypdfium2.raw as pdfium

    seen = [k for k, (_, c) in enumerate(characters) if not c.isspace()]
    if not seen:
        return None
    first, last = (characters[seen[0]][0], characters[seen[-1]][0])
    _, bottom, _, top = _box(textpage, first)
    size = max(top - bottom, 0.1)
    cells, cell, right = [], "", None
    for k, (index, character) in enumerate(characters):
        after_space = k > 0 and characters[k - 1][1].isspace()
        if not character.isspace() and after_space:
            left, _, _, _ = _box(textpage, index)
            if right is not None and left - right > _CELL_GAP * size:
                cells.append(cell.strip())
                cell = ""
        if not character.isspace() and (k + 1 == len(characters) or characters[k + 1][1].isspace()):
            _, _, right, _ = _box(textpage, index)
        cell += character
    weights = (pdfium.FPDFText_GetFontWeight(textpage, index) for index in (first, last))
    return Line((*cells, cell.strip()), size, top, bottom, all(weight >= _BOLD for weight in weights))


def _box(textpage: Any, index: int) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of a character with the room its font leaves around it."""
    import pypdfium2.raw as pdfium

    rect = pdfium.FS_RECTF()
    if pdfium.FPDFText_GetLooseCharBox(textpage, index, byref(rect)):
        return rect.left, rect.bottom, rect.right, rect.top
    left, right, bottom, top = c_double(), c_double(), c_double(), c_double()
    pdfium.FPDFText_GetCharBox(textpage, index, byref(left), byref(right), byref(bottom), byref(top))
    return left.value, bottom.value, right.value, top.value


# ── lines into blocks ────────────────────────────────────────────────────────────────────────


class _Paragraphs:
    """Joins lines that belong together; give it the lines in order, then flush it."""

    def __init__(self, size: float) -> None:
        self._size = size
        self._block: Block | None = None
        self._last: Line | None = None

    def take(self, line: Line, page: int) -> Iterator[Block]:
        """The block that this line ends, if it ends one."""
        block = self._new_block(line, page)
        joined = self._joined(block, line) if self._block is not None else None
        if joined is None:
            yield from self.flush()
            joined = block
        self._block, self._last = joined, line

    def end_page(self) -> Iterator[Block]:
        """A paragraph whose sentence goes on is kept open for the next page."""
        if self._block is not None and (self._block.kind != "text" or _SENTENCE_END.search(self._block.text)):
            yield from self.flush()
        self._last = None

    def flush(self) -> Iterator[Block]:
        if self._block is not None:
            yield self._block
        self._block = None

    def _new_block(self, line: Line, page: int) -> Block:
        if len(line.cells) > 1:
            return Block("row", line.text, page)
        level = self._heading_level(line)
        return Block("heading" if level else "text", line.text, page, level or 1)

    def _heading_level(self, line: Line) -> int:
        """1 to 4; 0 for a line of text."""
        if len(line.text) > _LONGEST_HEADING or not re.search(r"[A-Za-z]{3}", line.text):
            return 0
        for factor, level in _HEADING_SIZES:
            if line.size >= factor * self._size:
                return level
        return 4 if line.is_bold and not _SENTENCE_END.search(line.text) else 0

    def _joined(self, new: Block, line: Line) -> Block | None:
        """The open block with this line added, or None where the line starts another."""
        held = self._block
        if held is None or not self._is_close(line) or _ITEM.match(line.text):
            return None
        if held.kind == new.kind == "heading":
            same = held.level == new.level
            return Block("heading", _join(held.text, new.text), held.page, held.level) if same else None
        if held.kind == new.kind == "text":
            return Block("text", _join(held.text, new.text), held.page)
        if held.kind == "text" and new.kind == "row" and grade_of(new.text).class_of_recommendation:
            return Block("row", _join(held.text, new.text), held.page)
        if held.kind == "row" and new.kind == "text":
            first, *others = held.text.split(CELL)
            if not _SENTENCE_END.search(first):
                return Block("row", CELL.join([_join(first, new.text), *others]), held.page)
        return None

    def _is_close(self, line: Line) -> bool:
        """Whether a line follows the last one without the gap that parts paragraphs."""
        if self._last is None:
            return True
        return self._last.bottom - line.top <= _PARAGRAPH_GAP * line.size and line.top <= self._last.top


def _join(text: str, more: str) -> str:
    """Two lines as one; a word that was divided at the end of the first is made whole."""
    if text.endswith(_HYPHENS) and more[:1].islower():
        return text[:-1] + more
    return f"{text} {more}"
