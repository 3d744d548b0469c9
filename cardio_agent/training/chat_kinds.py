"""The regression by which the chat understands questions, fitted to its examples.

Enters: the examples and the embedding model. Leaves: ``models/retrieval/chat_kinds.npz``, which
:mod:`cardio_agent.chat.kinds` reads. Deterministic; needed after an example or a word of the vocabulary
changed.
"""

import hashlib
import json
from pathlib import Path

import numpy as np

from cardio_agent.chat.examples import Example, Kind
from cardio_agent.chat.features import Wording, letter_features, meaning_features
from cardio_agent.retrieval.embeddings import load_embeddings

_PENALTY = 0.03  # of the squared weights; chosen between two authors' examples (docs/chat.md)
_N_STEPS = 150


def write_kinds(known: tuple[Example, ...], path: Path) -> None:
    """Fit both regressions, with meaning and by letters alone, and write their weights."""
    model = load_embeddings()
    wordings = [Wording.of(example.text) for example in known]
    kinds = sorted({example.kind for example in known}, key=lambda kind: (kind.intent, kind.names))
    labels = np.array([kinds.index(example.kind) for example in known])
    letters, meaning = letter_features(wordings), meaning_features(wordings, model.embed_documents)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        kinds=np.array(_as_json(kinds)),
        with_meaning=fit(np.hstack([meaning, letters]), labels).astype(np.float16),
        by_letters=fit(letters, labels).astype(np.float16),
        embeddings_sha256=np.array(model.weights_sha256),
        examples_sha256=np.array(examples_sha256(known)),
    )


def examples_sha256(known: tuple[Example, ...]) -> str:
    """What the regression was fitted to, so that a file older than its examples can be told."""
    return hashlib.sha256(repr(known).encode()).hexdigest()


def _as_json(kinds: list[Kind]) -> str:
    return json.dumps([[kind.intent, kind.names] for kind in kinds])


def fit(features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Multinomial logistic regression with a ridge penalty, by L-BFGS.

    Parameters
    ----------
    features : (n, m) array
    labels : (n,) array of int
        From 0, none left out.

    Returns
    -------
    (m + 1, n_labels) array, the last row the intercepts.
    """
    from scipy.optimize import minimize

    rows = np.hstack([features, np.ones((len(features), 1))]).astype(np.float32)
    truth = np.eye(int(labels.max()) + 1, dtype=np.float32)[labels]
    shape = (rows.shape[1], truth.shape[1])

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(shape).astype(np.float32)
        scores = rows @ weights
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        surprise = -np.log(np.maximum((shares * truth).sum(axis=1), 1e-12)).sum()
        slope = rows.T @ (shares - truth) + _PENALTY * weights
        return float(surprise + _PENALTY / 2 * (weights**2).sum()), slope.ravel().astype(np.float64)

    start = np.zeros(rows.shape[1] * truth.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _N_STEPS})
    weights: np.ndarray = found.x.reshape(shape)
    return weights
