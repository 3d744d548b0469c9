"""The program's own pipeline behind a batch, on packaged samples."""

import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cardio_agent.batch import BatchOptions, Item, run_batch
from cardio_agent.batch.examination import EcgExaminer
from cardio_agent.batch.table import MEASUREMENTS, TABLE_SCHEMA
from cardio_agent.errors import BadRequest
from cardio_agent.explanation import DEFAULT_METHOD
from cardio_agent.resources import sample_path
from cardio_agent.schema import Report


def test_every_number_of_an_analysis_has_its_column() -> None:
    examined = EcgExaminer("plain", with_text=False)(Item(str(sample_path("normal"))))
    assert not examined.analysis.explanations
    assert examined.report is None
    measured = [(m.name, m.lead) for m in examined.analysis.measurements]
    assert sorted(measured, key=str) == sorted(MEASUREMENTS, key=str)
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
    examined = with_explanations(Item(str(sample_path("lbbb"))))
    assert examined.report is not None
    assert examined.report.explanations["CLBBB"].method == DEFAULT_METHOD
    assert with_explanations.fingerprint() != EcgExaminer("plain", with_text=True).fingerprint()


def test_a_manifest_and_documents_with_the_real_pipeline(tmp_path: Path) -> None:
    manifest = tmp_path / "list.csv"
    normal, lbbb = sample_path("normal"), sample_path("lbbb")
    manifest.write_text(f"path,id,age,sex,prior\n{lbbb},p/1,71,m,{normal}\n", encoding="utf-8")
    options = BatchOptions(workers=1, formats=("pdf", "fhir"), quiet=True)
    for out in ("out", "again"):
        assert run_batch([manifest], tmp_path / out, options=options).n_done == 1
    (row,) = pq.read_table(tmp_path / "out" / "table.parquet").to_pylist()
    assert (row["id"], row["age_years"], row["sex"], row["prior"]) == ("p/1", 71.0, "male", str(normal))
    (line,) = (tmp_path / "out" / "reports.jsonl").read_text(encoding="utf-8").splitlines()
    report = Report.model_validate_json(line)
    assert report.recording.patient.age_years == 71
    pdf, fhir = (tmp_path / "out" / "reports" / f"{row['document']}{end}" for end in (".pdf", ".fhir.json"))
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert json.loads(fhir.read_bytes())["resourceType"] == "DiagnosticReport"
    written = {path.name for path in (tmp_path / "out" / "reports").rglob("*") if path.is_file()}
    assert written == {pdf.name, fhir.name}
    assert fhir.read_bytes() == (tmp_path / "again" / "reports" / f"{row['document']}.fhir.json").read_bytes()


def test_an_unknown_format_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="no report format is called 'doc'"):
        run_batch([sample_path("normal")], tmp_path / "out", options=BatchOptions(formats=("doc",)))
    assert not (tmp_path / "out").exists()
