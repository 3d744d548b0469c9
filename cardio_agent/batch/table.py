"""The columns of the result table, and the row of one file.

Enters: what was found in a file, or why it failed. Leaves: its row, and rows in Arrow form. The schema
stands here and nowhere else; a column is there whether or not any file fills it. Writes nothing to disk.
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from cardio_agent.batch.documents import document_name
from cardio_agent.batch.examination import Examined
from cardio_agent.batch.item import Item, shown
from cardio_agent.classifier.statements import CODES
from cardio_agent.leads import LEADS
from cardio_agent.schema import Analysis, Report, VerdictKind

GLOBAL_MEASUREMENTS = (
    "heart_rate_bpm", "rr_ms", "rr_sd_ms", "p_ms", "pr_ms", "qrs_ms", "qt_ms", "qtc_bazett_ms",
    "qtc_fridericia_ms", "qtc_framingham_ms", "qtc_hodges_ms", "longest_pause_ms", "atrial_rate_bpm",
    "p_axis_deg", "qrs_axis_deg", "t_axis_deg", "qrs_upstroke_ms", "r_transition_lead",
)  # fmt: skip
LEAD_MEASUREMENTS = (
    "st_j_mv", "st_j60_mv", "st_j80_mv", "st_slope_mv_per_s", "t_mv", "t_second_mv", "t_ms", "r_mv",
    "r_ms", "r_peak_time_ms", "s_mv", "s_ms", "q_mv", "q_ms", "p_mv", "p_lead_ms",
    "p_second_mv", "r_second_mv", "r_notch_mv", "r_plateau_ms", "t_terminal_mv", "t_notch_mv",
)  # fmt: skip
MEASUREMENTS: tuple[tuple[str, str | None], ...] = (
    *((name, None) for name in GLOBAL_MEASUREMENTS),
    *((name, lead) for name in LEAD_MEASUREMENTS for lead in LEADS),
    ("p_terminal_mm_s", "V1"),
)
"""Name and lead of every measurement that an analysis can have."""
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
    "id": pa.string(),
    "prior": pa.string(),
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
_MEASUREMENTS = {measurement_column(name, lead): pa.float64() for name, lead in MEASUREMENTS}
_FINDINGS = {
    "statements": _TEXTS,
    "finding_ids": _TEXTS,
    "finding_texts": _TEXTS,
    "finding_certainties": _TEXTS,
}
_REPORT = {f"n_{verdict}": pa.int32() for verdict in _VERDICTS} | {
    "writer": pa.string(),
    "document": pa.string(),
    "made_by": pa.string(),
}

TABLE_SCHEMA = pa.schema(_IDENTITY | _PROBABILITIES | _MEASUREMENTS | _FINDINGS | _REPORT)
"""``table.parquet``. Null: not stated by the file, not measured, not decided, or not written."""

_OUTCOME = {"request": pa.string(), "report": pa.string(), "error": pa.string(), "reason": pa.string()}
PART_SCHEMA = pa.schema([*TABLE_SCHEMA, *pa.schema(_OUTCOME)])
"""A committed part: the table's columns, what was said of the item, the report's JSON, and for a failed
file its error instead."""


Row = dict[str, Any]
"""Values by column; those that are null may be left out."""


def examined_row(item: Item, examined: Examined, *, made_by: str = "") -> Row:
    """One row of a part, for an item that was examined."""
    values = _item_values(item, made_by) | _analysis_values(examined.analysis)
    if examined.report is not None:
        values |= _report_values(examined.report)
    if examined.documents:
        values["document"] = document_name(item)
    return values


def failed_row(item: Item, error: str, reason: str, *, made_by: str = "") -> Row:
    """One row of a part, for an item that failed: its name, the error's class and its reason."""
    return _item_values(item, made_by) | {"error": error, "reason": shown(reason)}


def part_table(rows: Sequence[Row]) -> pa.Table:
    """The rows of a part in Arrow form; all at once, since each of the many columns costs some time."""
    return pa.Table.from_pylist(list(rows), schema=PART_SCHEMA)


def _item_values(item: Item, made_by: str) -> Row:
    prior = None if item.prior is None else shown(item.prior)
    id = None if item.id is None else shown(item.id)
    return {**item.key._asdict(), "id": id, "prior": prior, "made_by": made_by}


def _analysis_values(analysis: Analysis) -> Row:
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


def _report_values(report: Report) -> Row:
    verdicts = [sentence.verdict for section in report.narrative for sentence in section.sentences]
    counts = {f"n_{verdict}": verdicts.count(verdict) for verdict in _VERDICTS}
    return {**counts, "writer": report.provenance.writer, "report": report.model_dump_json()}
