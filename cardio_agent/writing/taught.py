"""The language that a writer of sheets was taught, as its runs of three words.

Enters: lines that the writer learnt from, or a line that it wrote. Leaves: whether each three neighbouring
words of that line were ever neighbours in what it learnt. A small model now and then slips into
words that make no claim and no sense; verification has nothing to hold against these, this has.
Slots count as one word whatever their name, and so do numbers in brackets.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cardio_agent.errors import WriterUnavailable

FILE_NAME = "taught.txt"

_WORD = re.compile(r"\{\d[a-z]\}|\[\d\]|[\w’'/-]+|[^\w\s]")
_EDGE = "|"


@dataclass(frozen=True)
class Taught:
    """Every run of three words in the lines that a writer learnt from."""

    runs: frozenset[str]

    @classmethod
    def of(cls, lines: Iterable[str]) -> "Taught":
        """The runs of some lines."""
        return cls(frozenset(run for line in set(lines) for run in _runs(line)))

    def save(self, folder: Path) -> None:
        """Write the file that :func:`load_taught` reads."""
        (folder / FILE_NAME).write_text("\n".join(sorted(self.runs)) + "\n", encoding="utf-8")

    def covers(self, line: str) -> bool:
        """Whether a line holds no run of three words that was never taught.

        >>> taught = Taught.of(["The rhythm is sinus at {1a}. [1]", "The rate is {2a}. [2]"])
        >>> taught.covers("The rhythm is sinus at {3a}. [3]"), taught.covers("The rate is sinus. [1]")
        (True, False)
        """
        return self.runs.issuperset(_runs(line))


@lru_cache(maxsize=2)
def load_taught(folder: Path) -> Taught:
    """The runs that lie beside a model; kept, as the model is.

    Raises
    ------
    WriterUnavailable
        When the file is missing or is no text.
    """
    path = folder / FILE_NAME
    try:
        return Taught(frozenset(path.read_text(encoding="utf-8").splitlines()))
    except (OSError, UnicodeDecodeError) as exc:
        raise WriterUnavailable(
            f"{path} cannot be read: a model that words sheets needs it; train or install it again"
        ) from exc


def _runs(line: str) -> set[str]:
    words = [_EDGE, *(_word(match[0]) for match in _WORD.finditer(line)), _EDGE]
    return {" ".join(words[k : k + 3]) for k in range(len(words) - 2)}


def _word(text: str) -> str:
    if text[0] in "{[":
        return "{}" if text[0] == "{" else "[]"
    return text.casefold()
