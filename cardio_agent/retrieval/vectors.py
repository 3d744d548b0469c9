"""Vectors of the bundled statements, computed beforehand so that the first use is quick.

Enters: texts and an embedding model. Leaves: their vectors, those already known taken from
``models/retrieval/passages.npz`` and only the rest computed. A vector is known by the hash of its
text under the hash of the model, so a corrected statement or another model never meets an old one.

``python -m cardio_agent.retrieval.vectors`` writes the file anew after the corpus has changed.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cardio_agent.errors import ModelMissing
from cardio_agent.resources import resource_dir
from cardio_agent.retrieval.embeddings import TransformerEmbeddings

_FILE = Path("retrieval") / "passages.npz"


def embed_passages(texts: Sequence[str], embeddings: TransformerEmbeddings) -> list[list[float]]:
    """Unit vectors of the texts, in their order.

    Raises
    ------
    ModelMissing
        When the file of known vectors is damaged.
    """
    keys = [_key(text, embeddings.weights_sha256) for text in texts]
    known = _known_vectors()
    missing = [k for k, key in enumerate(keys) if key not in known]
    computed = embeddings.embed_documents([texts[k] for k in missing])
    known.update(zip((keys[k] for k in missing), computed, strict=True))
    return [known[key] for key in keys]


def write_vectors(texts: Sequence[str], embeddings: TransformerEmbeddings, path: Path) -> None:
    """Compute the vectors of the texts and write them with their keys."""
    vectors = np.array(embeddings.embed_documents(list(texts)), dtype=np.float32)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, keys=np.array([_key(text, embeddings.weights_sha256) for text in texts]), vectors=vectors)


def _key(text: str, weights_sha256: str) -> str:
    return hashlib.sha256(f"{weights_sha256}\0{text}".encode()).hexdigest()


def _known_vectors() -> dict[str, list[float]]:
    path = resource_dir("models") / _FILE
    if not path.is_file():
        return {}
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(zip(file["keys"].tolist(), file["vectors"].tolist(), strict=True))
    except (OSError, ValueError, KeyError) as exc:
        raise ModelMissing(f"{path} is damaged ({exc}): install cardio-agent again") from exc


if __name__ == "__main__":
    from cardio_agent.retrieval.corpus import load_corpus
    from cardio_agent.retrieval.embeddings import load_embeddings
    from cardio_agent.retrieval.search import vector_texts
    from cardio_agent.retrieval.vocabulary import load_vocabulary

    write_vectors(
        vector_texts(load_corpus(), load_vocabulary()), load_embeddings(), resource_dir("models") / _FILE
    )
