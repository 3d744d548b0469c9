"""One published criterion as data, and its application to one recording.

Enters: a criterion and a reading. Leaves: a :class:`~cardio_agent.schema.CriterionResult`: met, not met
or not measurable, with the numbers that decided or the names of those that are missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cardio_agent.findings.reading import Outcome, Reading
from cardio_agent.findings.territories import territory
from cardio_agent.leads import LEADS
from cardio_agent.schema import CriterionResult, CriterionState, measurement_id

BY_LEADS = "by leads"
_STATES: dict[bool | None, CriterionState] = {True: "met", False: "not met", None: "not measurable"}


@dataclass(frozen=True)
class Criterion:
    """A criterion of a guideline or definition.

    ``needs`` are names of measurements, ``"qrs_ms"`` or ``"r_mv V5"`` (``"st_j_mv *"``: in every lead), and
    fields of the rhythm features, ``"rhythm p_to_qrs_ratio"``; ``patient`` are the facts of the patient
    that the threshold hangs on. ``sources`` are corpus ids; ``checked`` is False where they rest on memory
    or an unreviewed source, or where the corpus has no threshold at all. ``wall`` names the wall that it
    tells of, :data:`BY_LEADS` where its leads do.
    """

    key: str
    name: str
    test: Callable[[Reading], Outcome]
    needs: tuple[str, ...]
    sources: tuple[str, ...] = ()
    patient: tuple[Literal["age_years", "sex"], ...] = ()
    checked: bool = True
    wall: str = ""


def apply(criterion: Criterion, reading: Reading) -> CriterionResult:
    """The criterion's result for one recording."""
    outcome = criterion.test(reading)
    missing = _missing(criterion, reading) if outcome.met is None else ()
    return CriterionResult(
        id=f"c-{criterion.key}",
        name=criterion.name,
        state=_STATES[outcome.met],
        basis=tuple(id for id in outcome.used if id in reading.measurements),
        numbers=_numbers(outcome, reading),
        leads=outcome.leads if outcome.met else (),
        territory=_territory(criterion, outcome),
        missing=missing,
        reason=_reason(outcome, missing) if outcome.met is None else None,
        sources=criterion.sources,
        checked=criterion.checked,
    )


def _territory(criterion: Criterion, outcome: Outcome) -> str | None:
    if not outcome.met:
        return None
    return territory(outcome.leads) if criterion.wall == BY_LEADS else criterion.wall or None


def _numbers(outcome: Outcome, reading: Reading) -> dict[str, float]:
    used = {id: reading.measurements[id].value for id in outcome.used if id in reading.measurements}
    return {id: value for id, value in used.items() if value is not None} | dict(outcome.derived)


def _missing(criterion: Criterion, reading: Reading) -> tuple[str, ...]:
    """Names of what the criterion needs and the reading does not have."""
    absent: list[str] = [field for field in criterion.patient if getattr(reading.patient, field) is None]
    for need in criterion.needs:
        first, _, second = need.partition(" ")
        if first == "rhythm":
            absent += [second] if getattr(reading.rhythm, second) is None else []
            continue
        for lead in LEADS if second == "*" else (second or None,):
            absent += [] if reading.value(first, lead) is not None else [measurement_id(first, lead)]
    return tuple(absent)


def _reason(outcome: Outcome, missing: tuple[str, ...]) -> str:
    if outcome.why:
        return outcome.why
    return f"not known: {', '.join(missing)}" if missing else "the measurements do not decide"
