"""Codes of measurements and leads in LOINC and ISO/IEEE 11073 (MDC), and units in UCUM.

Leaves: tables for the formats that machines read. A measurement without an agreed code has none here, and
goes out under its name alone.

Source: LOINC from the value set "US Core Clinical Test Codes" 5.0.1 (P-R, QRS, Q-T, axes), from LOINC's
entry 8636-3, which names 76635-2 and 76634-5 for Bazett and Fridericia, and from published FHIR resources
(8637-1, 8867-4, 11524-6); MDC from DICOM PS3.16 CID 3227, 3228 and 3229 as "partition:term", written as
65536 × partition + term; leads from FHIR's example of an ECG and the value set of 11073 metrics.
Limits: CID 3227 gives Framingham and Hodges the terms of Bazett and Fridericia, and CID 3228 and 3689 differ
on RR: none of these three has an MDC code here.
"""

from collections.abc import Mapping
from typing import NamedTuple

LOINC = "http://loinc.org"
MDC = "urn:iso:std:iso:11073:10101"
UCUM = "http://unitsofmeasure.org"

_PARTITION = 2 << 16


class Code(NamedTuple):
    """A concept as a terminology writes it."""

    system: str
    code: str
    display: str


class MdcTerm(NamedTuple):
    """A concept of partition 2 of ISO/IEEE 11073-10102."""

    term: int
    display: str

    @property
    def code(self) -> Code:
        """As one number, which FHIR uses."""
        return Code(MDC, str(_PARTITION + self.term), self.display)

    @property
    def dicom_value(self) -> str:
        """As partition and term, which DICOM uses."""
        return f"2:{self.term}"


EKG_STUDY = Code(LOINC, "11524-6", "EKG study")
AGE = Code(LOINC, "30525-0", "Age")

LOINC_OF: Mapping[str, Code] = {
    name: Code(LOINC, code, display)
    for name, code, display in (
        ("heart_rate_bpm", "8867-4", "Heart rate"),
        ("rr_ms", "8637-1", "R-R interval by EKG"),
        ("pr_ms", "8625-6", "P-R interval"),
        ("qrs_ms", "8633-0", "QRS duration"),
        ("qt_ms", "8634-8", "Q-T interval"),
        ("qtc_bazett_ms", "76635-2", "Q-T interval corrected based on Bazett formula"),
        ("qtc_fridericia_ms", "76634-5", "Q-T interval corrected based on Fridericia formula"),
        ("p_axis_deg", "8626-4", "P wave axis"),
        ("qrs_axis_deg", "8632-2", "QRS axis"),
        ("t_axis_deg", "8638-9", "T wave axis"),
    )
}

MDC_OF: Mapping[str, MdcTerm] = {
    "p_ms": MdcTerm(16184, "MDC_ECG_TIME_PD_P"),
    "pr_ms": MdcTerm(15872, "MDC_ECG_TIME_PD_PR"),
    "qrs_ms": MdcTerm(16156, "MDC_ECG_TIME_PD_QRS"),
    "qt_ms": MdcTerm(16160, "MDC_ECG_TIME_PD_QT"),
    "qtc_bazett_ms": MdcTerm(15880, "MDC_ECG_TIME_PD_QTC_BAZETT"),
    "qtc_fridericia_ms": MdcTerm(15892, "MDC_ECG_TIME_PD_QTC_FREDERICA"),
    "p_axis_deg": MdcTerm(16128, "MDC_ECG_ANGLE_P_FRONT"),
    "qrs_axis_deg": MdcTerm(16132, "MDC_ECG_ANGLE_QRS_FRONT"),
    "t_axis_deg": MdcTerm(16136, "MDC_ECG_ANGLE_T_FRONT"),
}

LEAD_POTENTIAL: Mapping[str, MdcTerm] = {
    lead: MdcTerm(256 + number, f"MDC_ECG_ELEC_POTL_{lead.upper()}")
    for lead, number in (
        ("I", 1), ("II", 2), ("III", 61), ("aVR", 62), ("aVL", 63), ("aVF", 64),
        ("V1", 3), ("V2", 4), ("V3", 5), ("V4", 6), ("V5", 7), ("V6", 8),
    )
}  # fmt: skip

UCUM_OF: Mapping[str, str] = {
    "ms": "ms", "mV": "mV", "mV/s": "mV/s", "mm·s": "mm.s", "deg": "deg", "bpm": "/min", "lead": "{lead}",
}  # fmt: skip
