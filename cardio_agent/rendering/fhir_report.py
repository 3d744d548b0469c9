"""The report as one FHIR resource: a DiagnosticReport with the Observations that it rests on inside it.

Enters: a :class:`Report` and, for the trace, its :class:`Analysis`. Leaves: JSON. The observations are
contained, since without a server and a named patient none of them has an identity of its own. Everything is
``preliminary``: no clinician has read it. The patient has no name, number or date of birth; a time of
recording goes out as its date, because files do not state a time zone and FHIR wants one with a time.

R4 and R5 differ here in one thing, how SampledData gives the time between samples.

Source: HL7 FHIR R4 and R5, DiagnosticReport, Observation and SampledData; codes of
:mod:`cardio_agent.rendering.codes`.
"""

import base64
import html
import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from cardio_agent.leads import LEADS
from cardio_agent.rendering.codes import (
    AGE,
    EKG_STUDY,
    LEAD_POTENTIAL,
    LOINC_OF,
    MDC_OF,
    UCUM,
    UCUM_OF,
    Code,
)
from cardio_agent.rendering.labels import (
    conclusion_text,
    measurement_label,
    notable_statements,
    printable,
    section_title,
)
from cardio_agent.rendering.scores import score_line
from cardio_agent.rendering.text_report import render_text
from cardio_agent.schema import Analysis, Ecg, Finding, Measurement, Report, ScoreResult, Statement

Json = dict[str, Any]

_HL7 = "http://terminology.hl7.org/CodeSystem/"
_KIND = {"system": f"{_HL7}v2-0074", "code": "EC", "display": "Electrocardiac (e.g., EKG, EEC, Holter)"}
_PROCEDURE = {"system": f"{_HL7}observation-category", "code": "procedure", "display": "Procedure"}
_UNKNOWN = {"system": f"{_HL7}data-absent-reason", "code": "unknown", "display": "Unknown"}
_MV_PER_COUNT = 0.001
_TRACE_ID = "trace"


def render_fhir(report: Report, analysis: Analysis | None = None) -> str:
    """The report in FHIR R4, closed by a line feed; without the analysis it has no trace."""
    return _rendered(report, None if analysis is None else _trace(analysis.ecg, _period_r4(analysis.ecg)))


def render_fhir_r5(report: Report, analysis: Analysis | None = None) -> str:
    """The report in FHIR R5, closed by a line feed; without the analysis it has no trace."""
    return _rendered(report, None if analysis is None else _trace(analysis.ecg, _period_r5(analysis.ecg)))


def _rendered(report: Report, trace: Json | None) -> str:
    observations = [*_observations(report), *([] if trace is None else [trace])]
    subject = [_patient(report)] if report.recording.patient.sex else []
    person: Json = {"subject": {"reference": "#patient"}} if subject else {}
    when = _effective(report)
    resource = {
        "resourceType": "DiagnosticReport",
        "text": {"status": "generated", "div": _narrative(report)},
        "contained": [*subject, *({**o, **person, **when} for o in observations)],
        "status": "preliminary",
        "category": [{"coding": [_KIND]}],
        "code": _concept("12-lead ECG", EKG_STUDY),
        **person,
        **when,
        "result": [{"reference": f"#{o['id']}", "display": o["code"]["text"]} for o in observations],
        "conclusion": _conclusion(report),
        "conclusionCode": [{"text": _certain(finding)} for finding in report.findings],
        "presentedForm": [_presented(report)],
    }
    kept = {key: value for key, value in resource.items() if value not in ([], "")}
    return json.dumps(kept, indent=2, ensure_ascii=False) + "\n"


# ── the report itself ────────────────────────────────────────────────────────────────────────


def _patient(report: Report) -> Json:
    return {"resourceType": "Patient", "id": "patient", "gender": report.recording.patient.sex}


def _effective(report: Report) -> Json:
    """The day of recording, where the file states it."""
    recorded_at = report.recording.recorded_at
    return {} if recorded_at is None else {"effectiveDateTime": f"{recorded_at:%Y-%m-%d}"}


def _conclusion(report: Report) -> str:
    return f"{conclusion_text(report)} {report.disclaimer}".strip()


def _certain(finding: Finding) -> str:
    return printable(
        finding.text if finding.certainty == "definite" else f"{finding.certainty} {finding.text}"
    )


def _narrative(report: Report) -> str:
    """The sentences as the XHTML that every FHIR resource carries for people."""
    parts = [f"<p><b>{_xhtml(report.disclaimer)}</b></p>"]
    for section in report.narrative:
        said = " ".join(
            s.text if s.verdict == "supported" else f"{s.text} ({s.verdict}: {s.reason})"
            for s in section.sentences
        )
        parts.append(f"<p><b>{_xhtml(section_title(section.section))}.</b> {_xhtml(said)}</p>")
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{"".join(parts)}</div>'


def _xhtml(text: str) -> str:
    return html.escape(printable(text), quote=False)


def _presented(report: Report) -> Json:
    data = base64.b64encode(render_text(report).encode()).decode("ascii")
    return {"contentType": "text/plain; charset=utf-8", "language": "en", "data": data, "title": "Report"}


# ── observations ─────────────────────────────────────────────────────────────────────────────


def _observations(report: Report) -> Iterator[Json]:
    age = report.recording.patient.age_years
    if age is not None:
        yield _observation("age", _concept("Age at recording", AGE), valueQuantity=_quantity(age, "a", "a"))
    for m in report.measurements:
        if m.lead is None:
            yield _observation(_local_id(m.id), _measured_concept(m), **_value(m), method={"text": m.method})
    for lead in LEADS:
        own = [m for m in report.measurements if m.lead == lead]
        if own:
            yield _lead_observation(lead, own)
    for statement in notable_statements(report):
        yield _statement(statement)
    for score in report.scores:
        yield _score(score)


def _observation(id: str, code: Json, **fields: Any) -> Json:
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "preliminary",
        "category": [{"coding": [_PROCEDURE]}],
        "code": code,
        **fields,
    }


def _local_id(id: str) -> str:
    """An id of letters, digits, hyphens and points, which is all that FHIR allows."""
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in id)


def _concept(text: str, *codes: Code) -> Json:
    coding = [{"system": c.system, "code": c.code, "display": c.display} for c in codes]
    return {"coding": coding, "text": text} if coding else {"text": text}


def _measured_concept(m: Measurement) -> Json:
    codes = [LOINC_OF[m.name]] if m.name in LOINC_OF else []
    codes += [MDC_OF[m.name].code] if m.name in MDC_OF else []
    return _concept(measurement_label(m), *codes)


def _quantity(value: float, unit: str, ucum: str) -> Json:
    return {"value": value, "unit": unit, "system": UCUM, "code": ucum}


def _value(m: Measurement) -> Json:
    """The value as measured, or the reason why there is none."""
    if m.value is None:
        return {"dataAbsentReason": {"coding": [_UNKNOWN], "text": m.reason or "not measured"}}
    return {"valueQuantity": _quantity(round(m.value, 4), m.unit, UCUM_OF[m.unit])}


def _lead_observation(lead: str, measurements: Iterable[Measurement]) -> Json:
    components = [{"code": _concept(measurement_label(m)), **_value(m)} for m in measurements]
    return _observation(f"lead-{lead}", _concept(f"Measurements of lead {lead}"), component=components)


def _statement(statement: Statement) -> Json:
    """A statement of the classifier: whether it is present, with probability and threshold."""
    return _observation(
        _local_id(statement.id),
        _concept(f"Classifier statement: {statement.name}"),
        valueBoolean=statement.present,
        component=[
            {"code": _concept(label), "valueQuantity": _quantity(round(p, 4), "1", "1")}
            for label, p in (("Probability", statement.probability), ("Threshold", statement.threshold))
        ],
    )


def _score(score: ScoreResult) -> Json:
    """The total, where nothing is missing; what it was made of in words."""
    total: Json = {"dataAbsentReason": {"text": "inputs are missing"}}
    if score.total is not None:
        total = {"valueQuantity": _quantity(score.total, "points", "{score}")}
    note = [{"text": printable(score_line(score))}]
    return _observation(f"score-{_local_id(score.score)}", _concept(score.name), **total, note=note)


def _trace(ecg: Ecg, period: Json) -> Json:
    """The recording itself, one component a recorded lead, in whole microvolts."""
    components = []
    for lead in LEADS:
        if lead in ecg.missing_leads:
            continue
        data = {
            "origin": _quantity(0, "mV", "mV"),
            **period,
            "factor": _MV_PER_COUNT,
            "dimensions": 1,
            "data": " ".join(map(str, np.round(ecg.lead(lead) / _MV_PER_COUNT).astype(int))),
        }
        code = _concept(f"Lead {lead}", LEAD_POTENTIAL[lead].code)
        components.append({"code": code, "valueSampledData": data})
    return _observation(_TRACE_ID, _concept("12-lead ECG trace", EKG_STUDY), component=components)


def _period_r4(ecg: Ecg) -> Json:
    return {"period": round(1000 / ecg.fs_hz, 6)}


def _period_r5(ecg: Ecg) -> Json:
    return {"interval": round(1000 / ecg.fs_hz, 6), "intervalUnit": "ms"}
