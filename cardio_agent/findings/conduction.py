"""Criteria of conduction: pre-excitation, bundle branch and fascicular blocks, QT.

Enters: a :class:`~cardio_agent.findings.reading.Reading`. Leaves: an
:class:`~cardio_agent.findings.reading.Outcome`. Corpus ids of the thresholds stand with each.
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

RBBB_RPT_MS, RBBB_S_MS = 50.0, 40.0  # Source: CND-01
LBBB_RPT_MS = 60.0  # Source: CND-04, CND-05
LAFB_RPT_MS = 45.0  # Source: CND-07
_LBBB_Q_FREE = ("I", "V5", "V6")


def pre_excitation(reading: Reading) -> Outcome:
    """PR 120 ms or less with QRS over 120 ms. Source: SVT-05; the delta wave itself is not measured."""
    pr, qrs = reading.value("pr_ms"), reading.value("qrs_ms")
    return Outcome(all_of(at_most(pr, 120), above(qrs, 120)), ("m-pr_ms", "m-qrs_ms"))


def complete_lbbb(reading: Reading) -> Outcome:
    """QRS 120 ms or more in the shape of LBBB. Source: CND-04."""
    return _lbbb(reading, reading.holds("wide", "qrs_ms"))


def incomplete_lbbb(reading: Reading) -> Outcome:
    """QRS 110 to 119 ms, no q in I, V5, V6, R-peak over 60 ms in V4, V5 or V6. Source: CND-05."""
    late = any_of(*(above(reading.value("r_peak_time_ms", lead), LBBB_RPT_MS) for lead in ("V4", "V5", "V6")))
    return _lbbb(reading, all_of(reading.holds("borderline", "qrs_ms"), late))


def _lbbb(reading: Reading, width: Truth) -> Outcome:
    used = ("m-qrs_ms", "m-s_mv-V1", "m-r_mv-V6")
    return Outcome(all_of(width, _lbbb_shape(reading)), used, ("I", "V1", "V6"))


def _lbbb_shape(reading: Reading) -> Truth:
    """No q in I, V5 and V6; V1 mainly negative, I and V6 mainly positive.

    Notching is not measured; the main direction of V1, I and V6 stands in for it. The R-peak time does not:
    of a notched R the first summit may be the higher one.
    """
    q_free = [at_most(reading.value("q_ms", lead), 0) for lead in _LBBB_Q_FREE]
    upright = [above(reading.net_qrs(lead), 0) for lead in ("I", "V6")]
    return all_of(*q_free, *upright, below(reading.net_qrs("V1"), 0))


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
    late = above(reading.value("r_peak_time_ms", "V1"), RBBB_RPT_MS)
    met = any_of(reading.holds("prolonged", "qrs_ms"), late or False)
    return Outcome(met, ("m-qrs_ms", "m-r_peak_time_ms-V1"), ("V1",))


def _rbbb(reading: Reading, width: Truth) -> Outcome:
    """S longer than R or over 40 ms in I and V6, and the highest R of V1 late.

    An rsR' itself is not measured; without an R-peak time, V1 mainly positive stands in for it.
    """
    late = above(reading.value("r_peak_time_ms", "V1"), RBBB_RPT_MS)
    terminal = above(reading.net_qrs("V1"), 0) if late is None else late
    broad = [_broad_s(reading, lead) for lead in ("I", "V6")]
    used = ("m-qrs_ms", "m-r_peak_time_ms-V1", "m-r_mv-V1", "m-s_ms-I", "m-s_ms-V6")
    return Outcome(all_of(width, terminal, *broad), used, ("I", "V1", "V6"))


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


def _axis_between(reading: Reading, low: float, high: float) -> Truth:
    axis = reading.value("qrs_axis_deg")
    return None if axis is None else low <= axis <= high


def _qr(reading: Reading, lead: str) -> Truth:
    """A small q before a dominant R."""
    return all_of(above(reading.value("q_ms", lead), 0), above(reading.net_qrs(lead), 0))
