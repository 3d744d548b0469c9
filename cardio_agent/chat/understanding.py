"""What a question asks for, decided by rules, and where none knows it by the nearest example question.

Enters: the question and what the turn before it was about. Leaves: one :class:`Query`. Does not look at
the ECG and does not answer. No language model takes part, so nothing that stands in a question can change
the rules: a question that asks to ignore them matches no intent, or the one it also asks for.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf

from cardio_agent.chat.examples import Kind, nearest_kind
from cardio_agent.chat.intents import Intent, Place, word_table
from cardio_agent.chat.score_words import inputs_in, score_named
from cardio_agent.chat.spelling import corrected, plain_text
from cardio_agent.chat.vocabulary import LEAD_MEASURES, mentioned, names_only, unassessed_condition


@dataclass(frozen=True)
class Query:
    """A question understood.

    ``words`` is the text in lower case without typing errors. ``topic`` holds the ids that the answer before
    rested on, where the question leans on that answer. ``score`` names a risk score and ``given`` its inputs
    so far.
    """

    text: str
    intent: Intent
    measures: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    words: str = ""
    score: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


LEANS_ON_TURN_BEFORE = frozenset(
    {
        Intent.WHY, Intent.ATTENTION, Intent.PROBABILITY, Intent.GUIDELINE, Intent.MEANING, Intent.AGAINST,
        Intent.WHERE, Intent.LIMITS_OF_NORMAL,
    }
)  # fmt: skip
# Kinds that mean something else when a lead or a measurement is named: "Is V1 noisy?" is still about noise.
_YIELDS_TO_DIAGNOSIS = frozenset({Intent.REGULARITY})
# Kinds that only what a question names has told, or a single word: an example that is clearly nearer
# knows better what is asked of it.
_TOLD_BY_NAME = frozenset(
    {
        Intent.DIAGNOSIS, Intent.MEASUREMENT, Intent.LEADS, Intent.QUALITY, Intent.NORMAL, Intent.ABNORMAL,
        Intent.RHYTHM, Intent.PATIENT, Intent.RECORDING,
    }
)  # fmt: skip
# Chosen on the blind questions of docs/chat.md.
LEAD_OVER_NAMES = 0.08
LEAD_OVER_PHRASES = 0.2
_ADDED_WORDS = 4  # "and in V3?" leans on the turn before
_SHORT = 2  # words: "V3?", "lead III?"
_ADDED = re.compile(r"^\W*(?:and|also|what about|how about|in|but)\b", re.IGNORECASE)
_THAT = re.compile(r"\bthat\b(?! i\b)|\bthis finding\b")
_LEANING = re.compile(r"\b(?:it|that|this one)\b|^\W*how was\b")


def understand(
    question: str, previous: Query | None = None, cited: tuple[str, ...] = (), *, by_example: bool = True
) -> Query:
    """Decide what a question asks for.

    Parameters
    ----------
    question : str
    previous : Query, optional
        The turn before, for "and in V3?" and "why?".
    cited : tuple of str
        Ids that the answer before rested on.
    by_example : bool
        Whether the nearest example decides where no rule does.

    Returns
    -------
    Query
        With ``Intent.UNKNOWN`` when neither a rule nor an example is near.
    """
    text = plain_text(question)
    words = corrected(text)
    measures, codes, leads = mentioned(text, words)
    query = Query(question, Intent.UNKNOWN, measures, codes, leads, words=words)
    query = replace(query, intent=_intent(query))
    query = _by_example(query) if by_example else query
    if query.intent is Intent.SCORE:
        score = score_named(words)
        query = replace(query, score=score, given=inputs_in(words, score))
    return query if previous is None else _follow_up(query, previous, cited)


def _intent(query: Query) -> Intent:
    told = _told_by_words("before", query.words)
    if told is Intent.INSTRUCTION:  # what a message orders is passed over; what it asks is answered
        told = _told_by_words("before", query.words, but=Intent.INSTRUCTION)
        return told or _named(query) or Intent.INSTRUCTION
    if told and not (told in _YIELDS_TO_DIAGNOSIS and query.codes):
        return told
    return _named(query) or Intent.UNKNOWN


def _by_example(query: Query) -> Query:
    """The question as its nearest examples have it, where these lead by enough."""
    is_added = _ADDED.match(query.words) and len(query.words.split()) <= _ADDED_WORDS
    is_told = is_added or names_only(query.words)
    if is_told or query.intent in (Intent.EMERGENCY, Intent.TREATMENT, Intent.INSTRUCTION):
        return query
    nearest = nearest_kind(query.words)
    if nearest is None or nearest.lead < _needed_lead(query, nearest.kind):
        return query
    kind = nearest.kind
    if kind.intent is Intent.MEASUREMENT:
        is_named = not set(query.measures).isdisjoint(kind.names)
        return replace(query, intent=kind.intent, measures=query.measures if is_named else kind.names)
    if kind.intent is Intent.DIAGNOSIS:
        codes = query.codes or kind.names
        return replace(query, intent=kind.intent, codes=codes) if codes else query
    return replace(query, intent=kind.intent)


def _needed_lead(query: Query, kind: Kind) -> float:
    """By how much an example must lead to overrule what the rules have told."""
    if query.intent is Intent.UNKNOWN:
        return 0.0
    if kind.intent is Intent.WHERE and query.leads:  # who names the leads does not ask for them
        return inf
    names_it = kind.intent in (Intent.MEASUREMENT, Intent.DIAGNOSIS, Intent.EMERGENCY) and query.codes
    return LEAD_OVER_NAMES if query.intent in _TOLD_BY_NAME and not names_it else LEAD_OVER_PHRASES


def _named(query: Query) -> Intent | None:
    """What a question asks for by what it names, or by words that name nothing in particular."""
    if query.codes:
        return Intent.DIAGNOSIS
    if unassessed_condition(query.words):
        return Intent.UNASSESSED
    if query.measures:
        return Intent.MEASUREMENT
    return _told_by_words("after", query.words) or (Intent.LEADS if query.leads else None)


def _told_by_words(place: Place, words: str, but: Intent | None = None) -> Intent | None:
    return next(
        (intent for intent, pattern in word_table(place) if intent is not but and pattern.search(words)), None
    )


# ── what leans on the turn before ────────────────────────────────────────────────────────────


def _follow_up(query: Query, previous: Query, cited: tuple[str, ...]) -> Query:
    """Fill in from the turn before what the question leaves out."""
    if previous.score and query.intent not in (Intent.EMERGENCY, Intent.SCORE):
        told = inputs_in(query.words, previous.score, previous.given)
        if told:
            return replace(previous, text=query.text, words=query.words, given={**previous.given, **told})
    if query.intent is Intent.COMPARISON and not query.measures and _LEANING.search(query.words):
        return replace(query, measures=previous.measures, codes=query.codes or previous.codes)
    asks_another = query.intent is Intent.MEASUREMENT and _ADDED.match(query.words) and not query.leads
    if previous.intent is Intent.COMPARISON and asks_another:
        return replace(query, intent=Intent.COMPARISON)
    names_nothing = not (query.measures or query.codes)
    leans = query.intent in LEANS_ON_TURN_BEFORE or (
        query.intent is Intent.PATIENT_WORDS and _THAT.search(query.words)
    )
    if leans and names_nothing:
        return replace(query, measures=previous.measures, codes=previous.codes, topic=cited)
    return _same_of_another(query, previous)


def _same_of_another(query: Query, previous: Query) -> Query:
    """ "And in V3?" asks the same of another lead, "and the T wave?" another thing of the same lead."""
    asks_the_same = _ADDED.match(query.words) or len(query.words.split()) <= _SHORT
    per_lead = LEAD_MEASURES.intersection(previous.measures)
    if query.intent is Intent.LEADS and asks_the_same and per_lead:
        return replace(
            previous, text=query.text, words=query.words, leads=query.leads, intent=Intent.MEASUREMENT
        )
    names_no_lead = LEAD_MEASURES.intersection(query.measures) and not query.leads
    if query.intent is Intent.MEASUREMENT and names_no_lead and _ADDED.match(query.words):
        return replace(query, leads=previous.leads)
    return query
