"""How records are named and shown, once for all renderers: labels, values with units, one-line descriptions.

Enters: records of a report. Leaves: plain strings for a reader. Nothing here decides what is shown
where, and nothing is computed beyond rounding.
"""

import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import get_args

from cardio_agent.schema import (
    AttentionSummary,
    Ecg,
    Evidence,
    Facts,
    Finding,
    LeadQuality,
    Measurement,
    Patient,
    Quality,
    Record,
    Recording,
    Report,
    Sentence,
    Source,
    Statement,
    VerdictKind,
)
from cardio_agent.writing import SECTION_TITLES, PlainWriter, phrases
from cardio_agent.writing.phrases import MEASUREMENT_NAMES

LEAD_COLUMNS = (
    ("ST J", "st_j_mv"),
    ("J+60", "st_j60_mv"),
    ("T", "t_mv"),
    ("R", "r_mv"),
    ("S", "s_mv"),
    ("Q", "q_mv"),
    ("Q dur", "q_ms"),
    ("P", "p_mv"),
)
"""Columns of the table of leads, in reading order."""

HEADER_FIGURES = (
    ("Rate", "heart_rate_bpm"),
    ("PR", "pr_ms"),
    ("QRS", "qrs_ms"),
    ("QT", "qt_ms"),
    ("QTcF", "qtc_fridericia_ms"),
    ("Axis", "qrs_axis_deg"),
)
"""What stands above the trace, in reading order."""

FORMAT_NAMES: Mapping[str, str] = {
    "wfdb": "WFDB",
    "csv": "CSV",
    "npy": "NumPy",
    "npz": "NumPy",
    "sierra_xml": "Philips XML",
    "ge_muse_xml": "GE MUSE XML",
    "hl7_aecg": "HL7 aECG",
    "mortara_el250": "Mortara ELI XML",
    "scp_ecg": "SCP-ECG",
    "dicom_waveform": "DICOM",
    "edf": "EDF",
    "edf_plus": "EDF+",
    "ishne_holter": "ISHNE",
    "mfer": "MFER",
    "alivecor_kardia": "Kardia JSON",
}
"""Names of the formats that recordings are read from, as people know them."""

_TOP_SHARES = 3


def printable(text: str) -> str:
    """Text on one line without control, format or unassigned characters.

    >>> printable("V1\\x1b[31m\\nred")
    'V1[31m red'
    """
    kept = (c if unicodedata.category(c)[0] != "C" else " " if c.isspace() else "" for c in text)
    return " ".join("".join(kept).split())


def section_title(section: str) -> str:
    """Heading of a section of the narrative."""
    return SECTION_TITLES.get(section, section)


def measurement_label(m: Measurement) -> str:
    """Name of a measurement for a reader.

    >>> measurement_label(Measurement(id="t", name="t_mv", value=0.4, unit="mV", method="-", lead="V2"))
    'T amplitude in V2'
    """
    name = MEASUREMENT_NAMES.get(m.name, m.name)
    return f"{name[:1].upper()}{name[1:]}" + (f" in {m.lead}" if m.lead else "")


def value_text(m: Measurement) -> str:
    """Rounded value with its unit, '–' for none.

    >>> value_text(Measurement(id="m-qrs_axis_deg", name="qrs_axis_deg", value=-42.4, unit="deg", method=""))
    '−42°'
    """
    return "–" if m.value is None else phrases.value_text(m.value, m.unit)


def number_text(m: Measurement) -> str:
    """Rounded value without its unit, '–' for none."""
    return value_text(m).removesuffix(m.unit).rstrip(" °")


def is_simulated(source: Source) -> bool:
    """Whether the recording says of itself that no heart made it."""
    return source.format == "simulation" or any(note.lower().startswith("simulated") for note in source.notes)


def patient_text(patient: Patient) -> str:
    """Age and sex, or what is not known of them.

    >>> patient_text(Patient(age_years=64, sex="female"))
    '64 years, female'
    """
    age = "age unknown" if patient.age_years is None else f"{patient.age_years:g} years"
    return f"{age}, {patient.sex or 'sex unknown'}"


def recording_line(recording: Recording | Ecg) -> str:
    """Person, time and technical data of a recording in one line."""
    when = recording.recorded_at if isinstance(recording, Recording) else recording.source.recorded_at
    kind = recording.format if isinstance(recording, Recording) else recording.source.format
    parts = [patient_text(recording.patient)]
    if when is not None:
        parts.append(f"recorded {when:%Y-%m-%d %H:%M}")
    parts += [f"{recording.duration_s:.4g} s at {recording.fs_hz:g} Hz", FORMAT_NAMES.get(kind, kind)]
    return " · ".join(parts)


def head_lines(report: Report) -> list[str]:
    """What a reader must know of the recording before its findings, below :func:`recording_line`."""
    recording, quality = report.recording, report.quality
    lines = [f"Quality {quality.verdict}: {quality.reason}"]
    if recording.patient.context:
        lines.append(f"Context, as told by the user: {recording.patient.context}")
    for label, leads in (("Not recorded", recording.missing_leads), ("Derived", recording.derived_leads)):
        if leads:
            lines.append(f"{label}: {', '.join(leads)}")
    return lines + [f"Note: {note}" for note in recording.notes]


def evidence_source(evidence: Evidence) -> str:
    """Where a guideline passage stands: title, year, society, section, class and level."""
    title = evidence.short or evidence.guideline
    year = str(evidence.year) if evidence.year and str(evidence.year) not in title else ""
    society = evidence.society.strip("-– ")
    parts = [title, "" if society in title else society, year, evidence.section]
    if evidence.class_of_recommendation:
        parts.append(f"class {evidence.class_of_recommendation}")
    if evidence.level_of_evidence:
        parts.append(f"level {evidence.level_of_evidence}")
    return " · ".join(part for part in parts if part)


def evidence_line(evidence: Evidence) -> str:
    """:func:`evidence_source`, closed by ``unchecked`` where nobody has read the passage in its source."""
    source = evidence_source(evidence)
    return source if evidence.checked else f"{source} · unchecked"


def lead_columns(facts: Facts) -> list[tuple[str, str]]:
    """The columns of :data:`LEAD_COLUMNS` in which at least one lead has a value."""
    names = {m.name for m in facts.measurements if m.lead is not None and m.value is not None}
    return [column for column in LEAD_COLUMNS if column[1] in names]


def shares_text(shares: Mapping[str, float], n: int = _TOP_SHARES) -> str:
    """The largest shares, in per cent.

    >>> shares_text({"V1": 0.5, "V2": 0.3, "I": 0.2}, n=2)
    'V1 50%, V2 30%'
    """
    largest = sorted(shares.items(), key=lambda item: -item[1])[:n]
    return ", ".join(f"{name} {share:.0%}" for name, share in largest)


def describe(record: Record) -> str:
    """What a cited record says, in one line."""
    match record:
        case Statement():
            numbers = f"probability {record.probability:.2f} (threshold {record.threshold:.2f})"
            doubt = ", too close to call" if record.is_uncertain else ""
            return f"classifier: {record.name}, {numbers}{doubt}"
        case Measurement():
            missing = f" not measured: {record.reason}" if record.value is None else f" {value_text(record)}"
            return measurement_label(record) + missing
        case Finding():
            return f"{record.certainty} finding: {record.text}"
        case Recording():
            return f"recording: {recording_line(record)}"
        case Quality():
            return f"quality {record.verdict}: {record.reason}"
        case LeadQuality():
            return f"lead {record.lead} {record.state}: {record.reason}"
        case Evidence():
            return f"guideline: {evidence_line(record)}"
        case AttentionSummary():
            places = [shares_text(record.leads), shares_text(record.segments)]
            what = "where the classifier looked"
            if record.method != "attention":
                what = f"what the classifier relied on, by {record.method}"
            return f"{what}: {'; '.join(place for place in places if place)}"
        case _:
            raise TypeError(f"no description for {type(record).__name__}")


def notable_statements(facts: Facts) -> list[Statement]:
    """Statements worth a line: those present, then those at half their threshold or more, or in doubt."""
    shown = [s for s in facts.statements if s.present or s.is_uncertain or s.probability >= s.threshold / 2]
    return sorted(shown, key=lambda s: (not s.present, -s.probability))


def was_taken_over(sentence: Sentence, writer: str) -> bool:
    """Whether the plain writer stood in for the report's own writer."""
    return sentence.writer == PlainWriter.name != writer


def writer_name(writer: str) -> str:
    """Who wrote a sentence, for a reader; a model of the user's own goes by the name that it was given.

    >>> writer_name("plain"), writer_name("bundled"), writer_name("hf:tiny")
    ('the plain writer', 'the bundled language model', 'hf:tiny')
    """
    return {PlainWriter.name: "the plain writer", "bundled": "the bundled language model"}.get(writer, writer)


def check_lines(report: Report) -> list[str]:
    """How many sentences were checked, what came of it, and how many the plain writer took over."""
    sentences = [s for section in report.narrative for s in section.sentences]
    if not sentences:
        return []
    counts = Counter(s.verdict for s in sentences)
    verdicts = ", ".join(f"{counts[kind]} {kind}" for kind in get_args(VerdictKind) if counts[kind])
    if counts["supported"] == len(sentences):
        verdicts = "all supported"
    lines = [f"{len(sentences)} sentences checked against their records: {verdicts}."]
    n_taken = sum(was_taken_over(s, report.provenance.writer) for s in sentences)
    if n_taken:
        lines.append(f"* {n_taken} of them by the plain writer, in place of the model.")
    return lines


def versions_line(report: Report) -> str:
    """What made the report: versions and hashes, shortened."""
    p = report.provenance
    return (
        f"cardio-agent {p.cardio_agent} · classifier {p.classifier} ({p.classifier_sha256[:12]}) · "
        f"writer {p.writer} · corpus {p.corpus_sha256[:12]} · file {p.input_sha256[:12]}"
    )


def conclusion_text(report: Report) -> str:
    """The sentences of the conclusion that held their check, or nothing."""
    return " ".join(
        s.text
        for section in report.narrative
        if section.section == "conclusion"
        for s in section.sentences
        if s.verdict == "supported"
    )


def global_measurements(report: Report) -> list[Measurement]:
    """Measurements over all leads that a reader looks for; an atrial rate only where there is one.

    Where each QRS follows its P wave, the heart rate is the atrial rate, and nothing is missing.
    """
    return [
        m
        for m in report.measurements
        if m.lead is None and (m.value is not None or m.name != "atrial_rate_bpm")
    ]
