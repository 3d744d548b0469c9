"""Numbers of a sentence, in digits or in words, with their units, comparisons and ranges.

Enters: tokens, then atoms. Leaves: number atoms, and neighbouring leads as one group. Compares nothing.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from cardio_agent.verification.atoms import Atom, units
from cardio_agent.verification.tokens import Token

_LONGEST = 12  # tokens of a number in words with its unit
_SIGNS = ("minus", "plus")
_DIMENSIONS = ("long", "wide", "broad")  # after a value they tell of its kind, they do not judge it
ROUNDED = "rounded"  # key of a number after one of these
_ROUNDING = ("about", "around", "approximately", "roughly", "circa", "~", "≈")
_P_NAMES = {"ms": "p_ms", "s": "p_ms", "mV": "p_mv", "mm": "p_mv"}
_LIMIT_WORDS = (
    "upper limit",
    "lower limit",
    "upper limit of normal",
    "lower limit of normal",
    "the",
    "a",
    "limit",
    "of",
    "upper",
    "lower",
    "normal",
    "value",
    "cut-point",
    "cut point",
    "cut-off",
    "cutoff",
    "mark",
)


_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SPELLED = {word: k for k, word in enumerate(_ONES)} | {word: 10 * k for k, word in enumerate(_TENS, 2)}
_DIGITS = re.compile(r"[-+]?\d+(?:\.\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def number_atom(spoken: Sequence[Token], at: int) -> tuple[Atom, int] | None:
    """A number with its unit, and how many tokens it takes; one in words counts only with a unit."""
    words = [token.word for token in spoken[at : at + _LONGEST]]
    if _DATE.fullmatch(words[0]):
        return Atom("date", "", words[0]), 1
    if words[0] in ("12", "twelve") and words[1:2] in (["lead"], ["leads"]):
        return Atom("word", "", "12 lead"), 2
    is_signed = words[0] in _SIGNS
    number = _number(words[is_signed:])
    if number is None:
        return None
    value, used = number
    used += is_signed
    unit, n_unit = _unit(words[used:])
    if not (unit or _DIGITS.fullmatch(words[used - 1])):
        return (Atom("count", "", str(value), value), used) if value > 2 else None
    return Atom("number", "", value=-value if words[0] == "minus" else value, unit=unit), used + n_unit


def _number(words: Sequence[str]) -> tuple[Decimal, int] | None:
    """The number that words begin with, and how many of them it takes.

    >>> _number(["one", "hundred", "and", "five", "beats"]), _number(["0.5"]), _number(["half", "a", "mm"])
    ((Decimal('105'), 4), (Decimal('0.5'), 1), (Decimal('0.5'), 2))
    """
    if words and _DIGITS.fullmatch(words[0]):
        return Decimal(words[0]), 1
    if words[:2] == ["half", "a"]:
        return Decimal("0.5"), 2
    whole, used = _whole(words)
    if not used:
        return None
    if words[used : used + 3] == ["and", "a", "half"]:
        return whole + Decimal("0.5"), used + 3
    if words[used : used + 1] == ["point"]:
        tail = list(itertools.takewhile(lambda word: _SPELLED.get(word, 10) < 10, words[used + 1 :]))
        digits = "".join(str(_SPELLED[word]) for word in tail)
        return Decimal(f"{whole}.{digits}"), used + 1 + len(tail)
    return whole, used


def _whole(words: Sequence[str]) -> tuple[Decimal, int]:
    """A whole number below one thousand in words, and how many of them it takes."""
    tens, used = _below_hundred(words)
    if words[used : used + 1] != ["hundred"] or not used:
        return Decimal(tens), used
    used += 1
    skip = words[used : used + 1] == ["and"]
    rest, n_rest = _below_hundred(words[used + skip :])
    return Decimal(100 * tens + rest), used + (skip + n_rest if n_rest else 0)


def _below_hundred(words: Sequence[str]) -> tuple[int, int]:
    first = _SPELLED.get(words[0]) if words else None
    if first is None:
        return 0, 0
    second = _SPELLED.get(words[1], 0) if len(words) > 1 else 0
    return (first + second, 2) if first >= 20 and 0 < second < 10 else (first, 1)


def _unit(words: Sequence[str]) -> tuple[str, int]:
    """The unit that words begin with, and how many of them it takes."""
    for phrase, unit in units():
        if tuple(words[: len(phrase)]) == phrase:
            return unit, len(phrase)
    return "", 0


def assembled(atoms: Sequence[Atom]) -> list[Atom]:
    """Numbers with their comparison words and ranges; neighbouring leads as one group."""
    out: list[Atom] = []
    for atom in atoms:
        if atom.kind == "number" and out and out[-1].text.lower() in _ROUNDING:
            atom = replace(atom, key=ROUNDED)
        if atom.kind == "comparison" and atom.key.endswith("_after") and out and out[-1].kind == "number":
            out[-1] = replace(out[-1], comparison=atom.key.removesuffix("_after"))
        elif _is_dimension(atom) and out and out[-1].unit:
            out[-1] = replace(out[-1], key="depth" if atom.key in ("depth", "deep") else "")
        elif atom.kind == "number" and out and out[-1].text.lower() in ("up", "down"):
            out[-1:] = [replace(out[-1], kind="change", key=out[-1].text.lower()), atom]
        elif atom.kind == "number" and _range_start(out, atom) is not None:
            _close_range(out, atom)
        elif atom.kind == "number" and _exceeds_by(out, atom):
            beyond = out[-2].value or Decimal(0)
            step = atom.value or Decimal(0)
            out[-1:] = [
                replace(atom, value=beyond + step if out[-2].comparison == "above" else beyond - step)
            ]
        elif atom.kind == "number" and (cue := _comparison_place(out, atom)) is not None:
            out[cue:] = [
                replace(
                    atom, comparison=_side(out[cue], atom), text=" ".join(a.text for a in [*out[cue:], atom])
                )
            ]
        elif atom.kind == "number" and out and out[-1].kind == "comparison":
            out[-1] = replace(atom, comparison=_side(out[-1], atom), text=f"{out[-1].text} {atom.text}")
        elif atom.kind == "leads" and len(out) > 1 and out[-1].text in ",/and&or" and out[-2].kind == "leads":
            out[-2:] = [replace(out[-2], leads=out[-2].leads + atom.leads)]
        elif (
            atom.kind == "leads"
            and len(out) > 2
            and out[-1].text == "and"
            and out[-2].text == ","
            and out[-3].kind == "leads"
        ):
            out[-3:] = [replace(out[-3], leads=out[-3].leads + atom.leads)]
        else:
            out.append(atom)
    return _with_p_waves(_with_distances([_lonely(atom) for atom in out]))


def _side(cue: Atom, number: Atom) -> str:
    """What a comparison means before a number: "beyond −30°" is further from nought, so below it."""
    is_beyond = cue.text.lower() in ("beyond", "past") and number.value is not None and number.value < 0
    return "below" if is_beyond else cue.key


def _is_dimension(atom: Atom) -> bool:
    """ "High", "deep" or "wide" after a value."""
    return atom.kind == "dimension" or atom.key in ("deep", "tall") or atom.text.lower() in _DIMENSIONS


def _exceeds_by(out: Sequence[Atom], number: Atom) -> bool:
    """ "Exceeds 120 ms by 20 ms": the second number tells how far beyond the first the value lies."""
    if len(out) < 2 or out[-1].text.lower() != "by" or out[-2].kind != "number":
        return False
    return out[-2].comparison in ("above", "below") and out[-2].unit == number.unit != ""


def _with_distances(atoms: list[Atom]) -> list[Atom]:
    """ "40 ms above 200 ms" is 240 ms, and above 200 ms."""
    for k, (atom, limit) in enumerate(itertools.pairwise(atoms)):
        is_side = limit.comparison in ("above", "below") and limit.text[0].isalpha()
        if (
            atom.value is None
            or limit.value is None
            or not is_side
            or atom.comparison
            or atom.high is not None
        ):
            continue
        if atom.kind == limit.kind == "number" and atom.unit == limit.unit:
            step = atom.value if limit.comparison == "above" else -atom.value
            atoms[k] = replace(atom, value=limit.value + step)
    return atoms


def _with_p_waves(atoms: list[Atom]) -> list[Atom]:
    """ "P 94 ms": with a unit of time or voltage a P is the wave, not a probability."""
    for k, (atom, following) in enumerate(itertools.pairwise(atoms)):
        if atom.text == "P" and following.unit in _P_NAMES:
            atoms[k] = replace(atom, kind="quantity", key=_P_NAMES[following.unit])
    return atoms


def _comparison_place(out: Sequence[Atom], number: Atom) -> int | None:
    """Where "below" stands in "below the upper limit of 460 ms"."""
    # The threshold of a probability is no limit.
    words = _LIMIT_WORDS if number.unit in ("", "percent") else (*_LIMIT_WORDS, "threshold")
    at = len(out) - 1
    while at >= 0 and out[at].text.lower() in words:
        at -= 1
    is_cue = 0 <= at < len(out) - 1 and out[at].kind == "comparison" and out[at].key in ("above", "below")
    return at if is_cue else None


def _range_start(out: Sequence[Atom], number: Atom) -> int | None:
    """Index of the number that "to" or "between … and" ties to the next one."""
    if len(out) >= 2 and out[-2].unit not in ("", number.unit) and number.unit:
        return None  # "128 s to 152 ms"
    is_amount = len(out) >= 3 and out[-3].text.lower().split()[-1:] == ["by"]  # "by 54 ms to 148 ms"
    if len(out) >= 2 and out[-2].kind == "number" and out[-2].high is None and not is_amount:
        if out[-1].text in ("–", "-", "to"):
            return len(out) - 2
        if out[-1].text == "and" and out[-2].comparison == "between":
            return len(out) - 2
    return None


def _close_range(out: list[Atom], last: Atom) -> None:
    first = out[-2]
    joined = f"{first.text} {out[-1].text} {last.text}"
    out[-2:] = [
        replace(first, high=last.value, unit=last.unit or first.unit, comparison="between", text=joined)
    ]


def _lonely(atom: Atom) -> Atom:
    """A comparison without a number: "longer than before" tells of change, "of" tells nothing."""
    if atom.kind == "dimension":
        return replace(atom, kind="modifier")
    if atom.kind != "comparison":
        return atom
    if atom.key in ("above", "below") and not atom.text.lower().startswith("exceed"):
        return replace(atom, kind="change", key="up" if atom.key == "above" else "down")
    if atom.key == "largest":
        return replace(atom, kind="superlative")
    says_nothing = atom.key in ("equal", "between") or atom.text.lower().startswith("exceed")
    return replace(atom, kind="word" if says_nothing else "modifier")
