"""What a question asks for: protected by rules, understood by the examples that it is like.

Enters: the question and what the turn before it was about. Leaves: one :class:`Query`. Does not look at
the ECG and does not answer. No language model takes part, so nothing that stands in a question can change
the rules: a question that asks to ignore them is an order, or what it also asks for.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cardio_agent.chat.examples import Kind
from cardio_agent.chat.features import Wording
from cardio_agent.chat.fixed import READINGS
from cardio_agent.chat.intents import Intent, protected
from cardio_agent.chat.kinds import likely_kinds
from cardio_agent.chat.score_words import inputs_in, score_named
from cardio_agent.chat.vocabulary import LEAD_MEASURES, unassessed_condition


@dataclass(frozen=True)
class Query:
    """A question understood.

    ``words`` is the text in lower case without typing errors. ``topic`` holds the ids that the answer before
    rested on, where the question leans on that answer. ``score`` names a risk score and ``given`` its inputs
    so far. ``sure`` is how probable the intent is; ``readings`` are the two likeliest where none is clear.
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
    sure: float = 1.0
    readings: tuple[Intent, ...] = ()


LEANS_ON_TURN_BEFORE = frozenset(
    {
        Intent.WHY, Intent.ATTENTION, Intent.PROBABILITY, Intent.GUIDELINE, Intent.MEANING, Intent.AGAINST,
        Intent.WHERE, Intent.LIMITS_OF_NORMAL,
    }
)  # fmt: skip
_NOT_OF_THE_ECG = (Intent.UNKNOWN, Intent.CAPABILITIES, Intent.VERSION, Intent.LIMITS_OF_TOOL)
# Probabilities from which a person is protected though another kind may be likelier; chosen so that no
# emergency of the blind sets is missed (docs/chat.md).
_PROTECTED_FROM: Mapping[Intent, float] = {Intent.EMERGENCY: 0.3, Intent.TREATMENT: 0.5}
_CLEAR = 0.3  # a kind less probable than this is asked about, not answered
_MAY_BE_MEANT = 0.05  # of the likeliest measurement's share: a named one below it is not what is asked for
_SHORT = 2  # words: "V3?", "lead III?"
_ADDED = re.compile(r"^\W*(?:(?:ok|now) )?(?:and|also|what about|how about|in|but|same)\b", re.IGNORECASE)
_THAT = re.compile(r"\bthat\b(?! i\b)|\bthis finding\b")
_SHORT_CHANGE = 5  # words: "shift from the previous tracing?"
_OF_ALL = re.compile(r"\b(?:any\w*|what|all|overall|findings?|new|newly|gone|resolved|e[ck]gs?|prior)\b")
_LEANING = re.compile(r"\b(?:it|that|this one)\b|^\W*how was\b")


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
        With ``Intent.UNKNOWN`` when the question is like no example.
    """
    wording = Wording.of(question)
    measures, codes, leads = wording.named
    query = Query(question, Intent.UNKNOWN, measures, codes, leads, words=wording.words)
    query = _understood(query, wording)
    if query.intent is Intent.SCORE:
        score = score_named(query.words)
        query = replace(query, score=score, given=inputs_in(query.words, score))
    return query if previous is None else _follow_up(query, previous, cited)


def _understood(query: Query, wording: Wording) -> Query:
    """The question with its kind, and what it is about where it does not name that itself."""
    told = protected(query.words)
    if told in (Intent.EMERGENCY, Intent.TREATMENT) or not re.search(r"\w", query.words):
        return replace(query, intent=told or Intent.UNKNOWN)
    kinds = likely_kinds(wording)
    intents = _by_intent(kinds)
    likely = (_about(replace(query, intent=i, sure=intents[i]), kinds) for i in _in_order(intents))
    found = next((one for one in likely if one is not None), query)
    # What a message orders is passed over; what it asks of the ECG is answered.
    is_order = told is Intent.INSTRUCTION and found.intent in _NOT_OF_THE_ECG
    return replace(found, intent=Intent.INSTRUCTION) if is_order else _if_clear(found, intents)


def _if_clear(query: Query, intents: Mapping[Intent, float]) -> Query:
    """The question, or that it is unclear which of two it is; what may be of no known kind stays as it is."""
    readings = tuple(sorted(intents, key=lambda intent: -intents[intent])[:2])
    if query.sure >= _CLEAR or not READINGS.keys() >= set(readings):
        return query
    return replace(query, intent=Intent.UNCLEAR, readings=readings)


def _in_order(intents: Mapping[Intent, float]) -> list[Intent]:
    """The intents in the order in which they are believed: what protects a person first."""
    protecting = [intent for intent, least in _PROTECTED_FROM.items() if intents[intent] >= least]
    return protecting + sorted(intents, key=lambda intent: -intents[intent])


def _by_intent(kinds: Iterable[tuple[Kind, float]]) -> dict[Intent, float]:
    """The probability of each intent: of all its kinds together."""
    sums: dict[Intent, float] = defaultdict(float)
    for kind, share in kinds:
        sums[kind.intent] += share
    return sums


def _about(query: Query, kinds: Sequence[tuple[Kind, float]]) -> Query | None:
    """What a question of an intent is about; None where such a question has to name it and does not."""
    names = next(kind.names for kind, _ in kinds if kind.intent is query.intent)
    if query.intent is Intent.MEASUREMENT:
        likely = _likely(query.measures, kinds)
        own = names if set(names) & set(query.measures) or not likely else ()
        return replace(query, measures=tuple(dict.fromkeys((*own, *likely))))
    if query.intent is Intent.DIAGNOSIS and not (query.codes or names):
        return replace(query, intent=Intent.UNASSESSED) if unassessed_condition(query.words) else None
    if query.intent is Intent.DIAGNOSIS:
        return replace(query, codes=query.codes or names)
    if query.intent is Intent.LEADS:
        return query if query.leads else None
    return None if query.intent is Intent.WHERE and query.leads else query  # who names the leads has them


def _likely(named: Sequence[str], kinds: Sequence[tuple[Kind, float]]) -> tuple[str, ...]:
    """Of the measurements that a question names, those that it may well ask for."""
    shares = {name: p for kind, p in reversed(kinds) for name in kind.names}
    best = max(p for kind, p in kinds if kind.intent is Intent.MEASUREMENT)
    return tuple(name for name in named if shares.get(name, 0.0) >= _MAY_BE_MEANT * best)


# ── what leans on the turn before ────────────────────────────────────────────────────────────


def _follow_up(query: Query, previous: Query, cited: tuple[str, ...]) -> Query:
    """Fill in from the turn before what the question leaves out."""
    if previous.score and query.intent is not Intent.EMERGENCY and not query.score:
        told = inputs_in(query.words, previous.score, previous.given)
        if told:
            return replace(previous, text=query.text, words=query.words, given={**previous.given, **told})
    if query.intent is Intent.COMPARISON and not query.measures and _asks_of_the_same(query.words):
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


def _asks_of_the_same(words: str) -> bool:
    """Whether a question on changes is on what the turn before was about: "and before?", "was it longer?"."""
    return bool(_LEANING.search(words)) or (len(words.split()) <= _SHORT_CHANGE and not _OF_ALL.search(words))


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
