"""A whole batch with a fake examiner: results, failures, going on, workers, bad folders."""

import csv
import errno
import gzip
import json
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cardio_agent.batch import BatchOptions, BatchSummary, run_batch
from cardio_agent.batch.lock import locked
from cardio_agent.batch.table import TABLE_SCHEMA
from cardio_agent.errors import BadRequest, BatchError, UnreadableFile
from tests.batch.conftest import MakeFiles
from tests.batch.fake_examination import FakeExaminer

RESULTS = ("table.parquet", "reports.jsonl", "failures.csv")


def run(source: Path, out: Path, workers: int = 1, examiner: FakeExaminer | None = None) -> BatchSummary:
    options = BatchOptions(workers=workers, piece_size=3, quiet=True)
    return run_batch([source], out, options=options, examiner=examiner or FakeExaminer())


def results(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in RESULTS}


def failures(out: Path) -> list[dict[str, str]]:
    with (out / "failures.csv").open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_a_row_and_a_report_for_every_file(make_files: MakeFiles, tmp_path: Path) -> None:
    source = make_files([str(60 + i) for i in range(10)])
    assert run(source, tmp_path / "out") == BatchSummary(n_done=10, n_failed=0, n_skipped=0)
    table = pq.read_table(tmp_path / "out" / "table.parquet")
    assert table["file"].to_pylist() == [str(source / f"{i:03d}.csv") for i in range(10)]
    assert table["heart_rate_bpm"].to_pylist() == [float(60 + i) for i in range(10)]
    lines = (tmp_path / "out" / "reports.jsonl").read_text(encoding="utf-8").splitlines()
    reports = [json.loads(line) for line in lines]
    assert [report["recording"]["file"] for report in reports] == [f"{i:03d}.csv" for i in range(10)]


def test_the_table_alone(make_files: MakeFiles, tmp_path: Path) -> None:
    run(make_files(["60", "61"]), tmp_path / "out", examiner=FakeExaminer(with_text=False))
    table = pq.read_table(tmp_path / "out" / "table.parquet")
    assert table["n_supported"].to_pylist() == [None, None]
    assert table["writer"].to_pylist() == [None, None]
    assert not (tmp_path / "out" / "reports.jsonl").exists()


def test_reports_gzipped_are_the_same_lines_and_take_the_place_of_the_others(
    make_files: MakeFiles, tmp_path: Path
) -> None:
    source, out = make_files(["60", "61", "62"]), tmp_path / "out"
    run(source, out)
    plain = (out / "reports.jsonl").read_bytes()
    packed = []
    for _ in range(2):
        run_batch([source], out, options=BatchOptions(gzipped=True, quiet=True), examiner=FakeExaminer())
        packed.append((out / "reports.jsonl.gz").read_bytes())
    assert not (out / "reports.jsonl").exists()
    assert gzip.decompress(packed[0]) == plain
    assert packed[0] == packed[1]
    run(source, out)
    assert (out / "reports.jsonl").read_bytes() == plain
    assert not (out / "reports.jsonl.gz").exists()


def test_failures_stand_apart_and_stop_nothing(make_files: MakeFiles, tmp_path: Path) -> None:
    source = make_files(["60", "refuse", "fault", "61"])
    assert run(source, tmp_path / "out") == BatchSummary(n_done=2, n_failed=2, n_skipped=0)
    refused, fault = failures(tmp_path / "out")
    assert refused == {
        "file": str(source / "001.csv"),
        "id": "",
        "error": "BadRecording",
        "reason": "001.csv: 2 s are too short; record 10 s",
    }
    assert fault["error"] == "ZeroDivisionError"
    assert "fake_examination.py, line" in fault["reason"]
    table = pq.read_table(tmp_path / "out" / "table.parquet")
    assert table["heart_rate_bpm"].to_pylist() == [60, 61]


def test_no_cell_of_the_failures_is_a_formula(make_files: MakeFiles, tmp_path: Path) -> None:
    run(make_files(["fault"]), tmp_path / "out")
    reason = failures(tmp_path / "out")[0]["reason"]
    assert reason.startswith("'=cmd")
    assert "\n" not in reason


def test_a_batch_in_which_all_fails_has_an_empty_table(make_files: MakeFiles, tmp_path: Path) -> None:
    assert run(make_files(["refuse"]), tmp_path / "out").n_failed == 1
    table = pq.read_table(tmp_path / "out" / "table.parquet")
    assert len(table) == 0
    assert table.schema.equals(TABLE_SCHEMA)


def test_a_name_that_is_not_unicode(make_files: MakeFiles, tmp_path: Path) -> None:
    source = make_files(["60"])
    (source / "caf\udce9.csv").write_text("refuse", encoding="utf-8")
    assert run(source, tmp_path / "out").n_failed == 1
    assert failures(tmp_path / "out")[0]["file"].endswith("caf\\udce9.csv")


def test_two_workers_give_the_bytes_of_one(make_files: MakeFiles, tmp_path: Path) -> None:
    source = make_files([str(60 + i) if i % 7 else "refuse" for i in range(40)])
    assert run(source, tmp_path / "one", 1) == run(source, tmp_path / "two", 2)
    assert results(tmp_path / "one") == results(tmp_path / "two")


def test_a_second_run_does_only_what_is_missing(make_files: MakeFiles, tmp_path: Path) -> None:
    source = make_files(["60", "61", "refuse"])
    run(source, tmp_path / "out")
    before = results(tmp_path / "out")
    assert run(source, tmp_path / "out") == BatchSummary(n_done=0, n_failed=1, n_skipped=2)
    assert results(tmp_path / "out") == before
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["attempt"] == 2
    assert record["counts"] == {"n_done": 0, "n_failed": 1, "n_skipped": 2}


def test_new_and_mended_files_take_their_place_in_order(make_files: MakeFiles, tmp_path: Path) -> None:
    source = make_files(["60", "refuse", "62"])
    run(source, tmp_path / "out")
    (source / "001.csv").write_text("61", encoding="utf-8")
    (source / "001b.csv").write_text("99", encoding="utf-8")
    assert run(source, tmp_path / "out") == BatchSummary(n_done=2, n_failed=0, n_skipped=2)
    run(source, tmp_path / "fresh")
    assert results(tmp_path / "out") == results(tmp_path / "fresh")
    assert pq.read_table(tmp_path / "out" / "table.parquet")["heart_rate_bpm"].to_pylist() == [60, 61, 99, 62]


def test_a_file_that_kills_its_worker_takes_no_other_with_it(make_files: MakeFiles, tmp_path: Path) -> None:
    source = make_files(["60", "61", "die", "62", "die once", "63", "64", "65"])
    assert run(source, tmp_path / "out", 2) == BatchSummary(n_done=7, n_failed=1, n_skipped=0)
    (failure,) = failures(tmp_path / "out")
    assert failure["file"] == str(source / "002.csv")
    assert failure["error"] == "WorkerDied"
    rates = pq.read_table(tmp_path / "out" / "table.parquet")["heart_rate_bpm"].to_pylist()
    assert rates == [60, 61, 62, 70, 63, 64, 65]


def test_other_settings_are_not_mixed_in(make_files: MakeFiles, tmp_path: Path) -> None:
    source = make_files(["60"])
    run(source, tmp_path / "out")
    before = results(tmp_path / "out")
    with pytest.raises(BatchError, match=r"version was '1', is '2'.*another --out"):
        run(source, tmp_path / "out", examiner=FakeExaminer(version="2"))
    assert results(tmp_path / "out") == before


def test_a_file_is_no_folder_for_results(make_files: MakeFiles, tmp_path: Path) -> None:
    source = make_files(["60"])
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(BatchError, match="is a file: choose a folder"):
        run(source, tmp_path / "out")


def test_results_of_unknown_origin_are_not_replaced(make_files: MakeFiles, tmp_path: Path) -> None:
    source = make_files(["60"])
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "table.parquet").write_text("mine", encoding="utf-8")
    with pytest.raises(BatchError, match=r"without their run\.json"):
        run(source, tmp_path / "out")


@pytest.mark.parametrize("content", ["", "{}", "\x00", '{"attempt": "many"}'])
def test_a_damaged_record_is_named(make_files: MakeFiles, tmp_path: Path, content: str) -> None:
    source = make_files(["60"])
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "run.json").write_text(content, encoding="utf-8")
    with pytest.raises(BatchError, match=r"run\.json is no record of a run"):
        run(source, tmp_path / "out")


def test_a_damaged_part_is_named(make_files: MakeFiles, tmp_path: Path) -> None:
    source = make_files(["60"])
    run(source, tmp_path / "out")
    (part,) = (tmp_path / "out" / "parts").iterdir()
    part.write_bytes(part.read_bytes()[:-40])
    with pytest.raises(BatchError, match="is damaged: delete it"):
        run(source, tmp_path / "out")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_disk_that_cannot_be_written_stops_the_run(
    make_files: MakeFiles, tmp_path: Path, workers: int
) -> None:
    source = make_files(["60"])
    run(source, tmp_path / "out", workers)
    before = results(tmp_path / "out")
    for i in range(1, 9):
        (source / f"{i:03d}.csv").write_text("61", encoding="utf-8")
    in_the_way = tmp_path / "out" / "parts" / ".part-0002-000002.parquet.tmp"
    in_the_way.mkdir()
    with pytest.raises(BatchError, match=r"cannot write .*part-0002-000002.*run the same command again"):
        run(source, tmp_path / "out", workers)
    assert results(tmp_path / "out") == before

    in_the_way.rmdir()
    summary = run(source, tmp_path / "out", workers)
    assert summary.n_skipped >= 3
    assert summary.n_done + summary.n_skipped == 9


def test_nothing_to_read_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no such file or folder"):
        run(tmp_path / "absent", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"workers": 0}, "give 1 or more"),
        ({"piece_size": 0}, "give 1 or more"),
        ({"timeout_s": 0}, "give more than 0"),
        ({"timeout_s": float("nan")}, "give more than 0"),
        ({"engine": "spark"}, "choose one of local, ray"),
        ({"ray_address": "auto"}, "with the engine 'ray' only"),
        ({"formats": ("pdf",), "with_text": False}, "without text there is no report"),
    ],
)
def test_options_are_checked(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(BadRequest, match=message):
        BatchOptions(**wrong)  # type: ignore[arg-type]


def test_two_runs_in_one_folder_are_refused(make_files: MakeFiles, tmp_path: Path) -> None:
    source = make_files(["60"])
    with (
        locked(tmp_path / "out"),
        pytest.raises(BatchError, match=r"another run is at work in .*choose another --out"),
    ):
        run(source, tmp_path / "out")
    assert run(source, tmp_path / "out").n_done == 1


def test_other_settings_are_mixed_in_when_told(make_files: MakeFiles, tmp_path: Path) -> None:
    source = make_files(["60", "refuse"])
    run(source, tmp_path / "out")
    (source / "001.csv").write_text("61", encoding="utf-8")
    options = BatchOptions(workers=1, may_mix=True, quiet=True)
    other = FakeExaminer(version="2", with_text=False)
    assert run_batch([source], tmp_path / "out", options=options, examiner=other).n_done == 1
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    (earlier,) = record["mixed_with"]
    made_by = pq.read_table(tmp_path / "out" / "table.parquet")["made_by"].to_pylist()
    assert made_by == [earlier, record["made_by"]]
    assert record["mixed_with"][earlier]["version"] == "1"


def test_what_a_manifest_says_is_part_of_the_row(make_files: MakeFiles, tmp_path: Path) -> None:
    source = make_files(["60", "61"])
    manifest = tmp_path / "list.csv"
    manifest.write_text("path,id,age\necgs/000.csv,a,50\necgs/001.csv,b,51\n", encoding="utf-8")
    assert run(manifest, tmp_path / "out").n_done == 2
    assert pq.read_table(tmp_path / "out" / "table.parquet")["id"].to_pylist() == ["a", "b"]
    manifest.write_text("path,id,age\necgs/000.csv,a,50\necgs/001.csv,b,52\n", encoding="utf-8")
    assert run(manifest, tmp_path / "out") == BatchSummary(n_done=1, n_failed=0, n_skipped=1)
    assert run(source, tmp_path / "out") == BatchSummary(n_done=2, n_failed=0, n_skipped=0)
    assert pq.read_table(tmp_path / "out" / "table.parquet")["id"].to_pylist() == [None, None]


@pytest.mark.parametrize("hanging", ["hang", "hang in a library"])
def test_a_file_that_hangs_is_a_failure_and_takes_no_other_with_it(
    make_files: MakeFiles, tmp_path: Path, hanging: str
) -> None:
    source = make_files(["60", hanging, "61", "62"])
    options = BatchOptions(workers=1, timeout_s=1.5, quiet=True)
    summary = run_batch([source], tmp_path / "out", options=options, examiner=FakeExaminer())
    assert summary == BatchSummary(n_done=3, n_failed=1, n_skipped=0)
    (failure,) = failures(tmp_path / "out")
    assert (failure["file"], failure["error"]) == (str(source / "001.csv"), "TookTooLong")
    assert "1.5 s" in failure["reason"]
    assert not list((tmp_path / "out" / "parts").glob(".*"))


def test_a_full_disk_keeps_what_was_committed(
    make_files: MakeFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_files([str(60 + i) for i in range(9)])
    write, written = pq.write_table, []

    def guarded(rows: object, path: Path, **options: object) -> None:
        if len(written) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        write(rows, path, **options)
        written.append(path)

    monkeypatch.setattr(pq, "write_table", guarded)
    with pytest.raises(
        BatchError, match=r"No space left on device; mend that and run the same command again"
    ):
        run(source, tmp_path / "out")
    monkeypatch.undo()
    n_committed = len(list((tmp_path / "out" / "parts").glob("part-*")))
    assert n_committed == 2
    assert not (tmp_path / "out" / "table.parquet").exists()
    assert run(source, tmp_path / "out").n_skipped >= n_committed
    run(source, tmp_path / "undisturbed")
    assert results(tmp_path / "out") == results(tmp_path / "undisturbed")
