"""ST level, amplitudes and durations of the waves of each lead.

Enters: the representative beat and the quality of the leads. Leaves: the measurements of :data:`METHODS` for
each lead, in mV against the end of the PR segment (P against its own onset) and in ms. Judges nothing.

Signs are those of the trace: R is positive or 0; Q and S are negative or 0; P, T and ST carry theirs. A
QS complex has no R: its depth is both ``q_mv`` and ``s_mv``, its duration ``q_ms``. A wave that this lead
does not show has amplitude and duration 0.
"""

from collections.abc import Mapping

import numpy as np

from cardio_agent.leads import LEADS, lead_index
from cardio_agent.measurement.boundaries import Fiducials
from cardio_agent.measurement.deflections import QrsParts, qrs_parts, second_phase_mv
from cardio_agent.measurement.detection import WORK_FS_HZ, Floats, ms
from cardio_agent.measurement.intervals import NO_P, TOO_FEW
from cardio_agent.measurement.representative import RepresentativeBeat
from cardio_agent.schema import Measurement, Wave, measurement_id

METHODS = {
    "st_j_mv": "level at the J point against the end of the PR segment",
    "st_j60_mv": "level 60 ms after the J point against the end of the PR segment",
    "st_j80_mv": "level 80 ms after the J point against the end of the PR segment",
    "st_slope_mv_per_s": "rise from the J point to 80 ms after it, over that time",
    "t_mv": "peak against the end of the PR segment, with its sign",
    "t_second_mv": "phase of T of the other sign than its peak, 0 when T has one phase",
    "t_ms": "onset to offset of T in this lead",
    "r_mv": "highest positive deflection of the QRS, 0 when there is none",
    "r_ms": "duration of the highest positive deflection of the QRS",
    "r_peak_time_ms": "QRS onset over all leads to the peak of the highest positive deflection",
    "s_mv": "deepest negative deflection after R (or of a QS complex), 0 when there is none",
    "s_ms": "duration of the deepest negative deflection after R (or of a QS complex)",
    "q_mv": "depth of the negative deflection before R (or of a QS complex), 0 when there is none",
    "q_ms": "duration of the negative deflection before R (or of a QS complex)",
    "p_mv": "peak against the onset of P, with its sign",
    "p_lead_ms": "onset to offset of P in this lead",
}
NAMES = tuple(METHODS)
UNITS = {"mv": ("mV", 3), "ms": ("ms", 1), "s": ("mV/s", 2)}
"""Unit and decimals by what a name ends with."""
AROUND = ms(4)
SLOPE_S = 0.08
NO_T = "no T wave was found"
ABSENT = {
    **dict.fromkeys(("t_mv", "t_second_mv", "t_ms"), NO_T),
    **dict.fromkeys(("p_mv", "p_lead_ms"), NO_P),
    "r_peak_time_ms": "this lead has no R wave",
}


def measure_amplitudes(beat: RepresentativeBeat | None, unusable: Mapping[str, str]) -> list[Measurement]:
    """Every measurement of each lead, lead by lead.

    Parameters
    ----------
    beat : RepresentativeBeat or None
        None when there were too few beats.
    unusable : mapping of lead name to the reason why it cannot be measured
    """
    values = _values(beat) if beat is not None else {}
    absent = TOO_FEW if beat is None else ""
    return [
        _measurement(name, lead, values.get(name), unusable.get(lead, absent), beat)
        for lead in LEADS
        for name in NAMES
    ]


def _values(beat: RepresentativeBeat) -> dict[str, Floats]:
    """Each measurement of all leads, (12,), NaN in a lead without it; P and T where the beat has them."""
    complexes = beat.beat_mv[:, beat.qrs.onset : beat.qrs.offset + 1]
    parts = np.array([qrs_parts(row) for row in complexes]).T
    at_j, at_j80 = _level(beat, beat.qrs.offset), _level(beat, beat.qrs.offset + ms(1000 * SLOPE_S))
    values = dict(zip(QrsParts._fields, parts, strict=True)) | {
        "st_j_mv": at_j,
        "st_j60_mv": _level(beat, beat.qrs.offset + ms(60)),
        "st_j80_mv": at_j80,
        "st_slope_mv_per_s": (at_j80 - at_j) / SLOPE_S,
    }
    if beat.t is not None and beat.t_in_leads is not None:
        values |= _of_t(beat, beat.t, beat.t_in_leads)
    if beat.p is not None and beat.p_in_leads is not None:
        values["p_mv"] = _at_peaks(beat, beat.p_in_leads) - _level(beat, beat.p.onset)
        values["p_lead_ms"] = _duration_ms(beat.p_in_leads)
    return values


def _of_t(beat: RepresentativeBeat, wave: Wave, found: Fiducials) -> dict[str, Floats]:
    rows = beat.beat_mv[:, wave.onset : wave.offset + 1]
    rows = rows - np.linspace(rows[:, 0], rows[:, -1], rows.shape[1], axis=1)
    t_mv = _at_peaks(beat, found)
    above = rows[np.arange(len(LEADS)), np.clip(found[:, 1] - wave.onset, 0, rows.shape[1] - 1)]
    second = [second_phase_mv(row, float(peak)) for row, peak in zip(rows, above, strict=True)]
    return {"t_mv": t_mv, "t_second_mv": np.array(second), "t_ms": _duration_ms(found)}


def _level(beat: RepresentativeBeat, index: int) -> Floats:
    return np.asarray(np.mean(beat.beat_mv[:, max(index - AROUND, 0) : index + AROUND + 1], axis=1))


def _at_peaks(beat: RepresentativeBeat, found: Fiducials) -> Floats:
    """Level of each lead at its own peak, (12,) mV."""
    return np.asarray(
        np.mean([beat.beat_mv[np.arange(len(LEADS)), found[:, 1] + k] for k in (-1, 0, 1)], axis=0)
    )


def _duration_ms(found: Fiducials) -> Floats:
    return np.asarray((found[:, 2] - found[:, 0]) / WORK_FS_HZ * 1000)


def _measurement(
    name: str, lead: str, values: Floats | None, unusable: str, beat: RepresentativeBeat | None
) -> Measurement:
    unit, digits = UNITS[name.rsplit("_", 1)[1]]
    value = None if values is None or unusable else float(values[lead_index(lead)])
    if value is None or np.isnan(value):
        value, reason = None, unusable or ABSENT[name]
    else:
        value, reason = round(value, digits) + 0.0, None
    return Measurement(
        id=measurement_id(name, lead),
        name=name,
        value=value,
        unit=unit,
        method=METHODS[name],
        reason=reason,
        lead=lead,
        n_beats=None if beat is None else beat.n_beats,
    )
