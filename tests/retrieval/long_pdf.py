"""A long PDF made of corpus statements and noise: headings, paragraphs, tables, running titles."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from cardio_agent.retrieval import Passage

_WORDS = """
    assessment careful clinical committee considered data decision evidence group however large management
    nevertheless outcome population practice professional quality registry report result review risk routine
    several study symptom task therefore treatment trial uncertain various whereas year
    """.split()  # noqa: SIM905 (read as a text, not as a list)
_LINE = 88
_HEIGHT = 13


class LongPdf:
    """Writes pages of one column; ``rows`` are drawn as three columns with wide gaps."""

    def __init__(self, path: Path) -> None:
        self._canvas = Canvas(str(path), pagesize=A4, invariant=1)
        self._n = 0
        self._start_page()

    def heading(self, text: str) -> None:
        self._line(text, 16, gap=14)

    def paragraph(self, text: str) -> None:
        for k, line in enumerate(wrapped(text, _LINE)):
            self._line(line, 10, gap=8 if k == 0 else 0)

    def row(self, cells: Sequence[str]) -> None:
        self._room(_HEIGHT + 10)
        lines = wrapped(cells[0], 58)
        for k, line in enumerate(lines):
            self._line(line, 10, gap=8 if k == 0 else 0)
            if k == len(lines) - 1:
                self._canvas.drawString(420, self._y, cells[1])
                self._canvas.drawString(490, self._y, cells[2])

    def new_page(self) -> None:
        self._canvas.showPage()
        self._start_page()

    def save(self) -> int:
        """Number of pages."""
        self._canvas.save()
        return self._n

    def _start_page(self) -> None:
        self._n += 1
        self._canvas.setFont("Helvetica", 8)
        self._canvas.drawString(60, 815, "Handbook of the department, for internal use")
        self._canvas.drawString(280, 25, f"Page {self._n}")
        self._y = 790.0

    def _room(self, height: float) -> None:
        if self._y - height < 45:
            self.new_page()

    def _line(self, text: str, size: int, gap: float) -> None:
        self._room(size + 3 + gap)
        self._y -= size + 3 + gap
        self._canvas.setFont("Helvetica", size)
        self._canvas.drawString(60, self._y, text)


def wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def noise(rng: random.Random) -> Iterator[str]:
    """Paragraphs of ordinary words that say nothing."""
    while True:
        sentences = (" ".join(rng.choices(_WORDS, k=rng.randint(9, 22))) for _ in range(rng.randint(4, 8)))
        yield " ".join(f"{sentence.capitalize()}." for sentence in sentences)


def write_long_pdf(path: Path, passages: Sequence[Passage], n_pages: int, seed: int = 7) -> None:
    """One statement a page between noise, until the passages or the pages are used up."""
    rng = random.Random(seed)
    filler = noise(rng)
    pdf = LongPdf(path)
    for page in range(n_pages):
        if page:
            pdf.new_page()
        passage = passages[page] if page < len(passages) else None
        pdf.heading(passage.title[:70] if passage else f"Chapter {page + 1}")
        pdf.paragraph(next(filler))
        if passage and passage.class_of_recommendation:
            pdf.row([passage.text, passage.class_of_recommendation, passage.level_of_evidence])
        elif passage:
            pdf.paragraph(passage.text)
        for _ in range(3):
            pdf.paragraph(next(filler))
    pdf.save()
