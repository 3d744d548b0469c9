"""A question as it is compared: one kind of letters, and known words without typing errors.

Enters: a question as typed. Leaves: the same with invisible and look-alike characters made plain, and with
words that are one or two letters off a word of the field put right. Understands nothing; only the
understanding of a question rests on it, never the check of a sentence.
"""

import re
import unicodedata
from functools import cache
from importlib.resources import files

# Letters of other scripts that look like Latin ones: text must not be able to hide by them.
_LOOK_ALIKES = str.maketrans("аеорсхуіјѕвнкмт", "aeopcxyijsbhkmt")
_PLAIN_MARKS = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "−": "-"})

_SHORTEST = 5  # letters: shorter words differ from too many others by one letter
_LONG = 9  # letters from which two slips are forgiven
# Words of everyday use that stand near one of the field and mean themselves.
_ORDINARY = frozenset({"formal", "patent", "patients", "causes", "clauses", "lateral", "quantity", "society"})
_LETTERS = re.compile(r"[a-z]+")


def plain_text(question: str) -> str:
    """The question in plain letters: no invisible characters, no look-alikes, straight quotation marks.

    >>> plain_text("Q\u200bTс ‘long’?")
    "QTc 'long'?"
    """
    text = "".join(c for c in unicodedata.normalize("NFKC", question) if unicodedata.category(c) != "Cf")
    mixed = re.search("[a-z]", text, re.IGNORECASE) is not None
    return (text.translate(_LOOK_ALIKES) if mixed else text).translate(_PLAIN_MARKS)


@cache
def _words() -> frozenset[str]:
    lines = (files(__package__) / "words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def corrected(question: str) -> str:
    """The question in lower case, with misspelt words of the field put right.

    >>> corrected("Is the rythm reguler?")
    'is the rhythm regular?'
    """
    return _LETTERS.sub(lambda word: _known(word[0]), question.lower())


def _known(word: str) -> str:
    if len(word) < _SHORTEST or word in _words() or word in _ORDINARY or word.rstrip("s") in _words():
        return word
    allowed = 2 if len(word) >= _LONG else 1
    near = sorted((slips, known) for known in _words() if (slips := _slips(word, known, allowed)) <= allowed)
    if not near or (len(near) > 1 and near[0][0] == near[1][0]):
        return word
    return near[0][1]


def _slips(word: str, known: str, most: int) -> int:
    """Letters inserted, left out, exchanged or swapped with their neighbour; above ``most`` not exact."""
    if abs(len(word) - len(known)) > most or word[0] != known[0]:
        return most + 1
    before: list[int] = []
    row = list(range(len(known) + 1))
    for i, letter in enumerate(word, start=1):
        older, before, row = before, row, [i]
        for j, other in enumerate(known, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == known[j - 2] and word[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
