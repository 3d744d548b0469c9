"""The report as a DICOM Basic Text structured report, for archives that take no other document.

Enters: a :class:`Report`. Leaves: a DICOM Part 10 file: the disclaimer, each section with its sentences,
each sentence with what it was inferred from, and the global measurements. Marked as partial, unverified and
preliminary. Patient name, number and date of birth are empty; age and sex are there where they are known.
The trace is not in it, and no study is referred to: a receiver has to attach it to its patient.

Source: DICOM PS3.3 A.35.1 (Basic Text SR) and C.17 (SR document), PS3.16 CID 3227–3229; codes of
:mod:`cardio_agent.rendering.codes`.
"""

import io
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from cardio_agent.rendering.codes import EKG_STUDY, MDC_OF
from cardio_agent.rendering.labels import (
    check_lines,
    describe,
    measurement_label,
    printable,
    recording_line,
    section_title,
    value_text,
    versions_line,
    was_taken_over,
)
from cardio_agent.rendering.scores import score_line
from cardio_agent.schema import Measurement, Report, Sentence

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_OWN_SCHEME = "99CARDIOAGENT"
_LONGEST_MEANING = 64  # characters of the VR LO
_COMMENT = ("121106", "DCM", "Comment")
_FINDING = ("121071", "DCM", "Finding")
_CONCLUSION = ("121077", "DCM", "Conclusion")
_SOURCE = ("rests-on", _OWN_SCHEME, "What the sentence rests on")
_MEASURED = ("122158", "DCM", "ECG Global Measurements")
_SEX = {"female": "F", "male": "M"}

CodeTriple = tuple[str, str, str]
"""Value, scheme and meaning of a coded concept."""


def render_dicom(report: Report) -> bytes:
    """The report as a DICOM file."""
    from pydicom import dcmwrite

    buffer = io.BytesIO()
    dataset = _document(report)
    dataset.ConceptNameCodeSequence = [_coded((EKG_STUDY.code, "LN", EKG_STUDY.display))]
    dataset.ContentSequence = [*_content(report)]
    dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


# ── the document's head ──────────────────────────────────────────────────────────────────────


def _document(report: Report) -> "Dataset":
    """Patient, study, series and document without its content."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import BasicTextSRStorage, ExplicitVRLittleEndian, generate_uid

    dataset, meta = Dataset(), FileMetaDataset()
    dataset.file_meta = meta
    now, seed = datetime.now(), report.model_dump_json()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID = BasicTextSRStorage
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid(entropy_srcs=[seed, "instance"])
    dataset.StudyInstanceUID = generate_uid(entropy_srcs=[report.provenance.input_sha256, "study"])
    dataset.SeriesInstanceUID = generate_uid(entropy_srcs=[seed, "series"])
    dataset.SpecificCharacterSet = "ISO_IR 192"
    _fill_patient(dataset, report)
    _fill_study(dataset, report)
    dataset.Modality, dataset.SeriesNumber, dataset.InstanceNumber = "SR", "1", "1"
    dataset.SeriesDescription = "Research use only: 12-lead ECG report"
    dataset.Manufacturer, dataset.ManufacturerModelName = "cardio-agent", "research software"
    dataset.SoftwareVersions = report.provenance.cardio_agent
    dataset.ReferencedPerformedProcedureStepSequence = []
    dataset.PerformedProcedureCodeSequence = []
    dataset.ContentDate, dataset.ContentTime = f"{now:%Y%m%d}", f"{now:%H%M%S}"
    dataset.ValueType, dataset.ContinuityOfContent = "CONTAINER", "SEPARATE"
    dataset.CompletionFlag, dataset.VerificationFlag = "PARTIAL", "UNVERIFIED"
    dataset.PreliminaryFlag = "PRELIMINARY"
    return dataset


def _fill_patient(dataset: "Dataset", report: Report) -> None:
    patient = report.recording.patient
    dataset.PatientName = dataset.PatientID = dataset.PatientBirthDate = ""
    dataset.PatientSex = _SEX[patient.sex] if patient.sex else ""
    if patient.age_years is not None:
        dataset.PatientAge = f"{int(patient.age_years):03d}Y"
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = "no name, number or date of birth is written"


def _fill_study(dataset: "Dataset", report: Report) -> None:
    recorded_at = report.recording.recorded_at
    dataset.StudyDate = "" if recorded_at is None else f"{recorded_at:%Y%m%d}"
    dataset.StudyTime = "" if recorded_at is None else f"{recorded_at:%H%M%S}"
    dataset.ReferringPhysicianName = dataset.StudyID = dataset.AccessionNumber = ""


# ── content ──────────────────────────────────────────────────────────────────────────────────


def _content(report: Report) -> "Iterator[Dataset]":
    quality = report.quality
    yield _text(_COMMENT, report.disclaimer)
    yield _text(_COMMENT, recording_line(report.recording))
    yield _text(_COMMENT, f"Quality {quality.verdict}: {quality.reason}")
    for section in report.narrative:
        concept = _CONCLUSION if section.section == "conclusion" else _FINDING
        sentences = [_sentence(s, concept, report) for s in section.sentences]
        yield _container(_own(section.section, section_title(section.section)), sentences)
    measured = [_measurement(m) for m in report.measurements if m.lead is None]
    if measured:
        yield _container(_MEASURED, measured)
    if report.scores:
        said = [_text(_FINDING, score_line(score)) for score in report.scores]
        yield _container(_own("scores", "Risk scores"), said)
    for line in (*check_lines(report), *report.provenance.notes, versions_line(report)):
        yield _text(_COMMENT, line)


def _sentence(sentence: Sentence, concept: CodeTriple, report: Report) -> "Dataset":
    """A sentence, its verdict where it did not pass, and below it what it was inferred from."""
    records = report.records()
    said = sentence.text + ("*" if was_taken_over(sentence, report.provenance.writer) else "")
    if sentence.verdict != "supported":
        said += f" ({sentence.verdict}: {sentence.reason})"
    item = _text(concept, said)
    basis = [f"{describe(records[cite]) if cite in records else cite} [{cite}]" for cite in sentence.cites]
    if basis:
        item.ContentSequence = [_text(_SOURCE, text, relation="INFERRED FROM") for text in basis]
    return item


def _measurement(m: Measurement) -> "Dataset":
    label = measurement_label(m)
    known = MDC_OF.get(m.name)
    quantity = m.name.rpartition("_")[0]  # its unit stands with the value
    concept = _own(quantity, label) if known is None else (known.dicom_value, "MDC", label)
    return _text(concept, value_text(m) if m.value is not None else f"not measured: {m.reason}")


def _own(value: str, meaning: str) -> CodeTriple:
    """A concept for which this program has no code but its own; 16 characters is a code's limit."""
    return value[:16], _OWN_SCHEME, meaning


def _container(concept: CodeTriple, items: "list[Dataset]") -> "Dataset":
    item = _item("CONTAINER", concept, "CONTAINS")
    item.ContinuityOfContent = "SEPARATE"
    item.ContentSequence = items
    return item


def _text(concept: CodeTriple, text: str, relation: str = "CONTAINS") -> "Dataset":
    item = _item("TEXT", concept, relation)
    item.TextValue = printable(text)
    return item


def _item(value_type: str, concept: CodeTriple, relation: str) -> "Dataset":
    from pydicom.dataset import Dataset

    item = Dataset()
    item.RelationshipType, item.ValueType = relation, value_type
    item.ConceptNameCodeSequence = [_coded(concept)]
    return item


def _coded(concept: CodeTriple) -> "Dataset":
    from pydicom.dataset import Dataset

    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator = concept[0], concept[1]
    code.CodeMeaning = printable(concept[2])[:_LONGEST_MEANING]
    return code
