"""A guideline held against this recording: "A QRS of 152 ms exceeds the 150 ms asked for (Class I)".

Enters: a clause that speaks of a cited guideline and of a cited measurement. Leaves: what it says of the
recording, as a clause of its own, and what it says of the passage, as outcomes. Numbers that are not the
measurement's own have to stand in the passage.
"""

from collections.abc import Iterator
from dataclasses import replace

from cardio_agent.findings.limits import normal_range
from cardio_agent.verification.atoms import Atom
from cardio_agent.verification.claim_types import ValueClaim
from cardio_agent.verification.clauses import Clause
from cardio_agent.verification.context import Context, Outcome, contradicted, supported, unsupported
from cardio_agent.verification.number_claims import values_of
from cardio_agent.verification.passage_numbers import same_values
from cardio_agent.verification.passages import check_marks, numbers_of, passage_words
from cardio_agent.verification.tokens import phrase_of
from cardio_agent.verification.values import check_value

_SIDES = ("above", "below", "at_least", "at_most")


def is_applied(clause: Clause, context: Context) -> bool:
    """Whether a guideline clause holds a cited measurement against the guideline."""
    return any(_is_own(claim, context) for claim in values_of(clause)[0])


def _is_own(claim: ValueClaim, context: Context) -> bool:
    """Whether a number is true of a cited measurement that it is said of."""
    is_named = bool(claim.names) and bool(context.measured(claim.names, claim.leads))
    return is_named and check_value(claim, context).verdict == "supported"


def _has_side(claim: ValueClaim) -> bool:
    return claim.number.comparison in _SIDES and bool(claim.names and claim.number.unit)


def of_recording(clause: Clause, context: Context) -> Clause:
    """What a clause says of the recording: without classes, words and numbers of the passage alone.

    "Above 150 ms" is said of the measurement, true or not; "150 ms" alone may be the passage's.
    """
    values, _ = values_of(clause)
    held = [claim for claim in values if _is_own(claim, context)]
    is_given = any(claim.number.comparison not in _SIDES for claim in held)  # the value itself stands there
    named = [claim for claim in values if claim.number.unit and not is_given]
    own = {claim.number.text for claim in values if _has_side(claim) or claim in (*held, *named)}
    words = frozenset().union(*(passage_words(passage) for passage in context.passages))
    return tuple(_unmarked(atom) for atom in clause if not _is_of_passage(atom, own, words))


def _unmarked(atom: Atom) -> Atom:
    return replace(atom, kind="word") if atom.kind in ("guideline", "probability") else atom


def _is_of_passage(atom: Atom, own: set[str], words: frozenset[str]) -> bool:
    if atom.kind == "number":
        return atom.text not in own
    is_loose = atom.kind in ("unknown", "modifier", "sex", "count") and {*phrase_of(atom.text)} <= words
    return atom.kind in ("class", "level") or is_loose


def check_thresholds(clause: Clause, context: Context) -> Iterator[Outcome]:
    """ "Above 480 ms" beside a cited guideline has to be a threshold of it, or a limit of normal."""
    known = [number for passage in context.passages for number in numbers_of(passage)]
    for claim in values_of(clause)[0] if known else ():
        number = claim.number
        limits = normal_range(claim.names[0], context.facts.recording.patient) if claim.names else None
        is_limit = number.value is not None and float(number.value) in (limits or ())
        if _has_side(claim) and not is_limit and not any(same_values(n, number) for n in known):
            yield unsupported(f"“{number.text}” stands in no cited passage.")


def check_applied(clause: Clause, context: Context) -> Iterator[Outcome]:
    """Class, level and thresholds of the clause against the cited passages."""
    measured = {claim.number.text for claim in values_of(clause)[0] if _is_own(claim, context)}
    of_passage = tuple(atom for atom in clause if atom.kind != "number" or _is_threshold(atom, measured))
    sex = context.facts.recording.patient.sex
    if sex and any(atom.kind == "sex" and atom.key != sex for atom in clause):
        yield contradicted(f"The limit is for the other sex [{context.facts.recording.id}].")
    results = [(passage, check_marks(of_passage, passage)) for passage in context.passages]
    passage, objection = next((row for row in results if row[1] is None), results[0])
    yield objection or supported(f"As in [{passage.id}].")


def _is_threshold(number: Atom, measured: set[str]) -> bool:
    return number.text not in measured or number.comparison in _SIDES
