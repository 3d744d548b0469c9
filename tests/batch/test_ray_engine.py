"""The Ray engine on real clusters of this machine, in processes of their own."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cardio_agent.batch import BatchOptions, BatchSummary, run_batch
from cardio_agent.batch.piece import Piece
from cardio_agent.batch.ray_engine import _Actor, share_out
from cardio_agent.batch.sources import find_items
from cardio_agent.errors import BatchError, MissingExtra
from tests.batch.conftest import MakeFiles
from tests.batch.fake_examination import FakeExaminer
from tests.batch.test_job import failures, results

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 600.0  # a cluster starts in ten seconds, on a busy machine in minutes
with_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is not installed (pip install 'cardio-agent[ray]')"
)


def run_on_ray(source: Path, out: Path, *lost_at: int) -> str:
    command = [sys.executable, "-m", "tests.batch.run_on_ray", str(source), str(out), *map(str, lost_at)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}  # for the actors
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@with_ray
@pytest.mark.slow
def test_a_lost_node_and_a_killed_worker_cost_no_row(make_files: MakeFiles, tmp_path: Path) -> None:
    contents = [f"slow {60 + i}" for i in range(60)]
    contents[4], contents[20] = "refuse", "die once"
    source = make_files(contents)
    said = run_on_ray(source, tmp_path / "ray", 4)
    assert str(BatchSummary(n_done=59, n_failed=1, n_skipped=0)) in said
    assert "nodes left: 1" in said
    options = BatchOptions(workers=1, quiet=True)
    run_batch([source], tmp_path / "local", options=options, examiner=FakeExaminer())
    assert results(tmp_path / "ray") == results(tmp_path / "local")
    record = json.loads((tmp_path / "ray" / "run.json").read_text(encoding="utf-8"))
    assert (record["engine"], record["workers"]) == ("ray", 2)


@with_ray
@pytest.mark.slow
def test_files_that_end_their_actors_are_failures(make_files: MakeFiles, tmp_path: Path) -> None:
    source = make_files(["60", "die", "61", "hang", "fault", "62"])
    run_on_ray(source, tmp_path / "out")
    said = {Path(failure["file"]).name: failure["error"] for failure in failures(tmp_path / "out")}
    assert said == {"001.csv": "WorkerDied", "003.csv": "TookTooLong", "004.csv": "ZeroDivisionError"}
    assert not list((tmp_path / "out" / "parts").glob(".*"))


def test_without_ray_the_engine_says_how_to_get_it(
    make_files: MakeFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    options = BatchOptions(engine="ray", quiet=True)
    with pytest.raises(MissingExtra, match=r"pip install 'cardio-agent\[ray\]'"):
        run_batch([make_files(["60"])], tmp_path / "out", options=options, examiner=FakeExaminer())


def node(cpus: float, gpus: float = 0, alive: bool = True) -> dict[str, object]:
    return {"Alive": alive, "Resources": {"CPU": cpus, "GPU": gpus}}


class TestShareOut:
    def test_cores_of_all_nodes_without_gpus(self) -> None:
        assert share_out([node(8), node(4), node(16, alive=False)], use_gpus=True) == (12, 0.0)

    def test_nodes_with_gpus_work_alone_and_share_them(self) -> None:
        assert share_out([node(64), node(8, 1), node(8, 2)], use_gpus=True) == (16, 0.125)

    def test_more_gpus_than_cores(self) -> None:
        assert share_out([node(2, 4)], use_gpus=True) == (2, 1.0)

    def test_gpus_that_are_not_wanted(self) -> None:
        assert share_out([node(8), node(8, 1)], use_gpus=False) == (16, 0.0)

    def test_no_core(self) -> None:
        with pytest.raises(BatchError, match="no core"):
            share_out([node(0)], use_gpus=True)


def test_a_piece_travels_as_text(make_files: MakeFiles, tmp_path: Path) -> None:
    source = make_files(["60"])
    (source / "caf\udce9.csv").write_text("61", encoding="utf-8")
    piece = Piece(tuple(find_items([source], leave_out=tmp_path / "out")), tmp_path / "part.parquet", "abc")
    assert Piece.from_json(piece.to_json()) == piece


def test_an_actor_with_another_version_does_no_work(make_files: MakeFiles, tmp_path: Path) -> None:
    items = find_items([make_files(["60"])], leave_out=tmp_path / "out")
    piece = Piece(tuple(items), tmp_path / "part.parquet")
    actor = _Actor(FakeExaminer(version="2"), FakeExaminer(version="1").fingerprint(), None)
    outcome = actor({"piece": [piece.to_json()]})
    assert outcome["n_items"] == [0]
    assert "has another version or model of cardio-agent" in outcome["problem"][0]
    assert not piece.part.exists()


def test_a_piece_whose_first_try_ended_its_actor_is_left_undone(
    make_files: MakeFiles, tmp_path: Path
) -> None:
    items = find_items([make_files(["60", "61"])], leave_out=tmp_path / "out")
    piece, examiner = Piece(tuple(items), tmp_path / "part.parquet"), FakeExaminer()
    piece.count_try()
    actor = _Actor(examiner, examiner.fingerprint(), None)
    assert actor({"piece": [piece.to_json()]})["problem"] == [""]
    assert not piece.part.exists()
    first, second = piece.singles()
    first.count_try()
    actor({"piece": [first.to_json(), second.to_json()]})
    assert first.part.exists()
    assert second.part.exists()
