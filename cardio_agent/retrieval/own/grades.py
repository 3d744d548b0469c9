"""Class of recommendation and level of evidence, where a text gives them.

Enters: a paragraph, list item or table row. Leaves: class and level as written there, or nothing.
Does not judge: a passage of a user's file is unchecked whatever it says of itself.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from cardio_agent.retrieval.corpus import CLASSES, LEVELS
from cardio_agent.retrieval.own.blocks import CELL


class Grade(NamedTuple):
    """Class and level in the society's own notation; empty where the text gives none."""

    class_of_recommendation: str = ""
    level_of_evidence: str = ""


_CLASS = r"(?P<cls>III|IIa|IIb|I|1|2a|2b|3)"
_LEVEL = r"(?P<lvl>B-NR|B-R|C-LD|C-EO|A|B|C)"
_END = r"(?![\w-])"
_BETWEEN = r"[\s,;:/|()-]{1,5}"
_GRADE_CLASS = r"(?:class of recommendation|COR)[\s:=|]{1,3}"
_ANY_CLASS = r"(?:class(?: of recommendation)?|COR)[\s:=|]{1,3}"
_NAMED_LEVEL = r"(?:level(?: of evidence)?|LOE|evidence)[\s:=|]{1,3}"
# "Class" alone does not make a grade: there are NYHA class III and class IC drugs.
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?i:{_ANY_CLASS}){_CLASS}{_END}{_BETWEEN}(?:and )?(?i:{_NAMED_LEVEL}){_LEVEL}{_END}",
        rf"(?i:{_ANY_CLASS}){_CLASS}{_BETWEEN}{_LEVEL}{_END}",
        rf"[(]{_CLASS}[\s,/]{{1,3}}{_LEVEL}[)]",
        rf"(?:^|\s){_CLASS}\s{{1,3}}{_LEVEL}\.?$",
        rf"(?i:{_GRADE_CLASS}){_CLASS}{_END}",
    )
)
_UNMISTAKABLE = ("IIa", "IIb", "2a", "2b")  # in a cell by itself; "I" may be a lead and "1" a number


@lru_cache(maxsize=16)  # a passage's grade is asked for several times in a row
def grade_of(text: str) -> Grade:
    """The class and level that one recommendation gives.

    Returns
    -------
    Grade
        Empty where there is none, or where a text gives several: then it is not one recommendation.

    >>> grade_of("Pacing is recommended in Mobitz II (class I, level C).")
    Grade(class_of_recommendation='I', level_of_evidence='C')
    >>> grade_of("CRT should be considered. | IIa | B")
    Grade(class_of_recommendation='IIa', level_of_evidence='B')
    >>> grade_of("Lead I and V1")
    Grade(class_of_recommendation='', level_of_evidence='')
    """
    cells = [cell.strip() for cell in text.split(CELL)]
    if len(cells) > 1:
        classes = [cell for cell in cells if cell in CLASSES]
        levels = [cell for cell in cells if cell in LEVELS]
        if len(classes) == 1 and (len(levels) == 1 or classes[0] in _UNMISTAKABLE):
            return Grade(classes[0], levels[0] if len(levels) == 1 else "")
    for pattern in _PATTERNS:
        found = {_grade(match) for match in pattern.finditer(text)}
        if found:
            return found.pop() if len(found) == 1 else Grade()
    return Grade()


def _grade(match: re.Match[str]) -> Grade:
    groups = match.groupdict()
    return Grade(groups["cls"], groups.get("lvl") or "")
