"""What the criteria look at, in one frozen record, and what a criterion answers.

Enters: the records of the stages before. Leaves: :class:`Reading`, :class:`Outcome`, and logic with
three values: true, false, and None where it cannot be told. No thresholds of medicine stand here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from cardio_agent.findings.limits import holds
from cardio_agent.measurement import RhythmFeatures
from cardio_agent.schema import Measurement, Measurements, Patient, measurement_id

Truth: TypeAlias = bool | None


def all_of(*truths: Truth) -> Truth:
    """Whether all hold; false as soon as one does not, whatever is unknown.

    >>> all_of(True, None), all_of(False, None), all_of(True, True)
    (None, False, True)
    """
    if False in truths:
        return False
    return None if None in truths else True


def any_of(*truths: Truth) -> Truth:
    """Whether one holds; true as soon as one does, whatever is unknown.

    >>> any_of(True, None), any_of(False, None), any_of(False, False)
    (True, None, False)
    """
    if True in truths:
        return True
    return None if None in truths else False


def at_least(value: float | None, bound: float) -> Truth:
    """Whether a value is not below a bound; None without a value."""
    return None if value is None else value >= bound


def at_most(value: float | None, bound: float) -> Truth:
    """Whether a value is not above a bound; None without a value."""
    return None if value is None else value <= bound


def above(value: float | None, bound: float) -> Truth:
    """Whether a value is over a bound; None without a value."""
    return None if value is None else value > bound


def below(value: float | None, bound: float) -> Truth:
    """Whether a value is under a bound; None without a value."""
    return None if value is None else value < bound


@dataclass(frozen=True)
class Outcome:
    """A criterion's answer.

    ``met`` is None where it cannot be told; ``why`` then says so, unless a missing measurement does.
    ``used`` are the ids of the measurements that decided, ``derived`` what was computed of them.
    """

    met: Truth
    used: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    derived: Mapping[str, float] = field(default_factory=dict)
    why: str = ""


UNKNOWN = Outcome(None)


@dataclass(frozen=True)
class Reading:
    """Everything that criteria are decided from."""

    measurements: Mapping[str, Measurement]
    rhythm: RhythmFeatures
    patient: Patient

    @classmethod
    def of(cls, measurements: Measurements, rhythm: RhythmFeatures, patient: Patient) -> "Reading":
        """The reading of a recording, its measurements by id."""
        return cls({m.id: m for m in measurements}, rhythm, patient)

    def value(self, name: str, lead: str | None = None) -> float | None:
        """A measured value; None when it was not measurable or no stage measures it."""
        found = self.measurements.get(measurement_id(name, lead))
        return None if found is None else found.value

    def holds(self, word: str, name: str, lead: str | None = None) -> Truth:
        """Whether a word such as "prolonged" is true of a measurement, by the limits of normal."""
        found = self.measurements.get(measurement_id(name, lead))
        return None if found is None else holds(word, found, self.patient)

    def net_qrs(self, lead: str) -> float | None:
        """Sum of the positive and the deepest negative deflection of the QRS, mV."""
        r, depth = self.value("r_mv", lead), self.depth(lead)
        return None if r is None or depth is None else r - depth

    def depth(self, lead: str) -> float | None:
        """Depth of Q or S, whichever is deeper, mV; 0 or more."""
        s, q = self.value("s_mv", lead), self.value("q_mv", lead)
        return None if s is None or q is None else -min(s, q)


def ids(name: str, leads: tuple[str, ...]) -> tuple[str, ...]:
    """Ids of one measurement in several leads."""
    return tuple(measurement_id(name, lead) for lead in leads)
