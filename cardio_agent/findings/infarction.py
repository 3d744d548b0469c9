"""Criteria of infarction: Q waves by group, the posterior R, ST shifts within bundle branch block.

Enters: a :class:`~cardio_agent.findings.reading.Reading`. Leaves: an
:class:`~cardio_agent.findings.reading.Outcome`. Amplitudes in mV: 10 mm of paper are 1 mV (STD-07).
"""

from collections.abc import Callable
from itertools import pairwise

from cardio_agent.findings.conduction import complete_lbbb, delta_wave, pre_excitation
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
from cardio_agent.findings.territories import GROUPED_LEADS, SAME_GROUP, in_two_leads
from cardio_agent.leads import LEADS, TERRITORIES

SEPTAL_Q_MS = 20.0  # Source: MI-10, longer than this in V2-V3
Q_MS, Q_MV = 30.0, -0.1  # Source: MI-11
POSTERIOR_R_MS = 40.0  # Source: MI-12
# Source: SGA-01. The 2 points of discordant elevation alone do not reach the 3 that are asked.
CONCORDANT_MV, DISCORDANT_MV = 0.1, 0.5
ST_TO_S = -0.25  # Source: SGA-02
LOW_R_V3_MV = 0.3  # unchecked: Zema and Kligfield, Arch Intern Med 1982
R_FALL_MV = 0.1  # unchecked: more than R of one lead repeats itself
_V1_TO_V3 = ("V1", "V2", "V3")
_V1_TO_V4 = (*_V1_TO_V3, "V4")


def q_waves(reading: Reading) -> Outcome:
    """Pathological Q waves in two leads of one group; QS in V1 alone is normal.

    Source: MI-10, MI-11, MI-14. Not told in left bundle branch block (MI-10) and pre-excitation (MI-15).
    """
    if _is_masked(reading):
        return _MASKED
    met, leads = in_two_leads(lambda lead: _pathological_q(reading, lead), SAME_GROUP)
    return _of_q(met, leads)


def q_waves_in(name: str) -> Callable[[Reading], Outcome]:
    """As :func:`q_waves` in two leads of one territory. Source: MI-10, MI-11, MI-15, STD-17."""
    wall = {"anterior": ("V1", "V2", "V3", "V4"), **{k: TERRITORIES[k] for k in ("inferior", "lateral")}}[
        name
    ]

    def test(reading: Reading) -> Outcome:
        if _is_masked(reading):
            return _MASKED
        pairs = [pair for pair in SAME_GROUP if set(pair) <= set(wall)]
        met, leads = in_two_leads(lambda lead: _pathological_q(reading, lead), pairs)
        return _of_q(met, leads)

    return test


_MASKED = Outcome(None, why="left bundle branch block or pre-excitation can make Q waves of its own")


def _is_masked(reading: Reading) -> bool:
    return any(test(reading).met for test in (complete_lbbb, pre_excitation, delta_wave))


def _of_q(met: Truth, leads: tuple[str, ...]) -> Outcome:
    return Outcome(met, (*ids("q_ms", leads), *ids("q_mv", leads)), leads)


def _pathological_q(reading: Reading, lead: str) -> Truth:
    q_ms, q_mv = reading.value("q_ms", lead), reading.value("q_mv", lead)
    qs = all_of(below(q_mv, 0), at_most(reading.value("r_mv", lead), 0))
    if lead in ("V2", "V3"):
        return any_of(qs, above(q_ms, SEPTAL_Q_MS))
    return any_of(qs, all_of(at_least(q_ms, Q_MS), at_most(q_mv, Q_MV)))


def small_q_with_t_inversion(reading: Reading) -> Outcome:
    """Q of 20 to 30 ms, 0.1 mV deep, with inverted T, in two leads of one group. Source: MI-13, REP-02."""

    def small(lead: str) -> Truth:
        q_ms = reading.value("q_ms", lead)
        width = None if q_ms is None else SEPTAL_Q_MS <= q_ms < Q_MS
        deep = at_most(reading.value("q_mv", lead), Q_MV)
        return all_of(width, deep, reading.holds("inverted", "t_mv", lead))

    met, leads = in_two_leads(small, SAME_GROUP)
    return Outcome(met, (*ids("q_ms", leads), *ids("t_mv", leads)), leads)


def posterior_r(reading: Reading) -> Outcome:
    """R over 40 ms and above S in V1 and V2 with upright T, without a conduction defect. Source: MI-12."""
    shapes = [
        truth
        for lead in ("V1", "V2")
        for truth in (
            above(reading.value("r_ms", lead), POSTERIOR_R_MS),
            above(reading.net_qrs(lead), 0),
            reading.holds("upright", "t_mv", lead),
        )
    ]
    used = (*ids("r_mv", ("V1", "V2")), *ids("s_mv", ("V1", "V2")), "m-qrs_ms")
    return Outcome(all_of(*shapes, reading.holds("normal", "qrs_ms")), used, ("V1", "V2"))


def poor_r_progression(reading: Reading) -> Outcome:
    """R of 0.3 mV or less in V1–V3, and lower than S in V4 still. Unchecked.

    Of normal PTB-XL records (folds 1 to 8) one in eleven has the first half, one in fifty both.
    """
    low = [at_most(reading.value("r_mv", lead), LOW_R_V3_MV) for lead in _V1_TO_V3]
    met = all_of(*low, below(reading.net_qrs("V4"), 0))
    return Outcome(met, (*ids("r_mv", _V1_TO_V4), "m-s_mv-V4", "m-r_transition_lead"), _V1_TO_V4)


def reversed_r_progression(reading: Reading) -> Outcome:
    """R falling by 0.1 mV or more from one of V1–V4 to the next, and low in V3. Unchecked."""
    r = [reading.value("r_mv", lead) for lead in _V1_TO_V4]
    falls = [None if a is None or b is None else a - b >= R_FALL_MV for a, b in pairwise(r)]
    met = all_of(any_of(*falls), at_most(reading.value("r_mv", "V3"), LOW_R_V3_MV))
    return Outcome(met, ids("r_mv", _V1_TO_V4), _V1_TO_V4)


def sgarbossa(reading: Reading) -> Outcome:
    """3 points or more in left bundle branch block.

    5 points for concordant ST elevation of 0.1 mV in any lead, 3 for ST depression of 0.1 mV in V1, V2 or
    V3, 2 for discordant elevation of 0.5 mV. Source: SGA-01. In pacing only the first counts (MI-21).
    """
    if _block(reading) is False:
        return Outcome(False)
    concordant, anterior = _concordant(reading), _anterior_depression(reading)
    discordant = {lead: _elevated_against(reading, lead, DISCORDANT_MV) for lead in GROUPED_LEADS}
    items = ((5, concordant), (3, anterior), (2, discordant))
    points = sum(value for value, truths in items if any(truths.values()))
    met = all_of(_block(reading), any_of(*concordant.values(), *anterior.values()))
    leads = _leads_of(concordant, anterior, discordant)
    return Outcome(met, ids("st_j_mv", leads), leads, {"points": float(points)}, _why_open(reading))


def sgarbossa_modified(reading: Reading) -> Outcome:
    """Any of the concordant signs, or discordant elevation over a quarter of the S. Source: SGA-02."""
    if _block(reading) is False:
        return Outcome(False)
    concordant, anterior = _concordant(reading), _anterior_depression(reading)
    excessive = {lead: _excessive(reading, lead) for lead in GROUPED_LEADS}
    met = all_of(_block(reading), any_of(*concordant.values(), *anterior.values(), *excessive.values()))
    leads = _leads_of(concordant, anterior, excessive)
    ratios = {
        f"st_to_s {lead}": round(-(reading.value("st_j_mv", lead) or 0) / depth, 2)
        for lead in leads
        if excessive.get(lead) and (depth := reading.depth(lead))
    }
    return Outcome(met, ids("st_j_mv", leads), leads, ratios, _why_open(reading))


def _block(reading: Reading) -> Truth:
    return True if reading.rhythm.is_paced else complete_lbbb(reading).met


def _why_open(reading: Reading) -> str:
    is_open = _block(reading) is None
    return "whether there is left bundle branch block cannot be told" if is_open else ""


def _concordant(reading: Reading) -> dict[str, Truth]:
    return {
        lead: all_of(
            at_least(reading.value("st_j_mv", lead), CONCORDANT_MV),
            _stays(reading, lead, 1),
            above(reading.net_qrs(lead), 0),
        )
        for lead in GROUPED_LEADS
    }


def _stays(reading: Reading, lead: str, sign: int) -> Truth:
    """ST has the same sign 60 ms after J, or is not known there: the end of a wide QRS has not. Unchecked."""
    later = reading.value("st_j60_mv", lead)
    return later is None or later * sign >= 0


def _anterior_depression(reading: Reading) -> dict[str, Truth]:
    if reading.rhythm.is_paced:
        return {}
    return {
        lead: all_of(
            at_most(reading.value("st_j_mv", lead), -CONCORDANT_MV),
            _stays(reading, lead, -1),
            below(reading.net_qrs(lead), 0),
        )
        for lead in _V1_TO_V3
    }


def _elevated_against(reading: Reading, lead: str, mv: float) -> Truth:
    return all_of(at_least(reading.value("st_j_mv", lead), mv), below(reading.net_qrs(lead), 0))


def _excessive(reading: Reading, lead: str) -> Truth:
    if reading.rhythm.is_paced:
        return False
    st, depth = reading.value("st_j_mv", lead), reading.depth(lead)
    ratio = None if st is None or depth is None else -st <= ST_TO_S * depth
    return all_of(_elevated_against(reading, lead, CONCORDANT_MV), ratio)


def _leads_of(*groups: dict[str, Truth]) -> tuple[str, ...]:
    return tuple(lead for lead in LEADS if any(group.get(lead) for group in groups))
