"""Real runs in processes of their own, killed and interrupted half-way."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cardio_agent.batch import BatchOptions, BatchSummary, run_batch
from tests.batch.conftest import MakeFiles
from tests.batch.fake_examination import FakeExaminer
from tests.batch.test_job import results

ROOT = Path(__file__).resolve().parents[2]
N_FILES, N_MANY = 60, 400
PIECE = 3
PATIENCE_S = 20.0  # far beyond what starting or ending takes on a busy machine
SCRIPT = f"""
import sys
from pathlib import Path
from cardio_agent.batch import BatchOptions, run_batch
from tests.batch.fake_examination import FakeExaminer

source, out, workers = sys.argv[1:]
options = BatchOptions(workers=int(workers), piece_size={PIECE})
run_batch([source], Path(out), options=options, examiner=FakeExaminer())
"""


def start(source: Path, out: Path, workers: int) -> "subprocess.Popen[str]":
    # Where the tests run in the background SIGINT is ignored, and a process passes that on.
    listening = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    command = [sys.executable, "-c", listening + SCRIPT, str(source), str(out), str(workers)]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def parts(out: Path) -> list[Path]:
    return sorted((out / "parts").glob("part-*.parquet"))


def wait_for_parts(out: Path, n: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while len(parts(out)) < n:
        assert time.monotonic() < deadline, "the run commits nothing"
        time.sleep(0.01)


def finish(source: Path, out: Path) -> BatchSummary:
    options = BatchOptions(workers=1, piece_size=PIECE, quiet=True)
    return run_batch([source], out, options=options, examiner=FakeExaminer())


@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_run_is_finished_by_the_next(make_files: MakeFiles, tmp_path: Path, workers: int) -> None:
    source = make_files([f"slow {60 + i}" if i % 11 else "refuse" for i in range(N_FILES)])
    with start(source, tmp_path / "killed", workers) as process:
        wait_for_parts(tmp_path / "killed", 3)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=PATIENCE_S)  # ends only when no worker holds the pipe any more
    for path in source.iterdir():
        path.write_text(path.read_text(encoding="utf-8").removeprefix("slow "), encoding="utf-8")
    n_parts = len(parts(tmp_path / "killed"))
    assert 3 <= n_parts < N_FILES / PIECE
    assert not (tmp_path / "killed" / "table.parquet").exists()

    summary = finish(source, tmp_path / "killed")
    undisturbed = finish(source, tmp_path / "undisturbed")
    assert summary.n_skipped >= n_parts * (PIECE - 1)  # of three files in a row at most one is refused
    assert summary.n_done + summary.n_skipped == undisturbed.n_done
    assert results(tmp_path / "killed") == results(tmp_path / "undisturbed")
    assert not list((tmp_path / "killed" / "parts").glob(".*"))


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_ends_at_once_and_keeps_what_is_done(
    make_files: MakeFiles, tmp_path: Path, workers: int
) -> None:
    source = make_files([f"slow {60 + i % 100}" for i in range(N_MANY)])
    with start(source, tmp_path / "out", workers) as process:
        wait_for_parts(tmp_path / "out", 2)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to parent and workers
        _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode not in (0, None)
    assert said.count("KeyboardInterrupt") == 1, said  # the parent's own; no worker spoke
    assert 2 <= len(parts(tmp_path / "out")) < N_MANY / PIECE
    assert not list((tmp_path / "out" / "parts").glob(".*"))
    assert not (tmp_path / "out" / "table.parquet").exists()
