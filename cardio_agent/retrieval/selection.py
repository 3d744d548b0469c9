"""Which passages may be returned: by society, year, topic, class, and by what they rest on.

Enters: a selection and passages. Leaves: whether each is selected. Does not search or rank.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cardio_agent.errors import BadRequest
from cardio_agent.retrieval.corpus import CLASSES, Passage

# American class numerals as their European counterparts; what follows a colon names the kind of harm.
_ROMAN = {"1": "I", "2a": "IIa", "2b": "IIb", "3": "III"}


@dataclass(frozen=True)
class Selection:
    """Conditions that a passage must meet; what is empty or None asks for nothing.

    ``society`` is one name or several joined by a slash (``ACC/AHA``: all of them took part).
    ``class_of_recommendation`` may be written either way: ``IIa`` and ``2a`` are the same.
    Superseded statements are selected only where ``superseded`` says so.
    """

    society: str = ""
    topic: str = ""
    class_of_recommendation: str = ""
    year_from: int | None = None
    year_to: int | None = None
    unchecked: bool = True
    superseded: bool = False

    def accepts(self, passage: Passage) -> bool:
        """Whether a passage meets every condition; one without a year meets any condition on years."""
        return (
            (self.superseded or not passage.superseded_by)
            and (self.unchecked or passage.checked)
            and _societies(self.society) <= _societies(passage.society)
            and (not self.topic or passage.topic == self.topic)
            and self._has_class(passage)
            and (passage.year is None or (self.year_from or 0) <= passage.year <= (self.year_to or 9999))
        )

    def _has_class(self, passage: Passage) -> bool:
        asked = self.class_of_recommendation
        return not asked or roman_class(asked) == roman_class(passage.class_of_recommendation)


def check_selection(selection: Selection, passages: Sequence[Passage]) -> Selection:
    """The selection, if it names what exists.

    Raises
    ------
    BadRequest
        When its society, topic or class stands in no passage; the message lists those that do.
    """
    _known("topic", selection.topic, {p.topic for p in passages})
    _known("class", selection.class_of_recommendation, CLASSES)
    societies = {name for p in passages for name in _societies(p.society)}
    for name in sorted(_societies(selection.society) - societies):
        _known("society", name, societies)
    return selection


def roman_class(written: str) -> str:
    """A class of recommendation in Roman numerals, without the kind of harm.

    >>> roman_class("2a"), roman_class("3: harm"), roman_class("IIb")
    ('IIa', 'III', 'IIb')
    """
    plain = written.partition(":")[0]
    return _ROMAN.get(plain, plain)


def _societies(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[A-Z]{3,}", text.upper()))


def _known(what: str, value: str, known: Iterable[str]) -> None:
    if value and value not in known:
        raise BadRequest(f"no {what} '{value}' in the guidelines: choose one of {', '.join(sorted(known))}")
