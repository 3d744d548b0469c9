"""The vectors that travel with the program are used for texts they know, and only for those."""

from pathlib import Path

import numpy as np
import pytest

from cardio_agent.errors import ModelMissing
from cardio_agent.resources import resource_dir
from cardio_agent.retrieval import vectors
from cardio_agent.retrieval.corpus import load_corpus
from cardio_agent.retrieval.embeddings import BUNDLED_SHA256
from cardio_agent.retrieval.search import vector_texts
from cardio_agent.retrieval.vectors import embed_passages, write_vectors
from cardio_agent.retrieval.vocabulary import load_vocabulary


class CountingEmbeddings:
    """Two-dimensional vectors from the length of a text; remembers what it was asked."""

    def __init__(self, weights_sha256: str = "model") -> None:
        self.weights_sha256 = weights_sha256
        self.asked: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.asked += texts
        return [[float(len(text)), 1.0] for text in texts]


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(vectors, "resource_dir", lambda _: tmp_path)
    return tmp_path / "retrieval" / "passages.npz"


def test_only_unknown_texts_are_computed(models: Path) -> None:
    write_vectors(["aa", "bbb"], CountingEmbeddings(), models)  # type: ignore[arg-type]
    embeddings = CountingEmbeddings()
    assert embed_passages(["bbb", "new text", "aa"], embeddings) == [[3, 1], [8, 1], [2, 1]]  # type: ignore[arg-type]
    assert embeddings.asked == ["new text"]


def test_vectors_of_another_model_are_not_used(models: Path) -> None:
    write_vectors(["aa"], CountingEmbeddings(), models)  # type: ignore[arg-type]
    other = CountingEmbeddings("other model")
    embed_passages(["aa"], other)  # type: ignore[arg-type]
    assert other.asked == ["aa"]


def test_without_the_file_all_are_computed_and_a_damaged_one_is_named(models: Path) -> None:
    embeddings = CountingEmbeddings()
    embed_passages(["aa"], embeddings)  # type: ignore[arg-type]
    assert embeddings.asked == ["aa"]
    models.parent.mkdir()
    np.savez(models, other=np.zeros(2))
    with pytest.raises(ModelMissing, match="damaged"):
        embed_passages(["aa"], embeddings)  # type: ignore[arg-type]


def test_the_file_of_this_version_knows_the_whole_corpus() -> None:
    """If this fails: python -m cardio_agent.retrieval.vectors"""
    with np.load(resource_dir("models") / "retrieval" / "passages.npz") as file:
        known = set(file["keys"].tolist())
    texts = vector_texts(load_corpus(), load_vocabulary())
    assert {vectors._key(text, BUNDLED_SHA256) for text in texts} == known
