"""The structured report: its words, its flags, and that it says nothing of who the patient is."""

import io
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import BasicTextSRStorage

from cardio_agent.rendering.dicom_report import render_dicom
from cardio_agent.schema import Report
from tests.facts import ALL_FACTS
from tests.rendering.conftest import report_of
from tests.rendering.words import dicom_lines

GOLDEN = Path(__file__).with_name("lbbb_report.dicom.txt")


def read(output: bytes) -> pydicom.FileDataset:
    return pydicom.dcmread(io.BytesIO(output))


def test_the_report_reads_as_it_was_approved(report: Report) -> None:
    """Compared with a document that a person has read; to renew it, read the new one first."""
    lines = dicom_lines(render_dicom(report))
    assert "\n".join(lines) + "\n" == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ALL_FACTS)
def test_it_is_a_preliminary_unverified_text_report(name: str) -> None:
    dataset = read(render_dicom(report_of(ALL_FACTS[name]())))
    assert dataset.SOPClassUID == BasicTextSRStorage
    assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
    flags = (dataset.PreliminaryFlag, dataset.VerificationFlag, dataset.CompletionFlag)
    assert flags == ("PRELIMINARY", "UNVERIFIED", "PARTIAL")


def test_nothing_identifies_the_patient(report: Report) -> None:
    dataset = read(render_dicom(report))
    named = (dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate, dataset.AccessionNumber)
    assert [str(each) for each in named] == ["", "", "", ""]
    assert (dataset.PatientAge, dataset.PatientSex) == ("071Y", "M")


def test_values_fit_what_dicom_allows(report: Report) -> None:
    def concepts(item: pydicom.Dataset) -> list[pydicom.Dataset]:
        below = [each for child in item.get("ContentSequence", []) for each in concepts(child)]
        return [item.ConceptNameCodeSequence[0], *below]

    for concept in concepts(read(render_dicom(report))):
        assert len(concept.CodeValue) <= 16
        assert len(concept.CodingSchemeDesignator) <= 16
        assert len(concept.CodeMeaning) <= 64


def test_two_reports_of_one_recording_share_the_study_only(report: Report) -> None:
    other = report.model_copy(update={"narrative": report.narrative[:1]})
    one, two = read(render_dicom(report)), read(render_dicom(other))
    assert one.StudyInstanceUID == two.StudyInstanceUID
    assert one.SOPInstanceUID != two.SOPInstanceUID
