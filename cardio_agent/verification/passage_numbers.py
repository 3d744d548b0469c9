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
from cardio_agent.verification.atoms import Atom
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
    words = {stem(word) for atom in atoms for word in phrase_of(atom.text)}
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


def numbers_of_other_sex(clauses: Sequence[Clause], passage: Evidence) -> Iterator[Outcome]:
    """A limit for men has to stay with the men."""
    known = _sexes(recognise(passage.text))
    for number, sexes in _sexes([atom for clause in clauses for atom in clause]).items():
        if number in known and not sexes & known[number]:
            yield contradicted(f"[{passage.id}] gives {number} for the other sex.")


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


class _Part(NamedTuple):
    """A stretch of a passage between commas or stops."""

    words: frozenset[str]
    numbers: tuple[Atom, ...]


@cache
def _parts(passage: Evidence) -> tuple[_Part, ...]:
    texts = re.split(r"[;:,.]\s", passage.text)
    return tuple(
        _Part(
            frozenset(stem(word) for word in phrase_of(text)),
            tuple(atom for atom in recognise(text) if atom.kind == "number" and atom.unit),
        )
        for text in texts
    )
