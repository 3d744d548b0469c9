"""Change against an earlier tracing: direction, amount and subject as in the cited comparison.

Enters: a clause that tells of change, and the context. Leaves: outcomes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cardio_agent.schema import Finding, Measurement
from cardio_agent.verification.clauses import DEFINITE, Clause
from cardio_agent.verification.context import (
    CEILING,
    Context,
    Outcome,
    contradicted,
    supported,
    text_clauses,
    unsupported,
)
from cardio_agent.verification.lexicon import implied
from cardio_agent.verification.recognition import Atom
from cardio_agent.verification.values import matches


@dataclass(frozen=True)
class Change:
    """What changed, which way and by how much."""

    names: frozenset[str]
    concepts: frozenset[str]
    directions: frozenset[str]
    numbers: tuple[Atom, ...]


def is_change_clause(clause: Clause, context: Context) -> bool:
    """Whether a clause tells of change, in its own words or in those of a comparison."""
    comparisons = {f.id for f in context.findings if f.kind == "comparison"}
    return any(
        atom.kind in ("change", "prior") or (atom.kind == "quote" and atom.key in comparisons)
        for atom in clause
    )


def check_change(clause: Clause, context: Context) -> list[Outcome]:
    """A change against the cited comparison findings; one of them must bear all of it out."""
    findings = [f for f in context.findings if f.kind == "comparison"]
    quoted = [f for f in findings if any(atom.kind == "quote" and atom.key == f.id for atom in clause)]
    too_certain = [
        f
        for f in quoted
        for a in clause
        if a.key == f.id and (a.certainty or DEFINITE) > CEILING[f.certainty]
    ]
    if too_certain:
        finding = too_certain[0]
        return [contradicted(f"The change is {finding.certainty}: {finding.text} [{finding.id}].")]
    if quoted:
        objection = _number_objection(_change([clause]), quoted[0], context)
        return [objection or supported(f"The words are those of [{quoted[0].id}].")]
    if not findings:
        return [unsupported("No comparison with an earlier tracing is cited.")]
    said = _change([clause])
    objections = [_objection(said, finding, context) for finding in findings]
    if None in objections:
        return [supported(f"{finding.text} [{finding.id}].") for finding in findings[:1]]
    return [o for o in objections if o is not None][:1]


def _change(clauses: Sequence[Clause]) -> Change:
    atoms = [atom for clause in clauses for atom in clause]
    names = frozenset(name for atom in atoms if atom.kind == "quantity" for name in atom.names)
    concepts = frozenset(atom.key for atom in atoms if atom.kind == "concept")
    numbers = tuple(atom for atom in atoms if atom.kind == "number")
    return Change(names, concepts, frozenset(_directions(atoms)), numbers)


def _directions(atoms: Sequence[Atom]) -> Iterator[str]:
    spoken = [atom for atom in atoms if atom.kind == "change"]
    for atom in spoken:
        opposite = {"up": "none", "down": "none", "new": "none", "gone": "present", "none": "changed"}
        yield opposite[atom.key] if atom.is_negated else atom.key
    for atom in atoms:
        if not spoken and atom.kind == "number" and atom.high is not None and atom.value is not None:
            yield "up" if atom.high > atom.value else "down"
        elif not spoken and atom.kind == "qualifier" and atom.key in ("wide", "prolonged"):
            yield "up"


def _objection(said: Change, finding: Finding, context: Context) -> Outcome | None:
    known = _change(text_clauses(finding.text))
    where = f"{finding.text} [{finding.id}]."
    if said.names and not said.names & known.names:
        return unsupported(f"The cited comparison speaks of something else: {where}")
    wider = {key for concept in known.concepts for key in implied(concept)}
    if said.concepts - wider:
        return unsupported(f"The cited comparison does not speak of that: {where}")
    if said.directions and known.directions and not said.directions <= known.directions:
        return contradicted(f"The comparison says otherwise: {where}")
    if said.directions and not known.directions:
        return unsupported(f"The cited comparison gives no direction: {where}")
    return _number_objection(said, finding, context)


def _number_objection(said: Change, finding: Finding, context: Context) -> Outcome | None:
    """Each number has to be the amount, the value then or, where a change is told, the value now."""
    known = _change(text_clauses(finding.text))
    records = [context.cited.get(id) for id in finding.basis]
    amounts = [r for r in records if isinstance(r, Measurement) and r.name.endswith("_change")]
    tells_of_then = not said.directions and not any(m.value is not None for m in amounts)
    for number in said.numbers:
        is_then = any(other.high is not None and other.value == number.value for other in known.numbers)
        is_known = any(_same(number, other) for other in known.numbers)
        is_amount = any(m.value is not None and matches(number, abs(m.value), m.unit) for m in amounts)
        if tells_of_then and number.high is None:
            is_right = is_then
        else:
            is_right = is_known or is_amount or _is_current(number, said, context)
        if not is_right:
            return contradicted(
                f"“{number.text}” does not stand in the comparison: {finding.text} [{finding.id}]."
            )
    return None


def _same(written: Atom, known: Atom) -> bool:
    return (written.value, written.high, written.unit) == (known.value, known.high, known.unit)


def _is_current(number: Atom, said: Change, context: Context) -> bool:
    """Whether a number is the present value of what changed."""
    rows = context.measured(tuple(said.names)) if number.high is None else []
    return bool(number.unit) and any(m.value is not None and matches(number, m.value, m.unit) for m in rows)
