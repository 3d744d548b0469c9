"""The kinds of question, and the words by which those are told that protect.

Enters: ``intents.toml``. Leaves: :class:`Intent`, and which of the protecting kinds a question is. Others
are understood by examples.
"""

import re
import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Intent(StrEnum):
    """What a question asks for."""

    EMERGENCY = "emergency"
    TREATMENT = "treatment"
    INSTRUCTION = "instruction"
    VERSION = "version"
    LIMITS_OF_TOOL = "limits of tool"
    CAPABILITIES = "capabilities"
    SCORE = "score"
    PATIENT_WORDS = "patient words"
    COMPARISON = "comparison"
    NOT_MEASURABLE = "not measurable"
    ALL_MEASUREMENTS = "all measurements"
    AGE_AND_SEX = "age and sex"
    SUMMARY = "summary"
    IMPORTANT = "important"
    VOLTAGE = "voltage"
    LIMITS_OF_NORMAL = "limits of normal"
    SOCIETIES = "societies"
    GUIDELINE = "guideline"
    MEANING = "meaning"
    AGAINST = "against"
    PROBABILITY = "probability"
    ATTENTION = "attention"
    WHERE = "where"
    WHY = "why"
    REGULARITY = "regularity"
    REVERSAL = "reversal"
    NOISE = "noise"
    DIAGNOSIS = "diagnosis"
    UNASSESSED = "unassessed"
    MEASUREMENT = "measurement"
    QUALITY = "quality"
    ABNORMAL = "abnormal"
    NORMAL = "normal"
    RHYTHM = "rhythm"
    PATIENT = "patient"
    RECORDING = "recording"
    LEADS = "leads"
    UNCLEAR = "unclear"
    UNKNOWN = "unknown"


# The kinds that rules tell before any example is looked at, in the order in which they are tried.
_PROTECTED = (Intent.EMERGENCY, Intent.TREATMENT, Intent.INSTRUCTION)


def protected(words: str) -> Intent | None:
    """The kind of a question that a rule tells, to protect a person or the rules; None for all others.

    Parameters
    ----------
    words : str
        In lower case, without typing errors.
    """
    return next((intent for intent, pattern in _table() if pattern.search(words)), None)


@cache
def _table() -> tuple[tuple[Intent, re.Pattern[str]], ...]:
    table = tomllib.loads((files(__package__) / "intents.toml").read_text(encoding="utf-8"))
    return tuple((intent, _compiled(table[intent], table["fragments"])) for intent in _PROTECTED)


def _compiled(patterns: list[str], fragments: dict[str, str]) -> re.Pattern[str]:
    text = "|".join(patterns)
    while found := re.search(r"(?<!\?)<(\w+)>", text):
        text = text.replace(found[0], fragments[found[1]])
    return re.compile(rf"(?<!\w)(?:{text})(?!\w)")
