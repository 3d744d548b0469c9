"""What the criteria look at, in one frozen record, and what a criterion answers.

Enters: the records of the stages before. Leaves: :class:`Reading` and :class:`Outcome`, with the
small questions that many criteria share. No thresholds of medicine stand here.
"""

from dataclasses import dataclass
from typing import Literal

from cardio_agent.findings.limits import holds
from cardio_agent.measurement import RhythmFeatures
from cardio_agent.schema import (
    Measurements,
    Patient,
    Quality,
    Statement,
    measurement_id,
)

State = Literal["met", "not met", "not measurable"]


@dataclass(frozen=True)
class Outcome:
    """A criterion's answer, with the ids of the numbers that it used."""

    state: State
    basis: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    territory: str | None = None
    detail: str = ""

    @property
    def met(self) -> bool:
        return self.state == "met"


NOT_MEASURABLE = Outcome("not measurable")


@dataclass(frozen=True)
class Reading:
    """Everything that findings are made from."""

    statements: dict[str, Statement]
    measurements: Measurements
    rhythm: RhythmFeatures
    quality: Quality
    patient: Patient

    def value(self, name: str, lead: str | None = None) -> float | None:
        return self.measurements.value(name, lead)

    def values(self, *names: str) -> tuple[float, ...] | None:
        """All the named values, or None when one is not measurable."""
        found = [self.value(name) for name in names]
        return None if any(v is None for v in found) else tuple(v for v in found if v is not None)

    def in_lead(self, lead: str, *names: str) -> tuple[float, ...] | None:
        """The named values of one lead, or None when one is not measurable."""
        found = [self.value(name, lead) for name in names]
        return None if any(v is None for v in found) else tuple(v for v in found if v is not None)

    def spoken(self, codes: tuple[str, ...]) -> Statement | None:
        """The likeliest of the classifier's statements that it calls present among ``codes``."""
        present = [self.statements[code] for code in codes if self.statements[code].present]
        return max(present, key=lambda s: s.probability, default=None)


def limit(reading: Reading, word: str, name: str) -> Outcome:
    """Whether a word such as "prolonged" holds of a measurement, by the limits of normal."""
    measurement = reading.measurements.get(name)
    verdict = holds(word, measurement, reading.patient)
    if verdict is None:
        return NOT_MEASURABLE
    return Outcome("met" if verdict else "not met", (measurement.id,))


def ids(name: str, leads: tuple[str, ...]) -> tuple[str, ...]:
    """Ids of one measurement in several leads."""
    return tuple(measurement_id(name, lead) for lead in leads)
