"""Comparison of two ECGs whose measurements and findings are written by hand."""

from dataclasses import replace

import numpy as np

from cardio_agent.findings import compare
from cardio_agent.leads import LEADS
from cardio_agent.schema import (
    Analysis,
    Beats,
    Classification,
    Ecg,
    Finding,
    FindingKind,
    Measurements,
    Patient,
    Source,
    Waves,
)
from tests.facts import Trace, measurements, quality, statements

ECG = Ecg(np.zeros((12, 5000), np.float32), 500, Patient(), Source(name="x", format="x"))
NORMAL = Trace(heart_rate=70, pr=160, p=100, qrs=90, qt=400, axis=40)


def finding(key: str, kind: FindingKind, *basis: str, text: str = "") -> Finding:
    return Finding(id=f"f-{key}", kind=kind, text=text or key, certainty="definite", basis=basis)


def analysis(*findings: Finding, trace: Trace = NORMAL) -> Analysis:
    return Analysis(
        ecg=ECG,
        quality=quality(),
        statements=statements({}),
        waves=Waves(500, Beats(), {}),
        measurements=Measurements(measurements(trace)),
        findings=findings,
        classification=Classification({}, {}, 0.1),
    )


def told(now: Analysis, prior: Analysis) -> dict[str, Finding]:
    compared = compare(now, prior)
    assert compared.prior is prior
    return {f.id: f for f in compared.findings if f.kind == "comparison"}


AVB = finding("first_degree_avb", "conduction", "m-pr_ms", text="first-degree atrioventricular block")
STE = finding("st_elevation", "ischaemia", "m-st_j_mv-V2", "m-st_j_mv-V3", text="ST elevation in V2 and V3")


def test_changes_within_repeatability_are_not_told() -> None:
    near = replace(NORMAL, heart_rate=79, pr=179, qrs=101, axis=59, st_j={"V2": 0.1})
    assert told(analysis(trace=near), analysis()) == {}


def test_changes_beyond_repeatability_are_told_with_the_amount() -> None:
    far = replace(NORMAL, heart_rate=80, pr=180, qrs=102, axis=60, st_j={"V2": 0.11})
    now = analysis(trace=far)
    changes = told(now, analysis())
    assert {"f-change_heart_rate_bpm", "f-change_pr_ms", "f-change_qrs_ms", "f-change_qrs_axis_deg"} <= set(
        changes
    )
    st = changes["f-change_st_j_mv-V2"]
    assert st.text == "higher J point in V2 than in the prior ECG"
    assert compare(now, analysis()).measurements.value("st_j_mv_change", "V2") == 0.1
    assert "f-change_st_j_mv-V3" not in changes


def test_an_axis_changes_along_the_shorter_way_round() -> None:
    now, prior = (analysis(trace=replace(NORMAL, axis=axis)) for axis in (-175.0, 170.0))
    assert compare(now, prior).measurements.value("qrs_axis_deg_change") == 15


def test_what_could_not_be_measured_twice_has_no_change() -> None:
    change = compare(analysis(trace=replace(NORMAL, pr=None)), analysis()).measurements.get("pr_ms_change")
    assert (change.value, change.reason) == (None, "not measurable in both recordings")


def test_new_and_gone_findings() -> None:
    new = told(analysis(STE), analysis())
    assert new["f-new_st_elevation"].text == "ST elevation in V2 and V3, not found in the prior ECG"
    gone = told(analysis(), analysis(AVB))["f-gone_first_degree_avb"]
    assert gone.text == "first-degree atrioventricular block in the prior ECG, not found in this one"
    assert gone.basis == ("m-pr_ms",)
    assert told(analysis(AVB), analysis(AVB)) == {}


def test_a_finding_is_gone_only_where_it_could_be_seen_again() -> None:
    now = analysis(trace=replace(NORMAL, pr=None))
    assert "f-gone_first_degree_avb" not in told(now, analysis(AVB))


def test_what_another_finding_explains_is_neither_new_nor_gone() -> None:
    lbbb = finding("clbbb", "conduction", "m-qrs_ms")
    changes = told(analysis(lbbb), analysis(STE))
    assert set(changes) == {"f-new_clbbb"}
    unspecified = finding("MI", "ischaemia", "s-MI")
    assert told(analysis(STE), analysis(unspecified)).keys() == {"f-new_st_elevation"}


def test_sinus_rhythm_is_no_news_and_an_unusable_prior_is_not_compared() -> None:
    sinus = finding("sinus_rhythm", "rhythm", "m-pr_ms")
    assert told(analysis(sinus), analysis()) == told(analysis(), analysis(sinus)) == {}
    unusable = replace(analysis(), quality=quality("unusable", "flat", **dict.fromkeys(LEADS, "flat")))
    assert told(analysis(AVB), unusable) == {}
