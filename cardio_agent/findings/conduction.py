"""Criteria of rhythm, conduction and intervals.

Enters: a :class:`~cardio_agent.findings.reading.Reading`. Leaves: an
:class:`~cardio_agent.findings.reading.Outcome`. Corpus ids of the thresholds stand with each.
"""

from dataclasses import replace

from cardio_agent.findings.reading import NOT_MEASURABLE, Outcome, Reading, limit

# "One P before each QRS" (STD-05), with room for a beat at the edge of the strip.
P_BEFORE_MOST_QRS = 0.8
FEW_P = 0.3


def has_p_waves(reading: Reading) -> bool | None:
    """Whether a P wave stands before nearly each QRS; None between the clear cases or without beats."""
    ratio = reading.rhythm.p_to_qrs_ratio
    if ratio is None or FEW_P < ratio < P_BEFORE_MOST_QRS:
        return None
    return ratio >= P_BEFORE_MOST_QRS


def sinus(reading: Reading) -> Outcome:
    """One P before each QRS, constant PR. Source: STD-05 (rate apart)."""
    p = has_p_waves(reading)
    if p is None:
        return NOT_MEASURABLE
    return Outcome("met" if p else "not met", ("m-pr_ms", "m-heart_rate_bpm"))


def sinus_bradycardia(reading: Reading) -> Outcome:
    """Sinus rate under 60/min. Source: STD-06."""
    return _sinus_at(reading, "slow")


def sinus_tachycardia(reading: Reading) -> Outcome:
    """Sinus rate over 100/min. Source: STD-06."""
    return _sinus_at(reading, "fast")


def _sinus_at(reading: Reading, pace: str) -> Outcome:
    rate = limit(reading, pace, "heart_rate_bpm")
    if not rate.met:
        return rate
    p = sinus(reading)
    return Outcome(p.state, ("m-heart_rate_bpm", *p.basis[:1])) if p.met else p


def atrial_fibrillation(reading: Reading) -> Outcome:
    """Irregular RR intervals and no repeating P waves. Source: AF-02.

    Without P waves a regular rhythm decides nothing: AF with AV block is regular (AF-02).
    """
    p = has_p_waves(reading)
    if p is None or reading.rhythm.rr_cv is None or not (p or reading.rhythm.is_irregular):
        return NOT_MEASURABLE
    return Outcome("not met" if p else "met", ("m-rr_sd_ms", "m-rr_ms", "m-pr_ms"))


def tachycardia_without_p(reading: Reading) -> Outcome:
    """Rate over 100/min and no P waves before most QRS. Source: STD-06 for the rate."""
    if has_p_waves(reading) is not False:
        return NOT_MEASURABLE
    return limit(reading, "fast", "heart_rate_bpm")


def pacing(reading: Reading) -> Outcome:
    """Pacing spikes were found. Their absence excludes nothing (PAC-05)."""
    return Outcome("met", ("m-qrs_ms",)) if reading.rhythm.is_paced else NOT_MEASURABLE


def pause(reading: Reading) -> Outcome:
    """More than 3 s without a QRS complex. Source: SYN-01."""
    return limit(reading, "prolonged", "longest_pause_ms")


def ventricular_ectopy(reading: Reading) -> Outcome:
    """An early beat, QRS 120 ms or more. Source: CND-14."""
    n = reading.rhythm.n_ventricular
    return Outcome("met" if n else "not met", ("m-rr_sd_ms",))


def supraventricular_ectopy(reading: Reading) -> Outcome:
    """An early beat of usual shape. Source: CND-15."""
    n = reading.rhythm.n_supraventricular_premature
    return Outcome("met" if n else "not met", ("m-rr_sd_ms",))


def first_degree_avb(reading: Reading) -> Outcome:
    """PR longer than 200 ms. Source: BRD-27."""
    return limit(reading, "prolonged", "pr_ms")


def pre_excitation(reading: Reading) -> Outcome:
    """PR 120 ms or less with QRS over 120 ms. Source: SVT-05; the delta wave itself is not measured."""
    found = reading.values("pr_ms", "qrs_ms")
    if found is None:
        return NOT_MEASURABLE
    pr, qrs = found
    return Outcome("met" if pr <= 120 and qrs > 120 else "not met", ("m-pr_ms", "m-qrs_ms"))


def wide_qrs(reading: Reading) -> Outcome:
    """QRS over 110 ms. Source: STD-02."""
    return limit(reading, "prolonged", "qrs_ms")


def clbbb(reading: Reading) -> Outcome:
    """QRS 120 ms or more, no q in I, V5, V6, V1 mainly negative, I and V6 mainly positive.

    Source: CND-04. Notching and R-peak time are not measured; the main direction of V1, I and V6
    stands in for the shape.
    """
    shape = _bundle_shape(reading)
    if shape is None:
        return NOT_MEASURABLE
    qrs, net_v1, net_one, net_v6 = shape
    q_absent = all((reading.value("q_ms", lead) or 0) == 0 for lead in ("I", "V5", "V6"))
    met = qrs >= 120 and net_v1 < 0 < net_one and net_v6 > 0 and q_absent
    return Outcome("met" if met else "not met", ("m-qrs_ms", "m-s_mv-V1", "m-r_mv-V6"), ("I", "V1", "V6"))


def crbbb(reading: Reading) -> Outcome:
    """QRS 120 ms or more, V1 mainly positive, S in I and V6.

    Source: CND-01. The rsR' itself is not measured; R over S in V1 stands in for it.
    """
    shape = _bundle_shape(reading)
    s_leads = reading.value("s_mv", "I"), reading.value("s_mv", "V6")
    if shape is None:
        return NOT_MEASURABLE
    qrs, net_v1, *_ = shape
    # An S deeper than 0.1 mV (1 mm) counts; CND-01 asks for its width, which is not measured.
    s_present = all(s is not None and s < -0.1 for s in s_leads)
    met = qrs >= 120 and net_v1 > 0 and s_present
    return Outcome("met" if met else "not met", ("m-qrs_ms", "m-r_mv-V1", "m-s_mv-V6"), ("V1", "I", "V6"))


def _bundle_shape(reading: Reading) -> tuple[float, float, float, float] | None:
    """QRS duration and net deflections (R + S, S negative) of V1, I and V6."""
    qrs = reading.value("qrs_ms")
    nets = [_net(reading, lead) for lead in ("V1", "I", "V6")]
    if qrs is None or any(net is None for net in nets):
        return None
    v1, one, v6 = (net for net in nets if net is not None)
    return qrs, v1, one, v6


def _net(reading: Reading, lead: str) -> float | None:
    """Sum of the positive and the deepest negative deflection of the QRS, mV."""
    found = reading.in_lead(lead, "r_mv", "s_mv", "q_mv")
    if found is None:
        return None
    r, s, q = found
    return r + min(s, q)


def qrs_narrow(reading: Reading) -> Outcome:
    """QRS under 120 ms: rules out complete bundle branch block. Source: CND-01, CND-04."""
    return limit(reading, "narrow", "qrs_ms")


def left_anterior_fascicular_block(reading: Reading) -> Outcome:
    """Axis -45 to -90 degrees, q in aVL, QRS under 120 ms. Source: CND-07."""
    return _fascicular(reading, -90, -45, "aVL")


def left_posterior_fascicular_block(reading: Reading) -> Outcome:
    """Axis +90 to +180 degrees, q in III, QRS under 120 ms. Source: CND-10; other causes not excluded."""
    return _fascicular(reading, 90, 180, "III")


def _fascicular(reading: Reading, low: float, high: float, q_lead: str) -> Outcome:
    found = reading.values("qrs_axis_deg", "qrs_ms")
    q_ms = reading.value("q_ms", q_lead)
    if found is None or q_ms is None:
        return NOT_MEASURABLE
    axis, qrs = found
    met = low <= axis <= high and qrs < 120 and q_ms > 0
    return Outcome("met" if met else "not met", ("m-qrs_axis_deg", "m-qrs_ms", f"m-q_ms-{q_lead}"), (q_lead,))


def left_axis(reading: Reading) -> Outcome:
    """QRS axis below -30 degrees. Source: STD-03."""
    return limit(reading, "left", "qrs_axis_deg")


def right_axis(reading: Reading) -> Outcome:
    """QRS axis above +90 degrees. Source: STD-03."""
    return limit(reading, "right", "qrs_axis_deg")


def extreme_axis(reading: Reading) -> Outcome:
    """QRS axis between -90 and -180 degrees: outside of all ranges that STD-03 names."""
    return limit(reading, "extreme", "qrs_axis_deg")


def long_qtc(reading: Reading) -> Outcome:
    """QTc (Fridericia) at or over the limit of the patient's sex. Source: STD-04, STD-11."""
    return _with_qt(limit(reading, "prolonged", "qtc_fridericia_ms"))


def short_qtc(reading: Reading) -> Outcome:
    """QTc (Fridericia) 360 ms or less. Source: CHN-08."""
    return _with_qt(limit(reading, "short", "qtc_fridericia_ms"))


def _with_qt(outcome: Outcome) -> Outcome:
    return replace(outcome, basis=(*outcome.basis, "m-qt_ms")) if outcome.met else outcome
