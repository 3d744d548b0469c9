"""The page: complete in itself, well formed, safe, and readable by those who do not see it."""

import itertools
import re
from pathlib import Path

import pytest

from cardio_agent.rendering.html_report import render_html
from cardio_agent.schema import Analysis, Report
from tests.facts import ALL_FACTS
from tests.rendering.conftest import report_of, sentence
from tests.rendering.outline import EVIL, Outline

GOLDEN = Path(__file__).with_name("lbbb_report.html")


def body(page: str) -> str:
    """The page without its style sheet, which is judged by eye."""
    return re.sub(r"<style>.*</style>", "<style></style>", page, flags=re.DOTALL)


def test_the_report_reads_as_it_was_approved(report: Report) -> None:
    """Compared with a page that a person has read; to renew it, read the new one first."""
    assert body(render_html(report)) == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ALL_FACTS)
def test_the_page_needs_nothing_from_outside(name: str, analysis: Analysis) -> None:
    page = render_html(report_of(ALL_FACTS[name]()), analysis)
    outline = Outline(page)
    assert not {"script", "link", "iframe", "img", "object", "base"} & set(outline.tags)
    assert re.findall(r"https?://[^\"<\s]+", page) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"@import|url\(|@font-face", page)


def test_the_page_tells_its_language_and_its_outline(report: Report, analysis: Analysis) -> None:
    outline = Outline(render_html(report, analysis))
    assert outline.attributes[outline.tags.index("html")]["lang"] == "en"
    levels = [int(tag[1]) for tag in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in itertools.pairwise(levels))


def test_tables_have_heads_and_the_trace_has_words(report: Report, analysis: Analysis) -> None:
    outline = Outline(render_html(report, analysis))
    tags = list(zip(outline.tags, outline.attributes, strict=True))
    assert all(attributes.get("scope") in ("row", "col") for tag, attributes in tags if tag == "th")
    (svg,) = [attributes for tag, attributes in tags if tag == "svg"]
    assert svg["role"] == "img"
    assert "25 mm/s" in str(svg["aria-label"])


def test_every_reference_leads_to_its_record(report: Report) -> None:
    outline = Outline(render_html(report))
    targets = {attributes["id"] for attributes in outline.attributes if "id" in attributes}
    links = [attributes["href"] for attributes in outline.attributes if "href" in attributes]
    assert links
    assert {str(link).removeprefix("#") for link in links} <= targets


def test_a_sentence_that_failed_shows_its_verdict(report: Report) -> None:
    page = render_html(report)
    assert '<em class="ca-flag">contradicted: m-qrs_ms is 152 ms</em>' in page
    assert "−38°.*</span>" in page


def test_text_from_files_and_models_stays_text(report: Report) -> None:
    changes = {
        "recording": report.recording.model_copy(update={"file": EVIL, "notes": (EVIL,)}),
        "narrative": (
            report.narrative[0].model_copy(update={"sentences": (sentence(EVIL, "m-qrs_ms", reason=EVIL),)}),
        ),
    }
    outline = Outline(render_html(report.model_copy(update=changes)))
    assert not {"script", "img"} & set(outline.tags)
    assert EVIL in outline.text


def test_a_report_read_back_has_no_trace(report: Report) -> None:
    assert "<svg" not in render_html(report)
