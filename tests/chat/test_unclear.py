"""A question of which two readings are about as likely is asked back, not answered with the wrong one."""

import pytest

from cardio_agent.chat import understanding
from cardio_agent.chat.answers import answer
from cardio_agent.chat.examples import Kind
from cardio_agent.chat.fixed import FIXED, READINGS
from cardio_agent.chat.intents import Intent
from cardio_agent.chat.understanding import understand
from cardio_agent.schema import Facts, Provenance, Report
from tests.facts import facts_normal


@pytest.fixture
def undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    shares = ((Kind(Intent.NOISE), 0.29), (Kind(Intent.REVERSAL), 0.28), (Kind(Intent.QUALITY), 0.2))
    monkeypatch.setattr(understanding, "likely_kinds", lambda _: shares)


def _report() -> Report:
    facts = facts_normal()
    provenance = Provenance(
        cardio_agent="0", classifier="fake", classifier_sha256="", writer="plain", corpus_sha256="",
        embeddings="", prompts_sha256="", input_sha256="", settings={},
    )  # fmt: skip
    return Report(
        **{name: getattr(facts, name) for name in Facts.model_fields}, narrative=(), provenance=provenance
    )


@pytest.mark.usefixtures("undecided")
def test_both_readings_are_named_and_nothing_is_cited() -> None:
    query = understand("is it them or the others")
    assert query.intent is Intent.UNCLEAR
    (draft,) = answer(query, _report()).drafts
    assert READINGS[Intent.NOISE] in draft.text
    assert READINGS[Intent.REVERSAL] in draft.text
    assert draft.cites == ()


@pytest.mark.usefixtures("undecided")
def test_what_a_rule_protects_is_never_asked_back() -> None:
    assert understand("my chest hurts").intent is Intent.EMERGENCY


def test_every_kind_can_be_asked_back_or_has_an_answer_of_its_own() -> None:
    assert set(Intent) == READINGS.keys() | FIXED.keys() | {Intent.UNASSESSED, Intent.UNCLEAR}
