"""FHIR, judged by the published structure of R4 and R5, and by the numbers that went in."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fhir.resources.diagnosticreport import DiagnosticReport as DiagnosticReportR5
from fhir.resources.R4B.diagnosticreport import DiagnosticReport as DiagnosticReportR4
from pydicom.sr.codedict import codes

from cardio_agent.leads import LEADS
from cardio_agent.rendering.codes import LEAD_POTENTIAL, MDC_OF
from cardio_agent.rendering.fhir_report import render_fhir, render_fhir_r5
from cardio_agent.schema import Analysis, Report
from tests.facts import ALL_FACTS
from tests.rendering.conftest import report_of

GOLDEN = Path(__file__).with_name("lbbb_report.fhir.json")


def observations(text: str) -> dict[str, Any]:
    """The observations of a report by their id."""
    contained = json.loads(text)["contained"]
    return {each["id"]: each for each in contained if each["resourceType"] == "Observation"}


def without_attachment(text: str) -> str:
    """The resource without the text report that it carries, which has a golden text of its own."""
    return re.sub(r'"data": "[A-Za-z0-9+/=]+"', '"data": ""', text)


def test_the_report_reads_as_it_was_approved(report: Report) -> None:
    """Compared with a resource that a person has read; to renew it, read the new one first."""
    assert without_attachment(render_fhir(report)) == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ALL_FACTS)
def test_it_follows_both_releases(name: str, report: Report, analysis: Analysis) -> None:
    told = report_of(ALL_FACTS[name](), *report.narrative)
    DiagnosticReportR4.model_validate_json(render_fhir(told, analysis))
    DiagnosticReportR5.model_validate_json(render_fhir_r5(told, analysis))


def test_every_result_is_contained_and_everything_is_preliminary(report: Report, analysis: Analysis) -> None:
    resource = json.loads(render_fhir(report, analysis))
    found = observations(json.dumps(resource))
    assert [result["reference"] for result in resource["result"]] == [f"#{id}" for id in found]
    assert {resource["status"], *(each["status"] for each in found.values())} == {"preliminary"}
    assert all(re.fullmatch(r"[A-Za-z0-9.-]{1,64}", id) for id in found)


def test_a_measurement_has_its_value_codes_and_unit(report: Report) -> None:
    qrs = observations(render_fhir(report))["m-qrs-ms"]
    coding = {(code["system"], code["code"]) for code in qrs["code"]["coding"]}
    assert coding == {("http://loinc.org", "8633-0"), ("urn:iso:std:iso:11073:10101", "147228")}
    assert qrs["valueQuantity"] == {
        "value": 152.0,
        "unit": "ms",
        "system": "http://unitsofmeasure.org",
        "code": "ms",
    }


def test_what_could_not_be_measured_has_a_reason_and_no_value() -> None:
    pr = observations(render_fhir(report_of(ALL_FACTS["af"]())))["m-pr-ms"]
    assert pr["dataAbsentReason"]["text"] == "no P waves were found"
    assert "valueQuantity" not in pr


@pytest.mark.parametrize(
    ("render", "time"), [(render_fhir, ("period",)), (render_fhir_r5, ("interval", "intervalUnit"))]
)
def test_the_trace_is_the_recording(
    render: Any, time: tuple[str, ...], report: Report, analysis: Analysis
) -> None:
    components = observations(render(report, analysis))["trace"]["component"]
    assert len(components) == 12
    for lead, component in zip(LEADS, components, strict=True):
        data = component["valueSampledData"]
        counts = np.array([int(count) for count in data["data"].split()])
        assert data["factor"] * counts == pytest.approx(analysis.ecg.lead(lead), abs=0.0005 + 1e-6)
        assert (data["origin"]["unit"], data["dimensions"], data[time[0]]) == ("mV", 1, 2.0)
        assert set(time) <= set(data)


def test_codes_of_11073_are_those_of_dicom() -> None:
    """DICOM's own dictionary writes them as partition:term."""
    known = {
        "p_ms": codes.MDC.PDurationGlobal,
        "pr_ms": codes.MDC.PRIntervalGlobal,
        "qrs_ms": codes.MDC.QRSDurationGlobal,
        "qt_ms": codes.MDC.QTIntervalGlobal,
        "qtc_bazett_ms": codes.MDC.QtcGlobalUsingBazettFormula,
        "qtc_fridericia_ms": codes.MDC.QtcGlobalUsingFredericiaFormula,
        "p_axis_deg": codes.MDC.PAxis,
        "qrs_axis_deg": codes.MDC.QRSAxis,
        "t_axis_deg": codes.MDC.TAxis,
    }
    assert {name: term.dicom_value for name, term in MDC_OF.items()} == {n: c.value for n, c in known.items()}


def test_codes_of_leads_are_those_of_the_published_examples() -> None:
    """HL7's example of an ECG as SampledData: I 131329, II 131330, III 131389; others in 11073-10101."""
    published = {"I": "131329", "II": "131330", "III": "131389", "aVR": "131390", "aVL": "131391"}
    published |= {"aVF": "131392", **{f"V{n}": str(131330 + n) for n in range(1, 7)}}
    assert {lead: term.code.code for lead, term in LEAD_POTENTIAL.items()} == published


def test_the_person_has_a_sex_and_an_age_and_nothing_else(report: Report) -> None:
    resource = json.loads(render_fhir(report))
    (patient,) = [each for each in resource["contained"] if each["resourceType"] == "Patient"]
    assert patient == {"resourceType": "Patient", "id": "patient", "gender": "male"}
    assert observations(json.dumps(resource))["age"]["valueQuantity"]["value"] == 71
    assert resource["effectiveDateTime"] == "2024-03-12"  # no time without a zone


def test_a_sentence_that_failed_is_marked_and_no_part_of_the_conclusion(report: Report) -> None:
    resource = json.loads(render_fhir(report))
    assert "The QRS is 162 ms. (contradicted: m-qrs_ms is 152 ms)" in resource["text"]["div"]
    assert "162" not in resource["conclusion"]
