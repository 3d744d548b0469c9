"""The contract of a report holds for any simulated ECG: ids resolve, units and JSON are as they should be.

Also: a number of its text that is changed is never called supported.
"""

import json
import re
from random import Random

import jsonschema
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cardio_agent.leads import LEADS
from cardio_agent.pipeline import analyze, write_report
from cardio_agent.rendering import render
from cardio_agent.rendering.json_report import report_schema
from cardio_agent.schema import DraftSentence, Facts, Report
from cardio_agent.simulation import CONDITIONS, simulate
from cardio_agent.verification import check

UNITS = {"_ms": "ms", "_mv": "mV", "_deg": "deg", "_bpm": "bpm"}
NUMBER = re.compile(r"(?<![\w.−-])\d+(?![\w.]|\s*(?:of|beats?\b))")
EXAMPLES = settings(max_examples=4, deadline=None, derandomize=True, database=None,
                    phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip


def _report(condition: str, seed: int) -> Report:
    return write_report(analyze(simulate(condition, seed=seed).ecg, explained=False), writer="plain")


# Numbers are drawn, not reports: Hypothesis writes down what it draws.
CONDITION, SEED = st.sampled_from(sorted(CONDITIONS)), st.integers(0, 10_000)


@EXAMPLES
@given(CONDITION, SEED)
def test_json_follows_its_schema_and_comes_back_the_same(condition: str, seed: int) -> None:
    report = _report(condition, seed)
    content = json.loads(render(report, "json"))
    jsonschema.validate(content, json.loads(report_schema()))
    assert json.loads(Report.model_validate(content).model_dump_json()) == json.loads(
        report.model_dump_json()
    )


@EXAMPLES
@given(CONDITION, SEED)
def test_ids_resolve_and_are_used_once(condition: str, seed: int) -> None:
    report = _report(condition, seed)
    records = report.records()
    cited = [id for part in report.narrative for sentence in part.sentences for id in sentence.cites]
    basis = [id for finding in report.findings for id in finding.basis]
    assert cited
    assert {*cited, *basis} <= records.keys()
    ids = [
        r.id
        for group in (report.measurements, report.findings, report.statements, report.evidence)
        for r in group
    ]
    assert len(ids) == len(set(ids))


@EXAMPLES
@given(CONDITION, SEED)
def test_units_are_those_of_the_names_and_no_value_is_missing_without_a_reason(
    condition: str, seed: int
) -> None:
    report = _report(condition, seed)
    for measurement in report.measurements:
        for suffix, unit in UNITS.items():
            assert measurement.unit == unit or not measurement.name.endswith(suffix), measurement.name
        assert measurement.lead is None or measurement.lead in LEADS
        assert (measurement.value is None) == bool(measurement.reason)
    for statement in report.statements:
        assert 0 <= statement.probability <= 1
        assert 0 < statement.threshold < 1


@EXAMPLES
@given(CONDITION, SEED, st.randoms(use_true_random=False))
def test_a_changed_number_is_never_supported(condition: str, seed: int, chance: Random) -> None:
    report = _report(condition, seed)
    facts = Facts(**{name: getattr(report, name) for name in Facts.model_fields})
    for part in report.narrative:
        for sentence in part.sentences:
            numbers = list(NUMBER.finditer(sentence.text))
            if sentence.verdict != "supported" or not numbers:
                continue
            number = chance.choice(numbers)
            other = int(number[0]) + chance.choice((3, 10, 100))
            changed = f"{sentence.text[: number.start()]}{other}{sentence.text[number.end() :]}"
            draft = DraftSentence(section=part.section, text=changed, cites=sentence.cites, writer="plain")
            assert check(draft, facts).verdict != "supported", changed


def test_the_unchanged_sentences_are_supported() -> None:
    """Else the test above would show nothing."""
    sentences = [sentence for part in _report("lbbb", 3).narrative for sentence in part.sentences]
    supported = [sentence for sentence in sentences if sentence.verdict == "supported"]
    assert len(supported) > len(sentences) // 2
    assert sum(bool(NUMBER.search(sentence.text)) for sentence in supported) > 3
