"""One kind of beat, fitted to exact durations: when each wave starts and is visible.

Enters: a morphology, the QRS axis and the intervals. Leaves: a template that rhythm repeats. Knows no
sampling rate.
"""

from dataclasses import dataclass

from cardio_agent.simulation.conditions import P_WAVE, Morphology
from cardio_agent.simulation.dipole import (
    Bumps,
    Extent,
    fit_to_duration,
    fit_to_end,
    global_extent,
    lead_extents,
    turn_to_axis,
)
from cardio_agent.simulation.rhythm import PlannedBeat


@dataclass(frozen=True)
class Part:
    """One wave of a beat: its bumps, when it starts after the QRS onset, and the unit of its time."""

    bumps: Bumps
    start_s: float
    unit_s: float
    overall: Extent
    in_leads: tuple[Extent | None, ...]


@dataclass(frozen=True)
class BeatTemplate:
    """One kind of beat, its waves fitted to exact durations."""

    p: Part
    qrs: Part
    st: Part
    t: Part

    def waves(self, beat: PlannedBeat) -> dict[str, Part]:
        """The waves that are marked in such a beat, by name."""
        return ({"p": self.p} if beat.has_p else {}) | {"qrs": self.qrs, "t": self.t}


def fit_beat(
    look: Morphology, axis_deg: float, p_ms: float, pr_ms: float, qrs_ms: float, qt_ms: float
) -> BeatTemplate:
    """A beat of this look whose visible waves last exactly this long."""
    qrs = fit_to_duration(turn_to_axis(look.qrs, axis_deg))
    j_s, jt_s = qrs_ms / 1000, (qt_ms - qrs_ms) / 1000
    return BeatTemplate(
        p=_part(fit_to_duration(P_WAVE), -pr_ms / 1000, p_ms / 1000),
        qrs=_part(qrs, 0.0, j_s),
        st=_part(look.st, j_s, jt_s),
        t=_part(fit_to_end(look.t), j_s, jt_s),
    )


def _part(bumps: Bumps, start_s: float, unit_s: float) -> Part:
    return Part(bumps, start_s, unit_s, global_extent(bumps), lead_extents(bumps))
