"""Facts built by hand for tests: each is what the analysis of one plausible ECG would truthfully say.

They are the truth that sentences are judged against, so every number is written here or follows
from a formula in this file; nothing comes from the program under test.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cardio_agent.classifier.statements import STATEMENTS
from cardio_agent.leads import LEADS
from cardio_agent.schema import (
    AttentionSummary,
    Evidence,
    Facts,
    Finding,
    LeadQuality,
    Measurement,
    Patient,
    Quality,
    Recording,
    Sex,
    Statement,
    measurement_id,
)

_THRESHOLD = 0.40
_UNITS = {"ms": "ms", "mv": "mV", "deg": "deg", "bpm": "bpm"}
_NO_P = "no P waves were found"


@dataclass(frozen=True)
class Trace:
    """What was measured: globals by name, the leads' values where they differ from a flat default."""

    heart_rate: float
    qrs: float
    qt: float
    axis: float
    pr: float | None = None
    p: float | None = None
    rr_sd: float = 18.0
    p_axis: float | None = 48.0
    t_axis: float = 40.0
    st_j: Mapping[str, float] = field(default_factory=dict)
    t: Mapping[str, float] = field(default_factory=dict)
    r: Mapping[str, float] = field(default_factory=dict)
    q_ms: Mapping[str, float] = field(default_factory=dict)


def statements(present: Mapping[str, float]) -> tuple[Statement, ...]:
    """All 59 statements; those named are present with that probability, the others at 0.03."""
    return tuple(
        Statement(
            id=f"s-{spec.code}",
            code=spec.code,
            name=spec.name,
            group=spec.group,
            probability=present.get(spec.code, 0.03),
            threshold=_THRESHOLD,
            present=present.get(spec.code, 0.03) >= _THRESHOLD,
            risk="high"
            if present.get(spec.code, 0) >= 0.7
            else "moderate"
            if spec.code in present
            else "low",
        )
        for spec in STATEMENTS
    )


def measurement(
    name: str, value: float | None, lead: str | None = None, reason: str | None = None
) -> Measurement:
    """One measurement; without a value it carries a reason."""
    unit = _UNITS[name.rsplit("_", 1)[1]]
    return Measurement(
        id=measurement_id(name, lead),
        name=name,
        value=value,
        unit=unit,
        method="median beat",
        reason=reason,
        lead=lead,
        spread=None if value is None else 3.0,
        n_beats=None if value is None else 11,
    )


def measurements(trace: Trace) -> tuple[Measurement, ...]:
    """The measurements that follow from a trace; the QTc formulas are written out here."""
    rr_s = 60 / trace.heart_rate
    values: dict[str, float | None] = {
        "heart_rate_bpm": trace.heart_rate,
        "rr_ms": 1000 * rr_s,
        "rr_sd_ms": trace.rr_sd,
        "p_ms": trace.p,
        "pr_ms": trace.pr,
        "qrs_ms": trace.qrs,
        "qt_ms": trace.qt,
        "qtc_bazett_ms": trace.qt / rr_s**0.5,
        "qtc_fridericia_ms": trace.qt / rr_s ** (1 / 3),
        "qtc_framingham_ms": trace.qt + 154 * (1 - rr_s),
        "qtc_hodges_ms": trace.qt + 1.75 * (trace.heart_rate - 60),
        "longest_pause_ms": 1100 * rr_s,
        "atrial_rate_bpm": None,
        "p_axis_deg": trace.p_axis,
        "qrs_axis_deg": trace.axis,
        "t_axis_deg": trace.t_axis,
    }
    rows = [
        measurement(name, value, reason=None if value is not None else _NO_P)
        for name, value in values.items()
    ]
    for lead in LEADS:
        rows += [
            measurement("st_j_mv", trace.st_j.get(lead, 0.01), lead),
            measurement("st_j60_mv", trace.st_j.get(lead, 0.01), lead),
            measurement("t_mv", trace.t.get(lead, -0.25 if lead == "aVR" else 0.25), lead),
            measurement("r_mv", trace.r.get(lead, 0.8), lead),
            measurement("s_mv", -0.4, lead),
            measurement("q_mv", -0.02, lead),
            measurement("q_ms", trace.q_ms.get(lead, 12.0), lead),
            measurement("p_mv", 0.10 if trace.p else None, lead, None if trace.p else _NO_P),
        ]
    return tuple(rows)


def quality(verdict: str = "good", reason: str = "all twelve leads are clean", **states: str) -> Quality:
    """Quality with the leads named in ``states`` in that state."""
    reasons = {
        "good": "signal is clean",
        "noisy": "noise is 0.09 mV",
        "flat": "amplitude is below 0.02 mV",
        "missing": "the lead was not recorded",
        "saturated": "8% of the samples stand at the limit",
    }
    leads = tuple(
        LeadQuality(
            id=f"q-{lead}",
            lead=lead,
            state=states.get(lead, "good"),
            reason=reasons[states.get(lead, "good")],
        )
        for lead in LEADS
    )
    return Quality(verdict=verdict, reason=reason, leads=leads)


def recording(age: float | None, sex: Sex | None, file: str) -> Recording:
    """A 10 s recording at 500 Hz of 12 March 2024."""
    return Recording(
        file=file,
        format="wfdb",
        fs_hz=500,
        duration_s=10,
        missing_leads=(),
        derived_leads=(),
        recorded_at=datetime(2024, 3, 12, 14, 5),
        patient=Patient(age_years=age, sex=sex),
        notes=(),
    )


def attention(leads: Mapping[str, float], segments: Mapping[str, float]) -> AttentionSummary:
    """Shares as given; the leads not named share the rest evenly."""
    rest = (1 - sum(leads.values())) / (12 - len(leads))
    return AttentionSummary(leads={lead: leads.get(lead, rest) for lead in LEADS}, segments=dict(segments))


_SEGMENTS_QRS = {"P": 0.05, "PR": 0.04, "QRS": 0.61, "ST": 0.16, "T": 0.10, "TP": 0.04}
_SEGMENTS_ST = {"P": 0.03, "PR": 0.03, "QRS": 0.22, "ST": 0.47, "T": 0.20, "TP": 0.05}
_SEGMENTS_P = {"P": 0.33, "PR": 0.18, "QRS": 0.24, "ST": 0.05, "T": 0.06, "TP": 0.14}


_HERE = Path(__file__).parent
_PASSAGES = json.loads((_HERE / "facts_passages.json").read_text(encoding="utf-8"))
_FINDINGS = json.loads((_HERE / "facts_findings.json").read_text(encoding="utf-8"))


def findings(name: str) -> tuple[Finding, ...]:
    """The findings of one of the ECGs below."""
    return tuple(Finding.model_validate(row) for row in _FINDINGS[name])


def evidence(id: str, finding_ids: tuple[str, ...]) -> Evidence:
    """One passage of the guideline corpus, by its id."""
    return Evidence(id=id, section="", score=0.8, finding_ids=finding_ids, **_PASSAGES[id])


def facts_normal() -> Facts:
    """Woman of 45, sinus rhythm at 64 bpm; PR 160, QRS 92, QT 398, QTc (Bazett) 411 ms, axis 45°."""
    return Facts(
        recording=recording(45, "female", "normal.hea"),
        quality=quality(),
        statements=statements({"NORM": 0.96, "SR": 0.97}),
        measurements=measurements(Trace(heart_rate=64, pr=160, p=98, qrs=92, qt=398, axis=45)),
        findings=findings("normal"),
        attention={},
        evidence=(),
    )


def facts_lbbb() -> Facts:
    """A 71-year-old man, LBBB with QRS 152 ms, left axis −38°; the QRS was 128 ms before."""
    trace = Trace(
        heart_rate=78,
        pr=184,
        p=124,
        qrs=152,
        qt=430,
        axis=-38,
        t_axis=120,
        st_j={"V1": 0.14, "V2": 0.21, "V3": 0.17, "V5": -0.06, "V6": -0.08},
        t={"I": -0.18, "aVL": -0.20, "V5": -0.16, "V6": -0.22, "aVR": 0.05},
    )
    return Facts(
        recording=recording(71, "male", "lbbb.hea"),
        quality=quality("limited", "one lead is noisy", V4="noisy"),
        statements=statements({"CD": 0.97, "CLBBB": 0.95, "SR": 0.94}),
        measurements=measurements(trace),
        findings=findings("lbbb"),
        attention={"CLBBB": attention({"V1": 0.24, "V6": 0.18, "I": 0.14}, _SEGMENTS_QRS)},
        evidence=(
            evidence("CND-04", ("f-clbbb",)),
            evidence("HF-03", ("f-clbbb",)),
            evidence("HF-06", ("f-clbbb",)),
        ),
    )


def facts_af() -> Facts:
    """A 78-year-old woman in atrial fibrillation at 112 bpm; no P waves, so no PR."""
    trace = Trace(heart_rate=112, qrs=88, qt=332, axis=12, p_axis=None, rr_sd=142, t={"V5": 0.06, "V6": 0.05})
    return Facts(
        recording=recording(78, "female", "af.hea"),
        quality=quality(),
        statements=statements({"AFIB": 0.93, "STTC": 0.55, "form:NST": 0.44}),
        measurements=measurements(trace),
        findings=findings("af"),
        attention={"AFIB": attention({"V1": 0.28, "II": 0.21, "III": 0.11}, _SEGMENTS_P)},
        evidence=tuple(evidence(id, ("f-atrial_fibrillation",)) for id in ("AF-01", "AF-02", "AF-27")),
    )


def facts_anterior_stemi() -> Facts:
    """A 58-year-old man with ST elevation in V1–V4 (0.25 mV in V2) and reciprocal inferior depression."""
    trace = Trace(
        heart_rate=92,
        pr=168,
        p=104,
        qrs=96,
        qt=348,
        axis=30,
        st_j={"V1": 0.12, "V2": 0.25, "V3": 0.31, "V4": 0.22, "III": -0.08, "aVF": -0.07},
        q_ms={"V2": 32.0, "V3": 28.0},
    )
    return Facts(
        recording=recording(58, "male", "anterior.hea"),
        quality=quality(),
        statements=statements({"MI": 0.95, "AMI": 0.91, "SR": 0.90, "STE": 0.71, "QWAVE": 0.58}),
        measurements=measurements(trace),
        findings=findings("stemi"),
        attention={"AMI": attention({"V2": 0.27, "V3": 0.25, "V4": 0.15}, _SEGMENTS_ST)},
        evidence=(
            evidence("MI-02", ("f-st_elevation_anterior",)),
            evidence("ACS-01", ("f-st_elevation_anterior",)),
            evidence("ACS-08", ("f-st_elevation_anterior",)),
        ),
    )


def facts_av_block() -> Facts:
    """Age 66, sex unknown: sinus bradycardia at 52 bpm, PR 236 ms; the classifier sees an RBBB."""
    return Facts(
        recording=recording(66, None, "avb.xml"),
        quality=quality("limited", "two leads cannot be used", V1="flat", aVL="saturated"),
        statements=statements({"SBRAD": 0.88, "CRBBB": 0.61, "CD": 0.66}),
        measurements=measurements(Trace(heart_rate=52, pr=236, p=112, qrs=94, qt=436, axis=62)),
        findings=findings("av_block"),
        attention={"SBRAD": attention({"II": 0.22, "V2": 0.17, "V5": 0.12}, _SEGMENTS_P)},
        evidence=(evidence("BRD-27", ("f-first_degree_avb",)),),
    )


def facts_unusable() -> Facts:
    """A recording that cannot be read: nothing measured, no statement, no diagnosis."""
    reason = "the recording is unusable"
    empty = measurements(Trace(heart_rate=60, pr=160, p=100, qrs=90, qt=400, axis=40))
    return Facts(
        recording=recording(None, None, "noise.csv"),
        quality=quality("unusable", "ten leads are flat or missing", **dict.fromkeys(LEADS[:10], "flat")),
        statements=(),
        measurements=tuple(
            m.model_copy(update={"value": None, "reason": reason, "spread": None, "n_beats": None})
            for m in empty
        ),
        findings=findings("unusable"),
        attention={},
        evidence=(),
    )


ALL_FACTS = {
    "normal": facts_normal,
    "lbbb": facts_lbbb,
    "af": facts_af,
    "stemi": facts_anterior_stemi,
    "av_block": facts_av_block,
    "unusable": facts_unusable,
}
