"""The kinds of question, and the table of words by which they are told.

Enters: ``intents.toml``. Leaves: :class:`Intent` and the table's patterns, compiled. Understands no question.
"""

import re
import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal


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
    UNKNOWN = "unknown"


Place = Literal["before", "after"]


@cache
def word_table(place: Place) -> tuple[tuple[Intent, re.Pattern[str]], ...]:
    """Kinds with their patterns, in the order in which they are tried.

    Parameters
    ----------
    place : "before" or "after"
        Those asked before what a question names, or those asked when it names nothing.
    """
    table = tomllib.loads((files(__package__) / "intents.toml").read_text(encoding="utf-8"))
    return tuple(
        (Intent(row["kind"]), _compiled(row["patterns"], table["fragments"])) for row in table[place]
    )


def _compiled(patterns: list[str], fragments: dict[str, str]) -> re.Pattern[str]:
    text = "|".join(patterns)
    while found := re.search(r"(?<!\?)<(\w+)>", text):
        text = text.replace(found[0], fragments[found[1]])
    return re.compile(rf"(?<!\w)(?:{text})(?!\w)")
