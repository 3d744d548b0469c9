"""What a clause tells of change: of what, which way and by how much.

Enters: clauses. Leaves: :class:`Change`. What is told is reduced to words of one table: "up", "down",
"none" of a measurement; "new", "gone", "kept" of a concept, or only that it "was" or "was not" there
then. A number after "by" is the amount of the change, one after "from" or "previously" the value then,
any other the value now. Compares nothing.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cardio_agent.verification.atoms import Atom
from cardio_agent.verification.clauses import Clause

_OPPOSITE = {
    "up": "none",
    "down": "none",
    "new": "kept",
    "gone": "kept",
    "none": "changed",
    "kept": "changed",
}
_TURNED = {"up": "down", "down": "up"}  # "wider in the prior ECG"
_TURNS = {"left": "down", "right": "up"}  # of an axis, in degrees
_APPROXIMATELY = ("about", "around", "roughly", "approximately", "nearly", "almost", "some", ".")
_THEN = ("from", "vs", "versus", "against")
_AMOUNT = (["by"], ["up"], ["down"])


@dataclass(frozen=True)
class Change:
    """What changed, which way and by how much.

    ``amounts`` are the numbers after "by", ``thens`` those after "previously".
    """

    subjects: tuple[frozenset[str], ...]
    concepts: frozenset[str]
    directions: frozenset[str]
    numbers: tuple[Atom, ...]
    amounts: tuple[Atom, ...]
    thens: tuple[Atom, ...]

    @property
    def names(self) -> frozenset[str]:
        """Measurements that any of the subjects may stand for."""
        return frozenset().union(*self.subjects)


def parts_of(clause: Clause) -> list[Clause]:
    """A clause for each measurement of which it tells a change of its own.

    "QRS wider and PR shorter than before" gives two, "QRS and PR longer than before" as well.
    """
    n_quantities = len({atom.names for atom in clause if atom.kind == "quantity"})
    if n_quantities < 2:
        return [clause] if n_quantities else _part_for_each_concept(clause)
    priors = tuple(atom for atom in clause if atom.kind == "prior")
    parts: list[Clause] = []
    waiting: list[Atom] = []
    for chunk in _chunks(clause):
        named = [atom for atom in chunk if atom.kind == "quantity"]
        if named and any(atom.kind == "change" or atom.high is not None for atom in chunk):
            rest = tuple(atom for atom in chunk if atom.kind not in ("quantity", "prior"))
            own = tuple(atom for atom in chunk if atom.kind != "prior")
            parts += [(*own, *priors), *((name, *rest, *priors) for name in waiting)]
            waiting = []
        elif named and not any(atom.kind in ("number", "qualifier") for atom in chunk):
            waiting += named
        elif parts:
            parts[-1] += tuple(atom for atom in chunk if atom.kind != "prior")
        else:
            return [clause]
    return parts if parts and not waiting else [clause]


def parts_by_lead(clause: Clause, told: set[str]) -> list[Clause]:
    """ "The J point has risen in V2 and V3", where each of these leads has a finding of its own."""
    named = [lead for atom in clause for lead in atom.leads]
    if len(named) < 2 or not told.issuperset(named):
        return [clause]
    return [tuple(replace(a, leads=(lead,)) if a.leads else a for a in clause) for lead in named]


def _part_for_each_concept(clause: Clause) -> list[Clause]:
    """ "LBBB and ST depression in III are new": each is, with the leads that follow it."""
    places = [k for k, atom in enumerate(clause) if atom.about]
    if len(places) < 2:
        return [clause]
    rest = tuple(atom for atom in clause if not atom.about and atom.kind != "leads")
    leads = [k for k, atom in enumerate(clause) if atom.kind == "leads"]
    owners = {k: max((place for place in places if place < k), default=places[0]) for k in leads}
    return [(clause[at], *(clause[k] for k in leads if owners[k] == at), *rest) for at in places]


def _chunks(clause: Clause) -> Iterator[Clause]:
    """Stretches between commas and "and"."""
    start = 0
    for at, atom in enumerate(clause):
        if atom.kind == "break" and atom.key == "soft":
            if any(other.kind not in ("prior", "word", "break") for other in clause[start:at]):
                yield clause[start:at]
            start = at + 1
    yield clause[start:]


def change_of(clauses: Sequence[Clause]) -> Change:
    """What clauses tell of change; empty where they tell of none."""
    atoms = _with_shared_units([atom for clause in clauses for atom in clause])
    numbers = [k for k, atom in enumerate(atoms) if atom.kind == "number"]
    amounts = {k for k in numbers if _word_before(atoms, k).split()[-1:] in _AMOUNT}
    thens = {k for k in numbers if _is_then(atoms, k)} - amounts
    return Change(
        subjects=tuple(frozenset(atom.names) for atom in atoms if atom.kind == "quantity"),
        concepts=frozenset(atom.about for atom in atoms if atom.about),
        directions=frozenset(_directions(atoms)),
        numbers=tuple(atoms[k] for k in numbers if k not in amounts | thens),
        amounts=tuple(atoms[k] for k in sorted(amounts)),
        thens=tuple(atoms[k] for k in sorted(thens)),
    )


def goes_from(clause: Clause) -> bool:
    """ "From 240 to 166 ms"."""
    return any(
        atom.high is not None and before.text.lower() == "from" for before, atom in itertools.pairwise(clause)
    )


def _with_shared_units(atoms: Sequence[Atom]) -> list[Atom]:
    """ "152 vs 128 ms": a number without a unit takes that of the next one."""
    units = [atom.unit for atom in atoms if atom.kind == "number"]
    out: list[Atom] = []
    for atom in atoms:
        if atom.kind == "number":
            unit, *units = units
            atom = replace(atom, unit=unit or next(iter(units), ""))
        out.append(atom)
    return out


def _place_before(atoms: Sequence[Atom], at: int) -> int:
    """Place of what stands before a number, words such as "about" left out; -1 for none."""
    at -= 1
    while at >= 0 and atoms[at].text.lower() in _APPROXIMATELY:
        at -= 1
    return at


def _word_before(atoms: Sequence[Atom], at: int) -> str:
    place = _place_before(atoms, at)
    return atoms[place].text.lower() if place >= 0 else ""


def _is_then(atoms: Sequence[Atom], at: int) -> bool:
    """Whether a number is told of the earlier tracing: "from 128", "previously 128", "128 before"."""
    before = _place_before(atoms, at)
    if before >= 0 and atoms[before].key == "then":
        return True
    if atoms[at].high is None and _word_before(atoms, at) in _THEN:
        return True
    follows = [atom for atom in atoms[at + 1 : at + 3] if atom.text.lower() not in _APPROXIMATELY]
    is_followed = bool(follows) and follows[0].key == "then"
    return is_followed and not (len(follows) > 1 and follows[1].kind == "number")


def _priors(atoms: Sequence[Atom]) -> Iterator[str]:
    """What is told of "then", or compared with it; "the prior ECG possibly showed" is told of it."""
    for at, atom in enumerate(atoms):
        if atom.kind == "prior":
            following = [other.text.lower() for other in atoms[at + 1 :] if other.kind != "certainty"][:1]
            is_told = atom.text.lower().startswith("the ") and following[:1] in (["showed"], ["had"])
            yield "then" if is_told else atom.key


def _directions(atoms: Sequence[Atom]) -> Iterator[str]:
    spoken = [atom for atom in atoms if atom.kind == "change"]
    of_quantities = any(a.kind == "quantity" for a in atoms) and not any(a.about for a in atoms)
    then = set(_priors(atoms))
    compares = any("than" in atom.text.lower().split() for atom in atoms)
    for atom in spoken:
        is_turned = then == {"then"} and not compares
        key = _TURNED.get(atom.key, atom.key) if is_turned else atom.key
        if key == "moved":
            key = next((_TURNS[a.key] for a in atoms if a.kind == "qualifier" and a.key in _TURNS), key)
        if key == "kept" and of_quantities:
            key = "none"
        yield _OPPOSITE.get(key, "none") if atom.is_negated else key
    if spoken:
        return
    for atom in atoms:
        if atom.kind == "number" and atom.high is not None and atom.value is not None:
            yield "up" if atom.high > atom.value else "down"
        elif atom.kind == "qualifier" and atom.key in ("wide", "prolonged"):
            yield "up"
        elif atom.about and "then" in then:
            yield "was not" if atom.is_negated else "was"
        elif atom.about and "than" in then:
            yield "gone" if atom.is_negated else "new"
