"""Criteria of hypertrophy, atrial abnormality and low voltage.

Enters: a :class:`~cardio_agent.findings.reading.Reading`. Leaves: an
:class:`~cardio_agent.findings.reading.Outcome`. Amplitudes in mV: 10 mm of paper are 1 mV (STD-07).
"""

from collections.abc import Iterable

from cardio_agent.findings.conduction import left_anterior_fascicular_block
from cardio_agent.findings.reading import (
    UNKNOWN,
    Outcome,
    Reading,
    Truth,
    above,
    all_of,
    any_of,
    at_least,
    below,
    ids,
)
from cardio_agent.leads import LEADS, LIMB_LEADS, PRECORDIAL_LEADS

SOKOLOW_FROM_AGE = 40  # Source: CHM-09, unreliable in the younger
SOKOLOW_MV = 3.5  # Source: CHM-01
CORNELL_MV = {"male": 2.8, "female": 2.0}  # Source: CHM-02
CORNELL_PRODUCT_MM_MS = 2440.0  # Source: CHM-03
CORNELL_WOMEN_MM = 8.0  # Source: CHM-03, added in women
PEGUERO_MV = {"male": 2.8, "female": 2.3}  # unchecked: Peguero et al., J Am Coll Cardiol 2017
LOW_LIMB_MV, LOW_PRECORDIAL_MV = 0.5, 1.0  # unchecked: customary limits, peak to peak
ROMHILT_PROBABLE, ROMHILT_POINTS = 4, {"voltage": 3, "atrial": 3, "axis": 2, "qrs": 1, "peak": 1}
_ROMHILT_USED = (
    "m-qrs_axis_deg", "m-qrs_ms", "m-p_terminal_mm_s-V1",
    *(f"m-{name}-{lead}" for lead in ("V5", "V6") for name in ("r_mv", "r_peak_time_ms", "st_j_mv", "t_mv")),
)  # fmt: skip
P_TERMINAL_MM_S = 0.04  # Source: CHM-14
MM_PER_MV = 10.0
# Source: CND-09
_BESIDE_LAFB = Outcome(None, why="beside left anterior fascicular block the height of R in aVL is unreliable")


def sokolow_lyon(reading: Reading) -> Outcome:
    """S in V1 plus R in V5 or V6 of 3.5 mV or more, from 40 years. Source: CHM-01, CHM-09."""
    age = reading.patient.age_years
    if age is None:
        return UNKNOWN
    if age < SOKOLOW_FROM_AGE:
        return Outcome(None, why=f"not applied under {SOKOLOW_FROM_AGE} years, where it is unreliable")
    s, tallest = reading.value("s_mv", "V1"), _largest(reading, "r_mv", ("V5", "V6"))
    if s is None or tallest is None:
        return UNKNOWN
    lead, r = tallest
    known = all(reading.value("r_mv", one) is not None for one in ("V5", "V6"))
    met = r - s >= SOKOLOW_MV or (False if known else None)
    derived = {"sokolow_lyon_mv": round(r - s, 3)}
    return Outcome(met, ("m-s_mv-V1", f"m-r_mv-{lead}"), ("V1", lead), derived)


def cornell_voltage(reading: Reading) -> Outcome:
    """R in aVL plus S in V3 of 2.8 mV or more (men) or 2.0 mV or more (women). Source: CHM-02, CND-09."""
    if left_anterior_fascicular_block(reading).met:
        return _BESIDE_LAFB
    total, sex = _cornell_mv(reading), reading.patient.sex
    if total is None:
        return UNKNOWN
    met = {total >= cut for key, cut in CORNELL_MV.items() if sex in (None, key)}
    used = ("m-r_mv-aVL", "m-s_mv-V3")
    return Outcome(_agreed(met), used, ("aVL", "V3"), {"cornell_mv": round(total, 3)})


def cornell_product(reading: Reading) -> Outcome:
    """(R in aVL plus S in V3, 8 mm more in women) times QRS, 2440 mm·ms or more. Source: CHM-03, CND-09."""
    if left_anterior_fascicular_block(reading).met:
        return _BESIDE_LAFB
    total, qrs, sex = _cornell_mv(reading), reading.value("qrs_ms"), reading.patient.sex
    if total is None or qrs is None or sex is None:
        return UNKNOWN
    product = (total * MM_PER_MV + CORNELL_WOMEN_MM * (sex == "female")) * qrs
    used = ("m-r_mv-aVL", "m-s_mv-V3", "m-qrs_ms")
    derived = {"cornell_product_mm_ms": round(product, 0)}
    return Outcome(product >= CORNELL_PRODUCT_MM_MS, used, ("aVL", "V3"), derived)


def peguero_lo_presti(reading: Reading) -> Outcome:
    """Deepest S of all leads plus S in V4 of 2.8 mV or more (men) or 2.3 mV or more (women). Unchecked."""
    s_v4, depths = reading.value("s_mv", "V4"), {lead: reading.value("s_mv", lead) for lead in LEADS}
    known = {lead: depth for lead, depth in depths.items() if depth is not None}
    if s_v4 is None:
        return UNKNOWN
    lead = min(known, key=lambda one: known[one])
    total = -known[lead] - s_v4
    reached = {total >= cut for key, cut in PEGUERO_MV.items() if reading.patient.sex in (None, key)}
    met = _agreed(reached) if len(known) == len(LEADS) or reached == {True} else None
    used = (f"m-s_mv-{lead}", "m-s_mv-V4")
    return Outcome(met, used, (lead, "V4"), {"peguero_lo_presti_mv": round(total, 3)})


def _cornell_mv(reading: Reading) -> float | None:
    r, s = reading.value("r_mv", "aVL"), reading.value("s_mv", "V3")
    return None if r is None or s is None else r - s


def _agreed(verdicts: set[bool]) -> Truth:
    """The verdict that holds whatever the patient's sex."""
    return next(iter(verdicts)) if len(verdicts) == 1 else None


def _largest(reading: Reading, name: str, leads: Iterable[str]) -> tuple[str, float] | None:
    known = [(lead, value) for lead in leads if (value := reading.value(name, lead)) is not None]
    return max(known, key=lambda pair: pair[1], default=None)


def romhilt_estes(reading: Reading) -> Outcome:
    """4 points or more: probable hypertrophy; 5 or more: definite. Source: CHM-04 (points).

    The ST–T item counts 1 to 3 points, since digitalis is not known; items that cannot be measured
    count from none to all. Met or not met is said only where the whole range lies on one side. The
    corpus does not give the voltages: limb R or S 2.0 mV, S in V1–V2 or R in V5–V6 3.0 mV are those of
    Romhilt and Estes 1968, unchecked.
    """
    items = {
        "voltage": _romhilt_voltage(reading),
        "atrial": at_least(reading.value("p_terminal_mm_s", "V1"), P_TERMINAL_MM_S),
        "axis": reading.holds("left", "qrs_axis_deg"),
        "qrs": at_least(reading.value("qrs_ms"), 90),
        "peak": any_of(*(at_least(reading.value("r_peak_time_ms", lead), 50) for lead in ("V5", "V6"))),
    }
    strain = _opposite_st_t(reading)
    lowest = sum(ROMHILT_POINTS[key] for key, truth in items.items() if truth) + (1 if strain else 0)
    highest = sum(ROMHILT_POINTS[key] for key, truth in items.items() if truth is not False)
    highest += 0 if strain is False else 3
    verdicts = {points >= ROMHILT_PROBABLE for points in (lowest, highest)}
    derived = {f"points_{key}": float(ROMHILT_POINTS[key]) for key, truth in items.items() if truth}
    derived |= {"points_at_least": float(lowest), "points_at_most": float(highest)}
    why = f"{lowest} to {highest} points, with items that are not measured"
    return Outcome(_agreed(verdicts), _ROMHILT_USED, derived=derived, why=why)


def _romhilt_voltage(reading: Reading) -> Truth:
    limb = [at_least(reading.value("r_mv", lead), 2.0) for lead in LIMB_LEADS]
    limb += [at_least(reading.depth(lead), 2.0) for lead in LIMB_LEADS]
    chest = [at_least(reading.depth(lead), 3.0) for lead in ("V1", "V2")]
    return any_of(*limb, *chest, *(at_least(reading.value("r_mv", lead), 3.0) for lead in ("V5", "V6")))


def _opposite_st_t(reading: Reading) -> Truth:
    """ST and T opposite to an upright QRS in V5 or V6."""
    return any_of(
        *(
            all_of(
                above(reading.net_qrs(lead), 0),
                reading.holds("depressed", "st_j_mv", lead),
                below(reading.value("t_mv", lead), 0),
            )
            for lead in ("V5", "V6")
        )
    )


def rvh(reading: Reading) -> Outcome:
    """Axis +110 degrees or more, R in V1 of 0.7 mV or more or above S, QRS under 120 ms. Source: CHM-10."""
    tall = any_of(at_least(reading.value("r_mv", "V1"), 0.7), above(reading.net_qrs("V1"), 0))
    axis = at_least(reading.value("qrs_axis_deg"), 110)
    used = ("m-qrs_axis_deg", "m-r_mv-V1", "m-s_mv-V1")
    return Outcome(all_of(axis, tall, reading.holds("narrow", "qrs_ms")), used, ("V1",))


def right_atrial(reading: Reading) -> Outcome:
    """P of 0.25 mV or more in II, III or aVF, or above 0.15 mV in V1. Source: CHM-13."""
    tall = {lead: at_least(reading.value("p_mv", lead), 0.25) for lead in ("II", "III", "aVF")}
    tall["V1"] = above(reading.value("p_mv", "V1"), 0.15)
    leads = tuple(lead for lead, truth in tall.items() if truth)
    return Outcome(any_of(*tall.values()), ids("p_mv", leads or ("II",)), leads)


def left_atrial(reading: Reading) -> Outcome:
    """P of 120 ms or more in II, or terminal force in V1 of 0.04 mm·s or more. Source: CHM-14, unreviewed.

    Not decided on the global P, which runs longer than that of II (STD-08).
    """
    force = at_least(reading.value("p_terminal_mm_s", "V1"), P_TERMINAL_MM_S)
    return Outcome(
        any_of(reading.holds("prolonged", "p_lead_ms", "II"), force),
        ("m-p_lead_ms-II", "m-p_terminal_mm_s-V1"),
    )


def low_voltage(reading: Reading) -> Outcome:
    """QRS under 0.5 mV from peak to peak in all limb leads, or under 1.0 mV in all chest leads. Unchecked."""
    limb = all_of(*(below(_height(reading, lead), LOW_LIMB_MV) for lead in LIMB_LEADS))
    chest = all_of(*(below(_height(reading, lead), LOW_PRECORDIAL_MV) for lead in PRECORDIAL_LEADS))
    leads = (*(LIMB_LEADS if limb else ()), *(PRECORDIAL_LEADS if chest else ()))
    return Outcome(any_of(limb, chest), (*ids("r_mv", leads), *ids("s_mv", leads)), leads)


def _height(reading: Reading, lead: str) -> float | None:
    r, depth = reading.value("r_mv", lead), reading.depth(lead)
    return None if r is None or depth is None else r + depth
