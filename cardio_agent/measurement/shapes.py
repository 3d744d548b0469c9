"""How the waves of each lead are shaped, and how QRS changes from lead to lead.

Enters: the representative beat and the leads that cannot be used. Leaves: the measurements of :data:`METHODS`
for each lead (the terminal force of P for V1 alone) and those of :data:`OVERALL`. Judges nothing.
"""

from collections.abc import Mapping

import numpy as np

from cardio_agent.leads import LEADS, PRECORDIAL_LEADS, lead_index
from cardio_agent.measurement.boundaries import Fiducials
from cardio_agent.measurement.deflections import (
    RShape,
    last_phase_mv,
    notch_mv,
    r_shape,
    second_phase_mv,
    terminal_force_mm_s,
)
from cardio_agent.measurement.detection import WORK_FS_HZ, Floats
from cardio_agent.measurement.intervals import NO_P, TOO_FEW
from cardio_agent.measurement.representative import RepresentativeBeat
from cardio_agent.schema import Measurement, Wave, measurement_id

METHODS = {
    "p_second_mv": "phase of P of the other sign than its peak, 0 when P has one phase",
    "r_second_mv": "height of R' (a positive deflection after S), 0 when there is none",
    "r_notch_mv": "deepest dip between two summits of R, from the lower one, 0 when R has one summit",
    "r_plateau_ms": "time from the first to the last sample of R that reaches three quarters of its height",
    "t_terminal_mv": "height of the last phase of T, with its sign",
    "t_notch_mv": "deepest dip between two summits of T, from the lower one, 0 when T has one summit",
}
V1_METHODS = {"p_terminal_mm_s": "depth of the negative end of P below the line of its ends, by duration"}
OVERALL = {
    "qrs_upstroke_ms": "QRS onset until all leads together first move at half their full speed",
    "r_transition_lead": "number of the chest lead from which on R is no lower than S is deep, interpolated",
}
UNITS = {"mv": ("mV", 3), "ms": ("ms", 1), "s": ("mm·s", 3), "lead": ("lead", 1)}
"""Unit and decimals by what a name ends with."""
NO_T = "no T wave was found"
ABSENT = {
    **dict.fromkeys(("p_second_mv", "p_terminal_mm_s"), NO_P),
    **dict.fromkeys(("t_terminal_mv", "t_notch_mv"), NO_T),
}
HALF_SPEED = 0.5
_INDEPENDENT = ("I", "II", *PRECORDIAL_LEADS)
_Unusable = Mapping[str, str]


def measure_shapes(beat: RepresentativeBeat | None, unusable: _Unusable) -> list[Measurement]:
    """The shape measurements of each lead, lead by lead.

    Parameters
    ----------
    beat : RepresentativeBeat or None
        None when there were too few beats.
    unusable : mapping of lead name to the reason why it cannot be measured
    """
    values = _values(beat) if beat is not None else {}
    absent = TOO_FEW if beat is None else ""
    return [
        _measurement(name, method, lead, _of_lead(values.get(name), lead), unusable.get(lead, absent), beat)
        for lead in LEADS
        for name, method in (METHODS | (V1_METHODS if lead == "V1" else {})).items()
    ]


def measure_progression(beat: RepresentativeBeat | None, unusable: _Unusable) -> list[Measurement]:
    """How fast QRS starts over all leads, and where on the chest R outgrows S."""
    if beat is None:
        return [_measurement(name, method, None, None, TOO_FEW, None) for name, method in OVERALL.items()]
    found = {"qrs_upstroke_ms": _upstroke(beat, unusable), "r_transition_lead": _transition(beat, unusable)}
    return [_measurement(name, OVERALL[name], None, *found[name], beat) for name in OVERALL]


def _values(beat: RepresentativeBeat) -> dict[str, Floats]:
    """Each measurement of all leads, (12,); of P and T where the beat has them."""
    complexes = beat.beat_mv[:, beat.qrs.onset : beat.qrs.offset + 1]
    shapes = np.array([r_shape(row) for row in complexes]).T
    values = dict(zip(RShape._fields, shapes, strict=True))
    if beat.p is not None and beat.p_in_leads is not None:
        _, values["p_second_mv"], rows = _phases(beat, beat.p, beat.p_in_leads)
        values["p_terminal_mm_s"] = np.array([terminal_force_mm_s(row) for row in rows])
    if beat.t is not None and beat.t_in_leads is not None:
        peaks, second, rows = _phases(beat, beat.t, beat.t_in_leads)
        phases = zip(rows, peaks, second, strict=True)
        values["t_terminal_mv"] = np.array([last_phase_mv(row, float(p), float(s)) for row, p, s in phases])
        values["t_notch_mv"] = np.array([notch_mv(row) for row in rows * np.sign(peaks)[:, None]])
    return values


def _phases(beat: RepresentativeBeat, wave: Wave, found: Fiducials) -> tuple[Floats, Floats, Floats]:
    """Peak and second phase of a P or T wave in each lead, and its rows over the line of its ends."""
    rows = beat.beat_mv[:, wave.onset : wave.offset + 1]
    rows = rows - np.linspace(rows[:, 0], rows[:, -1], rows.shape[1], axis=1)
    at = np.clip(found[:, 1] - wave.onset, 0, rows.shape[1] - 1)
    peaks = rows[np.arange(len(rows)), at]
    second = np.array([second_phase_mv(row, float(peak)) for row, peak in zip(rows, peaks, strict=True)])
    return peaks, second, rows


def _upstroke(beat: RepresentativeBeat, unusable: _Unusable) -> tuple[float | None, str]:
    """Time to half the full speed of the spatial vector: long where QRS starts with a delta wave.

    Source: guideline corpus SVT-05 (slurred start); the measure itself is unchecked.
    """
    without = [lead for lead in _INDEPENDENT if lead in unusable]
    if without:
        return None, f"{without[0]} cannot be used"
    rows = [lead_index(lead) for lead in _INDEPENDENT]
    steps = np.diff(beat.beat_mv[rows, beat.qrs.onset : beat.qrs.offset + 1], axis=1)
    speed = np.sqrt(np.square(steps).sum(axis=0))
    return float(np.argmax(speed >= HALF_SPEED * speed.max())) / WORK_FS_HZ * 1000, ""


def _transition(beat: RepresentativeBeat, unusable: _Unusable) -> tuple[float | None, str]:
    """Number of the chest lead from which on R is no less than S, between two leads by interpolation."""
    without = [lead for lead in PRECORDIAL_LEADS if lead in unusable]
    if without:
        return None, f"{without[0]} cannot be used"
    rows = [lead_index(lead) for lead in PRECORDIAL_LEADS]
    complexes = beat.beat_mv[rows, beat.qrs.onset : beat.qrs.offset + 1]
    net = complexes.max(axis=1, initial=0.0) + complexes.min(axis=1, initial=0.0)
    if net[-1] < 0:
        return None, "R is lower than S up to V6"
    last_below = int(np.flatnonzero(net < 0)[-1]) if (net < 0).any() else -1
    if last_below < 0:
        return 1.0, ""
    return last_below + 1 + float(-net[last_below] / (net[last_below + 1] - net[last_below])), ""


def _of_lead(values: Floats | None, lead: str) -> float | None:
    return None if values is None else float(values[lead_index(lead)])


def _measurement(
    name: str, method: str, lead: str | None, value: float | None, why: str, beat: RepresentativeBeat | None
) -> Measurement:
    unit, digits = UNITS[name.rsplit("_", 1)[1]]
    is_known = value is not None and not why
    return Measurement(
        id=measurement_id(name, lead),
        name=name,
        value=round(value, digits) + 0.0 if value is not None and is_known else None,
        unit=unit,
        method=method,
        reason=None if is_known else why or ABSENT[name],
        lead=lead,
        n_beats=None if beat is None else beat.n_beats,
    )
