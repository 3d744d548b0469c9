"""Adult limits of normal: whether a measured value is normal, prolonged, wide, fast, elevated …

Enters: a measurement and the patient. Leaves: yes, no or undecided for one word. The one home of these
limits: criteria make findings of them, writers and the verifier hold words against them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from cardio_agent.schema import Measurement, Patient

QTC_NAMES = ("qtc_bazett_ms", "qtc_fridericia_ms", "qtc_framingham_ms", "qtc_hodges_ms")
_PRECORDIAL_J_LEADS = ("V2", "V3")


@dataclass(frozen=True)
class Bounds:
    """The values that a word stands for, with the guideline statement that says so."""

    source: str
    at_least: float = -inf
    above: float = -inf
    below: float = inf
    at_most: float = inf

    def contain(self, value: float) -> bool:
        """Whether the value lies within.

        >>> Bounds("STD-01", above=200).contain(200.0)
        False
        """
        return self.at_least <= value <= self.at_most and self.above < value < self.below


# Source: ids of the guideline corpus, in each row.
_BOUNDS: Mapping[tuple[str, str], Bounds] = {
    ("heart_rate_bpm", "normal"): Bounds("STD-05", at_least=60, at_most=100),
    ("heart_rate_bpm", "slow"): Bounds("STD-06", below=60),
    ("heart_rate_bpm", "fast"): Bounds("STD-06", above=100),
    ("longest_pause_ms", "normal"): Bounds("SYN-01", at_most=3000),
    ("longest_pause_ms", "prolonged"): Bounds("SYN-01", above=3000),
    ("p_ms", "normal"): Bounds("CHM-14", below=120),
    ("p_ms", "prolonged"): Bounds("CHM-14", at_least=120),
    ("p_lead_ms", "prolonged"): Bounds("CHM-14", at_least=120),
    ("pr_ms", "normal"): Bounds("STD-01", at_least=120, at_most=200),
    ("pr_ms", "prolonged"): Bounds("BRD-27", above=200),
    ("pr_ms", "markedly prolonged"): Bounds("BRD-27", above=300),
    ("pr_ms", "short"): Bounds("STD-01", below=120),
    ("qrs_ms", "normal"): Bounds("STD-02", at_most=110),
    ("qrs_ms", "prolonged"): Bounds("STD-02", above=110),
    ("qrs_ms", "borderline"): Bounds("CND-02, CND-05", at_least=110, below=120),
    ("qrs_ms", "narrow"): Bounds("SVT-11", below=120),
    ("qrs_ms", "wide"): Bounds("CND-01, CND-04", at_least=120),
    ("qrs_axis_deg", "normal"): Bounds("STD-03", at_least=-30, at_most=90),
    ("qrs_axis_deg", "left"): Bounds("STD-03", at_least=-90, below=-30),
    ("qrs_axis_deg", "right"): Bounds("STD-03", above=90, at_most=180),
    ("qrs_axis_deg", "extreme"): Bounds("STD-03: neither left nor right", below=-90),
    ("st_j_mv", "depressed"): Bounds("MI-04", at_most=-0.05),
    ("st_j60_mv", "depressed"): Bounds("MI-04", at_most=-0.05),
    ("t_mv", "inverted"): Bounds("REP-02", at_most=-0.1),
    ("t_terminal_mv", "inverted"): Bounds("REP-02", at_most=-0.1),
    ("t_mv", "upright"): Bounds("REP-02", above=0),
}

_LONG_QTC = {"male": 450.0, "female": 460.0}  # Source: STD-04
# CHN-08 rather than STD-04 (390 ms): the shorter limit, as the findings stage has it.
_SHORT_QTC = Bounds("CHN-08", at_most=360)
_VERY_LONG_QTC = Bounds("QT-06", above=500)


def holds(word: str, measurement: Measurement, patient: Patient) -> bool | None:
    """Whether a word such as "normal" or "prolonged" is true of a measurement.

    Parameters
    ----------
    word : str
        "normal", "prolonged", "markedly prolonged", "short", "wide", "borderline", "narrow", "fast",
        "slow", "left", "right", "extreme", "elevated", "depressed", "inverted" or "upright".
    measurement : Measurement
    patient : Patient
        Age and sex decide the limits of QTc and of the ST level in V2–V3.

    Returns
    -------
    bool or None
        None when the value is missing, when no limit is known for that word, or when the limit
        hangs on an unknown age or sex.

    Limits: adults.
    """
    value = measurement.value
    if value is None:
        return None
    if measurement.name in QTC_NAMES:
        return _qtc_holds(word, value, patient)
    if measurement.name == "st_j_mv" and word in ("elevated", "normal"):
        return _st_holds(word, value, measurement.lead, patient)
    bounds = _BOUNDS.get((measurement.name, word))
    return None if bounds is None else bounds.contain(value)


def normal_range(name: str, patient: Patient) -> tuple[float, float] | None:
    """Limits of normal of a measurement, infinite on the side where there is none.

    None when no limit is known or when it hangs on an unknown sex.

    >>> normal_range("pr_ms", Patient())
    (120, 200)
    """
    if name in QTC_NAMES:
        return (_SHORT_QTC.at_most, _LONG_QTC[patient.sex]) if patient.sex else None
    bounds = _BOUNDS.get((name, "normal"))
    if bounds is None:
        return None
    return max(bounds.at_least, bounds.above), min(bounds.at_most, bounds.below)


def _qtc_holds(word: str, value: float, patient: Patient) -> bool | None:
    limits = [_LONG_QTC[patient.sex]] if patient.sex else list(_LONG_QTC.values())
    if word == "short":
        return _SHORT_QTC.contain(value)
    if word == "markedly prolonged":
        return _VERY_LONG_QTC.contain(value)
    if word not in ("prolonged", "normal"):
        return None
    is_long = {value >= limit for limit in limits}
    if len(is_long) == 2:
        return None
    return is_long.pop() if word == "prolonged" else not is_long.pop() and not _SHORT_QTC.contain(value)


def _st_holds(word: str, value: float, lead: str | None, patient: Patient) -> bool | None:
    cuts = _j_point_cuts_mv(patient) if lead in _PRECORDIAL_J_LEADS else {0.1}
    is_elevated = {value >= cut for cut in cuts}
    if len(is_elevated) == 2:
        return None
    if word == "elevated":
        return is_elevated.pop()
    return not is_elevated.pop() and not _BOUNDS["st_j_mv", "depressed"].contain(value)


def _j_point_cuts_mv(patient: Patient) -> set[float]:
    """J-point cut-points in V2–V3 that may apply. Source: MI-02."""
    men = {0.25, 0.2} if patient.age_years is None else {0.25 if patient.age_years < 40 else 0.2}
    return men if patient.sex == "male" else {0.15} if patient.sex == "female" else men | {0.15}
