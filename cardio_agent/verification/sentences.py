"""Text into sentences, and the ids cited in square brackets out of them.

Enters: text as a writer or a person wrote it. Leaves: sentences without brackets, each with its
ids. Does not look at what is said.
"""

import re
from typing import NamedTuple

_ABBREVIATIONS = frozenset(
    [
        "e.g",
        "i.e",
        "vs",
        "cf",
        "approx",
        "ca",
        "etc",
        "al",
        "fig",
        "dr",
        "mr",
        "mrs",
        "st",
        "resp",
        "incl",
        "max",
        "min",
        "no",
        "nr",
        "sec",
        "msec",
        "yr",
        "yrs",
        "prob",
        "poss",
        "susp",
        "inf",
        "ant",
        "lat",
        "prev",
        "neg",
        "pos",
        "tach",
        "brady",
    ]
)
_BRACKET = re.compile(r"\[([^\[\]]*)\]")
_CANDIDATE = re.compile(r"[.!?]+(?:[”\")]*)(?:\s*\[[^\[\]]*\])*(?=\s|$)")
_SENTENCE_START = re.compile(r"\s*(?:[A-Z0-9“\"(\[]|aV[RLF]\b|$)")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_ANSWER_WORD = re.compile(r"^(?:yes|no)[.!]$", re.IGNORECASE)


class CitedText(NamedTuple):
    """A sentence without its brackets, and the ids that stood in them, in order."""

    text: str
    cites: tuple[str, ...]


def split_sentences(text: str) -> list[str]:
    """Sentences of a text, brackets included.

    A full stop ends a sentence unless it belongs to a number or an abbreviation, or stands within
    “quotation marks” or parentheses. Ids that follow the full stop belong to the sentence before
    it. A lone "Yes." or "No." stays with the sentence that it opens. A line ends its sentence.

    >>> split_sentences("PR is 0.18 s, e.g. in V1–V3. QRS is 92 ms. [m-qrs_ms] aVL is flat.")
    ['PR is 0.18 s, e.g. in V1–V3.', 'QRS is 92 ms. [m-qrs_ms]', 'aVL is flat.']
    """
    sentences: list[str] = []
    for line in text.splitlines():
        sentences += _split_line(_BULLET.sub("", line).strip())
    return sentences


def cited_sentences(text: str) -> list[CitedText]:
    """Sentences of a text, their ids taken out.

    >>> cited_sentences("There is no LBBB [s-CLBBB, m-qrs_ms].")
    [CitedText(text='There is no LBBB.', cites=('s-CLBBB', 'm-qrs_ms'))]
    """
    return [_take_ids(sentence) for sentence in split_sentences(text)]


def _split_line(line: str) -> list[str]:
    parts: list[str] = []
    start = 0
    for match in _CANDIDATE.finditer(line):
        if _ends_sentence(line, start, match):
            parts.append(line[start : match.end()].strip())
            start = match.end()
    parts.append(line[start:].strip())
    return _joined_answers([part for part in parts if part])


def _ends_sentence(line: str, start: int, match: re.Match[str]) -> bool:
    before = line[start : match.start()]
    if _is_open(before, "“", "”") and "”" not in match[0]:
        return False
    if _is_open(before, "(", ")") and ")" not in match[0]:
        return False
    if not _SENTENCE_START.match(line, match.end()):
        return False
    last = before.rsplit(maxsplit=1)[-1].lstrip('(“"').lower() if before.strip() else ""
    if last in ("no", "nr"):
        return not re.match(r"\s*\d", line[match.end() :])
    return match[0][0] != "." or last not in _ABBREVIATIONS


def _is_open(text: str, opening: str, closing: str) -> bool:
    return text.count(opening) > text.count(closing)


def _joined_answers(parts: list[str]) -> list[str]:
    """'No.' and 'There is no LBBB.' as one sentence."""
    joined: list[str] = []
    for part in parts:
        if joined and _ANSWER_WORD.match(joined[-1]):
            joined[-1] = f"{joined[-1]} {part}"
        else:
            joined.append(part)
    return joined


def _take_ids(sentence: str) -> CitedText:
    ids = [id.strip() for group in _BRACKET.findall(sentence) for id in re.split(r"[,;]|\s+", group)]
    bare = re.sub(r"\s+", " ", _BRACKET.sub(" ", sentence)).strip()
    bare = re.sub(r"\s+([.,;:!?)])", r"\1", bare)
    return CitedText(bare, tuple(dict.fromkeys(id for id in ids if id)))
