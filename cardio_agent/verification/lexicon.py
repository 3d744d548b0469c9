"""The concept table ``concepts.toml``, read and checked once.

Enters: the table that travels with the package. Leaves: :data:`CONCEPTS` and what concepts imply.
Knows nothing of sentences.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Concept:
    """Something that is present in an ECG or not; the fields are explained in ``concepts.toml``."""

    forms: tuple[str, ...]
    is_a: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    shown_by: tuple[tuple[str, str], ...] = ()
    ruled_out_by: tuple[tuple[str, str], ...] = ()
    excludes: tuple[str, ...] = ()
    follows_from: tuple[str, ...] = ()
    quantity: tuple[str, ...] = ()
    sign: int = 1
    opposite_of: str = ""
    disease: bool = False


def load_table(name: str) -> dict[str, dict[str, object]]:
    """One of the package's TOML tables."""
    return tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))


def expand(form: str) -> Iterator[str]:
    """All spellings of a form: "(a|b)" is a choice, "[x]" may be left out.

    >>> list(expand("[complete] (LBBB|left BBB)"))
    ['complete LBBB', 'complete left BBB', 'LBBB', 'left BBB']
    """
    # The innermost group first, so that groups may stand within groups.
    group = re.search(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]", form)
    if group is None:
        yield " ".join(form.split())
        return
    required, optional = group.groups()
    choices = required.split("|") if required is not None else [*optional.split("|"), ""]
    for choice in choices:
        yield from expand(form[: group.start()] + choice + form[group.end() :])


def _concept(row: Mapping[str, object]) -> Concept:
    fields: dict[str, object] = {key: tuple(v) if isinstance(v, list) else v for key, v in row.items()}
    for key in ("shown_by", "ruled_out_by"):
        pairs = fields.get(key, ())
        assert isinstance(pairs, tuple)
        fields[key] = tuple(tuple(pair.split(maxsplit=1)) for pair in pairs)
    return Concept(**fields)  # type: ignore[arg-type]


CONCEPTS: Mapping[str, Concept] = {key: _concept(row) for key, row in load_table("concepts.toml").items()}


@cache
def implied(key: str) -> frozenset[str]:
    """A concept and all the wider ones that it implies.

    >>> sorted(implied("sinus_bradycardia"))
    ['bradycardia', 'sinus_bradycardia', 'sinus_rhythm']
    """
    return frozenset({key}).union(*(implied(wider) for wider in CONCEPTS[key].is_a))


@cache
def narrower(key: str) -> frozenset[str]:
    """A concept and all those that imply it."""
    return frozenset(other for other in CONCEPTS if key in implied(other))


def concept_name(key: str) -> str:
    """A concept in words.

    >>> concept_name("ST_elevation")
    'ST elevation'
    """
    return key.replace("_", " ")
