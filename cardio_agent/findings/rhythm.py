"""Criteria of rhythm: sinus, atrial fibrillation, premature beats, pauses.

Enters: a :class:`~cardio_agent.findings.reading.Reading`. Leaves: an
:class:`~cardio_agent.findings.reading.Outcome`. Corpus ids of the thresholds stand with each.
"""

from dataclasses import replace

from cardio_agent.findings.reading import Outcome, Reading, Truth, all_of
from cardio_agent.schema import AtrialPattern

# "One P before each QRS" (STD-05), with room for a beat at the edge of the strip.
P_BEFORE_MOST_QRS = 0.8
FEW_P = 0.3
STEADY_SHARE = 0.9
"""A rhythm is steady when its shortest RR is at least this share of its longest. Unchecked."""
# AF-21: an atrial rate of 250-330/min, conducted 2:1.
FLUTTER_2_TO_1_BPM = (125.0, 165.0)

_RATE = ("m-heart_rate_bpm",)
_RR = ("m-rr_sd_ms", "m-rr_ms")
_P_UNCLEAR = "P waves stand before some of the beats only"
_NO_LONE_P = "no P waves without a QRS were found, which excludes nothing"


def has_p_waves(reading: Reading) -> Truth:
    """Whether a P wave stands before nearly each QRS; None between the clear cases or without beats.

    None too where there are P waves, but not one before each QRS.
    """
    ratio = reading.rhythm.p_to_qrs_ratio
    if reading.rhythm.atrial_pattern in ("blocked", "dissociated"):
        return None
    if ratio is None or FEW_P < ratio < P_BEFORE_MOST_QRS:
        return None
    return ratio >= P_BEFORE_MOST_QRS


def sinus(reading: Reading) -> Outcome:
    """One P before each QRS, constant PR. Source: STD-05 (rate apart)."""
    return _with_p(reading, has_p_waves(reading), ("m-pr_ms", *_RATE))


def sinus_bradycardia(reading: Reading) -> Outcome:
    """Sinus rate under 60/min. Source: STD-06."""
    return _with_p(reading, _sinus_at(reading, "slow"), (*_RATE, "m-pr_ms"))


def sinus_tachycardia(reading: Reading) -> Outcome:
    """Sinus rate over 100/min. Source: STD-06."""
    return _with_p(reading, _sinus_at(reading, "fast"), (*_RATE, "m-pr_ms"))


def _sinus_at(reading: Reading, pace: str) -> Truth:
    return all_of(reading.holds(pace, "heart_rate_bpm"), has_p_waves(reading))


def atrial_fibrillation(reading: Reading) -> Outcome:
    """Irregular RR intervals and no repeating P waves; regular atrial waves refute it. Source: AF-02.

    One sign without the other decides only at the edges: P waves in a rhythm that is not irregular, and a
    steady rate over 100/min, speak against it; AF with AV block is regular, but slow (AF-02, AF-27).
    """
    p, used = has_p_waves(reading), (*_RR, "m-pr_ms")
    if reading.rhythm.atrial_pattern is not None:
        return Outcome(False, ("m-atrial_rate_bpm", *_RR))
    if p is None or reading.rhythm.rr_cv is None:
        return _with_p(reading, None, used)
    if p != reading.rhythm.is_irregular:
        return _with_p(reading, not p, used)
    if p:
        return replace(_with_p(reading, None, used), why="P waves, but an irregular rhythm")
    is_racing = _is_steady(reading) and reading.holds("fast", "heart_rate_bpm")
    return replace(
        _with_p(reading, False if is_racing else None, used), why="no P waves, but a regular rhythm"
    )


def tachycardia_without_p(reading: Reading) -> Outcome:
    """Rate over 100/min and no P waves before most QRS. Source: STD-06 for the rate."""
    p = has_p_waves(reading)
    met = all_of(reading.holds("fast", "heart_rate_bpm"), None if p is None else not p)
    return _with_p(reading, met, _RATE)


def flutter_rate(reading: Reading) -> Outcome:
    """Steady, 125 to 165/min, as flutter conducted 2:1. Source: AF-21; the saw-tooth is not measured."""
    rate, steady = reading.value("heart_rate_bpm"), _is_steady(reading)
    low, high = FLUTTER_2_TO_1_BPM
    return Outcome(all_of(None if rate is None else low <= rate <= high, steady), (*_RATE, *_RR))


def flutter_waves(reading: Reading) -> Outcome:
    """Waves between the QRS complexes that follow each other without a rest. Source: AF-21."""
    return _with_atrial(reading, "flutter", "no flutter waves were found, which excludes nothing")


def second_degree_avb(reading: Reading) -> Outcome:
    """Some P waves have no QRS, the others lead one. Source: BRD-26; a 10 s strip tells no type."""
    return _with_atrial(reading, "blocked", _NO_LONE_P)


def third_degree_avb(reading: Reading) -> Outcome:
    """P waves at a rate of their own, above that of the QRS complexes. Source: BRD-28."""
    return _with_atrial(reading, "dissociated", _NO_LONE_P)


def _with_atrial(reading: Reading, pattern: AtrialPattern, why_not: str) -> Outcome:
    if reading.rhythm.atrial_pattern != pattern:
        return Outcome(None, why=why_not)
    return Outcome(True, ("m-atrial_rate_bpm", *_RATE))


def _is_steady(reading: Reading) -> Truth:
    shortest, longest = reading.rhythm.shortest_rr_ms, reading.rhythm.longest_rr_ms
    return None if shortest is None or longest is None else shortest >= STEADY_SHARE * longest


def _with_p(reading: Reading, met: Truth, used: tuple[str, ...]) -> Outcome:
    """An outcome that hangs on P waves, with their share of the beats."""
    ratio = reading.rhythm.p_to_qrs_ratio
    derived = {} if ratio is None else {"p_to_qrs_ratio": round(ratio, 2)}
    return Outcome(met, used, derived=derived, why=_P_UNCLEAR if derived and met is None else "")


def pacing(reading: Reading) -> Outcome:
    """Pacing spikes were found. Their absence excludes nothing. Source: PAC-01, PAC-05."""
    if not reading.rhythm.is_paced:
        return Outcome(None, why="no pacing spikes, which excludes nothing")
    return Outcome(True, ("m-qrs_ms",), derived={"n_paced": float(reading.rhythm.n_paced)})


def ventricular_ectopy(reading: Reading) -> Outcome:
    """An early beat, QRS 120 ms or more. Source: CND-14."""
    return _counted("n_ventricular", reading.rhythm.n_ventricular, reading)


def supraventricular_ectopy(reading: Reading) -> Outcome:
    """An early beat of usual shape. Source: CND-15."""
    return _counted("n_supraventricular_premature", reading.rhythm.n_supraventricular_premature, reading)


def bigeminy(reading: Reading) -> Outcome:
    """Every second beat premature. Convention, unchecked."""
    return _arranged(reading, "bigeminy")


def trigeminy(reading: Reading) -> Outcome:
    """Every third beat premature. Convention, unchecked."""
    return _arranged(reading, "trigeminy")


def _arranged(reading: Reading, pattern: str) -> Outcome:
    patterns = (reading.rhythm.ventricular.pattern, reading.rhythm.supraventricular.pattern)
    return Outcome(pattern in patterns if reading.rhythm.n_beats else None, ("m-rr_sd_ms",))


def _counted(name: str, n: int, reading: Reading) -> Outcome:
    met = n > 0 if reading.rhythm.n_beats else None
    return Outcome(met, ("m-rr_sd_ms",), derived={name: float(n)})
