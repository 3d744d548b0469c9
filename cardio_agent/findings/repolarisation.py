"""Criteria of ST and T: ischaemic shifts and inversions, and named patterns of them.

Enters: a :class:`~cardio_agent.findings.reading.Reading`. Leaves: an
:class:`~cardio_agent.findings.reading.Outcome`. Amplitudes in mV: 10 mm of paper are 1 mV (STD-07).
What the pattern asks of the history (pain, a prior ECG) is not looked at.
"""

from cardio_agent.findings.reading import (
    Outcome,
    Reading,
    Truth,
    above,
    all_of,
    any_of,
    at_least,
    at_most,
    below,
    ids,
)
from cardio_agent.findings.territories import GROUPED_LEADS, in_two_leads
from cardio_agent.leads import LEADS

SLOPE_TOLERANCE_MV = 0.02
"""A rise from J to J+60 ms that noise explains: the segment still counts as horizontal. Unchecked."""
RIGHT_ST_MV = 0.1  # Source: MI-20
LEFT_MAIN_MV, LEFT_MAIN_LEADS = -0.1, 6  # Source: MI-25
DEEP_T_MV = -0.2  # Source: MI-24
BRUGADA_MV = 0.2  # Source: CHN-01
STILL_RAISED_MV = 0.1
"""A coved ST is still up 60 ms after J; the R' of RBBB, whose end is easily missed, is not. Unchecked."""
FLAT_T_MV, LOW_T_SHARE = 0.1, 0.1  # Source: REP-02
TALL_R_MV = 0.5
"""R from which a low T beside it is worth telling. Unchecked."""
_LOW_T_PAIRS = (("V3", "V4"), ("V4", "V5"), ("V5", "V6"))
_ANTERIOR_T = ("V2", "V3")
_MIRROR = ("V1", "V2", "V3")


def st_elevation(reading: Reading) -> Outcome:
    """J point at or above the cut-point of lead, sex and age in two contiguous leads. Source: MI-01, MI-02.

    Where sex or age decide and are unknown, only what holds whoever the patient is counts.
    """
    met, leads = in_two_leads(lambda lead: reading.holds("elevated", "st_j_mv", lead))
    return Outcome(met, ids("st_j_mv", leads), leads)


def st_depression(reading: Reading) -> Outcome:
    """Horizontal or downsloping ST depression of 0.05 mV in two contiguous leads. Source: MI-04."""
    met, leads = in_two_leads(lambda lead: depressed(reading, lead))
    after = {f"st_j60_mv {lead}": v for lead in leads if (v := reading.value("st_j60_mv", lead)) is not None}
    return Outcome(met, ids("st_j_mv", leads), leads, after)


def depressed(reading: Reading, lead: str) -> Truth:
    """ST low at J and at J+60 ms and not rising between them: upsloping depression does not count."""
    j, j60 = reading.value("st_j_mv", lead), reading.value("st_j60_mv", lead)
    if j is None or j60 is None:
        return None
    low = all_of(reading.holds("depressed", "st_j_mv", lead), reading.holds("depressed", "st_j60_mv", lead))
    return all_of(low, j60 <= j + SLOPE_TOLERANCE_MV)


def t_inversion(reading: Reading) -> Outcome:
    """T inverted more than 0.1 mV in two contiguous leads with R/S above 1. Source: MI-05."""

    def inverted(lead: str) -> Truth:
        return all_of(below(reading.value("t_mv", lead), -0.1), above(reading.net_qrs(lead), 0))

    met, leads = in_two_leads(inverted)
    return Outcome(met, ids("t_mv", leads), leads)


def posterior_st(reading: Reading) -> Outcome:
    """ST depression in V1–V3 with upright T and nowhere else: may mirror posterior injury. Source: MI-18."""

    def mirrored(lead: str) -> Truth:
        return all_of(depressed(reading, lead), reading.holds("upright", "t_mv", lead))

    here, leads = in_two_leads(mirrored, (("V1", "V2"), ("V2", "V3")))
    others = [lead for lead in GROUPED_LEADS if lead not in (*_MIRROR, "V4")]
    elsewhere = any_of(*(depressed(reading, lead) for lead in others))
    met = all_of(here, None if elsewhere is None else not elsewhere)
    return Outcome(met, (*ids("st_j_mv", leads), *ids("t_mv", leads)), leads)


def right_ventricular_st(reading: Reading) -> Outcome:
    """Inferior ST elevation with 0.1 mV or more in V1 or aVR. Source: MI-20."""
    inferior, leads = in_two_leads(
        lambda lead: reading.holds("elevated", "st_j_mv", lead), (("II", "aVF"), ("aVF", "III"))
    )
    right = {lead: at_least(reading.value("st_j_mv", lead), RIGHT_ST_MV) for lead in ("V1", "aVR")}
    shown = (*leads, *(lead for lead, truth in right.items() if truth))
    return Outcome(all_of(inferior, any_of(*right.values())), ids("st_j_mv", shown), shown)


def left_main(reading: Reading) -> Outcome:
    """ST depression of 0.1 mV or more in six leads with elevation in aVR or V1. Source: MI-25, MI-01."""
    truths = {lead: at_most(reading.value("st_j_mv", lead), LEFT_MAIN_MV) for lead in LEADS}
    low = tuple(lead for lead, truth in truths.items() if truth)
    n_open = sum(truth is None for truth in truths.values())
    enough = len(low) >= LEFT_MAIN_LEADS or (None if len(low) + n_open >= LEFT_MAIN_LEADS else False)
    raised = {lead: at_least(reading.value("st_j_mv", lead), RIGHT_ST_MV) for lead in ("aVR", "V1")}
    leads = (*low, *(lead for lead, truth in raised.items() if truth))
    derived = {"n_depressed_leads": float(len(low))}
    return Outcome(all_of(enough, any_of(*raised.values())), ids("st_j_mv", leads), leads, derived)


def wellens(reading: Reading) -> Outcome:
    """T inverted more than 0.2 mV in V2 and V3, R waves kept, no Q in V1–V4. Source: MI-24, MI-28.

    Limits: pain and troponin are not known.
    """
    deep = [below(reading.value("t_mv", lead), DEEP_T_MV) for lead in _ANTERIOR_T]
    used = (*ids("t_mv", _ANTERIOR_T), *ids("r_mv", _ANTERIOR_T))
    return Outcome(all_of(*deep, *_r_kept(reading)), used, _ANTERIOR_T)


def wellens_biphasic(reading: Reading) -> Outcome:
    """T first up, then down by 0.1 mV or more in V2 and V3, R waves kept, no Q in V2–V4.

    Source: MI-28 (the pattern), REP-02 (what counts as inverted). Limits: pain and troponin are not known.
    """
    used = tuple(i for name in ("t_mv", "t_terminal_mv", "r_mv") for i in ids(name, _ANTERIOR_T))
    down = [reading.holds("inverted", "t_terminal_mv", lead) for lead in _ANTERIOR_T]
    first_up = [_starts_upright(reading, lead) for lead in _ANTERIOR_T]
    return Outcome(all_of(*down, *first_up, *_r_kept(reading)), used, _ANTERIOR_T)


def _starts_upright(reading: Reading, lead: str) -> Truth:
    return any_of(above(reading.value("t_mv", lead), 0), above(reading.value("t_second_mv", lead), 0))


def _r_kept(reading: Reading) -> list[Truth]:
    """R waves in V2 and V3, no Q in V2–V4."""
    kept = [above(reading.value("r_mv", lead), 0) for lead in _ANTERIOR_T]
    return [*kept, *(at_most(reading.value("q_ms", lead), 20) for lead in ("V2", "V3", "V4"))]


def low_t(reading: Reading) -> Outcome:
    """T within 0.1 mV, and under a tenth of a tall R, in two neighbours of V3–V6. Source: REP-02."""

    def low(lead: str) -> Truth:
        t, r = reading.value("t_mv", lead), reading.value("r_mv", lead)
        if t is None or r is None:
            return None
        return r >= TALL_R_MV and abs(t) < min(FLAT_T_MV, LOW_T_SHARE * r)

    met, leads = in_two_leads(low, _LOW_T_PAIRS)
    return Outcome(met, (*ids("t_mv", leads), *ids("r_mv", leads)), leads)


def brugada_type_1(reading: Reading) -> Outcome:
    """J point over 0.2 mV, ST falling slowly to an inverted T in V1 or V2. Source: CHN-01."""
    coved = {lead: _coved(reading, lead) for lead in ("V1", "V2")}
    leads = tuple(lead for lead, truth in coved.items() if truth)
    used = tuple(i for name in ("st_j_mv", "st_j60_mv", "t_mv") for i in ids(name, leads))
    return Outcome(any_of(*coved.values()), used, leads)


def _coved(reading: Reading, lead: str) -> Truth:
    j, j60 = reading.value("st_j_mv", lead), reading.value("st_j60_mv", lead)
    falls = None if j is None or j60 is None else STILL_RAISED_MV <= j60 < j
    return all_of(above(j, BRUGADA_MV), falls, below(reading.value("t_mv", lead), 0))
