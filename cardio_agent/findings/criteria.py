"""The table of criteria, and its application to a recording.

Enters: measurements, rhythm features and the patient. Leaves: one
:class:`~cardio_agent.schema.CriterionResult` a criterion, in the order of the table. Makes no findings:
:mod:`cardio_agent.findings.fusion` weighs the results with the classifier.

Not in the table, for the corpus gives no threshold that the measurements could be held against: the
biphasic form of the Wellens pattern, hyperacute T waves (MI-08), the slurred start of the delta wave
(SVT-05), Q waves at the limits of a child.
"""

from functools import partial

from cardio_agent.findings import chambers, conduction, infarction, repolarisation, rhythm
from cardio_agent.findings.criterion import BY_LEADS, Criterion, apply
from cardio_agent.findings.limits import QTC_NAMES
from cardio_agent.findings.reading import Outcome, Reading
from cardio_agent.measurement import RhythmFeatures
from cardio_agent.schema import CriterionResult, Measurements, Patient, measurement_id


def _limit(reading: Reading, word: str, name: str) -> Outcome:
    return Outcome(reading.holds(word, name), (measurement_id(name),))


def _within(key: str, name: str, word: str, measured: str, *sources: str) -> Criterion:
    """A criterion on one measurement, by the limits of normal; those of QTc hang on sex."""
    hangs_on_sex = measured in QTC_NAMES and word in ("normal", "prolonged")
    test = partial(_limit, word=word, name=measured)
    return Criterion(key, name, test, (measured,), sources, patient=("sex",) if hangs_on_sex else ())


def _each(leads: str, names: str) -> tuple[str, ...]:
    """Needs of all these measurements in all these leads.

    >>> _each("V1 V2", "t_mv")
    ('t_mv V1', 't_mv V2')
    """
    return tuple(f"{name} {lead}" for lead in leads.split() for name in names.split())


_P = ("rhythm p_to_qrs_ratio", "heart_rate_bpm")
_QRS = "r_mv s_mv q_mv"
_LBBB = (
    "qrs_ms", *_each("I aVL V5 V6", "r_plateau_ms"), *_each("I V5 V6", "q_ms"), *_each("I V1 V6", _QRS),
)  # fmt: skip
_RBBB = (
    "qrs_ms", *_each("V1 V2", "r_second_mv"), *_each("V1", "r_mv r_peak_time_ms"),
    *_each("I V6", "s_ms r_ms"),
)  # fmt: skip
_ST = ("st_j_mv *", "st_j60_mv *")
_Q = ("q_ms *", "q_mv *", "r_mv *")
_SGARBOSSA = (*_LBBB, "st_j_mv *", *_each("*", _QRS))

# fmt: off
CRITERIA: tuple[Criterion, ...] = (
    # ── limits of normal ──
    _within("normal_rate", "normal heart rate", "normal", "heart_rate_bpm", "STD-05"),
    _within("normal_pr", "normal PR interval", "normal", "pr_ms", "STD-01"),
    _within("normal_qrs", "normal QRS duration", "normal", "qrs_ms", "STD-02"),
    _within("normal_axis", "normal QRS axis", "normal", "qrs_axis_deg", "STD-03"),
    _within("normal_qtc", "normal QTc (Fridericia)", "normal", conduction.QTC, "STD-04", "CHN-08"),
    # ── rhythm ──
    Criterion("sinus_rhythm", "a P wave before each QRS", rhythm.sinus, _P, ("STD-05",)),
    Criterion("sinus_bradycardia", "sinus rate under 60/min", rhythm.sinus_bradycardia, _P, ("STD-06",)),
    Criterion("sinus_tachycardia", "sinus rate over 100/min", rhythm.sinus_tachycardia, _P, ("STD-06",)),
    _within("tachycardia", "rate over 100/min", "fast", "heart_rate_bpm", "STD-06"),
    Criterion("atrial_fibrillation", "irregular RR intervals without P waves", rhythm.atrial_fibrillation,
              (*_P, "rhythm rr_cv"), ("AF-02",)),
    Criterion("tachycardia_without_p", "rate over 100/min without P waves", rhythm.tachycardia_without_p, _P,
              ("STD-06",)),
    Criterion("flutter_rate", "regular rate of flutter conducted 2:1", rhythm.flutter_rate,
              ("heart_rate_bpm", "rhythm longest_rr_ms"), ("AF-21",)),
    Criterion("flutter_waves", "atrial waves without a rest, 200 to 350/min", rhythm.flutter_waves,
              ("atrial_rate_bpm",), ("AF-21",)),
    Criterion("pacing", "pacing spikes before most QRS complexes", rhythm.pacing, ("qrs_ms",),
              ("PAC-01", "PAC-05")),
    Criterion("ventricular_ectopy", "early wide beats", rhythm.ventricular_ectopy, ("rr_ms",), ("CND-14",)),
    Criterion("supraventricular_ectopy", "early beats of usual shape", rhythm.supraventricular_ectopy,
              ("rr_ms",), ("CND-15",)),
    Criterion("bigeminy", "every second beat premature", rhythm.bigeminy, ("rr_ms",), checked=False),
    Criterion("trigeminy", "every third beat premature", rhythm.trigeminy, ("rr_ms",), checked=False),
    _within("pause", "more than 3 s without a QRS complex", "prolonged", "longest_pause_ms", "SYN-01"),
    # ── conduction ──
    Criterion("third_degree_avb", "P waves at a rate of their own, faster than the QRS complexes",
              rhythm.third_degree_avb, ("atrial_rate_bpm", "heart_rate_bpm"), ("BRD-28",)),
    Criterion("second_degree_avb", "P waves of which some have no QRS", rhythm.second_degree_avb,
              ("atrial_rate_bpm", "heart_rate_bpm"), ("BRD-26",), checked=False),
    _within("first_degree_avb", "PR over 200 ms", "prolonged", "pr_ms", "BRD-27"),
    _within("marked_first_degree_avb", "PR over 300 ms", "markedly prolonged", "pr_ms", "BRD-27"),
    _within("short_pr", "PR under 120 ms", "short", "pr_ms", "STD-01"),
    Criterion("pre_excitation", "short PR, delta wave and wide QRS", conduction.pre_excitation,
              ("pr_ms", "qrs_ms", "qrs_upstroke_ms"), ("SVT-05",)),
    Criterion("delta_wave", "slurred start of QRS", conduction.delta_wave,
              ("qrs_upstroke_ms", "qrs_ms", "pr_ms", *_RBBB), ("SVT-05", "STD-02"), checked=False),
    _within("qrs_120", "QRS of 120 ms or more", "wide", "qrs_ms", "CND-01", "CND-04"),
    _within("qrs_over_110", "QRS over 110 ms", "prolonged", "qrs_ms", "STD-02"),
    Criterion("right_delay", "wide QRS or late R of V1", conduction.right_delay,
              ("qrs_ms", "r_peak_time_ms V1"), ("STD-02", "CND-01")),
    Criterion("left_delay", "QRS over 110 ms, not RBBB", conduction.left_delay, _RBBB, ("STD-02", "CND-01")),
    Criterion("complete_rbbb", "complete RBBB", conduction.complete_rbbb, _RBBB, ("CND-01",)),
    Criterion("incomplete_rbbb", "incomplete RBBB", conduction.incomplete_rbbb, _RBBB, ("CND-02",),
              checked=False),
    Criterion("complete_lbbb", "complete LBBB", conduction.complete_lbbb, _LBBB, ("CND-04",)),
    Criterion("incomplete_lbbb", "incomplete LBBB", conduction.incomplete_lbbb,
              (*_LBBB, *_each("V4 V5 V6", "r_peak_time_ms")), ("CND-05",)),
    Criterion("lafb", "left anterior fascicular block", conduction.left_anterior_fascicular_block,
              (*_RBBB, "qrs_axis_deg", "q_ms aVL", *_each("aVL", _QRS)), ("CND-07",)),
    Criterion("lpfb", "left posterior fascicular block", conduction.left_posterior_fascicular_block,
              ("qrs_axis_deg", "qrs_ms", *_each("III aVF", "q_ms"), *_each("I III aVL aVF", _QRS)),
              ("CND-10",)),
    Criterion("ivcd", "non-specific intraventricular conduction delay", conduction.ivcd, _LBBB,
              ("CND-11", "STD-02"), checked=False),
    # ── axis and QT ──
    _within("left_axis", "QRS axis below -30°", "left", "qrs_axis_deg", "STD-03"),
    _within("right_axis", "QRS axis above +90°", "right", "qrs_axis_deg", "STD-03"),
    _within("extreme_axis", "QRS axis beyond ±90°, neither left nor right", "extreme", "qrs_axis_deg",
            "STD-03"),
    Criterion("long_qtc", "long QTc (Fridericia)", conduction.long_qtc, (conduction.QTC,), ("STD-04",),
              patient=("sex",)),
    Criterion("very_long_qtc", "QTc (Fridericia) over 500 ms", conduction.very_long_qtc, (conduction.QTC,),
              ("QT-06",)),
    _within("short_qtc", "QTc (Fridericia) of 360 ms or less", "short", conduction.QTC, "CHN-08"),
    # ── chambers ──
    Criterion("sokolow_lyon", "Sokolow-Lyon", chambers.sokolow_lyon, ("s_mv V1", "r_mv V5", "r_mv V6"),
              ("CHM-01", "CHM-09"), patient=("age_years",)),
    Criterion("cornell_voltage", "Cornell", chambers.cornell_voltage, ("r_mv aVL", "s_mv V3"), ("CHM-02",),
              patient=("sex",)),
    Criterion("cornell_product", "Cornell product", chambers.cornell_product,
              ("r_mv aVL", "s_mv V3", "qrs_ms"), ("CHM-03",), patient=("sex",)),
    Criterion("peguero_lo_presti", "Peguero-Lo Presti", chambers.peguero_lo_presti, ("s_mv *",),
              patient=("sex",), checked=False),
    Criterion("romhilt_estes", "Romhilt-Estes", chambers.romhilt_estes,
              (*_each("*", _QRS), "qrs_ms", "qrs_axis_deg",
               *_each("V5 V6", "st_j_mv t_mv r_peak_time_ms"), "p_terminal_mm_s V1"), ("CHM-04",),
              checked=False),
    Criterion("rvh", "right ventricular hypertrophy", chambers.rvh,
              ("qrs_axis_deg", "qrs_ms", *_each("V1", _QRS)), ("CHM-10",)),
    Criterion("left_atrial", "left atrial abnormality", chambers.left_atrial,
              ("p_lead_ms II", "p_terminal_mm_s V1"), ("CHM-14",), checked=False),
    Criterion("right_atrial", "right atrial abnormality", chambers.right_atrial,
              ("p_mv II", "p_mv III", "p_mv aVF", "p_mv V1"), ("CHM-13",)),
    Criterion("low_voltage", "low QRS voltage", chambers.low_voltage, _each("*", _QRS),
              checked=False),
    # ── ST and T ──
    Criterion("st_elevation", "ischaemic ST elevation", repolarisation.st_elevation, ("st_j_mv *",),
              ("MI-01", "MI-02"), patient=("age_years", "sex"), wall=BY_LEADS),
    Criterion("st_depression", "ischaemic ST depression", repolarisation.st_depression, _ST, ("MI-04",),
              wall=BY_LEADS),
    Criterion("t_inversion", "ischaemic T inversion", repolarisation.t_inversion,
              ("t_mv *", *_each("*", _QRS)), ("MI-05",), wall=BY_LEADS),
    Criterion("posterior_st", "ST depression of V1–V3 that may mirror posterior injury",
              repolarisation.posterior_st, (*_ST, *_each("V1 V2 V3", "t_mv")), ("MI-18", "MI-04"),
              wall="posterior"),
    Criterion("right_ventricular_st", "ST elevation of right ventricular infarction",
              repolarisation.right_ventricular_st,
              _each("II III aVF aVR V1", "st_j_mv"), ("MI-20", "MI-01")),
    Criterion("left_main", "ST shifts of left main or multivessel ischaemia", repolarisation.left_main,
              ("st_j_mv *",), ("MI-25", "MI-01")),
    Criterion("wellens", "deep T inversion of the Wellens pattern", repolarisation.wellens,
              (*_each("V2 V3", "t_mv r_mv"), *_each("V2 V3 V4", "q_ms")),
              ("MI-24", "MI-28")),
    Criterion("wellens_biphasic", "biphasic T of the Wellens pattern", repolarisation.wellens_biphasic,
              (*_each("V2 V3", "t_mv t_second_mv t_terminal_mv r_mv"), *_each("V2 V3 V4", "q_ms")),
              ("MI-28", "REP-02"), checked=False),
    Criterion("low_t", "low or flat T waves", repolarisation.low_t, ("t_mv *", "r_mv *"), ("REP-02",),
              checked=False, wall=BY_LEADS),
    Criterion("brugada_type_1", "ST shape of Brugada type 1", repolarisation.brugada_type_1,
              _each("V1 V2", "st_j_mv st_j60_mv t_mv"), ("CHN-01",)),
    # ── infarction ──
    Criterion("q_waves", "pathological Q waves", infarction.q_waves, _Q, ("MI-10", "MI-11", "MI-14"),
              wall=BY_LEADS),
    Criterion("anterior_q", "pathological Q waves in V1–V4", infarction.q_waves_in("anterior"), _Q,
              ("MI-10", "MI-11"), wall=BY_LEADS),
    Criterion("inferior_q", "pathological Q waves in II, III, aVF", infarction.q_waves_in("inferior"), _Q,
              ("MI-11",), wall=BY_LEADS),
    Criterion("lateral_q", "pathological Q waves in I, aVL, V5, V6", infarction.q_waves_in("lateral"), _Q,
              ("MI-11",), wall=BY_LEADS),
    Criterion("small_q_with_t_inversion", "small Q with inverted T", infarction.small_q_with_t_inversion,
              (*_Q, "t_mv *"), ("MI-13", "REP-02"), checked=False, wall=BY_LEADS),
    Criterion("posterior_r", "broad tall R of V1 and V2", infarction.posterior_r,
              ("qrs_ms", *_each("V1 V2", f"r_ms t_mv {_QRS}")),
              ("MI-12",), wall="posterior"),
    Criterion("poor_r_progression", "low R up to V3 and late transition", infarction.poor_r_progression,
              (*_each("V1 V2 V3", "r_mv"), *_each("V4", _QRS)), checked=False),
    Criterion("reversed_r_progression", "R falling from V1 to V4", infarction.reversed_r_progression,
              _each("V1 V2 V3 V4", "r_mv"), checked=False),
    Criterion("sgarbossa", "Sgarbossa", infarction.sgarbossa, _SGARBOSSA, ("SGA-01", "MI-21")),
    Criterion("sgarbossa_modified", "modified Sgarbossa", infarction.sgarbossa_modified, _SGARBOSSA,
              ("SGA-02", "MI-21")),
)
# fmt: on


def evaluate_criteria(
    measurements: Measurements, rhythm: RhythmFeatures, patient: Patient
) -> tuple[CriterionResult, ...]:
    """Every criterion of the table, applied to one recording.

    Parameters
    ----------
    measurements : Measurements
    rhythm : RhythmFeatures
        Of the same recording.
    patient : Patient
        Where age or sex decide and are unknown, the criterion holds only if it does for everyone.

    Returns
    -------
    tuple of CriterionResult
        One a criterion, met, not met or not measurable, in the order of the table.

    Limits: adults; beats that are not paced, but for pacing and the Sgarbossa criteria.
    """
    reading = Reading.of(measurements, rhythm, patient)
    return tuple(apply(criterion, reading) for criterion in CRITERIA)
