"""The word index: BM25 over tokens, and how much of a question a passage covers.

Enters: one list of tokens a passage, then those of a question. Leaves: one number a passage. Does not
tokenise and does not decide what is relevant.

Source: Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond"; the
inverse document frequency is the non-negative form log(1 + (N - n + 0.5) / (n + 0.5)).
"""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

K1 = 1.5
B = 0.75
# A passage that holds words of this much rarity together (about three rare words) speaks of a question,
# however much else a long clinical sentence tells.
ENOUGH = 16.0


class WordIndex:
    """BM25 of a fixed set of documents.

    Parameters
    ----------
    documents : sequence of sequence of str
        Tokens of each document.
    """

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self.n_documents = len(documents)
        mean_length = sum(map(len, documents)) / max(self.n_documents, 1)
        found: dict[str, list[tuple[int, float]]] = {}
        for row, tokens in enumerate(documents):
            damping = K1 * (1 - B + B * len(tokens) / mean_length) if tokens else 0.0
            for token, n in Counter(tokens).items():
                found.setdefault(token, []).append((row, n * (K1 + 1) / (n + damping)))
        self._rows = {token: np.array([row for row, _ in pairs]) for token, pairs in found.items()}
        self._weights = {token: np.array([weight for _, weight in pairs]) for token, pairs in found.items()}

    def scores(self, tokens: Sequence[str]) -> np.ndarray:
        """BM25 of each document, divided by the most that any document could reach.

        Returns
        -------
        (n_documents,) array, 0 to 1; all 0 for no token. A token that no document holds counts in
        the divisor, so what the corpus does not speak of lowers every score.
        """
        scores = np.zeros(self.n_documents)
        for token in tokens:
            if token in self._rows:
                scores[self._rows[token]] += self._rarity(token) * self._weights[token]
        most = sum(map(self._rarity, tokens)) * (K1 + 1)
        return scores / most if most else scores

    def coverage(self, tokens: Sequence[str]) -> np.ndarray:
        """Share of the question's words, rare ones counting more, that each document holds, 0 to 1.

        Numbers do not count: they are the patient's as often as the guideline's. Of a long question no
        more than ``ENOUGH`` need be held.
        """
        covered = np.zeros(self.n_documents)
        words = {token for token in tokens if not token.replace(".", "").isdigit()}
        for token in words & self._rows.keys():
            covered[self._rows[token]] += self._rarity(token)
        whole = min(sum(map(self._rarity, words)), ENOUGH)
        return np.minimum(covered / whole, 1.0) if whole else covered

    def _rarity(self, token: str) -> float:
        """Inverse document frequency, natural logarithm."""
        n = len(self._rows[token]) if token in self._rows else 0
        return math.log1p((self.n_documents - n + 0.5) / (n + 0.5))
