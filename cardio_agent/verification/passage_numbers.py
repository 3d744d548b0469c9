"""Numbers of a guideline sentence: each stays with the words and the sex that it stands with in the passage.

Enters: the clauses of a sentence and a passage. Leaves: objections. Whether a number stands in the passage
at all is asked elsewhere.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from cardio_agent.schema import Evidence
from cardio_agent.verification.atoms import Atom, neutral_words
from cardio_agent.verification.clauses import Clause
from cardio_agent.verification.context import Outcome, contradicted
from cardio_agent.verification.recognition import recognise
from cardio_agent.verification.tokens import phrase_of, stem

_SHORT = 4  # letters of the words that join others ("the", "of", "for")


def same_values(known: Atom, written: Atom) -> bool:
    """Whether a number of a passage, or an end of its range, is the number written."""
    ends = (known.value, known.high)
    is_end = written.high is None and written.value in ends
    if ends != (written.value, written.high) and not is_end:
        return False
    units = {known.unit, written.unit} - {""}
    return len(units) <= 1


def misplaced_numbers(clauses: Sequence[Clause], passage: Evidence) -> Iterator[Outcome]:
    """A passage with several numbers of one unit: each must stay with the words it stands with there."""
    atoms = [atom for clause in clauses for atom in clause]
    if any(atom.kind == "quote" for atom in atoms):
        return
    numbers = [atom for atom in atoms if atom.kind == "number" and atom.unit]
    words = {stem(word) for atom in atoms for word in phrase_of(atom.text)} | _sides(atoms)
    for number in numbers:
        rivals = [part for part in _parts(passage) if any(n.unit == number.unit for n in part.numbers)]
        own = [part for part in rivals if any(same_values(n, number) for n in part.numbers)]
        others = [part for part in rivals if part not in own]
        told = frozenset().union(*(part.words for part in own))
        for part in others if own else ():
            strange = (part.words & words) - told
            if any(len(word) > _SHORT for word in strange) and not any(
                same_values(n, other) for n in part.numbers for other in numbers
            ):
                yield contradicted(f"“{number.text}” stands with other words in [{passage.id}].")


def exchanged_numbers(clauses: Sequence[Clause], passage: Evidence) -> Iterator[Outcome]:
    """Two numbers of one unit that have changed places: each keeps the words of its own stretch."""
    atoms = [atom for clause in clauses for atom in clause]
    if any(atom.kind == "quote" for atom in atoms):
        return
    for stretch in _stretches(atoms):
        words = {stem(word) for atom in stretch for word in phrase_of(atom.text)}
        words = {word for word in words - _neutral_stems() if len(word) > _SHORT}
        for number in (atom for atom in stretch if atom.kind == "number" and atom.unit):
            rivals = [part for part in _parts(passage) if any(n.unit == number.unit for n in part.numbers)]
            own = [part for part in rivals if any(same_values(n, number) for n in part.numbers)]
            told = frozenset().union(*(part.words for part in own))
            others = frozenset().union(*(part.words for part in rivals if part not in own))
            if own and words & (others - told) and not words & (told - others):
                yield contradicted(f"“{number.text}” stands with other words in [{passage.id}].")


@cache
def _neutral_stems() -> frozenset[str]:
    return frozenset(map(stem, neutral_words()))


def _stretches(atoms: Sequence[Atom]) -> Iterator[Sequence[Atom]]:
    """What stands between commas, "and", "with" and the like."""
    start = 0
    for at, atom in enumerate(atoms):
        if atom.kind == "break":
            yield atoms[start:at]
            start = at + 1
    yield atoms[start:]


def numbers_of_other_sex(clauses: Sequence[Clause], passage: Evidence) -> Iterator[Outcome]:
    """A limit for men has to stay with the men."""
    known = _known_sexes(passage)
    for number, sexes in _sexes([atom for clause in clauses for atom in clause]).items():
        if number in known and not sexes & known[number]:
            yield contradicted(f"[{passage.id}] gives {number} for the other sex.")


@cache
def _known_sexes(passage: Evidence) -> dict[Decimal, set[str]]:
    return _sexes(recognise(passage.text))


def _sexes(atoms: Sequence[Atom]) -> dict[Decimal, set[str]]:
    """The sexes that numbers are given for: each sex the number right before it, or right after it."""
    order = [atom for atom in atoms if atom.kind == "sex" or (atom.kind == "number" and atom.unit)]
    found: dict[Decimal, set[str]] = {}
    step = 1 if order and order[0].kind == "sex" else -1
    for k, atom in enumerate(order):
        other = order[k + step] if atom.kind == "sex" and 0 <= k + step < len(order) else None
        if other is not None and other.kind == "number" and other.value is not None:
            found.setdefault(other.value, set()).add(atom.key)
    return found


def _sides(atoms: Sequence[Atom]) -> frozenset[str]:
    """Ages and the like with their side, as one word: "40 at_least"."""
    bare = [atom for atom in atoms if atom.kind == "number" and not atom.unit and atom.comparison]
    return frozenset(f"{atom.value} {atom.comparison}" for atom in bare)


class _Part(NamedTuple):
    """A stretch of a passage between commas or stops."""

    words: frozenset[str]
    numbers: tuple[Atom, ...]


@cache
def _parts(passage: Evidence) -> tuple[_Part, ...]:
    texts = re.split(r"[;:,.]\s|\band\b", passage.text)
    return tuple(
        _Part(
            frozenset(stem(word) for word in phrase_of(text)) | _sides(recognise(text)),
            tuple(atom for atom in recognise(text) if atom.kind == "number" and atom.unit),
        )
        for text in texts
    )
