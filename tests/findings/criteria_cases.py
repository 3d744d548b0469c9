"""Measurements by name, and what the criteria say of them: shared by the tests of criteria."""

from collections.abc import Mapping
from types import MappingProxyType

from cardio_agent.findings import evaluate_criteria
from cardio_agent.leads import LEADS
from cardio_agent.measurement import RhythmFeatures
from cardio_agent.schema import (
    CriterionResult,
    Measurement,
    Measurements,
    Patient,
    measurement_id,
)

MAN, WOMAN = Patient(age_years=60, sex="male"), Patient(age_years=60, sex="female")
GLOBALS = {
    "heart_rate_bpm": 70.0, "rr_ms": 857.0, "rr_sd_ms": 20.0, "longest_pause_ms": 900.0, "p_ms": 100.0,
    "pr_ms": 160.0, "qrs_ms": 92.0, "qt_ms": 390.0, "qtc_fridericia_ms": 410.0, "qrs_axis_deg": 45.0,
}  # fmt: skip
LEAD = {
    "r_mv": 0.8, "s_mv": -0.2, "q_mv": 0.0, "q_ms": 0.0, "p_mv": 0.1, "t_mv": 0.3, "st_j_mv": 0.0,
    "st_j60_mv": 0.0, "r_plateau_ms": 14.0, "r_second_mv": 0.0, "t_second_mv": 0.0, "t_terminal_mv": 0.3,
}  # fmt: skip
RHYTHM = {
    "n_beats": 11, "n_sinus": 11, "n_ventricular": 0, "n_supraventricular_premature": 0, "n_paced": 0,
    "n_pacing_spikes": 0, "rr_cv": 0.02, "is_irregular": False, "p_to_qrs_ratio": 1.0, "longest_rr_ms": 880.0,
    "shortest_rr_ms": 830.0, "longest_ventricular_run": 0,
}  # fmt: skip

Values = Mapping[str, float | None]
NONE: Values = MappingProxyType({})

LBBB = {
    "qrs_ms": 150.0,
    "r_mv V1": 0.1,
    "s_mv V1": -1.8,
    "s_mv I": 0.0,
    "s_mv V6": 0.0,
    "r_plateau_ms V6": 40.0,
}
RBBB = {
    "qrs_ms": 140.0, "r_mv V1": 1.1, "s_mv V1": -0.3, "s_ms I": 50.0, "s_ms V6": 50.0, "r_second_mv V1": 1.1,
    "r_peak_time_ms V1": 80.0,
}  # fmt: skip
LAFB = {"qrs_axis_deg": -50.0, "q_ms aVL": 20.0, "q_mv aVL": -0.1}
DELTA = {"pr_ms": 120.0, "qrs_ms": 121.0, "qrs_upstroke_ms": 60.0}


def results(
    measured: Values = NONE,
    patient: Patient = MAN,
    rhythm: Mapping[str, object] = NONE,
) -> dict[str, CriterionResult]:
    """Results for an ordinary ECG but for what is said: names of measurements, "r_mv V5" in a lead."""
    table: dict[str, float | None] = dict(GLOBALS) | {f"{n} {v}": x for v in LEADS for n, x in LEAD.items()}
    table |= {"r_mv V1": 0.2, "s_mv V1": -0.9, "t_mv V1": 0.05, "r_peak_time_ms V1": 20.0} | dict(measured)
    rows = []
    for key, value in table.items():
        name, _, lead = key.partition(" ")
        rows.append(
            Measurement(
                id=measurement_id(name, lead or None), name=name, lead=lead or None, value=value,
                unit=name.rsplit("_", 1)[-1], method="by hand", reason="by hand" if value is None else None,
            )
        )  # fmt: skip
    features = RhythmFeatures(**(RHYTHM | dict(rhythm)))  # type: ignore[arg-type]
    return {r.id.removeprefix("c-"): r for r in evaluate_criteria(Measurements(rows), features, patient)}


def state(key: str, measured: Values = NONE, patient: Patient = MAN, **rhythm: object) -> str:
    return results(measured, patient, rhythm)[key].state


def in_leads(leads: str, **values: float | None) -> dict[str, float | None]:
    return {f"{name} {lead}": value for lead in leads.split() for name, value in values.items()}
