"""Embeddings: the bundled weights are checked, a folder can take their place, nothing else passes."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from cardio_agent.errors import BadRequest, ModelMissing
from cardio_agent.retrieval.embeddings import (
    BUNDLED_SHA256,
    TransformerEmbeddings,
    _bundled_folder,
    load_embeddings,
)


@pytest.fixture(scope="module")
def bundled() -> TransformerEmbeddings:
    return load_embeddings()


def test_vectors_are_unit_long_and_keep_the_order_of_the_texts(bundled: TransformerEmbeddings) -> None:
    texts = ["a long text about atrial fibrillation and its definition", "pizza", "AF on the ECG"]
    vectors = np.array(bundled.embed_documents(texts))
    assert vectors.shape == (3, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    # 1e-4: padding to the batch's longest text changes the order of float32 sums, nothing more.
    assert vectors[1] == pytest.approx(np.array(bundled.embed_query("pizza")), abs=1e-4)
    assert vectors[0] @ vectors[2] > vectors[0] @ vectors[1]
    assert bundled.embed_documents([]) == []


def test_vectors_are_those_of_the_published_model(bundled: TransformerEmbeddings) -> None:
    """Mean pooling and normalisation as in sentence-transformers, an independent implementation."""
    from sentence_transformers import SentenceTransformer

    text = "complete left bundle branch block"
    other = SentenceTransformer(str(_bundled_folder()), device="cpu").encode(text, normalize_embeddings=True)
    assert bundled.embed_query(text) == pytest.approx(other.tolist(), abs=1e-5)


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(_bundled_folder(), folder)
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x01")
    with pytest.raises(ModelMissing, match="not the expected ones"):
        TransformerEmbeddings(folder, BUNDLED_SHA256).embed_query("AF")


def test_an_empty_or_incomplete_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="no embedding weights"):
        load_embeddings(f"hf:{tmp_path}")
    shutil.copy(_bundled_folder() / "model.safetensors", tmp_path)
    with pytest.raises(ModelMissing, match="cannot be loaded"):
        load_embeddings(f"hf:{tmp_path}").embed_query("AF")


def test_an_unknown_choice_is_refused() -> None:
    with pytest.raises(BadRequest, match="'bundled' or 'hf:FOLDER'"):
        load_embeddings("openai")
