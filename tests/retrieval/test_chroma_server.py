"""A Chroma server by address: a real one on this machine, the same results, a clear error when it is away."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cardio_agent.errors import BadRequest, IndexUnavailable
from cardio_agent.retrieval import retrieve
from cardio_agent.retrieval.opening import add_own, remove_own
from cardio_agent.settings import get_settings

QUERIES = ("first-degree AV block", "ST elevation in V2 in a woman", "torsades magnesium", "pizza")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Chroma server that is ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program, folder = Path(sys.executable).with_name("chroma"), tmp_path_factory.mktemp("chroma")
    command = [program, "run", "--host", "127.0.0.1", "--port", str(port), "--path", folder]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


def use(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    monkeypatch.setenv("CARDIO_AGENT_CHROMA_SERVER", server)
    get_settings.cache_clear()


def answers() -> list[list[tuple[str, float]]]:
    return [[(e.id, pytest.approx(e.score, abs=1e-3)) for e in retrieve(query)] for query in QUERIES]


def test_the_same_results(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    embedded = answers()
    use(monkeypatch, server)
    assert answers() == embedded


def test_own_documents_are_found_and_removed(
    server: str, monkeypatch: pytest.MonkeyPatch, data_dir: Path, tmp_path: Path
) -> None:
    use(monkeypatch, server)
    path = tmp_path / "protocol.md"
    path.write_text("# Protocol\n\nZebra fibre pacing is started at once.\n", encoding="utf-8")
    add_own(path)
    assert retrieve("zebra fibre pacing")[0].is_own
    assert not (data_dir / "guidelines" / "vectors").exists()
    remove_own("protocol.md")
    assert not any(e.is_own for e in retrieve("zebra fibre pacing"))


def test_a_server_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "http://127.0.0.1:9")
    with pytest.raises(
        IndexUnavailable, match=r"http://127\.0\.0\.1:9 is away.*start the Chroma server"
    ) as caught:
        retrieve("LBBB")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("address", ["localhost:8000", "ftp://host", "http://host:port", "http://"])
def test_what_is_no_address_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    use(monkeypatch, address)
    with pytest.raises(BadRequest, match="CARDIO_AGENT_CHROMA_SERVER"):
        retrieve("LBBB")
