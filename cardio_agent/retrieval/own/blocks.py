"""The pieces of a document that are never cut across: a heading, a paragraph or list item, a table row.

Leaves: records that every reader of this folder gives, in reading order, and the cleaning of text
that came from a file. Does not read files.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["heading", "text", "row"]

CELL = " | "
_MOST_GROWTH = 3
_SPACES = re.compile(r"\s+")
# A record's id in square brackets and typographic quotation marks have a meaning in reports: text from
# a file must not be able to write them.
_OURS = str.maketrans({"[": "(", "]": ")", "“": '"', "”": '"', "„": '"'})


@dataclass(frozen=True)
class Block:
    """One piece; ``level`` is that of a heading, 1 the highest; ``page`` counts from 1."""

    kind: BlockKind
    text: str
    page: int | None = None
    level: int = 1


def clean(text: str) -> str:
    """One line of printable text without the marks that reports use.

    Control, format and unassigned characters go (zero-width ones and marks of writing direction hide
    words); what looks the same is written the same (NFKC).

    >>> clean("ST\\u200b elev\\u00adation  [MI-02]\\n")
    'ST elevation (MI-02)'
    """
    plain = unicodedata.normalize("NFKC", text)
    if len(plain) > _MOST_GROWTH * len(text):  # one Arabic ligature becomes eighteen letters
        plain = text
    shown = "".join(c for c in plain if c.isspace() or unicodedata.category(c)[0] != "C")
    return _SPACES.sub(" ", shown.translate(_OURS)).strip()
