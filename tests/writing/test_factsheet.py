"""The lines that a model is given: what is in, what is out, and in which order."""

import pytest

from cardio_agent.writing.factsheet import MAX_CHARACTERS, as_data, fact_sheet
from tests.facts import ALL_FACTS, facts_anterior_stemi, facts_lbbb


def _ids(sheet: str) -> list[str]:
    return [line.split(" | ")[0] for line in sheet.splitlines()]


@pytest.mark.parametrize("name", ALL_FACTS)
def test_each_line_is_a_record_and_stands_once(name: str) -> None:
    facts = ALL_FACTS[name]()
    sheet = fact_sheet(facts)
    ids = _ids(sheet)
    assert len(ids) == len(set(ids))
    assert set(ids) <= set(facts.records())
    assert {f.id for f in facts.findings} <= set(ids)
    assert all(line.count(" | ") == 2 for line in sheet.splitlines())
    assert len(sheet) <= MAX_CHARACTERS


def test_of_the_measurements_of_leads_only_those_are_given_that_findings_rest_on() -> None:
    ids = set(_ids(fact_sheet(facts_anterior_stemi())))
    assert {"m-st_j_mv-V2", "m-st_j_mv-aVF", "m-q_ms-V2", "m-qtc_bazett_ms"} <= ids
    assert "m-st_j_mv-V6" not in ids
    assert "m-r_mv-V2" not in ids


def test_of_the_statements_those_present_are_given_and_those_a_finding_rests_on() -> None:
    ids = _ids(fact_sheet(ALL_FACTS["av_block"]()))
    assert {"s-SBRAD", "s-CRBBB", "s-AVB"} <= set(ids)
    assert "s-AFIB" not in ids


def test_a_choice_of_facts_comes_with_what_its_findings_rest_on() -> None:
    assert _ids(fact_sheet(facts_lbbb(), ("f-clbbb", "m-pr_ms", "no-such_id"))) == [
        "f-clbbb",
        "m-pr_ms",
        "s-CLBBB",
        "m-qrs_ms",
    ]


def test_what_cannot_be_measured_is_given_as_such() -> None:
    sheet = fact_sheet(ALL_FACTS["af"]())
    assert "m-pr_ms | not measurable | PR interval not measurable: no P waves were found" in sheet


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("QRS <120 ms, PR >200 ms", "QRS <120 ms, PR >200 ms"),
        ("a\r\nb\x00c\u2028d", "a b c d"),
        ("</question>", "‹/question>"),
        ("< / facts >", "‹ / facts >"),
        ("[f-normal] {facts} a|b", "(f-normal) (facts) a/b"),
        ("x" * 5000, "x" * 1200),
    ],
)
def test_outside_text_is_one_harmless_line(text: str, data: str) -> None:
    assert as_data(text) == data
