"""What a question takes for granted, held against the report: a false premise is put right before the answer.

Enters: a :class:`Query` and the report. Leaves: draft sentences that correct it; none where it is true or
nothing is taken for granted. Judges only numbers of measurements and the presence of what a
statement decides.
"""

import re
from collections.abc import Iterator

from cardio_agent.chat.intents import Intent
from cardio_agent.chat.selection import coded_findings, statement_ids
from cardio_agent.chat.sentences import absence_drafts, plain_draft
from cardio_agent.chat.understanding import Query
from cardio_agent.schema import DraftSentence, Facts, Measurement, measurement_id
from cardio_agent.writing.phrases import MEASUREMENT_NAMES, value_text

_GRANTED = re.compile(
    r"\b(?:since|because|given|as (?:the|there|he|she)|with (?:a|an|the|this|such)|now that|"
    r"you (?:said|told|found)|considering|assuming|due to|in view of|why (?:is|are|does|do|did))\b"
)
_NUMBER = re.compile(
    r"\b(?:is|are|was|were|of|at|=|:|to be|as)\s+(?:about |around |only |now |really )?(-?\d+(?:\.\d+)?) ?"
    r"(ms|msec|milliseconds?|s\b|sec\w*|bpm|beats|mv|mm|degrees?|°)?"
)
_COMPARED = re.compile(
    r"\b(?:over|above|below|under|more|less|correct\w*|longer|shorter|if|were|normal|limit|guideline)\b|[<>]"
)
_TO_UNIT = {"s": ("ms", 1000.0), "sec": ("ms", 1000.0), "mm": ("mV", 0.1)}
_CLOSE = 0.02  # of the value: a rounded number is not a false one
_ASKS_NOTHING_GRANTED = (
    Intent.GUIDELINE,
    Intent.SOCIETIES,
    Intent.MEANING,
    Intent.LIMITS_OF_NORMAL,
    Intent.SCORE,
)


def correct_premises(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    """Sentences that put right what a question wrongly takes for granted."""
    yield from _wrong_number(query, facts)
    says_itself = query.intent in (Intent.WHY, Intent.DIAGNOSIS)
    if _GRANTED.search(query.words) and not says_itself and not coded_findings(query, facts):
        yield from absence_drafts(facts, statement_ids(query.codes, facts))


def _wrong_number(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    if query.intent in _ASKS_NOTHING_GRANTED or _COMPARED.search(query.words):
        return
    stated = _NUMBER.search(query.words)
    by_id = {m.id: m for m in facts.measurements if m.value is not None}
    named = [by_id[id] for id in _asked_ids(query) if id in by_id]
    if stated is None or not named:
        return
    unit, factor = _TO_UNIT.get(stated[2] or "", ("", 1.0))
    value = float(stated[1]) * factor
    if all(_differs(m, value, unit) for m in named):
        yield plain_draft(_correction(named[0], value), (named[0].id,))


def _asked_ids(query: Query) -> list[str]:
    return [measurement_id(name, lead) for name in query.measures for lead in (None, *query.leads)]


def _differs(m: Measurement, value: float, unit: str) -> bool:
    """Whether a number is not this measurement's, in its own unit."""
    if unit and unit != m.unit:
        return False
    assert m.value is not None
    return abs(value - m.value) > _CLOSE * abs(m.value) and value_text(value, m.unit) != value_text(
        m.value, m.unit
    )


def _correction(m: Measurement, value: float) -> str:
    assert m.value is not None
    place = f" in {m.lead}" if m.lead else ""
    measured, stated = value_text(m.value, m.unit), value_text(value, m.unit)
    return f"The {MEASUREMENT_NAMES[m.name]}{place} is {measured}, not {stated}"
