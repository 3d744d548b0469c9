"""Vectors that travel with the program, so that a report needs no embedding model in memory.

Enters: texts and an embedding model. Leaves: their vectors; those of the bundled statements and of
the findings' queries are looked up in ``models/retrieval/vectors.npz``, only others are computed. A
vector is known by the hash of its text and of the model, so a corrected statement or another model
never meets an old one.

``cardio-agent train vectors`` writes the file anew after statements or queries changed.
"""

import hashlib
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

from cardio_agent.errors import ModelMissing
from cardio_agent.resources import checked_dir, resource_dir
from cardio_agent.retrieval.embeddings import TransformerEmbeddings

VECTORS_FILE = Path("retrieval") / "vectors.npz"


class KnownEmbeddings(Embeddings):
    """An embedding model that looks a text up before it computes.

    Raises
    ------
    ModelMissing
        When the file of known vectors is damaged, or when the model is needed and missing.
    """

    def __init__(self, model: TransformerEmbeddings) -> None:
        self._model = model
        self.weights_sha256 = model.weights_sha256
        self._asked = lru_cache(maxsize=64)(self._embed_one)  # corpus and own documents ask the same

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Unit vectors of the texts, in their order."""
        unknown = [text for text in dict.fromkeys(texts) if self.key(text) not in self._known]
        computed = dict(zip(unknown, self._model.embed_documents(unknown), strict=True)) if unknown else {}
        return [computed[text] if text in computed else self._known[self.key(text)] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Unit vector of one text."""
        return list(self._asked(text))

    def _embed_one(self, text: str) -> tuple[float, ...]:
        return tuple(self.embed_documents([text])[0])

    def key(self, text: str) -> str:
        """Name of a text under this model."""
        return hashlib.sha256(f"{self.weights_sha256}\0{text}".encode()).hexdigest()

    @cached_property
    def _known(self) -> dict[str, list[float]]:
        path = resource_dir("models") / VECTORS_FILE
        if not path.is_file():
            return {}
        checked_dir("models/retrieval")
        try:
            with np.load(path, allow_pickle=False) as file:
                return dict(zip(file["keys"].tolist(), file["vectors"].tolist(), strict=True))
        except (OSError, ValueError, KeyError) as exc:
            raise ModelMissing(f"{path} is damaged ({exc}): install cardio-agent again") from exc
