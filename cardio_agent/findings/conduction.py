"""Criteria of conduction: pre-excitation, bundle branch and fascicular blocks, QT.

Enters: a :class:`~cardio_agent.findings.reading.Reading`. Leaves: an
:class:`~cardio_agent.findings.reading.Outcome`. Corpus ids of the thresholds stand with each.
"""

from cardio_agent.findings.limits import holds
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

RBBB_RPT_MS, RBBB_S_MS = 50.0, 40.0  # Source: CND-01
LBBB_RPT_MS = 60.0  # Source: CND-04, CND-05
QTC = "qtc_fridericia_ms"
WIDE_QRS_MS = 120.0  # Source: CND-01, CND-04
LAFB_RPT_MS = 45.0  # Source: CND-07
SLURRED_START_MS = 55.0
"""A QRS this slow to start has a delta wave. Unchecked: in PTB-XL (folds 1 to 8) the four wide ones of
pre-excitation take 58 ms and more, 99 of 100 normal ones no more than 32 ms."""
BROAD_R_MS = 20.0
"""An R at three quarters of its height for this long is notched or slurred. Unchecked: in PTB-XL (folds 1
to 8) one of the four leads reaches it in all of 52 LBBB and in 11 of 100 normal ECGs."""
_LBBB_Q_FREE = ("I", "V5", "V6")
_LBBB_BROAD_R = ("I", "aVL", "V5", "V6")


def pre_excitation(reading: Reading) -> Outcome:
    """PR 120 ms or less, slurred start of QRS, QRS over 120 ms. Source: SVT-05."""
    short, wide = at_most(reading.value("pr_ms"), 120), above(reading.value("qrs_ms"), 120)
    return Outcome(all_of(short, wide, _slurred_start(reading)), ("m-pr_ms", "m-qrs_ms", "m-qrs_upstroke_ms"))


def delta_wave(reading: Reading) -> Outcome:
    """Slurred start of a prolonged QRS that is not RBBB, after a PR that is not prolonged. Unchecked.

    For pre-excitation whose PR, as measured, exceeds the 120 ms of its definition.
    """
    pr, block = reading.holds("prolonged", "pr_ms"), complete_rbbb(reading).met
    others = [None if truth is None else not truth for truth in (pr, block)]
    met = all_of(_slurred_start(reading), reading.holds("prolonged", "qrs_ms"), *others)
    return Outcome(met, ("m-qrs_upstroke_ms", "m-qrs_ms", "m-pr_ms"))


def _slurred_start(reading: Reading) -> Truth:
    return at_least(reading.value("qrs_upstroke_ms"), SLURRED_START_MS)


def complete_lbbb(reading: Reading) -> Outcome:
    """QRS 120 ms or more in the shape of LBBB. Source: CND-04."""
    return _lbbb(reading, reading.holds("wide", "qrs_ms"))


def incomplete_lbbb(reading: Reading) -> Outcome:
    """QRS 110 to 119 ms, no q in I, V5, V6, R-peak over 60 ms in V4, V5 or V6. Source: CND-05."""
    late = any_of(*(above(reading.value("r_peak_time_ms", lead), LBBB_RPT_MS) for lead in ("V4", "V5", "V6")))
    return _lbbb(reading, all_of(reading.holds("borderline", "qrs_ms"), late))


def _lbbb(reading: Reading, width: Truth) -> Outcome:
    used = ("m-qrs_ms", "m-s_mv-V1", "m-r_mv-V6", *ids("r_plateau_ms", _LBBB_BROAD_R))
    return Outcome(all_of(width, _lbbb_shape(reading)), used, ("I", "V1", "V6"))


def _lbbb_shape(reading: Reading) -> Truth:
    """R broad, notched or slurred in I, aVL, V5 or V6; no q in I, V5, V6; V1 down, I and V6 up.

    The R-peak time is not asked for: of a notched R the first summit may be the higher one.
    """
    broad = any_of(*(at_least(reading.value("r_plateau_ms", lead), BROAD_R_MS) for lead in _LBBB_BROAD_R))
    q_free = [at_most(reading.value("q_ms", lead), 0) for lead in _LBBB_Q_FREE]
    upright = [above(reading.net_qrs(lead), 0) for lead in ("I", "V6")]
    return all_of(broad, *q_free, *upright, below(reading.net_qrs("V1"), 0))


def complete_rbbb(reading: Reading) -> Outcome:
    """QRS 120 ms or more in the shape of RBBB. Source: CND-01."""
    return _rbbb(reading, reading.holds("wide", "qrs_ms"))


def incomplete_rbbb(reading: Reading) -> Outcome:
    """QRS 110 to 119 ms in the shape of RBBB. Source: CND-02."""
    return _rbbb(reading, reading.holds("borderline", "qrs_ms"))


def right_delay(reading: Reading) -> Outcome:
    """QRS over 110 ms, or the highest R of V1 later than 50 ms: without either there is no RBBB.

    Source: STD-02, CND-01. The end of a slurred S is easily missed, a late R of V1 is not.
    """
    met = any_of(reading.holds("prolonged", "qrs_ms"), _late_r_of_v1(reading) or False)
    return Outcome(met, ("m-qrs_ms", "m-r_peak_time_ms-V1"), ("V1",))


def left_delay(reading: Reading) -> Outcome:
    """QRS over 110 ms that is not RBBB: without it there is no LBBB. Source: STD-02, CND-01."""
    other = complete_rbbb(reading)
    met = all_of(reading.holds("prolonged", "qrs_ms"), None if other.met is None else not other.met)
    return Outcome(met, other.used)


def _rbbb(reading: Reading, width: Truth) -> Outcome:
    """R' in V1 or V2 or a late R of V1, and S longer than R or over 40 ms in I and V6."""
    second = [above(reading.value("r_second_mv", lead), 0) for lead in ("V1", "V2")]
    terminal = any_of(*second, _late_r_of_v1(reading))
    broad = [_broad_s(reading, lead) for lead in ("I", "V6")]
    used = (*ids("r_second_mv", ("V1", "V2")), "m-r_peak_time_ms-V1", *ids("s_ms", ("I", "V6")))
    return Outcome(all_of(width, terminal, *broad), ("m-qrs_ms", *used), ("I", "V1", "V6"))


def _late_r_of_v1(reading: Reading) -> Truth:
    """The highest R of V1 later than 50 ms; not so where V1 has no R."""
    has_r = above(reading.value("r_mv", "V1"), 0)
    return False if has_r is False else above(reading.value("r_peak_time_ms", "V1"), RBBB_RPT_MS)


def _broad_s(reading: Reading, lead: str) -> Truth:
    s, r = reading.value("s_ms", lead), reading.value("r_ms", lead)
    return any_of(above(s, RBBB_S_MS), None if s is None or r is None else s > r)


def ivcd(reading: Reading) -> Outcome:
    """QRS over 110 ms without the shape of RBBB or LBBB. Source: CND-11, STD-02."""
    other = any_of(
        *(test(reading).met for test in (complete_lbbb, complete_rbbb, incomplete_lbbb, incomplete_rbbb))
    )
    return Outcome(
        all_of(reading.holds("prolonged", "qrs_ms"), None if other is None else not other), ("m-qrs_ms",)
    )


def left_anterior_fascicular_block(reading: Reading) -> Outcome:
    """Axis -45 to -90 degrees, qR in aVL, R-peak there 45 ms or more, QRS under 120 ms.

    Source: CND-07; beside RBBB, with which it is described (CND-12), QRS may be wider. Where no R-peak
    time was measured the rest decides.
    """
    peak = reading.value("r_peak_time_ms", "aVL")
    late = True if peak is None else at_least(peak, LAFB_RPT_MS)
    width = any_of(reading.holds("narrow", "qrs_ms"), complete_rbbb(reading).met)
    met = all_of(_axis_between(reading, -90, -45), width, _qr(reading, "aVL"), late)
    return Outcome(met, ("m-qrs_axis_deg", "m-qrs_ms", "m-q_ms-aVL"), ("aVL",))


def left_posterior_fascicular_block(reading: Reading) -> Outcome:
    """Axis +90 to +180, rS in I and aVL, qR in III and aVF, QRS under 120 ms.

    Source: CND-10. Other causes of right axis are not excluded.
    """
    rs = [below(reading.net_qrs(lead), 0) for lead in ("I", "aVL")]
    qr = [_qr(reading, lead) for lead in ("III", "aVF")]
    used = ("m-qrs_axis_deg", "m-qrs_ms", *ids("q_ms", ("III", "aVF")))
    narrow = reading.holds("narrow", "qrs_ms")
    return Outcome(
        all_of(_axis_between(reading, 90, 180), narrow, *rs, *qr), used, ("I", "III", "aVL", "aVF")
    )


def long_qtc(reading: Reading) -> Outcome:
    """QTc at or above the limit of sex. Source: STD-04, STD-13 (see :func:`_long_qtc`)."""
    return _long_qtc(reading, "prolonged")


def very_long_qtc(reading: Reading) -> Outcome:
    """QTc over 500 ms. Source: QT-06, STD-13 (see :func:`_long_qtc`)."""
    return _long_qtc(reading, "markedly prolonged")


def _long_qtc(reading: Reading, word: str) -> Outcome:
    """By the limits of normal, less what a wide QRS exceeds 120 ms by: that prolongs QT, but not ST–T.

    STD-13 asks for an adjustment and names none; this one is unchecked.
    """
    own, qtc, qrs = (f"m-{QTC}",), reading.measurements.get(f"m-{QTC}"), reading.value("qrs_ms")
    if qtc is None or qtc.value is None:
        return Outcome(None, own)
    excess = max((qrs or 0.0) - WIDE_QRS_MS, 0.0)
    if not excess:
        return Outcome(holds(word, qtc, reading.patient), own)
    adjusted = qtc.model_copy(update={"value": qtc.value - excess})
    derived = {"qtc_less_excess_qrs_ms": round(qtc.value - excess, 1)}
    return Outcome(holds(word, adjusted, reading.patient), (*own, "m-qrs_ms"), derived=derived)


def _axis_between(reading: Reading, low: float, high: float) -> Truth:
    axis = reading.value("qrs_axis_deg")
    return None if axis is None else low <= axis <= high


def _qr(reading: Reading, lead: str) -> Truth:
    """A small q before a dominant R."""
    return all_of(above(reading.value("q_ms", lead), 0), above(reading.net_qrs(lead), 0))
