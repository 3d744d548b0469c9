"""The vector index: passages' vectors in Chroma, embedded in this process.

Enters: a key that names texts and model together, ids, and a function that makes their vectors.
Leaves: cosine similarities of a query's vector. The index lives in a folder named by its key, so a
changed corpus or model gets a new one and the two are never mixed. The only file that imports
chromadb; its own embedding function, which would download a model, is never used.
"""

import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cardio_agent.errors import IndexUnavailable

COLLECTION = "guidelines"
_ABANDONED_AFTER_S = 3600.0

Vectors = Sequence[Sequence[float]]


class VectorIndex:
    """An open Chroma collection."""

    def __init__(self, collection: Any, client: Any) -> None:
        self._collection = collection
        self._client = client  # keeps the database open

    def similarities(self, vector: Sequence[float], n: int) -> dict[str, float]:
        """Cosine similarity of the ``n`` nearest passages to a unit vector, by id.

        Raises
        ------
        IndexUnavailable
            When the index can no longer be read.
        """
        from chromadb.errors import ChromaError

        n = min(n, self._collection.count())
        if n == 0:
            return {}
        try:
            found = self._collection.query(
                query_embeddings=[list(vector)], n_results=n, include=["distances"]
            )
        except ChromaError as exc:
            raise IndexUnavailable(f"the guideline index cannot be read ({exc}): start again") from exc
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return {id_: 1.0 - float(distance) for id_, distance in pairs}


def open_index(
    cache_dir: Path, key: str, ids: Sequence[str], make_vectors: Callable[[], Vectors]
) -> VectorIndex:
    """Open the index of that key; build it first where it is absent or damaged.

    It is built beside its place and moved there in one step: a kill leaves no half index, and of two
    processes at once the first one's is used. Where the cache cannot be written, the index is held
    in memory.

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

    Raises
    ------
    IndexUnavailable
        When Chroma can build no index, on disk or in memory.
    """
    folder = cache_dir / "guideline-index" / key
    index = _open_folder(folder, ids)
    if index is not None:
        return index
    vectors = make_vectors()
    if _build_folder(folder, ids, vectors):
        index = _open_folder(folder, ids)
    return index or _in_memory(ids, vectors)


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
            return VectorIndex(collection, client)
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
            _fill(client, COLLECTION, ids, vectors)
        _move(building, folder, ids)
    except (OSError, ChromaError):
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
    from chromadb.errors import ChromaError

    try:
        client = chromadb.EphemeralClient(settings=_settings())
        # All in-memory clients of a process share one database: the name keeps the indexes apart.
        return VectorIndex(_fill(client, f"{COLLECTION}-{uuid.uuid4().hex}", ids, vectors), client)
    except ChromaError as exc:
        raise IndexUnavailable(f"the guideline index cannot be built ({exc})") from exc


def _fill(client: Any, name: str, ids: Sequence[str], vectors: Vectors) -> Any:
    collection = client.get_or_create_collection(
        name, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": 400}}
    )
    size = client.get_max_batch_size()
    for start in range(0, len(ids), size):
        part = slice(start, start + size)
        collection.upsert(ids=list(ids[part]), embeddings=[list(vector) for vector in vectors[part]])
    return collection


def _client(folder: Path) -> Any:
    import chromadb

    return chromadb.PersistentClient(str(folder), settings=_settings())


def _settings() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)
