import pytest

from cardio_agent.classifier.statements import CODES
from cardio_agent.verification.lexicon import CONCEPTS, expand, implied, narrower
from cardio_agent.verification.recognition import recognise
from cardio_agent.writing.phrases import MEASUREMENT_NAMES
from tests.facts import statements


def test_every_name_in_the_table_exists() -> None:
    for concept in CONCEPTS.values():
        others = (*concept.is_a, *concept.excludes, *concept.follows_from)
        assert set(others) <= CONCEPTS.keys()
        assert not concept.opposite_of or concept.opposite_of in CONCEPTS
        assert set(concept.codes) <= set(CODES)
        tested = {name for name, _ in (*concept.shown_by, *concept.ruled_out_by)}
        assert {*tested, *concept.quantity} <= MEASUREMENT_NAMES.keys()


def test_no_form_stands_for_two_concepts() -> None:
    forms = [(form.lower(), key) for key, c in CONCEPTS.items() for raw in c.forms for form in expand(raw)]
    owners: dict[str, set[str]] = {}
    for form, key in forms:
        owners.setdefault(form, set()).add(key)
    assert {form: keys for form, keys in owners.items() if len(keys) > 1} == {}


@pytest.mark.parametrize("statement", statements({}), ids=lambda s: s.code)
def test_the_name_of_each_statement_is_a_concept_that_asserts_its_code(statement) -> None:  # type: ignore[no-untyped-def]
    (atom,) = recognise(statement.name)
    assert atom.kind == "concept"
    codes = {code for key in (*implied(atom.key), *narrower(atom.key)) for code in CONCEPTS[key].codes}
    assert {statement.code.removeprefix("sub:"), statement.code} & codes


def test_left_never_implies_right() -> None:
    for key in CONCEPTS:
        for other in implied(key):
            assert not ("left" in key and "right" in other)
            assert not ("right" in key and "left" in other)
