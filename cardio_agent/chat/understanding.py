"""What a question asks for, decided by rules alone.

Enters: the question and what the turn before it was about. Leaves: one :class:`Query`. Does not look at
the ECG and does not answer. No model takes part, so nothing that stands in a question can change the
rules: a question that asks to ignore them matches no intent, or the one it also asks for.
"""

import re
from dataclasses import dataclass, replace

from cardio_agent.chat.intents import AFTER_NAMES, BEFORE_NAMES, Intent, WordTable
from cardio_agent.chat.vocabulary import LEAD_MEASURES, mentioned, unassessed_condition


@dataclass(frozen=True)
class Query:
    """A question understood.

    ``topic`` holds the ids that the answer before rested on, where the question leans on that answer.
    """

    text: str
    intent: Intent
    measures: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()


_LEANS_ON_TURN_BEFORE = frozenset(
    {Intent.WHY, Intent.ATTENTION, Intent.PROBABILITY, Intent.GUIDELINE, Intent.MEANING}
)
_SHORT = 2  # words: "V3?", "lead III?"
_ADDED = re.compile(r"^\W*(?:and|also|what about|how about|in|but)\b", re.IGNORECASE)


def understand(question: str, previous: Query | None = None, cited: tuple[str, ...] = ()) -> Query:
    """Decide what a question asks for.

    Parameters
    ----------
    question : str
    previous : Query, optional
        The turn before, for "and in V3?" and "why?".
    cited : tuple of str
        Ids that the answer before rested on.

    Returns
    -------
    Query
        With ``Intent.UNKNOWN`` when no rule matches.
    """
    measures, codes, leads = mentioned(question)
    query = Query(question, Intent.UNKNOWN, measures, codes, leads)
    query = replace(query, intent=_intent(query))
    return query if previous is None else _follow_up(query, previous, cited)


def _intent(query: Query) -> Intent:
    if told := _told_by_words(BEFORE_NAMES, query.text):
        return told
    if query.codes:
        return Intent.DIAGNOSIS
    if unassessed_condition(query.text):
        return Intent.UNASSESSED
    if query.measures:
        return Intent.MEASUREMENT
    return _told_by_words(AFTER_NAMES, query.text) or (Intent.LEADS if query.leads else Intent.UNKNOWN)


def _told_by_words(table: WordTable, text: str) -> Intent | None:
    for intent, alternatives in table:
        if any(re.search(rf"\b(?:{words})(?!\w)", text, re.IGNORECASE) for words in alternatives):
            return intent
    return None


def _follow_up(query: Query, previous: Query, cited: tuple[str, ...]) -> Query:
    """Fill in from the turn before what the question leaves out."""
    asks_the_same = _ADDED.match(query.text) or len(query.text.split()) <= _SHORT
    if query.intent is Intent.LEADS and asks_the_same and LEAD_MEASURES.intersection(previous.measures):
        return replace(previous, text=query.text, leads=query.leads, intent=Intent.MEASUREMENT)
    if query.intent in _LEANS_ON_TURN_BEFORE and not (query.measures or query.codes):
        return replace(query, measures=previous.measures, codes=previous.codes, topic=cited)
    names_no_lead = LEAD_MEASURES.intersection(query.measures) and not query.leads
    if query.intent is Intent.MEASUREMENT and names_no_lead and _ADDED.match(query.text):
        return replace(query, leads=previous.leads)
    return query
