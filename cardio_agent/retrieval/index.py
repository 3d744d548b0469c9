"""The vector index: passages' vectors in Chroma, embedded in this process or on a server.

Enters: a key that names texts and model together, ids, and a function that makes their vectors.
Leaves: cosine similarities of a query's vector. An index is named by its key, so a changed corpus or
model gets a new one and the two are never mixed. Only ids and vectors are stored, no text. The only file
that imports chromadb; its own embedding function, which would download a model, is never used.
"""

import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cardio_agent.errors import BadRequest, IndexUnavailable

COLLECTION = "guidelines"
_ABANDONED_AFTER_S = 3600.0

Vectors = Sequence[Sequence[float]]


class VectorIndex:
    """An open Chroma collection.

    Raises
    ------
    IndexUnavailable
        By every method, when the index can no longer be read or its server reached.
    """

    def __init__(self, collection: Any, client: Any, where: str) -> None:
        self._collection = collection
        self._client = client  # keeps the database open
        self._where = where

    def similarities(self, vector: Sequence[float], n: int) -> dict[str, float]:
        """Cosine similarity of the ``n`` nearest passages to a unit vector, by id."""
        with _mapped(self._where):
            n = min(n, self._collection.count())
            if n == 0:
                return {}
            found = self._collection.query(
                query_embeddings=[list(vector)], n_results=n, include=["distances"]
            )
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return {id_: 1.0 - float(distance) for id_, distance in pairs}

    def ids(self) -> set[str]:
        """Ids of all vectors."""
        with _mapped(self._where):
            return set(self._collection.get(include=[])["ids"])

    def upsert(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Store vectors; those of an id that is there already are replaced."""
        with _mapped(self._where):
            size = self._client.get_max_batch_size()
            for start in range(0, len(ids), size):
                part = slice(start, start + size)
                embeddings = [list(vector) for vector in vectors[part]]
                self._collection.upsert(ids=list(ids[part]), embeddings=embeddings)

    def delete(self, ids: Sequence[str]) -> None:
        """Take vectors away; ids that are not there do not matter."""
        with _mapped(self._where):
            size = self._client.get_max_batch_size()
            for start in range(0, len(ids), size):
                self._collection.delete(ids=list(ids[start : start + size]))


def open_index(
    cache_dir: Path, key: str, ids: Sequence[str], make_vectors: Callable[[], Vectors], server: str = ""
) -> VectorIndex:
    """Open the index of that key; build it first where it is absent or damaged.

    Embedded, it is built beside its place and moved there in one step: a kill leaves no half index, and of
    two processes at once the first one's is used. Where the cache cannot be written, the index is held
    in memory. On a server, what is missing is added.

    Parameters
    ----------
    cache_dir : Path
        Folder that holds the indexes.
    key : str
        Hash of the texts and the model.
    ids : sequence of str
        Ids of the passages.
    make_vectors : callable
        Gives one vector an id; called only to build.
    server : str
        Address of a Chroma server, ``http://HOST:PORT``; empty: embedded in this process.

    Raises
    ------
    BadRequest
        When ``server`` is no address.
    IndexUnavailable
        When Chroma can build no index, on disk or in memory, or the server is away.
    """
    if server:
        return _open_on_server(server, key, ids, make_vectors)
    folder = cache_dir / "guideline-index" / key
    index = _open_folder(folder, ids)
    if index is not None:
        return index
    vectors = make_vectors()
    if _build_folder(folder, ids, vectors):
        index = _open_folder(folder, ids)
    return index or _in_memory(ids, vectors)


def open_store(folder: Path, name: str, server: str = "") -> VectorIndex:
    """Open an index that grows and shrinks, empty at first: in a folder, or on a server.

    Raises
    ------
    BadRequest, IndexUnavailable
        As :func:`open_index`.
    """
    where = server or str(folder)
    with _mapped(where):
        client = _server_client(server) if server else _client(folder)
        return VectorIndex(_collection(client, name), client, where)


# ── on a server ──────────────────────────────────────────────────────────────────────────────


def _open_on_server(
    server: str, key: str, ids: Sequence[str], make_vectors: Callable[[], Vectors]
) -> VectorIndex:
    index = open_store(Path(), f"{COLLECTION}-{key}", server)
    if not set(ids) <= index.ids():
        index.upsert(ids, make_vectors())
    return index


def _server_client(server: str) -> Any:
    import chromadb

    try:
        address = urlsplit(server)
        host, port = address.hostname, address.port
    except ValueError as exc:
        raise BadRequest(f"CARDIO_AGENT_CHROMA_SERVER '{server}' is no address ({exc})") from exc
    if address.scheme not in ("http", "https") or not host:
        raise BadRequest(f"CARDIO_AGENT_CHROMA_SERVER '{server}': give an address like http://HOST:8000")
    is_safe = address.scheme == "https"
    return chromadb.HttpClient(host, port or (443 if is_safe else 8000), ssl=is_safe, settings=_settings())


@contextmanager
def _mapped(where: str) -> Iterator[None]:
    """Chroma's own errors and those of the network as one of ours."""
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, httpx.HTTPError, OSError, ValueError) as exc:
        reason = str(exc).splitlines()[0] if str(exc) else type(exc).__name__
        raise IndexUnavailable(
            f"the guideline index at {where} is away ({reason}): start the Chroma server, or correct "
            "CARDIO_AGENT_CHROMA_SERVER"
            if "://" in where
            else f"the guideline index in {where} cannot be used ({reason}): delete it and start again"
        ) from exc


# ── embedded ─────────────────────────────────────────────────────────────────────────────────


def _open_folder(folder: Path, ids: Sequence[str]) -> VectorIndex | None:
    """The index in a folder, or None where there is none that holds exactly these ids."""
    from chromadb.errors import ChromaError

    if not (folder / "chroma.sqlite3").is_file():
        return None
    client = None
    try:
        client = _client(folder)
        collection = client.get_collection(COLLECTION, embedding_function=None)
        if set(collection.get(include=[])["ids"]) == set(ids):
            return VectorIndex(collection, client, str(folder))
    except (ChromaError, AttributeError):
        pass  # damaged: it is built again (Chroma's own clean-up then fails with AttributeError)
    if client is not None:
        client.close()
    return None


def _build_folder(folder: Path, ids: Sequence[str], vectors: Vectors) -> bool:
    """Build beside the folder, then move; False where the cache cannot be written."""
    from chromadb.errors import ChromaError

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(folder.parent)
        building = Path(tempfile.mkdtemp(prefix="building-", dir=folder.parent))
        with _client(building) as client:
            VectorIndex(_collection(client, COLLECTION), client, str(building)).upsert(ids, vectors)
        _move(building, folder, ids)
    except (OSError, ChromaError, IndexUnavailable):
        return False
    return True


def _move(building: Path, folder: Path, ids: Sequence[str]) -> None:
    """Put the new index in its place, unless another process has just put a good one there."""
    if folder.exists() and _open_folder(folder, ids) is None:
        damaged = Path(tempfile.mkdtemp(prefix="building-", dir=folder.parent))
        folder.rename(damaged / "damaged")
        shutil.rmtree(damaged, ignore_errors=True)
    try:
        building.rename(folder)
    except OSError:
        shutil.rmtree(building, ignore_errors=True)
        if not folder.exists():
            raise


def _remove_abandoned(parent: Path) -> None:
    """Folders that a killed build left behind."""
    for path in parent.glob("building-*"):
        if time.time() - path.stat().st_mtime > _ABANDONED_AFTER_S:
            shutil.rmtree(path, ignore_errors=True)


def _in_memory(ids: Sequence[str], vectors: Vectors) -> VectorIndex:
    import chromadb

    with _mapped("memory"):
        client = chromadb.EphemeralClient(settings=_settings())
        # All in-memory clients of a process share one database: the name keeps the indexes apart.
        collection = _collection(client, f"{COLLECTION}-{uuid.uuid4().hex}")
    index = VectorIndex(collection, client, "memory")
    index.upsert(ids, vectors)
    return index


def _collection(client: Any, name: str) -> Any:
    return client.get_or_create_collection(
        name, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": 400}}
    )


def _client(folder: Path) -> Any:
    import chromadb

    return chromadb.PersistentClient(str(folder), settings=_settings())


def _settings() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)
