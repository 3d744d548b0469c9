"""The table of findings: what the classifier and the criteria must say for each to be made.

Data, and no logic: :mod:`cardio_agent.findings.fusion` applies it, in this order.
"""

from dataclasses import dataclass

from cardio_agent.schema import Certainty, FindingKind


@dataclass(frozen=True)
class Rule:
    """One finding.

    ``codes`` are the classifier's statements that speak for it; ``criteria`` are keys of the table of
    criteria, of which any may be met; ``alone`` is the certainty when only a criterion is met (None: then
    nothing is said), ``agreed`` when the classifier speaks as well. ``vetoed_by`` are statements of which
    one in the high tier keeps a criterion from speaking alone. ``refuted_by`` is a criterion that belongs
    to the definition: where it is not met, the classifier is contradicted. ``unmeasured`` is the text
    where the classifier speaks and no criterion can be measured (default: ``text``). ``unless`` names
    findings that explain this one away. In ``text``, ``{leads}`` and ``{detail}`` are filled from the
    criteria that are met: their leads and their names.
    """

    key: str
    kind: FindingKind
    text: str
    codes: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    alone: Certainty | None = None
    agreed: Certainty = "definite"
    vetoed_by: tuple[str, ...] = ()
    refuted_by: str = ""
    unmeasured: str = ""
    unless: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    query: str = ""


_NOT_SINUS = ("atrial_fibrillation", "atrial_flutter", "paced_rhythm", "svt", "tachycardia_without_p")
_WIDE = ("clbbb", "crbbb", "paced_rhythm")
_LVH_VOLTAGE = ("sokolow_lyon", "cornell_voltage")
_SHAPED_V1_TO_V3 = ("paced_rhythm", "clbbb", "crbbb", "pre_excitation", "rvh", "q_waves", "anterior_mi")
_SECONDARY = ("clbbb", "crbbb", "paced_rhythm", "pre_excitation", "lvh", "lvh_voltage")

# fmt: off
RULES: tuple[Rule, ...] = (
    # ── rhythm ──
    Rule("paced_rhythm", "pacing", "paced rhythm", ("PACE",), ("pacing",), "probable",
         sources=("PAC-01", "PAC-05"), query="paced rhythm on the ECG, ventricular pacing"),
    Rule("atrial_fibrillation", "rhythm", "atrial fibrillation", ("AFIB",), ("atrial_fibrillation",), "possible",
         vetoed_by=("SR", "SBRAD", "STACH"), refuted_by="atrial_fibrillation", unless=("paced_rhythm",),
         sources=("AF-02",),
         query="atrial fibrillation on a 12-lead ECG: definition and confirmation"),
    Rule("atrial_flutter", "rhythm", "atrial flutter", ("AFLT",), ("flutter_waves",), "possible", "probable",
         vetoed_by=("SR", "SBRAD"), unless=("paced_rhythm", "atrial_fibrillation"),
         sources=("AF-21",), query="atrial flutter on the ECG"),
    Rule("svt", "rhythm", "supraventricular tachycardia", ("SVTAC", "PSVT"), refuted_by="tachycardia",
         unless=("atrial_fibrillation", "atrial_flutter"), sources=("SVT-11",),
         query="supraventricular tachycardia, narrow-complex tachycardia"),
    Rule("tachycardia_without_p", "rhythm", "tachycardia without visible P waves", (),
         ("tachycardia_without_p",), "definite", unless=_NOT_SINUS[:-1], sources=("STD-06",),
         query="regular narrow-complex tachycardia on the ECG"),
    Rule("sinus_bradycardia", "rhythm", "sinus bradycardia", ("SBRAD",), ("sinus_bradycardia",), "definite",
         refuted_by="sinus_bradycardia", unless=_NOT_SINUS, sources=("STD-06",), query="sinus bradycardia"),
    Rule("sinus_tachycardia", "rhythm", "sinus tachycardia", ("STACH",), ("sinus_tachycardia",), "definite",
         refuted_by="sinus_tachycardia", unless=_NOT_SINUS, sources=("STD-06",), query="sinus tachycardia"),
    Rule("sinus_rhythm", "rhythm", "sinus rhythm", ("SR",), ("sinus_rhythm",), "probable", refuted_by="sinus_rhythm",
         unless=(*_NOT_SINUS, "sinus_bradycardia", "sinus_tachycardia"), sources=("STD-05",)),
    Rule("sinus_arrhythmia", "rhythm", "sinus arrhythmia", ("SARRH",), unless=_NOT_SINUS),
    Rule("supraventricular_arrhythmia", "rhythm", "supraventricular arrhythmia", ("SVARR",),
         unless=("atrial_fibrillation", "atrial_flutter", "svt")),
    Rule("ventricular_ectopy", "ectopy", "premature ventricular complexes", ("PVC",), ("ventricular_ectopy",),
         "probable", unless=("paced_rhythm",), sources=("CND-14",), query="premature ventricular complexes"),
    Rule("supraventricular_ectopy", "ectopy", "premature atrial complexes", ("PAC",),
         ("supraventricular_ectopy",), None, unless=("atrial_fibrillation", "paced_rhythm"),
         sources=("CND-15",), query="premature atrial complex"),
    Rule("premature_complexes", "ectopy", "premature complexes of undetermined origin", ("PRC(S)",),
         unless=("ventricular_ectopy", "supraventricular_ectopy", "atrial_fibrillation")),
    Rule("bigeminy", "ectopy", "bigeminal pattern", ("BIGU",), ("bigeminy",), "probable",
         unless=("atrial_fibrillation", "paced_rhythm")),
    Rule("trigeminy", "ectopy", "trigeminal pattern", ("TRIGU",), ("trigeminy",), "probable",
         unless=("atrial_fibrillation", "paced_rhythm", "bigeminy")),
    Rule("pause", "intervals", "pause without a QRS complex", (), ("pause",), "definite", sources=("SYN-01",),
         query="pauses of more than 3 s on the ECG, sinus arrest, asystole"),
    # ── conduction ──
    Rule("clbbb", "conduction", "complete left bundle branch block", ("CLBBB",), ("complete_lbbb",), "probable",
         refuted_by="left_delay", unless=("paced_rhythm",), sources=("CND-04",), query="complete left bundle branch block (LBBB) criteria"),
    Rule("crbbb", "conduction", "complete right bundle branch block", ("CRBBB",), ("complete_rbbb",), "probable",
         refuted_by="right_delay", unless=("paced_rhythm", "clbbb"), sources=("CND-01",),
         query="complete right bundle branch block (RBBB) criteria"),
    Rule("third_degree_avb", "conduction", "third-degree atrioventricular block", (), ("third_degree_avb",), "possible",
         unless=("paced_rhythm", "atrial_fibrillation", "atrial_flutter"), sources=("BRD-28",),
         query="complete heart block, third-degree AV block, P waves and QRS independent"),
    Rule("second_degree_avb", "conduction", "second-degree atrioventricular block", (), ("second_degree_avb",), "possible",
         unless=("paced_rhythm", "atrial_fibrillation", "atrial_flutter", "third_degree_avb"),
         sources=("BRD-26", "BRD-01", "BRD-03"),
         query="second-degree AV block, Mobitz I, Mobitz II, 2:1 block"),
    Rule("first_degree_avb", "conduction", "first-degree atrioventricular block", ("AVB", "LPR"),
         ("first_degree_avb",), "definite", refuted_by="first_degree_avb",
         unmeasured="atrioventricular block of undetermined degree",
         unless=("atrial_fibrillation", "atrial_flutter", "paced_rhythm", "third_degree_avb", "second_degree_avb"),
         sources=("BRD-27",),
         query="first-degree atrioventricular block, PR interval longer than 200 ms"),
    Rule("pre_excitation", "conduction", "ventricular pre-excitation", ("WPW",), ("pre_excitation", "delta_wave"), "possible",
         unless=("paced_rhythm",), sources=("SVT-05",), query="ventricular pre-excitation, WPW pattern"),
    Rule("incomplete_lbbb", "conduction", "incomplete left bundle branch block", ("ILBBB",), ("incomplete_lbbb",), unless=_WIDE,
         sources=("CND-05",), query="incomplete left bundle branch block"),
    Rule("incomplete_rbbb", "conduction", "incomplete right bundle branch block", ("IRBBB",), ("incomplete_rbbb",), unless=_WIDE,
         query="incomplete right bundle branch block"),
    Rule("lafb", "conduction", "left anterior fascicular block", ("LAFB/LPFB",),
         ("lafb",), "probable", unless=("clbbb", "paced_rhythm"),
         sources=("CND-07",), query="left anterior fascicular block"),
    Rule("lpfb", "conduction", "left posterior fascicular block", ("LAFB/LPFB",),
         ("lpfb",), None, unless=("clbbb", "paced_rhythm", "lafb"),
         sources=("CND-10",), query="left posterior fascicular block"),
    Rule("ivcd", "conduction", "non-specific intraventricular conduction delay", ("IVCD",), ("ivcd",),
         "possible", refuted_by="qrs_over_110", unless=(*_WIDE, "incomplete_lbbb", "incomplete_rbbb", "pre_excitation"), sources=("STD-02",),
         query="nonspecific intraventricular conduction disturbance, QRS over 110 ms"),
    # ── axis and intervals ──
    Rule("left_axis", "axis", "left axis deviation", (), ("left_axis",), "definite",
         unless=("paced_rhythm",), sources=("STD-03",), query="left axis deviation of the frontal QRS axis"),
    Rule("right_axis", "axis", "right axis deviation", (), ("right_axis",), "definite",
         unless=("paced_rhythm",), sources=("STD-03",), query="right axis deviation of the frontal QRS axis"),
    Rule("extreme_axis", "axis", "extreme axis deviation", (), ("extreme_axis",), "definite",
         unless=("paced_rhythm",), sources=("STD-03",), query="frontal QRS axis"),
    Rule("very_long_qtc", "intervals", "markedly prolonged QTc interval", (), ("very_long_qtc",), "definite",
         unless=("paced_rhythm",), sources=("QT-01", "QT-06", "QT-12", "QT-14"), query="QTc above 500 ms, risk of torsades"),
    Rule("long_qtc", "intervals", "prolonged QTc interval", ("LNGQT",), ("long_qtc",), "definite",
         refuted_by="long_qtc", unless=("very_long_qtc", "paced_rhythm"), sources=("STD-04",), query="prolonged rate-corrected QT interval (QTc)"),
    Rule("short_pr", "intervals", "short PR interval", (), ("short_pr",), "definite",
         unless=("atrial_fibrillation", "atrial_flutter", "paced_rhythm", "pre_excitation"), sources=("STD-01",),
         query="PR interval normal limits, short PR interval"),
    Rule("short_qtc", "intervals", "short QTc interval", (), ("short_qtc",), "possible",
         unless=("atrial_fibrillation", "paced_rhythm"), sources=("CHN-08",), query="short QT interval"),
    # ── chambers ──
    Rule("lvh", "chambers", "left ventricular hypertrophy", ("LVH", "VCLVH"), (*_LVH_VOLTAGE, "cornell_product"), None,
         unless=("paced_rhythm", "clbbb"), sources=("CHM-01", "CHM-02"),
         query="left ventricular hypertrophy (LVH) voltage criteria"),
    Rule("lvh_voltage", "chambers", "{detail} voltage criterion for left ventricular hypertrophy", (),
         _LVH_VOLTAGE, "definite", unless=("paced_rhythm", "clbbb", "lvh"),
         sources=("CHM-01", "CHM-02", "CHM-06"), query="left ventricular hypertrophy (LVH) voltage criteria"),
    Rule("rvh", "chambers", "right ventricular hypertrophy", ("RVH",), ("rvh",), "possible",
         unless=("paced_rhythm", "crbbb"), sources=("CHM-10",), query="right ventricular hypertrophy criteria"),
    Rule("septal_hypertrophy", "chambers", "septal hypertrophy", ("SEHYP",), unless=("paced_rhythm",)),
    Rule("left_atrial", "chambers", "left atrial abnormality", ("LAO/LAE",), ("left_atrial",), None,
         unless=("atrial_fibrillation", "atrial_flutter", "paced_rhythm"), query="left atrial abnormality, P wave duration"),
    Rule("right_atrial", "chambers", "right atrial abnormality", ("RAO/RAE",), ("right_atrial",), "possible",
         unless=("atrial_fibrillation", "atrial_flutter", "paced_rhythm"), sources=("CHM-13",), query="right atrial abnormality, tall P wave"),
    Rule("high_voltage", "chambers", "high QRS voltage", ("HVOLT",), unless=("lvh", "lvh_voltage", "paced_rhythm")),
    Rule("low_voltage", "chambers", "low QRS voltage", ("LVOLT",), ("low_voltage",), query="low QRS voltage"),
    # ── ST–T and Q waves ──
    Rule("st_elevation", "ischaemia", "ST elevation at or above the ischaemic cut-point in {leads}", (),
         ("st_elevation",), "definite", unless=_SECONDARY,
         sources=("MI-01", "MI-02"), query="ST elevation cut-points at the J point in contiguous leads"),
    Rule("st_elevation_secondary", "repolarisation", "ST elevation in {leads}, with a QRS abnormality that can cause it", (),
         ("st_elevation",), "definite", unless=("st_elevation",), sources=("MI-01",),
         query="ST elevation in left bundle branch block or left ventricular hypertrophy"),
    Rule("st_depression", "ischaemia", "ST depression in {leads}", (), ("st_depression",), "definite",
         unless=_SECONDARY, sources=("MI-04",),
         query="horizontal or downsloping ST depression in two contiguous leads"),
    Rule("st_depression_secondary", "repolarisation", "ST depression in {leads}, with a QRS abnormality that can cause it",
         (), ("st_depression",), "definite", unless=("st_depression",), sources=("CHM-08",)),
    Rule("left_main", "ischaemia", "ST depression in six or more leads with ST elevation in aVR or V1", (),
         ("left_main",), "definite", unless=(*_SECONDARY, *_NOT_SINUS), sources=("MI-25",),
         query="ST depression in six or more leads with ST elevation in aVR, left main obstruction"),
    Rule("posterior_st", "ischaemia", "mirror image of posterior injury in {leads}", (), ("posterior_st",), "possible",
         unless=_SECONDARY, sources=("MI-17", "MI-18"),
         query="ST depression in V1-V3 as the mirror of posterior injury, leads V7-V9"),
    Rule("right_ventricular_st", "ischaemia", "right ventricular involvement with inferior ST elevation", (),
         ("right_ventricular_st",), "possible", unless=_SECONDARY, sources=("MI-19", "MI-20"),
         query="right ventricular infarction in inferior infarction, leads V3R-V4R"),
    Rule("sgarbossa", "ischaemia", "{detail} criterion of acute infarction met in {leads}", (),
         ("sgarbossa", "sgarbossa_modified"), "possible", sources=("SGA-01", "SGA-02", "MI-21"),
         query="Sgarbossa criteria of acute infarction in left bundle branch block"),
    Rule("brugada_type_1", "ischaemia", "Brugada type 1 pattern in {leads}", (), ("brugada_type_1",), "possible",
         unless=(*_SECONDARY, "st_elevation_secondary"), sources=("CHN-01",), query="Brugada type 1 pattern on the ECG"),
    Rule("wellens", "ischaemia", "Wellens pattern of T-wave inversion in V2 and V3", (), ("wellens",), "possible",
         unless=_SECONDARY, sources=("MI-24", "MI-28"), query="Wellens pattern, deep anterior T-wave inversion"),
    Rule("wellens_biphasic", "ischaemia", "Wellens pattern of biphasic T waves in V2 and V3", (), ("wellens_biphasic",),
         "possible", unless=(*_SECONDARY, "wellens"), sources=("MI-28",),
         query="Wellens pattern, biphasic T wave in V2 and V3"),
    Rule("t_inversion", "ischaemia", "T-wave inversion in {leads}", ("INVT",), ("t_inversion",), "definite",
         unless=_SECONDARY, sources=("MI-05",),
         query="T-wave inversion in two contiguous leads"),
    Rule("t_inversion_secondary", "repolarisation", "T-wave inversion in {leads}, with a QRS abnormality that can cause it",
         ("INVT",), ("t_inversion",), "definite", unless=("t_inversion",), sources=("REP-01", "CHM-08"),
         query="secondary ST-T abnormality"),
    Rule("q_waves", "ischaemia", "pathological Q waves in {leads}", ("QWAVE", "MI", "AMI", "IMI", "LMI"), ("q_waves",),
         "possible",
         unless=("paced_rhythm", "clbbb", "pre_excitation", "lvh"), sources=("MI-10", "MI-11"),
         query="pathological Q waves, prior myocardial infarction criteria"),
    Rule("anterior_mi", "ischaemia", "anterior myocardial infarction pattern", ("AMI",), ("anterior_q",), unless=("paced_rhythm",),
         query="anterior myocardial infarction on the ECG"),
    Rule("inferior_mi", "ischaemia", "inferior myocardial infarction pattern", ("IMI",), ("inferior_q",), unless=("paced_rhythm",),
         query="inferior myocardial infarction on the ECG"),
    Rule("lateral_mi", "ischaemia", "lateral myocardial infarction pattern", ("LMI",), ("lateral_q",), unless=("paced_rhythm",),
         query="lateral myocardial infarction on the ECG"),
    Rule("posterior_mi", "ischaemia", "posterior myocardial infarction pattern", ("PMI",), ("posterior_r",), unless=("paced_rhythm",),
         query="posterior myocardial infarction on the ECG"),
    Rule("ischaemic_anterior", "ischaemia", "ischaemic ST–T change in anterior or lateral leads", ("ISCA",),
         unless=_SECONDARY, query="ischaemic ST depression and T inversion in anterior leads"),
    Rule("ischaemic_inferior", "ischaemia", "ischaemic ST–T change in inferior leads", ("ISCI",), unless=_SECONDARY,
         query="ischaemic ST depression and T inversion in inferior leads"),
    Rule("ischaemic", "ischaemia", "ischaemic ST–T change", ("ISC",),
         unless=(*_SECONDARY, "ischaemic_anterior", "ischaemic_inferior"),
         query="ischaemic ST–T change on the ECG"),
    Rule("nonspecific_st_t", "repolarisation", "non-specific ST–T change", ("NST", "sub:STTC", "form:NST", "NDT", "NT", "TAB", "STD", "STE", "LOWT"),
         unless=(*_SECONDARY, "st_elevation", "st_depression", "t_inversion", "ischaemic", "ischaemic_anterior",
                 "ischaemic_inferior"),
         query="nonspecific ST-T abnormality"),
    Rule("low_t", "repolarisation", "low T-wave amplitude in {leads}",
         ("LOWT", "NT", "NDT", "TAB", "NST", "form:NST", "sub:STTC"), ("low_t",),
         unless=(*_SECONDARY, "t_inversion", "st_depression"), sources=("REP-02", "REP-03"),
         query="flat or low T wave, nonspecific ST-T abnormality"),
    Rule("digitalis", "repolarisation", "digitalis effect", ("DIG",)),
    Rule("reversed_r_progression", "other", "reversed R-wave progression", (), ("reversed_r_progression",), "definite",
         unless=_SHAPED_V1_TO_V3, query="Q waves and R-wave loss by electrode misplacement"),
    Rule("poor_r_progression", "other", "poor R-wave progression", (), ("poor_r_progression",), "definite",
         unless=(*_SHAPED_V1_TO_V3, "reversed_r_progression"), query="Q waves and R-wave loss by electrode misplacement"),
)


@dataclass(frozen=True)
class Fallback:
    """Said of a superclass that the classifier calls present when no finding of these kinds was made."""

    code: str
    kind: FindingKind
    text: str
    explained_by: frozenset[FindingKind]


FALLBACKS: tuple[Fallback, ...] = (
    Fallback("MI", "ischaemia", "myocardial infarction pattern without a clear territory", frozenset({"ischaemia"})),
    Fallback("STTC", "repolarisation", "ST–T change of unspecified type", frozenset({"repolarisation", "ischaemia"})),
    Fallback("CD", "conduction", "conduction disturbance of unspecified type", frozenset({"conduction", "pacing"})),
    Fallback("HYP", "chambers", "hypertrophy of unspecified type", frozenset({"chambers"})),
)

# Findings that leave an ECG normal, and those that leave it "otherwise normal".
HARMLESS = frozenset({"f-sinus_rhythm", "f-sinus_arrhythmia"})
MINOR = frozenset(
    {"f-sinus_bradycardia", "f-sinus_tachycardia", "f-ventricular_ectopy", "f-supraventricular_ectopy",
     "f-premature_complexes", "f-first_degree_avb", "f-short_pr", "f-left_axis", "f-right_axis", "f-lvh_voltage",
     "f-poor_r_progression"}
)
# fmt: on
