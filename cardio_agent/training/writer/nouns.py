"""Findings as nouns: certainty, name and place taken apart, and put together with article and number.

Enters: a plain sentence or clause on a finding, or a name from the tables. Leaves: its parts, or words.
Does not choose between names.
"""

import re
from collections.abc import Mapping
from random import Random
from typing import NamedTuple

from cardio_agent.schema import Certainty

_ADJECTIVES: Mapping[Certainty, tuple[str, ...]] = {
    "definite": ("",),
    "probable": ("probable ", "probable ", "likely "),
    "possible": ("possible ",),
}
_SURENESS: Mapping[Certainty, int] = {"definite": 3, "probable": 2, "possible": 1}
_HEDGED = re.compile(r"^(?:(Probable|Possible) )?(.+?)( in \{\d[a-z]\})?$", re.IGNORECASE)
_ARTICLED = re.compile(r"^(an? )?(.+)$")
_AFTER_HEAD = re.compile(r" (?:of|in|with|at|for|without|met|by) ")
_PROPER_NAMES = ("Wellens", "Brugada", "Sgarbossa", "Cornell")


class Finding(NamedTuple):
    """A finding as the plain writer says it: ``place`` is " in {1a}" or nothing."""

    certainty: Certainty
    name: str
    place: str

    def may_follow(self, other: "Finding") -> bool:
        """Whether it can close a list that ``other`` opens: no surer, and placed only if ``other`` is.

        "Possible LVH and LBBB" would make LBBB possible, "LVH and Q waves in V1" place LVH in V1.
        """
        is_no_surer = _SURENESS[self.certainty] <= _SURENESS[other.certainty]
        return is_no_surer and bool(self.place) == bool(other.place)


class Noun(NamedTuple):
    """A name with the article that it takes, if any, and the verb that it goes with."""

    article: str
    bare: str
    verb: str

    @property
    def articled(self) -> str:
        """As within a sentence: "a short PR interval"."""
        return self.article + self.bare


def finding_of(text: str) -> Finding:
    """The parts of a clause on a finding; the name as it stands within a sentence.

    >>> finding_of("Probable T-wave inversion in {1a}")
    Finding(certainty='probable', name='T-wave inversion', place=' in {1a}')
    """
    match = _HEDGED.match(text)
    assert match is not None  # any line matches
    certainty: Certainty = (match[1] or "definite").lower()  # type: ignore[assignment]
    return Finding(certainty, uncapitalised(match[2]), match[3] or "")


def uncapitalised(text: str) -> str:
    """The text as it stands within a sentence: abbreviations and proper names keep their capital.

    >>> uncapitalised("Sinus rhythm"), uncapitalised("ST depression"), uncapitalised("Brugada type 1 pattern")
    ('sinus rhythm', 'ST depression', 'Brugada type 1 pattern')
    """
    first = text.split(" ", maxsplit=1)[0]
    is_word = first[1:].islower() and first[1] != "-" and first not in _PROPER_NAMES
    return text[:1].lower() + text[1:] if is_word else text


def noun_of(name: str) -> Noun:
    """A name of the tables with its article and its verb.

    >>> noun_of("a short PR interval").verb, noun_of("ST–T changes in inferior leads").verb
    ('is', 'are')
    """
    match = _ARTICLED.match(name)
    assert match is not None  # any name matches
    head = _AFTER_HEAD.split(match[2])[0]
    is_plural = head.endswith("s") and not head.endswith(("ss", "sis", "us", "Wellens"))
    return Noun(match[1] or "", match[2], "are" if is_plural else "is")


def hedged_noun(name: str, certainty: Certainty, random: Random, *, article: bool = True) -> str:
    """A name with its certainty: "a probable inferior myocardial infarction"."""
    noun = noun_of(name)
    if certainty == "definite":
        return noun.articled if article else noun.bare
    before = "a " if article and noun.article else ""
    return before + random.choice(_ADJECTIVES[certainty]) + noun.bare
