"""Reports for the tests of rendering: the facts of ``tests/facts.py`` with sentences written by hand."""

from typing import Any

import pytest

from cardio_agent.schema import (
    Analysis,
    Classification,
    Facts,
    Measurements,
    NarrativeSection,
    Provenance,
    Report,
    Sentence,
)
from cardio_agent.simulation import SimulatedEcg, simulate
from tests.facts import facts_lbbb

PROVENANCE = Provenance(
    cardio_agent="0.1.0",
    classifier="1",
    classifier_sha256="a" * 64,
    writer="hf:tiny",
    corpus_sha256="b" * 64,
    embeddings="bundled",
    prompts_sha256="c" * 64,
    input_sha256="d" * 64,
    settings={"llm": "hf:tiny", "evidence_per_finding": 2},
)


def sentence(text: str, *cites: str, **changes: Any) -> Sentence:
    """A supported sentence by the report's own writer, but for ``changes``."""
    usual = {"verdict": "supported", "reason": "every number agrees", "writer": "hf:tiny"}
    return Sentence(text=text, cites=cites, **(usual | changes))


def report_of(facts: Facts, *sections: NarrativeSection, **changes: Any) -> Report:
    """Facts and words as a report; ``changes`` replace fields of the facts."""
    fields = {name: getattr(facts, name) for name in Facts.model_fields}
    return Report(**(fields | changes), narrative=sections, provenance=PROVENANCE)


@pytest.fixture
def report() -> Report:
    """Left bundle branch block: four sentences, one of them contradicted, one by the plain writer."""
    rhythm = NarrativeSection(
        section="rhythm",
        sentences=(sentence("Sinus rhythm at 78 bpm.", "s-SR", "m-heart_rate_bpm", "m-rr_ms"),),
    )
    conduction = NarrativeSection(
        section="conduction",
        sentences=(
            sentence(
                "Complete left bundle branch block with a QRS duration of 152 ms.", "f-clbbb", "m-qrs_ms"
            ),
            sentence("The QRS is 162 ms.", "m-qrs_ms", verdict="contradicted", reason="m-qrs_ms is 152 ms"),
            sentence("L’axe est dévié à gauche, −38°.", "m-qrs_axis_deg", writer="plain"),
        ),
    )
    return report_of(facts_lbbb(), rhythm, conduction)


@pytest.fixture(scope="session")
def simulated() -> SimulatedEcg:
    """Ten seconds at 500 Hz whose waves are known."""
    return simulate("lbbb", seed=3)


@pytest.fixture(scope="session")
def analysis(simulated: SimulatedEcg) -> Analysis:
    """A trace for the report: true waves of a simulated ECG beside the facts written by hand."""
    facts = facts_lbbb()
    return Analysis(
        ecg=simulated.ecg,
        quality=facts.quality,
        statements=facts.statements,
        waves=simulated.truth.waves,
        measurements=Measurements(facts.measurements),
        findings=facts.findings,
        classification=Classification({}, {}, 0.1),
    )
