"""The program's own pipeline behind a batch, on packaged samples."""

import hashlib
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cardio_agent.batch import BatchOptions, run_batch
from cardio_agent.batch.examination import EcgExaminer
from cardio_agent.batch.table import GLOBAL_MEASUREMENTS, LEAD_MEASUREMENTS, TABLE_SCHEMA
from cardio_agent.errors import BadRequest
from cardio_agent.explanation import DEFAULT_METHOD
from cardio_agent.leads import LEADS
from cardio_agent.resources import sample_path
from cardio_agent.schema import Report


def test_every_number_of_an_analysis_has_its_column() -> None:
    examined = EcgExaminer("plain", with_text=False)(sample_path("normal"))
    assert not examined.analysis.explanations
    assert examined.report is None
    measured = [(m.name, m.lead) for m in examined.analysis.measurements]
    known = [(name, None) for name in GLOBAL_MEASUREMENTS]
    assert sorted(measured, key=str) == sorted(
        known + [(name, lead) for name in LEAD_MEASUREMENTS for lead in LEADS], key=str
    )
    assert {f"p_{s.code}" for s in examined.analysis.statements} <= set(TABLE_SCHEMA.names)


def test_rows_and_reports_of_real_files(tmp_path: Path) -> None:
    names = ("lbbb", "normal")
    broken = tmp_path / "broken.hea"
    broken.write_text("broken 12 500 5000\n", encoding="utf-8")
    options = BatchOptions(writer="plain", workers=1)
    summary = run_batch([*map(sample_path, names), broken], tmp_path / "out", options=options)
    assert (summary.n_done, summary.n_failed) == (2, 1)

    rows = pq.read_table(tmp_path / "out" / "table.parquet").to_pylist()
    lines = (tmp_path / "out" / "reports.jsonl").read_text(encoding="utf-8").splitlines()
    for name, row, line in zip(names, rows, lines, strict=True):
        report = Report.model_validate_json(line)
        assert Path(row["file"]).name == report.recording.file == f"{name}.hea"
        header = sample_path(name)
        record = header.read_bytes() + header.with_suffix(".dat").read_bytes()
        assert row["sha256"] == hashlib.sha256(record).hexdigest()
        assert row["finding_ids"] == [finding.id for finding in report.findings]
        assert row["writer"] == "plain"
        assert row["n_supported"] > 0
    assert [row["qrs_ms"] > 120 for row in rows] == [True, False]  # as the samples were built


def test_a_writer_that_does_not_exist_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="names no writer"):
        run_batch([sample_path("normal")], tmp_path / "out", options=BatchOptions(writer="gpt"))
    assert not (tmp_path / "out").exists()


def test_explanations_are_made_when_asked_for_and_never_mix_with_runs_without() -> None:
    with_explanations = EcgExaminer("plain", with_text=True, explained=True)
    examined = with_explanations(sample_path("lbbb"))
    assert examined.report is not None
    assert examined.report.explanations["CLBBB"].method == DEFAULT_METHOD
    assert with_explanations.fingerprint() != EcgExaminer("plain", with_text=True).fingerprint()
