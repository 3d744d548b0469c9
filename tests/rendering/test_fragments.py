"""HTML fragments: well formed, complete, and closed to markup from files and models."""

from collections.abc import Callable

import pytest

from cardio_agent.rendering.fragments import (
    evidence_html,
    findings_html,
    measurements_html,
    narrative_html,
    statements_html,
    trace_html,
)
from cardio_agent.schema import Report
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
    recording = report.recording.model_copy(update={"file": EVIL})
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
    assert Outline(trace_html(b"", EVIL)).tags == ["img"]


def test_a_sentence_tells_what_it_rests_on(report: Report) -> None:
    page = narrative_html(report)
    assert 'title="Rests on: QRS duration 152 ms — contradicted: m-qrs_ms is 152 ms"' in page


def test_measurements_show_the_reason_where_there_is_no_value() -> None:
    text = Outline(measurements_html(report_of(ALL_FACTS["af"]()))).text
    assert "PR interval–not measured: no P waves were found" in text
