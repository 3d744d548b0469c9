"""Wordings of the writer: what is drawn passes the checks, is varied, and leaves no variable unfilled."""

import re
from random import Random

import pytest

from cardio_agent.schema import Facts
from cardio_agent.training.writer.grammar import load_wordings, reworded
from cardio_agent.training.writer.pairs import corpus, imagined, pairs
from cardio_agent.verification import check
from cardio_agent.writing.sheets import read_line, sheets
from tests.facts import ALL_FACTS, facts_normal


@pytest.mark.parametrize("make", ALL_FACTS.values(), ids=ALL_FACTS)
def test_every_pair_of_an_ecg_passes_its_checks(make: type[Facts]) -> None:
    facts = make()
    for sheet, pair in zip(sheets(facts), pairs(facts, Random(1)), strict=True):
        for line in pair.answer.split("\n"):
            draft = read_line(sheet, line, "")
            assert draft is not None, line
            assert check(draft, facts).verdict == "supported", draft.text


def test_common_things_are_said_in_at_least_thirty_ways() -> None:
    sheet = next(s for s in sheets(facts_normal()) if s.section == "rhythm")
    drawn = {reworded(sheet, Random(k))[0] for k in range(600)}
    assert len(drawn) >= 30
    assert all(len(load_wordings().frames[c]) >= 29 for c in ("definite", "probable", "possible"))


def test_no_variable_of_the_table_stays_in_a_sentence() -> None:
    random = Random(3)
    for _ in range(30):
        for sheet in sheets(imagined(facts_normal(), random)):
            for line in reworded(sheet, random):
                assert not re.search(r"\{(?!\d[a-z]\})", line), line


def test_drawing_is_repeatable_and_without_repeats() -> None:
    first, second = (corpus([facts_normal()], Random(0), rounds=2) for _ in range(2))
    assert first == second
    assert len(first) == len(set(first))
