"""Frontal axes of P, QRS and T.

Enters: the representative beat. Leaves: three measurements in degrees, -180 to 180. Judges nothing.
"""

import math
from collections.abc import Collection

import numpy as np

from cardio_agent.leads import lead_index
from cardio_agent.measurement.detection import Floats
from cardio_agent.measurement.intervals import NO_P, TOO_FEW
from cardio_agent.measurement.representative import RepresentativeBeat
from cardio_agent.schema import Measurement, Wave, measurement_id

MIN_NET_SHARE = 0.10
"""Net area under this share of the whole area in both leads: no direction prevails. Source: unchecked."""
AVF_SCALE = 2 / math.sqrt(3)
AXIS_LEADS = ("I", "aVF")
METHOD = "net area in I and aVF over the line from onset to offset (aVF scaled by 2/√3)"
QRS_METHOD = "net area in I and aVF over what leads from the PR to the ST level (aVF scaled by 2/√3)"
QRS_BASELINE_POWER = 2
"""How the ST level grows in over the QRS: as the square of time, for it comes from muscle that is already
excited, little at first. A line takes away too much, the level of the PR segment alone too little. Source:
unchecked; chosen on simulated ECGs with ST elevation."""
NO_T = "no T wave was found"


def frontal_axis_deg(area_i: float, area_avf: float) -> float:
    """Direction of the frontal vector from the net areas of I and aVF, -180 (exclusive) to 180.

    >>> round(frontal_axis_deg(1.0, 0.0)), round(frontal_axis_deg(0.5, 0.75))
    (0, 60)

    Source: Einthoven's triangle; an augmented lead shows √3/2 of what a bipolar one would.
    Limits: assumes the triangle is equilateral.
    """
    return math.degrees(math.atan2(area_avf * AVF_SCALE, area_i)) + 0.0


def measure_axes(beat: RepresentativeBeat | None, unusable: Collection[str]) -> list[Measurement]:
    """P, QRS and T axis.

    Parameters
    ----------
    beat : RepresentativeBeat or None
    unusable : names of leads that cannot be measured
    """
    if beat is None:
        return [_axis(name, None, TOO_FEW) for name in ("p", "qrs", "t")]
    without = [lead for lead in AXIS_LEADS if lead in unusable]
    if without:
        reason = f"the axis needs leads I and aVF; {' and '.join(without)} cannot be used"
        return [_axis(name, None, reason, beat.n_beats) for name in ("p", "qrs", "t")]
    return [
        _wave_axis("p", beat, beat.p, NO_P),
        _wave_axis("qrs", beat, beat.qrs, "", QRS_BASELINE_POWER),
        _wave_axis("t", beat, beat.t, NO_T),
    ]


def _wave_axis(
    name: str, beat: RepresentativeBeat, wave: Wave | None, absent: str, baseline_power: float = 1
) -> Measurement:
    if wave is None:
        return _axis(name, None, absent, beat.n_beats)
    rows = beat.beat_mv[[lead_index(lead) for lead in AXIS_LEADS], wave.onset : wave.offset + 1]
    grown = np.linspace(0, 1, rows.shape[1]) ** baseline_power
    rows = rows - (rows[:, :1] + (rows[:, -1:] - rows[:, :1]) * grown)
    net = rows.sum(axis=1)
    if not _prevails(net, rows):
        return _axis(
            name, None, f"indeterminate: the {name.upper()} is equiphasic in I and aVF", beat.n_beats
        )
    return _axis(name, frontal_axis_deg(float(net[0]), float(net[1])), "", beat.n_beats)


def _prevails(net: Floats, rows: Floats) -> bool:
    whole = np.abs(rows).sum(axis=1)
    return bool(np.hypot(*net) > MIN_NET_SHARE * np.hypot(*whole))


def _axis(name: str, value: float | None, reason: str, n_beats: int | None = None) -> Measurement:
    full = f"{name}_axis_deg"
    return Measurement(
        id=measurement_id(full),
        name=full,
        value=None if value is None else round(value, 1),
        unit="deg",
        method=QRS_METHOD if name == "qrs" else METHOD,
        reason=reason if value is None else None,
        n_beats=n_beats,
    )
