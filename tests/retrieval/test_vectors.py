"""The vectors that travel with the program are used for texts they know, and only for those."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cardio_agent.errors import ModelMissing
from cardio_agent.resources import resource_dir
from cardio_agent.retrieval import vectors
from cardio_agent.retrieval.embeddings import load_embeddings
from cardio_agent.retrieval.vectors import KnownEmbeddings
from cardio_agent.training.vectors import bundled_texts, write_vectors


class CountingModel:
    """Two-dimensional vectors from the length of a text; remembers what it was asked."""

    def __init__(self, weights_sha256: str = "model") -> None:
        self.weights_sha256 = weights_sha256
        self.asked: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.asked += texts
        return [[float(len(text)), 1.0] for text in texts]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(vectors, "resource_dir", lambda _: tmp_path)
    return tmp_path / "retrieval" / "vectors.npz"


def test_only_unknown_texts_are_computed(file: Path) -> None:
    write_vectors(["aa", "bbb"], CountingModel(), file)  # type: ignore[arg-type]
    model = CountingModel()
    embeddings = KnownEmbeddings(model)  # type: ignore[arg-type]
    assert embeddings.embed_documents(["bbb", "new text", "aa"]) == [[3, 1], [8, 1], [2, 1]]
    assert embeddings.embed_query("aa") == [2, 1]
    assert model.asked == ["new text"]


def test_vectors_of_another_model_are_not_used(file: Path) -> None:
    write_vectors(["aa"], CountingModel(), file)  # type: ignore[arg-type]
    other = CountingModel("other model")
    KnownEmbeddings(other).embed_query("aa")  # type: ignore[arg-type]
    assert other.asked == ["aa"]


def test_without_the_file_all_are_computed_and_a_damaged_one_is_named(file: Path) -> None:
    model = CountingModel()
    KnownEmbeddings(model).embed_query("aa")  # type: ignore[arg-type]
    assert model.asked == ["aa"]
    file.parent.mkdir()
    np.savez(file, other=np.zeros(2))
    with pytest.raises(ModelMissing, match="damaged"):
        KnownEmbeddings(model).embed_query("aa")  # type: ignore[arg-type]


def test_the_file_of_this_version_knows_the_corpus_and_the_findings_queries() -> None:
    """If this fails: cardio-agent train vectors"""
    with np.load(resource_dir("models") / "retrieval" / "vectors.npz") as stored:
        known = set(stored["keys"].tolist())
    assert {KnownEmbeddings(load_embeddings()).key(text) for text in bundled_texts()} == known


def test_evidence_for_the_findings_loads_no_language_model(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from cardio_agent.findings.rules import RULES\n"
        "from cardio_agent.retrieval import gather_evidence\n"
        "from cardio_agent.schema import Finding\n"
        "rule = next(rule for rule in RULES if rule.query)\n"
        "finding = Finding(id='f', kind=rule.kind, text='x', certainty='definite', basis=('s-X',),\n"
        "                  codes=rule.codes, sources=rule.sources, query=rule.query)\n"
        "assert gather_evidence([finding], per_finding=2)\n"
        "assert not {'torch', 'transformers'} & sys.modules.keys()\n"
    )
    environment = {
        "CARDIO_AGENT_CACHE_DIR": str(tmp_path),
        "PYTHONPATH": str(Path(vectors.__file__).parents[2]),
    }
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
