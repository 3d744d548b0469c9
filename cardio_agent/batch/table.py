"""The columns of the result table, and the row of one file.

Enters: what was found in a file, or why it failed. Leaves: one row in Arrow form. The schema stands here
and nowhere else; a column is there whether or not any file fills it. Writes nothing to disk.
"""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from cardio_agent.batch.examination import Examined
from cardio_agent.classifier.statements import CODES
from cardio_agent.leads import LEADS
from cardio_agent.schema import Analysis, Report, VerdictKind

GLOBAL_MEASUREMENTS = (
    "heart_rate_bpm", "rr_ms", "rr_sd_ms", "p_ms", "pr_ms", "qrs_ms", "qt_ms", "qtc_bazett_ms",
    "qtc_fridericia_ms", "qtc_framingham_ms", "qtc_hodges_ms", "longest_pause_ms", "p_axis_deg",
    "qrs_axis_deg", "t_axis_deg",
)  # fmt: skip
LEAD_MEASUREMENTS = (
    "st_j_mv", "st_j60_mv", "st_j80_mv", "st_slope_mv_per_s", "t_mv", "t_second_mv", "t_ms", "r_mv",
    "r_ms", "r_peak_time_ms", "s_mv", "s_ms", "q_mv", "q_ms", "p_mv", "p_lead_ms",
)  # fmt: skip
_VERDICTS: tuple[VerdictKind, ...] = ("supported", "contradicted", "unsupported")


def probability_column(code: str) -> str:
    """Column of a statement's probability.

    >>> probability_column("CLBBB")
    'p_CLBBB'
    """
    return f"p_{code}"


def measurement_column(name: str, lead: str | None = None) -> str:
    """Column of a measurement.

    >>> measurement_column("qrs_ms"), measurement_column("st_j_mv", "V2")
    ('qrs_ms', 'st_j_mv_V2')
    """
    return name if lead is None else f"{name}_{lead}"


_TEXTS = pa.list_(pa.string())
_IDENTITY = {
    "file": pa.string(),
    "sha256": pa.string(),
    "format": pa.string(),
    "recorded_at": pa.string(),
    "fs_hz": pa.float64(),
    "duration_s": pa.float64(),
    "missing_leads": _TEXTS,
    "age_years": pa.float64(),
    "sex": pa.string(),
    "quality": pa.string(),
    "quality_reason": pa.string(),
}
_PROBABILITIES = {probability_column(code): pa.float64() for code in CODES}
_MEASUREMENTS = {measurement_column(name): pa.float64() for name in GLOBAL_MEASUREMENTS} | {
    measurement_column(name, lead): pa.float64() for name in LEAD_MEASUREMENTS for lead in LEADS
}
_FINDINGS = {
    "statements": _TEXTS,
    "finding_ids": _TEXTS,
    "finding_texts": _TEXTS,
    "finding_certainties": _TEXTS,
}
_REPORT = {f"n_{verdict}": pa.int32() for verdict in _VERDICTS} | {"writer": pa.string()}

TABLE_SCHEMA = pa.schema(_IDENTITY | _PROBABILITIES | _MEASUREMENTS | _FINDINGS | _REPORT)
"""``table.parquet``. Null: not stated by the file, not measured, not decided, or not written."""

_OUTCOME = {"report": pa.string(), "error": pa.string(), "reason": pa.string()}
PART_SCHEMA = pa.schema([*TABLE_SCHEMA, *pa.schema(_OUTCOME)])
"""A committed part: the table's columns, the report's JSON, and for a failed file its error instead."""


def examined_row(file: str, examined: Examined) -> pa.Table:
    """One row of a part, for a file that was examined."""
    values = {"file": shown(file)} | _analysis_values(examined.analysis)
    if examined.report is not None:
        values |= _report_values(examined.report)
    return _one_row(values)


def failed_row(file: str, error: str, reason: str) -> pa.Table:
    """One row of a part, for a file that failed: its name, the error's class and its reason."""
    return _one_row({"file": shown(file), "error": error, "reason": shown(reason)})


def shown(text: str) -> str:
    """Text as it can be stored: one line, with the bytes of a name that is not Unicode spelled out.

    >>> shown("caf\\udce9.hea")
    'caf\\\\udce9.hea'
    """
    return " ".join(text.encode(errors="backslashreplace").decode().splitlines())


def _one_row(values: Mapping[str, Any]) -> pa.Table:
    return pa.Table.from_pylist([values], schema=PART_SCHEMA)


def _analysis_values(analysis: Analysis) -> dict[str, Any]:
    ecg, findings = analysis.ecg, analysis.findings
    recorded_at = ecg.source.recorded_at
    identity = {
        "sha256": ecg.source.sha256,
        "format": ecg.source.format,
        "recorded_at": None if recorded_at is None else recorded_at.isoformat(),
        "fs_hz": ecg.fs_hz,
        "duration_s": round(ecg.duration_s, 3),
        "missing_leads": ecg.missing_leads,
        "age_years": ecg.patient.age_years,
        "sex": ecg.patient.sex,
        "quality": analysis.quality.verdict,
        "quality_reason": analysis.quality.reason,
    }
    said = {
        "statements": [s.code for s in analysis.statements if s.present],
        "finding_ids": [f.id for f in findings],
        "finding_texts": [f.text for f in findings],
        "finding_certainties": [f.certainty for f in findings],
    }
    probabilities = {probability_column(s.code): s.probability for s in analysis.statements}
    measured = {measurement_column(m.name, m.lead): m.value for m in analysis.measurements}
    return {**identity, **probabilities, **measured, **said}


def _report_values(report: Report) -> dict[str, Any]:
    verdicts = [sentence.verdict for section in report.narrative for sentence in section.sentences]
    counts = {f"n_{verdict}": verdicts.count(verdict) for verdict in _VERDICTS}
    return {**counts, "writer": report.provenance.writer, "report": report.model_dump_json()}
