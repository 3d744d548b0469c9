"""Sums of voltages over two leads, "SV1 + RV5 = 4.8 mV", and the criteria of hypertrophy that rest on them.

Enters: a clause and the context. Leaves: outcomes, and the criteria that the cited voltages meet. The limits
are those of the findings.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cardio_agent.findings.chambers import CORNELL_MV, SOKOLOW_MV
from cardio_agent.schema import Measurement, Patient
from cardio_agent.verification.atoms import Atom
from cardio_agent.verification.clauses import Clause
from cardio_agent.verification.context import Context, Outcome, contradicted, supported, unsupported
from cardio_agent.verification.values import matches

_SUM_WORDS = ("sum", "plus", "+", "combined", "together", "add", "adds", "total", "totals", "totalling")
_WAVES = ("r_mv", "s_mv")


@dataclass(frozen=True)
class _Criterion:
    """Two waves whose heights together make a criterion; where the sex is not known, the higher limit."""

    concept: str
    waves: tuple[tuple[str, str], tuple[str, str]]
    limits_mv: tuple[float, float]  # men, women

    def limit_mv(self, patient: Patient) -> float:
        return self.limits_mv[1] if patient.sex == "female" else self.limits_mv[0]


_SOKOLOW = (SOKOLOW_MV, SOKOLOW_MV)
_CRITERIA = (
    _Criterion("Sokolow_LVH_voltage", (("s_mv", "V1"), ("r_mv", "V5")), _SOKOLOW),
    _Criterion("Sokolow_LVH_voltage", (("s_mv", "V1"), ("r_mv", "V6")), _SOKOLOW),
    _Criterion(
        "Cornell_LVH_voltage", (("r_mv", "aVL"), ("s_mv", "V3")), (CORNELL_MV["male"], CORNELL_MV["female"])
    ),
)


def met_by(concepts: frozenset[str], context: Context) -> list[Measurement]:
    """Cited voltages that together meet a criterion of one of these concepts; empty where none is met."""
    for criterion in _CRITERIA:
        rows = [m for name, lead in criterion.waves for m in context.measured((name,), (lead,))]
        total = sum(abs(m.value) for m in rows if m.value is not None)
        is_known = len(rows) == 2 and None not in [m.value for m in rows]
        is_met = is_known and total >= criterion.limit_mv(context.facts.recording.patient)
        if is_met and criterion.concept in concepts:
            return rows
    return []


def is_sum_clause(clause: Clause) -> bool:
    """Whether a clause gives a number for two waves together."""
    has_number = any(atom.kind == "number" for atom in clause)
    if _criteria_of(clause) and any(atom.unit in ("mV", "mm") for atom in clause):
        return not any(atom.kind == "quantity" for atom in clause)
    is_sum = any(atom.text.lower() in _SUM_WORDS for atom in clause)
    return is_sum and len(_waves(clause)) == 2 and has_number


def check_sum(clause: Clause, context: Context) -> Iterator[Outcome]:
    """Each number against the two cited voltages together."""
    rows = _summed(clause, context)
    values = [abs(m.value) for m in rows if m.value is not None]
    if len(values) != 2:
        yield unsupported("The sentence does not cite both voltages of the sum.")
        return
    told = f"{rows[0].id} and {rows[1].id} together are {sum(values):.2f} mV."
    for number in (atom for atom in clause if atom.kind == "number"):
        is_right = bool(number.unit) and matches(number, sum(values), "mV") != number.is_negated
        yield supported(told) if is_right else contradicted(told)


def _criteria_of(clause: Clause) -> list[_Criterion]:
    """Criteria that a clause says to be there: "Sokolow-Lyon criterion met with 4.8 mV"."""
    named = {atom.key for atom in clause if atom.kind == "concept" and not atom.is_negated}
    return [criterion for criterion in _CRITERIA if criterion.concept in named]


def _summed(clause: Clause, context: Context) -> list[Measurement]:
    """The two cited voltages: of the waves named, else of a criterion named."""
    pairs = [_waves(clause)] if _waves(clause) else [criterion.waves for criterion in _criteria_of(clause)]
    found = ([m for name, lead in waves for m in context.measured((name,), (lead,))] for waves in pairs)
    return next((rows for rows in found if len(rows) == 2), [])


def _waves(clause: Clause) -> list[tuple[str, str]]:
    """R and S with the one lead that stands right after each: "S in V1", "RV5"."""
    found: list[tuple[str, str]] = []
    wave: Atom | None = None
    for atom in clause:
        if atom.kind == "quantity" and atom.key in _WAVES:
            wave = atom
        elif atom.kind == "leads" and wave is not None:
            found += [(wave.key, lead) for lead in atom.leads]
            wave = None
    return found
