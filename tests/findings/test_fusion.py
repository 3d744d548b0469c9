"""Findings from hand-made statements and measurements: agreement, doubt, contradiction."""

from dataclasses import dataclass, field

import pytest

from cardio_agent.classifier.statements import STATEMENTS
from cardio_agent.findings import evaluate_criteria, find
from cardio_agent.leads import LEADS
from cardio_agent.measurement import RhythmFeatures
from cardio_agent.schema import (
    AtrialPattern,
    Finding,
    LeadQuality,
    Measurement,
    Measurements,
    Patient,
    Quality,
    Statement,
    measurement_id,
)

NORMAL = {
    "heart_rate_bpm": 70.0,
    "rr_ms": 857.0,
    "rr_sd_ms": 20.0,
    "longest_pause_ms": 900.0,
    "p_ms": 100.0,
    "pr_ms": 160.0,
    "qrs_ms": 92.0,
    "qt_ms": 390.0,
    "qtc_fridericia_ms": 410.0,
    "qrs_axis_deg": 45.0,
}
# R, S, Q amplitudes (mV) and widths of an ordinary ECG, a lead each.
LEAD_NORMAL = {
    "r_mv": 0.8,
    "s_mv": -0.2,
    "q_mv": 0.0,
    "q_ms": 0.0,
    "p_mv": 0.1,
    "t_mv": 0.3,
    "st_j_mv": 0.0,
    "st_j60_mv": 0.0,
}
V1 = {"r_mv": 0.2, "s_mv": -0.9, "t_mv": 0.05}


@dataclass
class Case:
    """A recording by hand: everything normal but what is said."""

    says: dict[str, float] = field(default_factory=dict)
    measured: dict[str, float | None] = field(default_factory=dict)
    in_leads: dict[str, dict[str, float | None]] = field(default_factory=dict)
    p_ratio: float | None = 1.0
    irregular: bool = False
    n_paced: int = 0
    n_ventricular: int = 0
    sex: str | None = "male"
    age: float | None = 60.0
    verdict: str = "good"
    atrial: AtrialPattern | None = None

    def findings(self) -> dict[str, Finding]:
        patient = Patient(age_years=self.age, sex=self.sex)
        found = find(
            tuple(self._statement(spec.code, spec.name, spec.group) for spec in STATEMENTS),
            evaluate_criteria(self._measurements(), self._rhythm(), patient),
            self._quality(),
        )
        return {f.id.removeprefix("f-"): f for f in found}

    def _statement(self, code: str, name: str, group: str) -> Statement:
        p = self.says.get(code, 0.02)
        named = {"id": f"s-{code}", "code": code, "name": name, "group": group}
        risk = "high" if p >= 0.6 else "moderate" if p >= 0.2 else "low"
        return Statement(**named, probability=p, threshold=0.4, present=p >= 0.4, risk=risk)

    def _measurements(self) -> Measurements:
        table = [(name, None, value) for name, value in (NORMAL | self.measured).items()]
        for lead in LEADS:
            values = LEAD_NORMAL | (V1 if lead == "V1" else {}) | self.in_leads.get(lead, {})
            table += [(name, lead, value) for name, value in values.items()]
        return Measurements(
            Measurement(
                id=measurement_id(name, lead),
                name=name,
                lead=lead,
                value=value,
                unit=name.rsplit("_", 1)[-1],
                method="by hand",
                reason=None if value is not None else "by hand",
            )
            for name, lead, value in table
        )

    def _rhythm(self) -> RhythmFeatures:
        return RhythmFeatures(
            n_beats=11,
            n_sinus=11,
            n_ventricular=self.n_ventricular,
            n_supraventricular_premature=0,
            n_paced=self.n_paced,
            n_pacing_spikes=self.n_paced,
            rr_cv=0.2 if self.irregular else 0.03,
            is_irregular=self.irregular,
            p_to_qrs_ratio=self.p_ratio,
            longest_rr_ms=900.0,
            shortest_rr_ms=600.0 if self.irregular else 860.0,
            longest_ventricular_run=min(self.n_ventricular, 1),
            atrial_pattern=self.atrial,
        )

    def _quality(self) -> Quality:
        leads = tuple(
            LeadQuality(id=f"q-{lead}", lead=lead, state="good", reason="by hand") for lead in LEADS
        )
        return Quality(verdict=self.verdict, reason="by hand", leads=leads)


def _elevated(*leads: str, mv: float) -> dict[str, dict[str, float | None]]:
    return {lead: {"st_j_mv": mv, "st_j60_mv": mv} for lead in leads}


def test_normal_ecg() -> None:
    found = Case(says={"NORM": 0.95, "SR": 0.99}).findings()
    assert set(found) == {"sinus_rhythm", "normal"}
    assert found["normal"].text == "normal ECG"
    assert found["sinus_rhythm"].certainty == "definite"


def test_minor_findings_leave_an_otherwise_normal_ecg() -> None:
    found = Case(says={"NORM": 0.9}, measured={"heart_rate_bpm": 54.0}).findings()
    assert found["sinus_bradycardia"].certainty == "definite"
    assert found["normal"].text == "otherwise normal ECG"
    assert not any(f.kind == "contradiction" for f in found.values())


def test_agreement_is_definite_and_names_both_bases() -> None:
    af = Case(says={"AFIB": 0.93}, p_ratio=0.0, irregular=True, measured={"pr_ms": None}).findings()
    assert af["atrial_fibrillation"].certainty == "definite"
    assert {"s-AFIB", "m-rr_ms"} <= set(af["atrial_fibrillation"].basis)
    assert "sinus_rhythm" not in af


def test_classifier_alone_is_never_definite() -> None:
    assert Case(says={"AMI": 0.9}).findings()["anterior_mi"].certainty == "probable"
    assert Case(says={"AMI": 0.5}).findings()["anterior_mi"].certainty == "possible"


def test_lbbb_with_a_narrow_qrs_is_a_contradiction_not_a_finding() -> None:
    found = Case(says={"CLBBB": 0.81}).findings()
    assert "clbbb" not in found
    contradiction = found["not_clbbb"]
    assert contradiction.kind == "contradiction"
    assert {"s-CLBBB", "m-qrs_ms"} <= set(contradiction.basis)


def test_lbbb_at_a_qrs_just_short_of_120_ms_is_not_called_a_contradiction() -> None:
    assert Case(says={"CLBBB": 0.81}, measured={"qrs_ms": 114.0}).findings()["clbbb"].certainty == "probable"


def test_af_against_a_p_wave_before_each_qrs_is_a_contradiction() -> None:
    found = Case(says={"AFIB": 0.7}).findings()
    assert found["not_atrial_fibrillation"].kind == "contradiction"
    assert "atrial_fibrillation" not in found


def test_normal_against_measured_st_elevation_is_a_contradiction() -> None:
    found = Case(says={"NORM": 0.7}, in_leads=_elevated("II", "III", "aVF", mv=0.2)).findings()
    assert found["st_elevation"].leads == ("II", "III", "aVF")
    assert found["st_elevation"].territory == "inferior"
    assert found["not_normal"].kind == "contradiction"
    assert "normal" not in found


@pytest.mark.parametrize(("pr_ms", "expected"), [(200.0, False), (201.0, True), (None, False)])
def test_first_degree_block_starts_above_200_ms(pr_ms: float | None, expected: bool) -> None:
    assert ("first_degree_avb" in Case(measured={"pr_ms": pr_ms}).findings()) is expected


@pytest.mark.parametrize(
    ("sex", "qtc", "expected"),
    [("male", 449.0, False), ("male", 450.0, True), ("female", 455.0, False), ("female", 460.0, True),
     (None, 455.0, False), (None, 460.0, True)],
)  # fmt: skip
def test_long_qtc_depends_on_sex_and_holds_for_either_when_unknown(
    sex: str | None, qtc: float, expected: bool
) -> None:
    assert ("long_qtc" in Case(sex=sex, measured={"qtc_fridericia_ms": qtc}).findings()) is expected


@pytest.mark.parametrize(
    ("sex", "age", "mv", "expected"),
    [("male", 60.0, 0.19, False), ("male", 60.0, 0.20, True),
     ("male", 30.0, 0.20, False), ("male", 30.0, 0.25, True),
     ("female", 30.0, 0.15, True), ("female", 70.0, 0.14, False),
     (None, None, 0.24, False), (None, None, 0.25, True)],
)  # fmt: skip
def test_st_elevation_cut_point_of_v2_v3(
    sex: str | None, age: float | None, mv: float, expected: bool
) -> None:
    found = Case(sex=sex, age=age, in_leads=_elevated("V2", "V3", mv=mv)).findings()
    assert ("st_elevation" in found) is expected


def test_st_elevation_needs_contiguous_leads() -> None:
    assert "st_elevation" not in Case(in_leads=_elevated("I", "V4", mv=0.3)).findings()
    assert "st_elevation" not in Case(in_leads=_elevated("II", "V5", mv=0.3)).findings()


def test_st_elevation_in_bundle_branch_block_is_not_called_ischaemic() -> None:
    lbbb = {
        "V1": {"r_mv": 0.1, "s_mv": -1.5, "st_j_mv": 0.3},
        "V2": {"r_mv": 0.1, "s_mv": -2.0, "st_j_mv": 0.4},
        "V3": {"st_j_mv": 0.3},
        "V6": {"r_plateau_ms": 40.0},
    }
    found = Case(says={"CLBBB": 0.95, "CD": 0.95}, measured={"qrs_ms": 150.0}, in_leads=lbbb).findings()
    assert found["clbbb"].certainty == "definite"
    assert "st_elevation" not in found
    assert found["st_elevation_secondary"].kind == "repolarisation"


def test_paced_beats_are_spared_criteria_of_intrinsic_ones() -> None:
    paced = Case(
        says={"PACE": 0.9}, n_paced=11, p_ratio=None, measured={"qrs_ms": 160.0, "qrs_axis_deg": -75.0}
    ).findings()
    assert paced["paced_rhythm"].certainty == "definite"
    assert not {"clbbb", "left_axis", "ivcd", "st_elevation"} & set(paced)


def test_missing_measurements_make_no_findings() -> None:
    nothing = dict.fromkeys(NORMAL)
    leads = {lead: dict.fromkeys(LEAD_NORMAL) for lead in LEADS}
    assert Case(measured=nothing, in_leads=leads, p_ratio=None).findings() == {}


def test_unusable_recording_gets_no_diagnosis() -> None:
    found = Case(says={"AFIB": 0.99, "MI": 0.9}, verdict="unusable").findings()
    assert set(found) == {"unusable"}


def test_superclass_without_a_more_precise_finding_is_still_said() -> None:
    found = Case(says={"HYP": 0.7}).findings()
    assert found["HYP"].certainty == "probable"
    assert "HYP" not in Case(says={"HYP": 0.7, "LVH": 0.7}).findings()


def test_lvh_voltage_names_its_criterion_and_is_not_hypertrophy_by_itself() -> None:
    tall = {"V1": {"s_mv": -2.0}, "V5": {"r_mv": 1.8}}
    found = Case(in_leads=tall).findings()
    assert found["lvh_voltage"].text.startswith("Sokolow-Lyon")
    assert "lvh" not in found
    assert Case(in_leads=tall, says={"LVH": 0.8}).findings()["lvh"].certainty == "definite"


def test_every_basis_is_a_known_id() -> None:
    case = Case(
        says={"CLBBB": 0.9, "AFIB": 0.9, "IMI": 0.8, "LVH": 0.7, "NORM": 0.5},
        measured={"pr_ms": 240.0, "qrs_axis_deg": -60.0},
        in_leads=_elevated("II", "III", "aVF", mv=0.2),
    )
    known = {f"s-{spec.code}" for spec in STATEMENTS} | {m.id for m in case._measurements()} | {"q-overall"}
    for finding in case.findings().values():
        assert set(finding.basis) <= known


def test_af_without_p_waves_is_not_refuted_by_a_regular_rhythm() -> None:
    found = Case(says={"AFIB": 0.76}, p_ratio=0.0, measured={"pr_ms": None}).findings()
    assert found["atrial_fibrillation"].certainty == "probable"
    assert "not_atrial_fibrillation" not in found


def test_regular_tachycardia_without_p_waves_is_said_as_such() -> None:
    found = Case(p_ratio=0.0, measured={"pr_ms": None, "heart_rate_bpm": 152.0}).findings()
    assert found["tachycardia_without_p"].certainty == "definite"
    assert "sinus_tachycardia" not in found


def test_av_block_without_a_measured_pr_has_no_degree() -> None:
    found = Case(says={"AVB": 0.7}, measured={"pr_ms": None}).findings()
    assert found["first_degree_avb"].text == "atrioventricular block of undetermined degree"


@pytest.mark.parametrize(("age", "expected"), [(39.0, False), (40.0, True), (None, False)])
def test_sokolow_lyon_is_kept_from_the_young(age: float | None, expected: bool) -> None:
    tall = {"V1": {"s_mv": -2.0}, "V5": {"r_mv": 1.8}}
    assert ("lvh_voltage" in Case(age=age, in_leads=tall).findings()) is expected


def test_a_pause_of_more_than_3_s_is_said() -> None:
    assert "pause" not in Case(measured={"longest_pause_ms": 3000.0}).findings()
    assert Case(measured={"longest_pause_ms": 3001.0}).findings()["pause"].certainty == "definite"


def test_a_measured_sign_does_not_outvote_a_classifier_that_is_sure() -> None:
    no_p = {"p_ratio": 0.0, "irregular": True, "measured": {"pr_ms": None}}
    alone = Case(says={"SR": 0.5}, **no_p).findings()  # type: ignore[arg-type]
    assert alone["atrial_fibrillation"].certainty == "possible"
    assert alone["not_sinus_rhythm"].kind == "contradiction"
    sure = Case(says={"SR": 0.98}, **no_p).findings()  # type: ignore[arg-type]
    assert "atrial_fibrillation" not in sure
    assert sure["not_sinus_rhythm"].kind == "contradiction"


FLUTTER = {"pr_ms": None, "heart_rate_bpm": 150.0, "atrial_rate_bpm": 300.0}


def test_af_is_refuted_by_a_steady_fast_rhythm() -> None:
    steady = Case(
        says={"AFLT": 0.5, "AFIB": 0.6}, p_ratio=0.0, measured={"pr_ms": None, "heart_rate_bpm": 150.0}
    )
    assert steady.findings()["atrial_flutter"].certainty == "possible"
    assert steady.findings()["not_atrial_fibrillation"].kind == "contradiction"


def test_flutter_waves_make_flutter_of_what_the_classifier_calls_fibrillation() -> None:
    alone = Case(
        says={"AFIB": 0.5}, p_ratio=0.0, irregular=True, atrial="flutter", measured=FLUTTER
    ).findings()
    assert alone["atrial_flutter"].certainty == "possible"
    assert "m-atrial_rate_bpm" in alone["atrial_flutter"].basis
    assert alone["not_atrial_fibrillation"].kind == "contradiction"
    agreed = Case(says={"AFLT": 0.5}, p_ratio=0.0, atrial="flutter", measured=FLUTTER).findings()
    assert agreed["atrial_flutter"].certainty == "probable"


@pytest.mark.parametrize(
    ("pattern", "key"), [("blocked", "second_degree_avb"), ("dissociated", "third_degree_avb")]
)
def test_p_waves_without_a_qrs_are_a_possible_block(pattern: AtrialPattern, key: str) -> None:
    measured = {"pr_ms": None, "heart_rate_bpm": 40.0, "atrial_rate_bpm": 80.0}
    found = Case(says={"AVB": 0.7, "SR": 0.7}, p_ratio=0.0, atrial=pattern, measured=measured).findings()
    assert found[key].certainty == "possible"
    assert {"m-atrial_rate_bpm", "m-heart_rate_bpm"} == set(found[key].basis)
    assert "first_degree_avb" not in found
    assert "not_sinus_rhythm" not in found


def test_supraventricular_tachycardia_at_a_slow_rate_is_a_contradiction() -> None:
    found = Case(says={"SVTAC": 0.7}).findings()
    assert "svt" not in found
    assert {"s-SVTAC", "m-heart_rate_bpm"} <= set(found["not_svt"].basis)


def test_q_waves_of_the_measurements_alone_are_possible_and_with_an_infarct_definite() -> None:
    inferior = {lead: {"q_ms": 40.0, "q_mv": -0.2} for lead in ("II", "III", "aVF")}
    assert Case(in_leads=inferior).findings()["q_waves"].certainty == "possible"
    found = Case(in_leads=inferior, says={"IMI": 0.8, "MI": 0.8}).findings()
    assert found["q_waves"].certainty == found["inferior_mi"].certainty == "definite"
    assert found["inferior_mi"].leads == ("II", "III", "aVF")


def test_sgarbossa_is_said_in_bundle_branch_block() -> None:
    lbbb = {
        "V1": {"r_mv": 0.1, "s_mv": -1.5, "st_j_mv": 0.2},
        "V6": {"s_mv": 0.0, "st_j_mv": 0.15, "st_j60_mv": 0.15, "r_plateau_ms": 40.0},
    }
    found = Case(says={"CLBBB": 0.95}, measured={"qrs_ms": 150.0}, in_leads=lbbb).findings()["sgarbossa"]
    assert found.text == "Sgarbossa and modified Sgarbossa criterion of acute infarction met in V6"
    assert found.certainty == "possible"


def test_two_beats_make_findings_without_numbers_to_show() -> None:
    few = {"pr_ms": None, "heart_rate_bpm": None, "rr_ms": None, "rr_sd_ms": None}
    found = Case(measured=few, n_ventricular=1).findings()
    assert found["sinus_rhythm"].basis == ("m-pr_ms", "m-heart_rate_bpm")
    assert found["ventricular_ectopy"].basis == ("m-rr_sd_ms",)


def test_a_conduction_delay_with_a_normal_qrs_is_a_contradiction() -> None:
    assert Case(says={"IVCD": 0.6}, measured={"qrs_ms": 110.0}).findings()["not_ivcd"].kind == "contradiction"
    assert "ivcd" in Case(says={"IVCD": 0.6}, measured={"qrs_ms": 112.0}).findings()


def test_a_measured_rbbb_contradicts_the_classifiers_lbbb() -> None:
    v1 = {"r_mv": 1.2, "s_mv": -0.3, "r_second_mv": 1.2, "r_peak_time_ms": 80.0}
    leads = {"V1": v1, "I": {"s_ms": 60.0, "r_ms": 50.0}, "V6": {"s_ms": 60.0, "r_ms": 50.0}}
    found = Case(says={"CLBBB": 0.6, "CD": 0.6}, measured={"qrs_ms": 150.0}, in_leads=leads).findings()
    assert found["crbbb"].certainty == "probable"
    assert found["not_clbbb"].kind == "contradiction"
    assert "clbbb" not in found
