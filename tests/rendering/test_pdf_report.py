"""The PDF, opened by another library than the one that wrote it: pages, words, fonts and true size."""

from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from cardio_agent.rendering.pdf_report import render_pdf
from cardio_agent.schema import Analysis, NarrativeSection, Report
from tests.facts import ALL_FACTS
from tests.rendering.conftest import report_of, sentence
from tests.rendering.outline import EVIL
from tests.rendering.words import pdf_words

GOLDEN = Path(__file__).with_name("lbbb_report.pdf.txt")
A4_MM = (210.0, 297.0)
MM_PER_POINT = 25.4 / 72
PIXELS_PER_MM = 10


@pytest.fixture(scope="module")
def gallery() -> dict[str, bytes]:
    """Reports of all facts, without trace."""
    return {name: render_pdf(report_of(facts())) for name, facts in ALL_FACTS.items()}


def test_the_report_reads_as_it_was_approved(report: Report) -> None:
    """Compared with the words of pages that a person has seen; to renew it, look at the new ones first."""
    assert pdf_words(render_pdf(report)) == GOLDEN.read_text(encoding="utf-8")


def test_the_trace_lies_across_its_own_page_and_the_report_stands(report: Report, analysis: Analysis) -> None:
    document = pypdfium2.PdfDocument(render_pdf(report, analysis))
    sizes = [tuple(side * MM_PER_POINT for side in page.get_size()) for page in document]
    assert sizes[0] == pytest.approx(A4_MM[::-1], abs=0.1)
    assert all(size == pytest.approx(A4_MM, abs=0.1) for size in sizes[1:])
    assert 2 <= len(sizes) <= 3
    document.close()


@pytest.mark.parametrize("name", ALL_FACTS)
def test_every_page_says_what_it_is_for_and_its_number(name: str, gallery: dict[str, bytes]) -> None:
    pages = pdf_words(gallery[name]).split("\f")
    for number, page in enumerate(pages, start=1):
        assert "RESEARCH USE ONLY" in page
        assert f"Page {number} of {len(pages)}" in page


def test_fonts_are_embedded_and_no_other_is_used(report: Report, analysis: Analysis) -> None:
    data = render_pdf(report, analysis)
    n_used = data.count(b"/Type /FontDescriptor")
    assert n_used >= 2
    assert data.count(b"/FontFile2 ") == n_used


def test_a_millimetre_on_paper_is_a_millimetre_of_the_grid(report: Report, analysis: Analysis) -> None:
    """Bold lines of the ruling stand 5 mm apart on the page as it is printed."""
    document = pypdfium2.PdfDocument(render_pdf(report, analysis))
    pixels = document[0].render(scale=PIXELS_PER_MM * MM_PER_POINT, grayscale=False).to_numpy()
    document.close()
    green = pixels[900:1500, 400:, 1].astype(float)  # right of the calibration pulses
    columns = np.median(green, axis=0)  # most of a column is paper or a line of the ruling
    bold = np.flatnonzero(columns < 200)
    lines = bold[np.diff(bold, prepend=-10) > 5]
    inner = np.diff(lines)[:-1]  # the frame is thicker than the ruling
    assert len(inner) >= 40
    assert inner == pytest.approx(5 * PIXELS_PER_MM, abs=2)
    assert inner.sum() == pytest.approx(5 * PIXELS_PER_MM * len(inner), abs=3)


def test_text_from_files_and_models_stays_text(report: Report) -> None:
    section = NarrativeSection(section="rhythm", sentences=(sentence(EVIL, "m-qrs_ms", reason=EVIL),))
    recording = report.recording.model_copy(update={"file": "<b>&amp;</b>.hea"})
    bad = report.model_copy(update={"narrative": (section,), "recording": recording})
    words = pdf_words(render_pdf(bad))
    assert "<b>&amp;</b>.hea" in words
    assert "<script>alert(2)</script>" in words


def test_room_for_the_reader_to_sign(report: Report) -> None:
    words = pdf_words(render_pdf(report))
    for wanted in ("Preliminary: not read by a clinician.", "Agree", "Read by", "Signature", "Date and time"):
        assert wanted in words


def test_a_long_report_goes_on_over_more_pages_and_loses_nothing() -> None:
    facts = ALL_FACTS["lbbb"]()
    ids = list(facts.records())
    said = [sentence(f"{'Conduction is delayed. ' * 80}End {n}.", *ids[n::6]) for n in range(6)]
    sections = [NarrativeSection(section=name, sentences=tuple(said)) for name in ("rhythm", "conclusion")]
    recording = facts.recording.model_copy(update={"file": f"{'x' * 400}.hea"})
    words = pdf_words(render_pdf(report_of(facts, *sections, recording=recording)))
    assert words.count("End 5.") == 2
    glued = "".join(words.split())  # ids may be broken at the end of a line
    assert [id for id in ids if f"[{id}]" not in glued] == []
