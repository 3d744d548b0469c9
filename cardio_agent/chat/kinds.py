"""The kinds of question that a wording may be of, with their probabilities.

Enters: a wording. Leaves: kinds, the most probable first, by a multinomial logistic regression that
``cardio-agent train vectors`` fits to the examples. Where the embedding model is missing, or is not the one
that the regression was fitted with, a second one that looks at letters and names alone stands in. Answers
nothing.
"""

import json
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from cardio_agent.chat.examples import Kind
from cardio_agent.chat.features import Wording, letter_features, meaning_features
from cardio_agent.chat.intents import Intent
from cardio_agent.errors import ModelMissing
from cardio_agent.resources import checked_dir
from cardio_agent.retrieval.opening import known_embeddings
from cardio_agent.settings import get_settings

KINDS_FILE = "chat_kinds.npz"


@dataclass(frozen=True)
class Regression:
    """Weights of the kinds: (n_features + 1, n_kinds) each, the last row without a feature.

    ``with_meaning`` belongs to the embedding model of ``embeddings_sha256``; ``by_letters`` to none.
    """

    kinds: tuple[Kind, ...]
    with_meaning: np.ndarray
    by_letters: np.ndarray
    embeddings_sha256: str


@lru_cache(maxsize=256)
def likely_kinds(wording: Wording) -> tuple[tuple[Kind, float], ...]:
    """All kinds with their probabilities, the most probable first.

    Raises
    ------
    ModelMissing
        When the file of weights is missing or damaged.
    """
    model = regression()
    scores = _scores(wording, model)
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    order = np.argsort(-shares, kind="stable")
    return tuple((model.kinds[k], float(shares[k])) for k in order)


def _scores(wording: Wording, model: Regression) -> np.ndarray:
    letters = letter_features([wording])[0]
    try:
        embeddings = known_embeddings(get_settings().embeddings)
        if embeddings.weights_sha256 != model.embeddings_sha256:
            return _linear(letters, model.by_letters)
        meaning = meaning_features([wording], embeddings.embed_documents)[0]
    except ModelMissing:
        return _linear(letters, model.by_letters)
    return _linear(np.concatenate([meaning, letters]), model.with_meaning)


def _linear(row: np.ndarray, weights: np.ndarray) -> np.ndarray:
    scores: np.ndarray = row @ weights[:-1] + weights[-1]
    return scores


@cache
def regression() -> Regression:
    """The weights that travel with the program."""
    path = checked_dir("models/retrieval") / KINDS_FILE
    try:
        with np.load(path, allow_pickle=False) as file:
            rows = json.loads(str(file["kinds"]))
            return Regression(
                kinds=tuple(Kind(Intent(kind), tuple(names)) for kind, names in rows),
                with_meaning=file["with_meaning"].astype(np.float32),
                by_letters=file["by_letters"].astype(np.float32),
                embeddings_sha256=str(file["embeddings_sha256"]),
            )
    except (OSError, ValueError, KeyError) as exc:
        raise ModelMissing(f"{path} is missing or damaged ({exc}): install cardio-agent again") from exc
