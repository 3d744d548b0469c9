"""ST level and wave amplitudes of each lead.

Enters: the representative beat and the quality of the leads. Leaves: eight measurements a lead, in mV
against the end of the PR segment (P against its own onset), and the duration of Q. Judges nothing.

Signs are those of the trace: R is positive or 0; Q and S are negative or 0; P, T and ST carry theirs. A
QS complex has no R: its depth is both ``q_mv`` and ``s_mv``, its duration ``q_ms``.
"""

from collections.abc import Mapping

import numpy as np

from cardio_agent.leads import LEADS, lead_index
from cardio_agent.measurement.boundaries import P_RULE, T_RULE, BumpRule, bump_fiducials
from cardio_agent.measurement.detection import WORK_FS_HZ, Floats, ms
from cardio_agent.measurement.intervals import NO_P, TOO_FEW
from cardio_agent.measurement.representative import RepresentativeBeat
from cardio_agent.schema import Measurement, Wave, measurement_id

NAMES = ("st_j_mv", "st_j60_mv", "t_mv", "r_mv", "s_mv", "q_mv", "q_ms", "p_mv")
METHODS = {
    "st_j_mv": "level at the J point against the end of the PR segment",
    "st_j60_mv": "level 60 ms after the J point against the end of the PR segment",
    "t_mv": "peak against the end of the PR segment, with its sign",
    "r_mv": "highest positive deflection of the QRS, 0 when there is none",
    "s_mv": "deepest negative deflection after R (or of a QS complex), 0 when there is none",
    "q_mv": "depth of the negative deflection before R (or of a QS complex), 0 when there is none",
    "q_ms": "duration of the negative deflection before R (or of a QS complex)",
    "p_mv": "peak against the onset of P, with its sign",
}
SMALLEST_MV = 0.02
"""Deflections below this are not told from noise. Source: IEC 60601-2-25 (unchecked)."""
AROUND = ms(4)
MIN_R_SHARE = 0.05
"""A positive notch under this share of the depth does not make a QS complex an rS. Source: unchecked."""
ABSENT = {"t_mv": "no T wave was found", "p_mv": NO_P}


def measure_amplitudes(beat: RepresentativeBeat | None, unusable: Mapping[str, str]) -> list[Measurement]:
    """The eight amplitudes of each lead, lead by lead.

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
    """Each amplitude of all leads, (12,); P and T only where the beat has them."""
    complexes = beat.beat_mv[:, beat.qrs.onset : beat.qrs.offset + 1]
    r_mv, s_mv, q_mv, q_ms = np.array([_qrs_parts(row) for row in complexes]).T
    values = {
        "st_j_mv": _level(beat, beat.qrs.offset),
        "st_j60_mv": _level(beat, beat.qrs.offset + ms(60)),
        "r_mv": r_mv,
        "s_mv": s_mv,
        "q_mv": q_mv,
        "q_ms": q_ms,
    }
    if beat.t is not None:
        values["t_mv"] = _at_peak(beat, beat.t, T_RULE)
    if beat.p is not None:
        values["p_mv"] = _at_peak(beat, beat.p, P_RULE) - _level(beat, beat.p.onset)
    return values


def _level(beat: RepresentativeBeat, index: int) -> Floats:
    return np.asarray(np.mean(beat.beat_mv[:, max(index - AROUND, 0) : index + AROUND + 1], axis=1))


def _at_peak(beat: RepresentativeBeat, wave: Wave, rule: BumpRule) -> Floats:
    """Level of each lead at its own peak of a P or T wave, (12,) mV."""
    peaks = bump_fiducials(beat.beat_mv, wave.peak, rule, (wave.onset, wave.offset))[:, 1]
    return np.asarray(np.mean([beat.beat_mv[np.arange(len(LEADS)), peaks + k] for k in (-1, 0, 1)], axis=0))


def _qrs_parts(complex_mv: Floats) -> tuple[float, float, float, float]:
    """R, S, Q in mV and the duration of Q in ms of one lead's QRS.

    Q is what is negative before the first positive deflection that counts; S the deepest point after it.
    """
    positive = np.flatnonzero(complex_mv >= SMALLEST_MV)
    has_r = len(positive) > 0 and complex_mv.max() >= MIN_R_SHARE * -complex_mv.min()
    before = complex_mv[: positive[0]] if has_r else complex_mv
    after = complex_mv[positive[0] :] if has_r else complex_mv
    q_mv, s_mv = (float(part.min(initial=0.0)) for part in (before, after))
    q_mv, s_mv = (depth if depth <= -SMALLEST_MV else 0.0 for depth in (q_mv, s_mv))
    q_samples = int(np.count_nonzero(before < 0)) if q_mv < 0 else 0
    r_mv = float(complex_mv.max()) if has_r else 0.0
    return r_mv, s_mv, q_mv, q_samples / WORK_FS_HZ * 1000


def _measurement(
    name: str, lead: str, values: Floats | None, unusable: str, beat: RepresentativeBeat | None
) -> Measurement:
    is_ms = name == "q_ms"
    reason = unusable or (ABSENT[name] if values is None else None)
    value = None if reason or values is None else round(float(values[lead_index(lead)]), 1 if is_ms else 3)
    return Measurement(
        id=measurement_id(name, lead),
        name=name,
        value=None if value is None else value + 0.0,
        unit="ms" if is_ms else "mV",
        method=METHODS[name],
        reason=reason,
        lead=lead,
        n_beats=None if beat is None else beat.n_beats,
    )
