"""Shared fixtures: a seeded generator, a clean environment, no network but loopback, the shared data."""

import os
import random
import socket
from pathlib import Path

# One thread a process: the workers of the suite share the cores, and threads that wait for each other
# on a busy core wait long. Read when torch is loaded, so it stands before anything loads it.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def _seeded() -> None:
    random.seed(0)
    np.random.seed(0)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No setting leaks in from the user's shell; caches and data go to folders of the test run."""
    for name in [name for name in os.environ if name.startswith("CARDIO_AGENT_")]:
        monkeypatch.delenv(name)
    cache = tmp_path_factory.getbasetemp() / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setenv("XDG_DATA_HOME", str(cache.with_name("data")))
    # Tests of other stages need no language model; those of the bundled one ask for it.
    monkeypatch.setenv("CARDIO_AGENT_LLM", "plain")
    from cardio_agent.settings import get_settings

    get_settings.cache_clear()


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any connection that would leave the machine fails the test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(_LOOPBACK):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real ECGs; tests that need it are skipped where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("real ECGs are not here (../shared/data)")
    return SHARED_DATA
