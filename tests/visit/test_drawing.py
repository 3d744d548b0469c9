"""The trace as the visitor wants it."""

from dataclasses import replace

import numpy as np
import pytest

from cardio_agent.errors import BadRequest
from cardio_agent.rendering.layout import LAYOUTS
from cardio_agent.schema import (
    Analysis,
    Beat,
    Beats,
    Classification,
    Ecg,
    Explanation,
    Finding,
    Measurements,
    Patient,
    Source,
    Wave,
    Waves,
)
from cardio_agent.visit import Drawing, draw, evidence_choices
from tests.facts import facts_lbbb
from tests.rendering.outline import EVIL, Outline

FS_HZ = 500.0


@pytest.fixture
def analysis() -> Analysis:
    """Left bundle branch block: one beat at 1 s, of which 1.0 to 1.15 s were relied on in V1."""
    facts = facts_lbbb()
    beat = Beat(Wave(500, 540, 576), Wave(410, 440, 470), Wave(620, 680, 740))
    relevance = np.zeros((12, 5000), dtype=np.float32)
    relevance[6, 500:576] = 1.0
    explanation = Explanation("CLBBB", "fake", {}, relevance, {}, {}, {})
    return Analysis(
        ecg=Ecg(np.zeros((12, 5000), dtype=np.float32), FS_HZ, Patient(), Source(name=EVIL, format="csv")),
        quality=facts.quality,
        statements=facts.statements,
        waves=Waves(FS_HZ, Beats((beat,)), {}),
        measurements=Measurements(facts.measurements),
        findings=facts.findings,
        classification=Classification({}, {}, 0.1),
        explanations={"CLBBB": explanation},
    )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_is_one_sheet_that_can_be_scrolled_by_keyboard(analysis: Analysis, layout: str) -> None:
    outline = Outline(draw(analysis, Drawing(layout)))
    assert outline.tags.count("svg") == 1
    assert "script" not in outline.tags
    assert any(a.get("tabindex") == "0" and a.get("aria-label") for a in outline.attributes)


def test_an_earlier_ecg_is_drawn_below(analysis: Analysis) -> None:
    outline = Outline(draw(replace(analysis, prior=analysis), Drawing(shows_waves=True)))
    assert outline.tags.count("svg") == 2
    assert outline.text.index("This ECG") < outline.text.index("Earlier ECG")


def test_the_evidence_of_a_finding_is_what_its_statement_rests_on(analysis: Analysis) -> None:
    finding = next(f for f in analysis.findings if "s-CLBBB" in f.basis)
    outline = Outline(draw(analysis, Drawing("12x1", evidence=finding.id)))
    assert outline.tags.count("linearGradient".lower()) == 1
    assert f"Blue: what the classifier relied on for {finding.text}" in outline.text


def test_a_finding_without_a_statement_shows_where_it_was_measured(analysis: Analysis) -> None:
    long_pr = Finding(
        id="f-x", kind="conduction", text="long PR", certainty="definite", basis=("m-pr_ms",), leads=("II",)
    )
    outline = Outline(draw(replace(analysis, findings=(long_pr,)), Drawing("12x1", evidence="f-x")))
    assert outline.tags.count("lineargradient") == 1
    assert "Blue: where it was measured: long PR" in outline.text


def test_findings_are_offered_first_and_nothing_that_has_no_place(analysis: Analysis) -> None:
    ids = [id for _, id in evidence_choices(analysis)]
    assert ids[:2] == ["", next(f.id for f in analysis.findings if f.kind not in ("quality", "normal"))]
    kinds = {f.id: f.kind for f in analysis.findings}
    assert not {"quality", "contradiction", "comparison", "normal"} & {kinds.get(id) for id in ids}
    present = {s.id for s in analysis.statements if s.present}
    assert {id for id in ids if id.startswith("s-")} <= present


def test_a_finding_of_another_ecg_is_refused(analysis: Analysis) -> None:
    with pytest.raises(BadRequest, match="no finding 'f-nothing'"):
        draw(analysis, Drawing(evidence="f-nothing"))
    with pytest.raises(BadRequest, match="no layout"):
        draw(analysis, Drawing("4x4"))
