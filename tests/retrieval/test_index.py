"""The vector index is built once, then opened; mended when damaged, held in memory when it must be."""

import multiprocessing
import os
import time
from pathlib import Path

import numpy as np
import pytest

from cardio_agent.retrieval.index import VectorIndex, open_index

IDS = ["MI-01", "AF-02", "QT-03"]
VECTORS = np.eye(3, 8, dtype=np.float32).tolist()


class Maker:
    """Gives the vectors and counts how often it was asked."""

    def __init__(self) -> None:
        self.n_calls = 0

    def __call__(self) -> list[list[float]]:
        self.n_calls += 1
        return VECTORS


@pytest.fixture
def maker() -> Maker:
    return Maker()


def nearest(index: VectorIndex) -> str:
    similar = index.similarities(VECTORS[1], 10)
    assert similar.keys() == set(IDS)
    assert similar["AF-02"] == pytest.approx(1, abs=1e-5)
    assert similar["MI-01"] == pytest.approx(0, abs=1e-5)
    return next(iter(similar))


def test_it_is_built_once_and_then_opened(tmp_path: Path, maker: Maker) -> None:
    assert nearest(open_index(tmp_path, "key", IDS, maker)) == "AF-02"
    assert nearest(open_index(tmp_path, "key", IDS, maker)) == "AF-02"
    assert maker.n_calls == 1


def test_another_key_or_other_ids_are_built_anew(tmp_path: Path, maker: Maker) -> None:
    open_index(tmp_path, "key", IDS, maker)._client.close()
    open_index(tmp_path, "other", IDS, maker)
    assert maker.n_calls == 2
    other = open_index(tmp_path, "key", [*IDS[:2], "XX-01"], maker)
    assert maker.n_calls == 3
    assert "XX-01" in other.similarities(VECTORS[0], 3)


@pytest.mark.parametrize("damage", ["garbage", "cut", "empty", "missing"])
def test_a_damaged_index_is_built_again(tmp_path: Path, maker: Maker, damage: str) -> None:
    open_index(tmp_path, "key", IDS, maker)._client.close()
    database = tmp_path / "guideline-index" / "key" / "chroma.sqlite3"
    content = database.read_bytes()
    damaged = {"garbage": b"garbage" * 5000, "cut": content[: len(content) // 2], "empty": b""}
    if damage == "missing":
        database.unlink()
    else:
        database.write_bytes(damaged[damage])
    assert nearest(open_index(tmp_path, "key", IDS, maker)) == "AF-02"
    assert maker.n_calls == 2
    assert [path.name for path in database.parent.parent.iterdir()] == ["key"]


def test_a_cache_that_cannot_be_written_leaves_it_in_memory(tmp_path: Path, maker: Maker) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert nearest(open_index(tmp_path / "file", "key", IDS, maker)) == "AF-02"


def test_what_a_killed_build_left_is_removed_later(tmp_path: Path, maker: Maker) -> None:
    left, running = (tmp_path / "guideline-index" / name for name in ("building-old", "building-new"))
    left.mkdir(parents=True)
    running.mkdir()
    os.utime(left, (time.time() - 7200,) * 2)
    assert nearest(open_index(tmp_path, "key", IDS, maker)) == "AF-02"
    assert not left.exists()
    assert running.exists()


def _open_and_ask(cache: str) -> str:
    return nearest(open_index(Path(cache), "key", IDS, Maker()))


def test_processes_at_once_all_get_a_good_index(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert pool.map(_open_and_ask, [str(tmp_path)] * 3) == ["AF-02"] * 3


def test_no_passage_gives_an_empty_index(tmp_path: Path) -> None:
    assert open_index(tmp_path, "key", [], list).similarities(VECTORS[0], 5) == {}
