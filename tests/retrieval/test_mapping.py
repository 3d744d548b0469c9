"""Every statement and criterion stands on passages or says that there is none; retrieval agrees."""

import pytest

from cardio_agent.classifier.statements import STATEMENTS, StatementSpec
from cardio_agent.findings.criteria import CRITERIA
from cardio_agent.findings.rules import RULES
from cardio_agent.retrieval import gather_evidence, load_corpus, retrieve
from cardio_agent.retrieval.corpus import bare_code
from cardio_agent.retrieval.mapping import passage_mapping
from cardio_agent.schema import Finding

CODES_OF = {p.id: set(p.codes) for p in load_corpus()}
MAPPING = {(row.kind, row.key): row for row in passage_mapping(load_corpus())}


def test_every_statement_and_criterion_has_its_row() -> None:
    statements = [(spec.group, spec.code) for spec in STATEMENTS]
    assert list(MAPPING) == [*statements, *(("criterion", c.key) for c in CRITERIA)]


def test_every_statement_has_a_passage() -> None:
    for spec in STATEMENTS:
        row = MAPPING[spec.group, spec.code]
        assert row.checked or row.unchecked, spec.code


def test_criteria_name_sources_that_exist_and_are_current() -> None:
    rows = [MAPPING["criterion", c.key] for c in CRITERIA]
    assert not [row.key for row in rows if row.missing]
    without = {row.key for row in rows if not row.checked and not row.unchecked}
    assert without == {c.key for c in CRITERIA if not c.sources}
    assert not [row.key for row in rows if row.bearing and row.key not in without]


def test_a_criterion_that_no_passage_gives_points_to_those_about_its_finding() -> None:
    """Bigeminy is a convention; the passages on the statement's code are about the finding."""
    unsourced = [c.key for c in CRITERIA if not c.sources]
    codes_of = {key: {bare_code(code) for rule in RULES if key in rule.criteria for code in rule.codes}
                for key in unsourced}  # fmt: skip
    for key in unsourced:
        row = MAPPING["criterion", key]
        assert all(CODES_OF[id_] & codes_of[key] for id_ in row.bearing)
        assert bool(row.bearing) == any(CODES_OF[id_] & codes_of[key] for id_ in CODES_OF if id_ != "PER-03")


@pytest.mark.parametrize("spec", STATEMENTS, ids=lambda spec: spec.code)
def test_the_first_three_passages_for_a_statement_carry_its_tag(spec: StatementSpec) -> None:
    code = bare_code(spec.code)
    found = [e.id for e in retrieve(spec.name, 3)]
    row = MAPPING[spec.group, spec.code]
    assert len(found) == min(3, len(row.checked) + len(row.unchecked))
    assert all(code in CODES_OF[id_] for id_ in found), found


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.query and rule.codes], ids=lambda r: r.key)
def test_what_a_finding_cites_is_about_it(rule: object) -> None:
    codes, sources = rule.codes, rule.sources  # type: ignore[attr-defined]
    asked = Finding(
        id="f", kind="other", text="x", certainty="definite", basis=("s-X",),
        codes=codes, sources=sources, query=rule.query,  # type: ignore[attr-defined]
    )  # fmt: skip
    bare = {bare_code(code) for code in codes}
    for evidence in gather_evidence([asked], per_finding=3):
        assert CODES_OF[evidence.id] & bare or evidence.id in sources, evidence.id
