"""A question as numbers: its meaning, its letters and what it names.

Enters: a question and, for its meaning, a function that makes unit vectors of texts. Leaves: a row of
features. Leads stand as one lead, and the meaning is taken twice: as asked, and with "the finding" in the
place of each diagnosis. Decides nothing.
"""

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cardio_agent.chat.spelling import corrected, plain_text
from cardio_agent.chat.vocabulary import MEASURES, Mentioned, mentioned, without_diagnoses

N_HASHED = 2048  # columns that the groups of letters share
_GROUP_LENGTHS = (3, 4, 5)  # letters
_NAMED_WEIGHT = 0.2  # of "names a lead" beside the unit vectors of meaning and letters
_LEAD = re.compile(r"\b(?:leads? )?(?:v ?[1-6]|av[rlf]|(?<=lead )(?:i{1,3}|[123])|iii|ii)\b")
_THE_LEAD = "lead v1"
_THE_FINDING = "the finding"
_NOT_WORD = re.compile(r"[^a-z0-9+{}]+")
_MEASURED = tuple(dict.fromkeys(name for _, names in MEASURES for name in names))
_CODES = ("PACE", "PVC", "PAC")  # diagnoses that have kinds of their own


@dataclass(frozen=True)
class Wording:
    """A question as it is compared: ``words`` in lower case without typing errors, and what it names."""

    words: str
    named: Mentioned

    @classmethod
    def of(cls, question: str) -> "Wording":
        """A question as typed."""
        text = plain_text(question)
        words = corrected(text)
        return cls(words, mentioned(text, words))


def letter_features(wordings: Sequence[Wording]) -> np.ndarray:
    """(n, m) features that need no embedding model: groups of letters, and what is named."""
    return np.array([[*_letters(wording), *_named(wording)] for wording in wordings], dtype=np.float32)


def meaning_features(
    wordings: Sequence[Wording], embed: Callable[[list[str]], list[list[float]]]
) -> np.ndarray:
    """(n, m) sentence embeddings, as asked and without diagnoses."""
    asked = [_one_lead(wording.words) for wording in wordings]
    without = [without_diagnoses(text, _THE_FINDING) for text in asked]
    vectors = np.array(embed([*asked, *without]), dtype=np.float32)
    return np.hstack([vectors[: len(asked)], vectors[len(asked) :]])


def _one_lead(words: str) -> str:
    """A question with one lead in the place of any: "is the st up in avf" asks it of lead V1."""
    return _LEAD.sub(_THE_LEAD, words)


def _letters(wording: Wording) -> np.ndarray:
    """Unit vector of the groups of letters, each in a column by its checksum."""
    row = np.zeros(N_HASHED, dtype=np.float32)
    for group in _groups(f" {_NOT_WORD.sub(' ', _one_lead(wording.words)).strip()} "):
        checksum = zlib.crc32(group.encode())
        row[checksum % N_HASHED] += 1 if checksum >> 20 & 1 else -1
    row = np.sign(row) * np.log1p(np.abs(row))
    return row / max(float(np.linalg.norm(row)), 1.0)


def _groups(text: str) -> Iterator[str]:
    for length in _GROUP_LENGTHS:
        yield from (text[start : start + length] for start in range(len(text) - length + 1))


def _named(wording: Wording) -> np.ndarray:
    measures, codes, leads = wording.named
    flags = [bool(measures), bool(codes), bool(leads), len(leads) > 1]
    flags += [name in measures for name in _MEASURED] + [code in codes for code in _CODES]
    return _NAMED_WEIGHT * np.array(flags, dtype=np.float32)
