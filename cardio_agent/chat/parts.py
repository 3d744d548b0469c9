"""A question that asks two or three things, taken apart.

Enters: a question and the turn before. Leaves: a :class:`Query` for each part, or one for the whole. A part
counts only when its kind is clear, and nothing is taken out of a question that asks for protection.
"""

import re

from cardio_agent.chat.intents import Intent
from cardio_agent.chat.understanding import LEANS_ON_TURN_BEFORE, Query, understand
from cardio_agent.chat.vocabulary import mentioned

_MOST_PARTS = 3
_SURE = 0.75  # how probable the kind of each part must be
_SHORT = 6  # words up to which "rate/rhythm, axis" is a list
_BETWEEN = re.compile(r"\?\s+(?:and\s+)?|;\s*|,?\s+(?:and(?: also)?|plus|&)\s+", re.IGNORECASE)
_IN_LIST = re.compile(r"\s*[/,+&]\s*|\s+and\s+", re.IGNORECASE)
_LEANING = re.compile(r"\b(?:it|that|this|they|them|those)\b")
# What is answered as a whole: to protect a person, or because "and" belongs to what is asked.
_WHOLE = frozenset(
    {
        Intent.EMERGENCY, Intent.TREATMENT, Intent.INSTRUCTION, Intent.SOCIETIES, Intent.SCORE,
        Intent.VOLTAGE, Intent.REVERSAL, Intent.ALL_MEASUREMENTS, Intent.PATIENT_WORDS,
        Intent.AGE_AND_SEX, Intent.VERSION, Intent.AGAINST, Intent.COMPARISON, Intent.CAPABILITIES,
    }
)  # fmt: skip
_NO_PART = frozenset({Intent.UNKNOWN, Intent.LEADS, Intent.RECORDING, Intent.PATIENT})


def understand_parts(
    question: str, previous: Query | None = None, cited: tuple[str, ...] = ()
) -> tuple[Query, ...]:
    """Decide what a question asks for, part by part.

    Parameters
    ----------
    question, previous, cited
        As of :func:`cardio_agent.chat.understanding.understand`.

    Returns
    -------
    tuple of Query
        One for each thing asked; a single one where the question asks one thing.
    """
    whole = understand(question, previous, cited)
    if whole.intent in _WHOLE or whole.score:
        return (whole,)
    parts = _parts(question, whole, previous, cited)
    return parts if _ask_different_things(parts, whole) else (whole,)


def _ask_different_things(parts: tuple[Query, ...], whole: Query) -> bool:
    """Whether the parts are questions of their own, and more than the whole asks."""
    intents = [part.intent for part in parts]
    asked = {(part.intent, part.measures, part.codes) for part in parts}
    if len(parts) == 1 or len(asked) < len(parts) or (_WHOLE | _NO_PART).intersection(intents):
        return False
    if not all(part.sure >= _SURE and _names_its_measurement(part) for part in parts):
        return False
    if Intent.GUIDELINE in intents:  # "the guideline on LBBB and infarction" is one question
        return intents.count(Intent.GUIDELINE) == 1 and intents[-1] is Intent.GUIDELINE
    names = {name for part in parts for name in part.measures}
    return set(intents) != {Intent.MEASUREMENT} or not names <= set(whole.measures)


def _names_its_measurement(part: Query) -> bool:
    """Whether a part is more than "how wide": a measurement that is only guessed is no part of its own."""
    return part.intent is not Intent.MEASUREMENT or bool(mentioned(part.text, part.words).measures)


def _parts(question: str, whole: Query, previous: Query | None, cited: tuple[str, ...]) -> tuple[Query, ...]:
    """Each part, the later ones as if asked after the first."""
    between = (
        _IN_LIST if len(question.split()) <= _SHORT and not re.search("lead|V[1-6]", question) else _BETWEEN
    )
    texts = [text for text in between.split(question.strip()) if text]
    if not 1 < len(texts) <= _MOST_PARTS:
        return (whole,)
    first = understand(texts[0], previous, cited)
    rest = [understand(text, first, cited) for text in texts[1:]]
    # "…, and is it long?" is answered by the value, "…, and is it regular?" is not.
    asks_more = LEANS_ON_TURN_BEFORE | {Intent.REGULARITY}
    own = [q for q in rest if q.intent in asks_more or not _LEANING.search(q.words)]
    return (first, *own)
