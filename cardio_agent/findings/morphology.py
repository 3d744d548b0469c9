"""Criteria of chambers, ST–T and Q waves.

Enters: a :class:`~cardio_agent.findings.reading.Reading`. Leaves: an
:class:`~cardio_agent.findings.reading.Outcome`. Amplitudes in mV: 10 mm of paper are 1 mV (STD-07).
"""

from collections.abc import Callable, Iterable

from cardio_agent.findings.limits import holds
from cardio_agent.findings.reading import NOT_MEASURABLE, Outcome, Reading, ids
from cardio_agent.leads import LEADS, TERRITORIES

# Neighbours within each contiguous group. Source: STD-17 (I+aVL, V1–V6, II+III+aVF).
CONTIGUOUS = (("I", "aVL"), ("II", "aVF", "III"), ("V1", "V2", "V3", "V4", "V5", "V6"))
LeadTest = Callable[[Reading, str], bool | None]


def sokolow_lyon(reading: Reading) -> Outcome:
    """S in V1 plus R in V5 or V6 of 3.5 mV or more. Source: CHM-01.

    Not applied under 40 years, where it is unreliable, nor to an unknown age. Source: CHM-09.
    """
    age = reading.patient.age_years
    if age is None or age < 40:
        return NOT_MEASURABLE
    s = reading.value("s_mv", "V1")
    tallest = _tallest_r(reading, ("V5", "V6"))
    if s is None or tallest is None:
        return NOT_MEASURABLE
    lead, r = tallest
    met = r - s >= 3.5
    return Outcome("met" if met else "not met", ("m-s_mv-V1", f"m-r_mv-{lead}"), ("V1", lead))


def cornell(reading: Reading) -> Outcome:
    """R in aVL plus S in V3 of 2.8 mV or more (men) or 2.0 mV or more (women). Source: CHM-02."""
    r, s, sex = reading.value("r_mv", "aVL"), reading.value("s_mv", "V3"), reading.patient.sex
    if r is None or s is None or sex is None:
        return NOT_MEASURABLE
    met = r - s >= {"male": 2.8, "female": 2.0}[sex]
    return Outcome("met" if met else "not met", ("m-r_mv-aVL", "m-s_mv-V3"), ("aVL", "V3"))


def lvh_voltage(reading: Reading) -> Outcome:
    """Either voltage criterion; ``detail`` names those that are met, as CHM-07 asks."""
    both = {"Sokolow-Lyon": sokolow_lyon(reading), "Cornell": cornell(reading)}
    met = {name: outcome for name, outcome in both.items() if outcome.met}
    if met:
        basis = tuple(i for outcome in met.values() for i in outcome.basis)
        leads = tuple(lead for outcome in met.values() for lead in outcome.leads)
        return Outcome("met", basis, leads, detail=" and ".join(met))
    if all(outcome.state == "not measurable" for outcome in both.values()):
        return NOT_MEASURABLE
    return Outcome("not met", tuple(i for outcome in both.values() for i in outcome.basis))


def _tallest_r(reading: Reading, leads: Iterable[str]) -> tuple[str, float] | None:
    heights = [(lead, reading.value("r_mv", lead)) for lead in leads]
    known = [(lead, r) for lead, r in heights if r is not None]
    return max(known, key=lambda pair: pair[1], default=None)


def rvh(reading: Reading) -> Outcome:
    """Axis +110 degrees or more, R in V1 of 0.7 mV or more or above S, QRS under 120 ms. Source: CHM-10."""
    found, v1 = reading.values("qrs_axis_deg", "qrs_ms"), reading.in_lead("V1", "r_mv", "s_mv")
    if found is None or v1 is None:
        return NOT_MEASURABLE
    (axis, qrs), (r, s) = found, v1
    met = axis >= 110 and qrs < 120 and (r >= 0.7 or r > -s)
    return Outcome("met" if met else "not met", ("m-qrs_axis_deg", "m-r_mv-V1", "m-s_mv-V1"), ("V1",))


def right_atrial(reading: Reading) -> Outcome:
    """P of 0.25 mV or more in II, III or aVF, or above 0.15 mV in V1. Source: CHM-13."""
    heights = {lead: reading.value("p_mv", lead) for lead in ("II", "III", "aVF", "V1")}
    if all(p is None for p in heights.values()):
        return NOT_MEASURABLE
    tall = tuple(
        lead for lead, p in heights.items() if p is not None and (p > 0.15 if lead == "V1" else p >= 0.25)
    )
    return Outcome("met", ids("p_mv", tall), tall) if tall else Outcome("not met", ("m-p_mv-II",))


def left_atrial(reading: Reading) -> Outcome:
    """P of 120 ms or more. Source: CHM-14 (unreviewed source: never definite by itself)."""
    p = reading.value("p_ms")
    if p is None:
        return NOT_MEASURABLE
    return Outcome("met" if p >= 120 else "not met", ("m-p_ms",))


def st_elevation(reading: Reading) -> Outcome:
    """J point at or above the cut-point of lead, sex and age in two contiguous leads. Source: MI-01, MI-02.

    Where sex or age decide and are unknown, only what holds whoever the patient is counts.
    """

    def elevated(r: Reading, lead: str) -> bool | None:
        return holds("elevated", r.measurements.get("st_j_mv", lead), r.patient)

    return _in_contiguous_leads(reading, elevated, "st_j_mv")


def st_depression(reading: Reading) -> Outcome:
    """ST depressed 0.05 mV or more at J and at J+60 ms in two contiguous leads. Source: MI-04.

    Both points together exclude upsloping depression.
    """

    def depressed(r: Reading, lead: str) -> bool | None:
        found = r.in_lead(lead, "st_j_mv", "st_j60_mv")
        return None if found is None else max(found) <= -0.05 and found[1] <= found[0] + 0.02

    return _in_contiguous_leads(reading, depressed, "st_j60_mv")


def t_inversion(reading: Reading) -> Outcome:
    """T inverted more than 0.1 mV in two contiguous leads with R/S above 1. Source: MI-05."""

    def inverted(r: Reading, lead: str) -> bool | None:
        found = r.in_lead(lead, "t_mv", "r_mv", "s_mv")
        return None if found is None else found[0] < -0.1 and found[1] > -found[2]

    return _in_contiguous_leads(reading, inverted, "t_mv")


def q_waves(reading: Reading) -> Outcome:
    """Q of 30 ms or more and 0.1 mV or deeper, or QS, in two leads of a group; over 20 ms in V2–V3.

    Source: MI-10, MI-11; QS in V1 alone is normal (MI-14).
    """

    def pathological(r: Reading, lead: str) -> bool | None:
        found = r.in_lead(lead, "q_ms", "q_mv", "r_mv")
        if found is None:
            return None
        q_ms, q_mv, r_mv = found
        if q_mv < 0 and r_mv <= 0:
            return True
        return q_ms > 20 if lead in ("V2", "V3") else q_ms >= 30 and q_mv <= -0.1

    return _in_contiguous_leads(reading, pathological, "q_ms")


def _in_contiguous_leads(reading: Reading, test: LeadTest, name: str) -> Outcome:
    """Leads that pass, each with a passing neighbour of its group."""
    passed: list[str] = []
    known = False
    for group in CONTIGUOUS:
        verdicts = [test(reading, lead) for lead in group]
        known = known or any(v is not None for v in verdicts)
        for k, lead in enumerate(group):
            neighbours = verdicts[max(k - 1, 0) : k] + verdicts[k + 1 : k + 2]
            if verdicts[k] and any(neighbours):
                passed.append(lead)
    if not known:
        return NOT_MEASURABLE
    if not passed:
        return Outcome("not met")
    leads = tuple(sorted(passed, key=LEADS.index))
    return Outcome("met", ids(name, leads), leads, territory=territory(leads))


def territory(leads: Iterable[str]) -> str | None:
    """Name of the territories that hold at least two of the leads. Source: STD-17.

    >>> territory(("V1", "V2", "V3", "V4"))
    'anteroseptal'
    >>> territory(("II", "III", "aVF", "V5", "V6"))
    'inferolateral'
    """
    have = set(leads)
    named = [name for name, members in TERRITORIES.items() if len(have & set(members)) >= 2]
    if not named:
        return None
    joined = "-".join(named)
    return {
        "septal-anterior": "anteroseptal",
        "anterior-lateral": "anterolateral",
        "septal-anterior-lateral": "extensive anterior",
        "inferior-lateral": "inferolateral",
    }.get(joined, " and ".join(named))
