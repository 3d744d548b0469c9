"""Change against an earlier tracing: direction, amount, place and subject as in the cited comparison.

Enters: a clause that tells of change, and the context. Leaves: outcomes.

One comparison finding has to bear out all that :mod:`~cardio_agent.verification.told_changes` reads.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cardio_agent.schema import Finding, Measurement
from cardio_agent.verification.atoms import Atom
from cardio_agent.verification.change_numbers import (
    SUFFIX,
    is_course,
    is_current,
    is_former,
    is_past,
    is_same,
    is_size,
)
from cardio_agent.verification.claim_types import JudgementClaim, PresenceClaim, ValueClaim
from cardio_agent.verification.claims import claims_of
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
from cardio_agent.verification.judgements import check_judgement
from cardio_agent.verification.lexicon import implied
from cardio_agent.verification.places import check_place
from cardio_agent.verification.presence import check_presence
from cardio_agent.verification.told_changes import Change, change_of, goes_from, parts_by_lead, parts_of
from cardio_agent.verification.values import check_value

# What a record says is so, to what may be said of it.
_BORNE_OUT = {
    "up": {"changed"},
    "down": {"changed"},
    "new": {"new", "was not", "changed"},
    "gone": {"gone", "was", "changed"},
}
_OF_CONCEPTS = {"new", "gone", "kept", "was", "was not"}


def is_change_clause(clause: Clause, context: Context) -> bool:
    """Whether a clause tells of change, in its own words or in those of a comparison."""
    comparisons = {f.id for f in context.findings if f.kind == "comparison"}
    if (comparisons or any(m.name.endswith(SUFFIX) for m in context.measurements)) and goes_from(clause):
        return True
    return any(
        atom.kind in ("change", "prior") or (atom.kind == "quote" and atom.key in comparisons)
        for atom in clause
    )


def check_change(clause: Clause, context: Context) -> list[Outcome]:
    """A change against the cited comparison findings; one of them must bear all of it out."""
    findings = [f for f in context.findings if f.kind == "comparison"]
    if quoted := [f for f in findings if any(atom.kind == "quote" and atom.key == f.id for atom in clause)]:
        rest = tuple(atom for atom in clause if atom.key != quoted[0].id)
        outcomes = [_check_quoted(clause, quoted[0], context), *_beside(clause, context)]
        return outcomes + (check_change(rest, context) if is_change_clause(rest, context) else [])
    told = {finding.leads[0] for finding in findings if len(finding.leads) == 1}
    parts = [one for part in parts_of(clause) for one in parts_by_lead(part, told)]
    return [outcome for part in parts for outcome in _check_part(part, findings, context)]


def _check_part(clause: Clause, findings: Sequence[Finding], context: Context) -> list[Outcome]:
    said = change_of([clause])
    outcomes = list(_judgements(clause, context))
    if said.directions and said.directions <= _OF_CONCEPTS:
        values = [claim for claim in claims_of(clause) if isinstance(claim, ValueClaim) and claim.names]
        outcomes += [check_value(claim, context) for claim in values]
        said = replace(said, subjects=(), numbers=_without(said.numbers, values))
    elif said.directions and findings:
        outcomes += _beside(clause, context)
        said = replace(said, concepts=frozenset())
    if not findings or _is_measured_alone(said, findings, context):
        return [*outcomes, _check_unknown(clause, context) or _check_measured(said, context)]
    objections = [_objection(clause, said, finding, context) for finding in findings]
    if None in objections:
        return [*outcomes, supported(f"{findings[0].text} [{findings[0].id}].")]
    found = [objection for objection in objections if objection is not None]
    return [*outcomes, next((o for o in found if o.verdict == "contradicted"), found[0])]


def _without(numbers: Sequence[Atom], values: Sequence[ValueClaim]) -> tuple[Atom, ...]:
    """Numbers that no measurement has taken."""
    taken = {claim.number.text for claim in values}
    return tuple(number for number in numbers if number.text not in taken)


def _judgements(clause: Clause, context: Context) -> Iterator[Outcome]:
    """ "New LBBB with a normal QTc": what is judged beside a change; else "wide" tells the change itself."""
    claim_turns = any(atom.kind == "change" and atom.key == "moved" for atom in clause)
    if any(atom.kind == "change" for atom in clause):
        for claim in claims_of(clause):
            tells_turn = claim_turns and isinstance(claim, JudgementClaim) and claim.word in ("left", "right")
            if isinstance(claim, JudgementClaim) and not tells_turn:
                yield check_judgement(claim, context)


def _beside(clause: Clause, context: Context) -> Iterator[Outcome]:
    """Concepts named beside what changed: "Axis further left than before, LBBB"."""
    for claim in claims_of(clause):
        if isinstance(claim, PresenceClaim) and not claim.is_quote:
            yield check_presence(claim, context)


def _check_quoted(clause: Clause, finding: Finding, context: Context) -> Outcome:
    if any(atom.key == finding.id and atom.is_negated for atom in clause):
        return contradicted(f"The comparison says otherwise: {finding.text} [{finding.id}].")
    certainty = max(atom.certainty or DEFINITE for atom in clause if atom.key == finding.id)
    if certainty > CEILING[finding.certainty]:
        return contradicted(f"The change is {finding.certainty}: {finding.text} [{finding.id}].")
    objection = _number_objection(change_of([clause]), finding, context)
    return objection or supported(f"The words are those of [{finding.id}].")


# ── against a comparison finding ─────────────────────────────────────────────────────────────


def _objection(clause: Clause, said: Change, finding: Finding, context: Context) -> Outcome | None:
    known = change_of(text_clauses(finding.text))
    where = f"{finding.text} [{finding.id}]."
    if any(not names & known.names for names in said.subjects):
        return unsupported(f"The cited comparison speaks of something else: {where}")
    if said.concepts - _wider(known):
        return unsupported(f"The cited comparison does not speak of that: {where}")
    if said.directions and not known.directions:
        return unsupported(f"The cited comparison gives no direction: {where}")
    borne_out = known.directions.union(*(_BORNE_OUT.get(way, ()) for way in known.directions))
    if not said.directions <= borne_out:
        return contradicted(f"The comparison says otherwise: {where}")
    return (
        _certainty_objection(clause, finding)
        or _place_objection(clause, finding, context)
        or _number_objection(said, finding, context)
    )


def _wider(known: Change) -> frozenset[str]:
    """What is changed, and all that it implies."""
    return frozenset().union(*(implied(concept) for concept in known.concepts))


def _certainty_objection(clause: Clause, finding: Finding) -> Outcome | None:
    """What was found then or is found now with a doubt is not told without it."""
    told = [atom.certainty or DEFINITE for atom in clause if atom.about and not atom.is_negated]
    if max(told, default=0) > CEILING[finding.certainty]:
        return contradicted(f"The change is {finding.certainty}: {finding.text} [{finding.id}].")
    return None


def _place_objection(clause: Clause, finding: Finding, context: Context) -> Outcome | None:
    named = {lead for atom in clause for lead in atom.leads}
    if strange := sorted(named - set(finding.leads)):
        return contradicted(f"The comparison does not speak of {strange[0]}: {finding.text} [{finding.id}].")
    claims = [claim for claim in claims_of(clause) if isinstance(claim, PresenceClaim)]
    objections = (check_place(claim, [finding], context) for claim in claims)
    return next((objection for objection in objections if objection), None)


def _number_objection(said: Change, finding: Finding, context: Context) -> Outcome | None:
    """Each number has to be the amount, the value then or, where a change is told, the value now."""
    known = change_of(text_clauses(finding.text))
    records = [context.cited.get(id) for id in finding.basis]
    measured = [r for r in records if isinstance(r, Measurement) and r.name.endswith(SUFFIX)]
    tells_of_then = not (said.directions or said.thens or any(m.value is not None for m in measured))
    for number in said.thens:
        if not is_former(number, known, measured, context):
            return contradicted(f"“{number.text}” is not the value then: {finding.text} [{finding.id}].")
    for number in (*said.numbers, *said.amounts):
        is_amount = any(is_same(number, other) for other in known.amounts) or is_size(number, measured)
        if number in said.amounts:
            is_right = is_amount
        elif tells_of_then and number.high is None:
            is_right = any(other.high is not None and other.value == number.value for other in known.numbers)
        else:
            is_known = any(is_same(number, other) for other in known.numbers)
            is_known |= is_course(number, measured, context.measurements)
            is_right = is_known or is_amount or is_current(number, said, context)
        if not is_right:
            text = f"“{number.text}” does not stand in the comparison: {finding.text} [{finding.id}]."
            return contradicted(text)
    return None


# ── against a measured change alone ──────────────────────────────────────────────────────────


def _check_measured(said: Change, context: Context) -> Outcome:
    """A measured change: its way if a finding tells of it too, else only its size or that it is none."""
    rows = [m for m in context.measurements if m.name.endswith(SUFFIX) and m.value is not None]
    rows = [m for m in rows if m.name.removesuffix(SUFFIX) in said.names or _is_of_all(said, context)]
    if not rows or said.concepts:
        return unsupported("No comparison with an earlier tracing is cited.")
    is_so = f"The change is {rows[0].value:g} {rows[0].unit} [{rows[0].id}]."
    if not all(_is_course_of(said, m, context) for m in rows):
        return contradicted(is_so)
    wrong = [n for n in said.amounts if not is_size(n, rows)]
    wrong += [n for n in said.thens if not is_past(n, rows, context.facts.measurements)]
    wrong += [n for n in said.numbers if not _is_told_number(n, said, rows, context)]
    if wrong:
        return contradicted(f"“{wrong[0].text}” is not borne out. {is_so}")
    return supported(is_so)


def _is_measured_alone(said: Change, findings: Sequence[Finding], context: Context) -> bool:
    """Whether of what changed only the measured change is cited, beside findings on something else."""
    told = frozenset().union(*(change_of(text_clauses(finding.text)).names for finding in findings))
    measured = {m.name.removesuffix(SUFFIX) for m in context.measurements if m.name.endswith(SUFFIX)}
    return bool(said.names & measured) and not said.names & told


def _check_unknown(clause: Clause, context: Context) -> Outcome | None:
    """ "No PR comparison can be given": a change that could not be measured."""
    said = change_of([clause])
    rows = [m for m in context.measurements if m.name.removesuffix(SUFFIX) in said.names]
    rows = [m for m in rows if m.name.endswith(SUFFIX)]
    is_told = any(atom.kind == "not_measurable" for atom in clause) and not (said.numbers or said.amounts)
    if not rows or not is_told:
        return None
    if known := next((m for m in rows if m.value is not None), None):
        return contradicted(f"The change is {known.value:g} {known.unit} [{known.id}].")
    return supported(f"{rows[0].reason} [{rows[0].id}].")


def _is_of_all(said: Change, context: Context) -> bool:
    """ "Nothing has changed": so it is if no finding tells of a change."""
    is_told = any(finding.kind == "comparison" for finding in context.facts.findings)
    return said.directions == {"none"} and not said.subjects and not is_told


def _is_course_of(said: Change, change: Measurement, context: Context) -> bool:
    """Whether the ways told are that of a change; one too small for a finding needs its size beside it."""
    findings = (f for f in context.facts.findings if f.kind == "comparison")
    is_material = any(change.id in finding.basis for finding in findings)
    way = "up" if (change.value or 0.0) > 0 else "down"
    is_sized = any(is_size(number, [change]) for number in (*said.numbers, *said.amounts))
    if is_material:
        return said.directions <= {way, "changed"}
    return said.directions <= {"none"} or (is_sized and said.directions <= {way, "changed"})


def _is_told_number(number: Atom, said: Change, changes: Sequence[Measurement], context: Context) -> bool:
    """Whether a number is the amount of a change, the value now, or the way from then to now."""
    return (
        is_size(number, changes)
        or is_current(number, said, context)
        or is_course(number, changes, context.measurements)
    )
