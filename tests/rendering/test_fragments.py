"""HTML fragments: well formed, complete, and closed to markup from files and models."""

from collections.abc import Callable

import pytest

from cardio_agent.rendering.fragments import evidence_html, findings_html
from cardio_agent.rendering.narrative import narrative_html
from cardio_agent.rendering.tables import measurements_html, statements_html
from cardio_agent.schema import Evidence, Report
from tests.facts import ALL_FACTS
from tests.rendering.conftest import report_of, sentence
from tests.rendering.outline import EVIL, Outline

FRAGMENTS = (narrative_html, measurements_html, statements_html, findings_html, evidence_html)


@pytest.mark.parametrize("fragment", FRAGMENTS)
@pytest.mark.parametrize("name", ALL_FACTS)
def test_fragments_are_well_formed_without_scripts_or_links(
    fragment: Callable[[Report], str], name: str
) -> None:
    outline = Outline(fragment(report_of(ALL_FACTS[name]())))
    assert not {"script", "style", "a", "iframe", "link"} & set(outline.tags)


def test_text_from_files_and_models_stays_text(report: Report) -> None:
    person = report.recording.patient.model_copy(update={"context": EVIL})
    recording = report.recording.model_copy(update={"file": EVIL, "patient": person})
    finding = report.findings[0].model_copy(update={"text": EVIL})
    passage = report.evidence[0].model_copy(update={"text": EVIL})
    section = report.narrative[0].model_copy(update={"sentences": (sentence(EVIL, reason=EVIL),)})
    changes = {
        "recording": recording,
        "findings": (finding,),
        "evidence": (passage,),
        "narrative": (section,),
    }
    bad = report.model_copy(update=changes)
    for fragment in (narrative_html, findings_html, evidence_html):
        outline = Outline(fragment(bad))
        assert not {"script", "img"} & set(outline.tags)
        assert EVIL in outline.text


def passage_text(**changes: object) -> str:
    """The text of one passage's card."""
    report = report_of(ALL_FACTS["lbbb"]())
    passage = Evidence.model_validate({**report.evidence[0].model_dump(), **changes})
    return Outline(evidence_html(report.model_copy(update={"evidence": (passage,)}))).text


def test_a_passage_shows_society_year_class_and_level() -> None:
    text = passage_text(society="ESC", year=2023, class_of_recommendation="I", level_of_evidence="B")
    assert all(part in text for part in ("ESC", "2023", "class I", "level B"))
    assert "unchecked" not in text
    assert "own document" not in text


def test_what_a_reader_must_know_of_a_passage_is_marked() -> None:
    assert "unchecked" in passage_text(checked=False)
    assert "your own document" in passage_text(is_own=True)
    assert "class I (from memory)" in passage_text(class_of_recommendation="I", class_checked=False)


def test_a_finding_shows_the_ids_that_it_rests_on(report: Report) -> None:
    text = Outline(findings_html(report)).text
    assert all(basis in text for finding in report.findings for basis in finding.basis)
