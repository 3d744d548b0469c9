"""The table of findings: unique, well-formed, and its sources exist in the corpus."""

from cardio_agent.classifier.statements import CODES
from cardio_agent.findings.rules import FALLBACKS, RULES
from cardio_agent.retrieval import load_corpus


def test_keys_are_unique_and_exceptions_name_known_ones() -> None:
    keys = [rule.key for rule in RULES]
    assert len(keys) == len(set(keys))
    for rule in RULES:
        assert set(rule.unless) <= set(keys), rule.key


def test_codes_are_the_classifiers() -> None:
    assert {code for rule in RULES for code in rule.codes} | {f.code for f in FALLBACKS} <= set(CODES)


def test_every_subclass_rhythm_and_form_statement_can_become_a_finding() -> None:
    spoken_for = {code for rule in RULES for code in rule.codes} | {f.code for f in FALLBACKS}
    without = set(CODES) - spoken_for
    # NORM has a finding of its own making; "abnormal QRS" says nothing that its subclass does not.
    assert without == {"NORM", "sub:NORM", "ABQRS"}


def test_sources_stand_in_the_corpus() -> None:
    known = {passage.id for passage in load_corpus()}
    for rule in RULES:
        assert set(rule.sources) <= known, rule.key
