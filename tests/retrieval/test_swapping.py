"""Another embedding model, ``hf:FOLDER``: an index of its own, and nothing mixed when it is taken back."""

import shutil
from pathlib import Path

import pytest

from cardio_agent.retrieval import retrieve
from cardio_agent.retrieval.embeddings import _bundled_folder
from cardio_agent.settings import get_settings

QUERY = "first-degree AV block definition"


@pytest.fixture
def tiny_model(tmp_path: Path) -> Path:
    """A model with random weights and vectors of another length."""
    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path / "tiny"
    folder.mkdir()
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        shutil.copy(_bundled_folder() / name, folder)
    torch.manual_seed(0)
    shape = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(**shape)).save_pretrained(folder)
    return folder


def test_a_swapped_model_gets_its_own_index(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv("CARDIO_AGENT_CACHE_DIR", str(cache))
    get_settings.cache_clear()
    bundled = retrieve(QUERY)
    monkeypatch.setenv("CARDIO_AGENT_EMBEDDINGS", f"hf:{tiny_model}")
    get_settings.cache_clear()
    swapped = retrieve(QUERY)
    assert [e.score for e in swapped] != [e.score for e in bundled]
    assert len(list((cache / "guideline-index").iterdir())) == 2
    monkeypatch.delenv("CARDIO_AGENT_EMBEDDINGS")
    get_settings.cache_clear()
    assert retrieve(QUERY) == bundled
