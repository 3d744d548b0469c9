"""Text into words, numbers and marks.

Enters: text. Leaves: tokens, spelled in one way: lower case, British, hyphens between words as
spaces, dashes between numbers or leads as "to". Knows no meaning.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from cardio_agent.leads import LEADS
from cardio_agent.verification.lexicon import load_table

Phrase = tuple[str, ...]
_TOKEN = re.compile(
    r"\d{4}-\d{2}-\d{2}"
    r"|\d+(?:st|nd|rd|th)\b"
    r"|\d+(?:\.\d+)?"
    r"|[PQRST](?=(?:V[1-6]|aV[RLF])\b)"  # "RV5" is R in V5
    r"|[^\W\d_][\w]*(?:['’](?:t|s)\b)?"
    r"|>=|<=|[^\w\s]"
)
_MARKS = str.maketrans({"−": "-", "‑": "-", "‐": "-", "–": "–", "_": " "})
LEAD_BY_LOWER = {lead.lower(): lead for lead in LEADS if lead[0] in "aV"}
ROMAN_LEADS = ("I", "II", "III")


@cache
def _spellings() -> dict[str, object]:
    """Other spellings of a word, to the one that the tables use."""
    return load_table("terms.toml")["spelling"]


class Token(NamedTuple):
    """A word, number or mark; ``joined`` when no space stands before it."""

    text: str
    word: str
    joined: bool
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Words, numbers and marks of a text; a hyphen between words is a space.

    >>> [t.word for t in tokens("T-wave inversion of −0.3 mV in V2–V4")]
    ['t', 'wave', 'inversion', 'of', '-0.3', 'mv', 'in', 'v2', 'to', 'v4']
    """
    found: list[Token] = []
    text = text.translate(_MARKS)
    end = -1
    for match in _TOKEN.finditer(text):
        raw, start, joined = match[0], match.start(), match.start() == end
        end = match.end()
        previous = found[-1].word if found else ""
        follows = text[end : end + 1]
        if raw in "-–" and joined and (previous[-1:].isalnum() or previous in ("°", "%")) and follows.strip():
            if _joins_range(previous, text[end:]):
                found.append(Token("–", "to", True, start, end))
            continue
        if raw[0].isdigit() and found and found[-1].word in ("-", "+") and joined and _is_sign(found):
            sign = found.pop()
            raw, start = raw if sign.word == "+" else f"-{raw}", sign.start
        word = raw.lower().removesuffix("'s").removesuffix("’s")
        found.append(Token(raw, str(_spellings().get(word, word)), joined, start, end))
    return found


def _joins_range(previous: str, rest: str) -> bool:
    """Whether a dash joins two numbers or two leads, rather than two words."""
    starts_number = rest[0].isdigit()
    is_lead = previous in LEAD_BY_LOWER or previous in ("i", "ii")
    ends_number = previous[-1].isdigit() or previous in ("°", "%")
    following = re.match(r"[A-Za-z]*\d?", rest)
    name = following[0] if following else ""
    to_lead = name.lower() in LEAD_BY_LOWER or name in ROMAN_LEADS
    return (starts_number and (ends_number or is_lead)) or (is_lead and to_lead)


def _is_sign(found: Sequence[Token]) -> bool:
    """A dash or plus before a number is its sign unless a number stands before it."""
    return not found[-1].joined or len(found) < 2 or not found[-2].word[-1:].isalnum()


def plurals(phrase: Phrase) -> Iterator[Phrase]:
    """A phrase and its plural."""
    yield phrase
    last = phrase[-1]
    if last.isalpha() and len(last) > 1 and not last.endswith("s"):
        if last.endswith("y") and last[-2] not in "aeiou":
            yield (*phrase[:-1], f"{last[:-1]}ies")
        yield (*phrase[:-1], f"{last}es" if last.endswith("x") else f"{last}s")


@lru_cache(maxsize=8192)
def phrase_of(form: str) -> Phrase:
    """A form as its words."""
    return tuple(token.word for token in tokens(form))


def stem(word: str) -> str:
    """A word without its regular ending, so that "acquiring" counts as "acquire", "preferred" as "prefer"."""
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            root = word.removesuffix(ending)
            is_doubled = ending in ("ing", "ed") and root[-1] == root[-2] and root[-1] not in "ls"
            return root[:-1] if is_doubled else root
    return word
