"""Hybrid search: words and vectors over the passages, fused into one score.

Enters: a question, or a finding's query with its statement codes. Leaves: scored passages, best
first; none when nothing in the corpus answers. Does not know LangChain or the records of a report.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cardio_agent.retrieval.corpus import Passage
from cardio_agent.retrieval.index import open_index
from cardio_agent.retrieval.vectors import KnownEmbeddings
from cardio_agent.retrieval.vocabulary import Vocabulary
from cardio_agent.retrieval.words import WordIndex

# How the parts are weighed and where relevance ends: chosen on the development questions and the
# project's own; ``training/retrieval_scores.py`` prints what they give.
WORD_WEIGHT = 1.2
# A question has an answer when the best cosine similarity plus the weighed best share of its words
# reaches this. Passages that score below this share of the best one are left out.
COVERAGE_WEIGHT = 2.0
LEAST_RELEVANCE = 1.22
ANSWER_SHARE = 0.4
# A finding cites passages of at least these scores, tagged with its statements or not. Those below
# this share of its best one are about something else.
LEAST_TAGGED = 0.65
LEAST_UNTAGGED = 1.1
CITED_SHARE = 0.6
SOURCE_BONUS = 0.3
ADVICE_BONUS = 0.15
_CANDIDATES = 1000

_YEAR = re.compile(r"\b20\d\d\b")
_EDITION = re.compile(r"\b(?:guidelines?|recommendations?|edition|esc|acc|aha|hrs)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Hit:
    """A passage and its score, about 0 for an unrelated one and 1 for the question's own words."""

    passage: Passage
    score: float


class HybridSearch:
    """Searches a fixed set of passages; build it once, it does not change.

    Parameters
    ----------
    passages : sequence of Passage
    vocabulary : Vocabulary
    embeddings : KnownEmbeddings
    cache_dir : Path
        Where the vector index is kept.

    Raises
    ------
    IndexUnavailable
        When the vector index can be neither opened nor built.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        vocabulary: Vocabulary,
        embeddings: KnownEmbeddings,
        cache_dir: Path,
    ) -> None:
        self.passages = tuple(passages)
        self._vocabulary = vocabulary
        self._embeddings = embeddings
        self._newest_year = max((p.year for p in self.passages if p.year), default=0)
        word_texts = [f"{p.title}. {p.text} {p.thresholds} {p.short} {p.topic_title}" for p in self.passages]
        self._words = WordIndex([vocabulary.tokens(text) for text in word_texts])
        self._known = vocabulary.known_words(word_texts)
        ids = [p.id for p in self.passages]
        self.passage_texts = [vocabulary.unify(f"{p.title}. {p.text}") for p in self.passages]
        self._index = open_index(
            cache_dir,
            index_key(ids, self.passage_texts, embeddings.weights_sha256),
            ids,
            lambda: embeddings.embed_documents(self.passage_texts),
        )

    def answer(self, question: str, accept: Callable[[Passage], bool]) -> list[Hit]:
        """Passages that answer a question.

        Parameters
        ----------
        question : str
        accept : callable
            Which passages may be returned.

        Returns
        -------
        list of Hit
            Best first; empty when the corpus does not speak of what is asked.
        """
        if not question.strip() or self._asks_for_later_edition(question):
            return []
        cosine, words, coverage = self._compare(question)
        if cosine.max() + COVERAGE_WEIGHT * coverage.max() < LEAST_RELEVANCE:
            return []
        hits = self._hits(cosine + WORD_WEIGHT * words, accept)
        return _not_far_below_best(hits, ANSWER_SHARE)

    def cite(
        self,
        query: str,
        codes: Collection[str],
        sources: Collection[str],
        accept: Callable[[Passage], bool],
    ) -> list[Hit]:
        """Passages about a finding.

        Parameters
        ----------
        query : str
            What the finding asks for.
        codes : collection of str
            Its statement codes, without group. Where there are any, only passages tagged with one of
            them are about the finding.
        sources : collection of str
            Ids of the passages that its criterion comes from: they are about it in any case.
        accept : callable
            Which passages may be returned.

        Returns
        -------
        list of Hit
            Best first, sources and recommendations preferred; empty when no passage is about it.
        """
        cosine, words, _ = self._compare(query)
        score = cosine + WORD_WEIGHT * words
        if codes:
            tagged = np.array([not set(p.codes).isdisjoint(codes) for p in self.passages])
            about = tagged & (score >= LEAST_TAGGED)
        else:
            about = score >= LEAST_UNTAGGED
        source = np.array([p.id in sources for p in self.passages])
        advice = np.array([bool(p.class_of_recommendation) for p in self.passages])
        score += SOURCE_BONUS * source + ADVICE_BONUS * advice
        hits = self._hits(np.where(about | source, score, -np.inf), accept)
        return _not_far_below_best(hits, CITED_SHARE)

    def question_text(self, question: str) -> str:
        """The question as it is compared: unified and without misspellings."""
        return self._vocabulary.correct(question, self._known)

    def _compare(self, question: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Cosine similarity, BM25 and coverage of every passage, (n,) each."""
        text = self.question_text(question)
        tokens = self._vocabulary.tokens(text)
        similar = self._index.similarities(self._embeddings.embed_query(text), _CANDIDATES)
        cosine = np.array([similar.get(p.id, 0.0) for p in self.passages])
        return cosine, self._words.scores(tokens), self._words.coverage(tokens)

    def _hits(self, score: np.ndarray, accept: Callable[[Passage], bool]) -> list[Hit]:
        """Accepted passages, best first; those of score minus infinity are left out."""
        best_first = np.argsort(-score, kind="stable")
        return [
            Hit(self.passages[row], round(float(score[row]) / (1 + WORD_WEIGHT), 4))
            for row in best_first
            if np.isfinite(score[row]) and accept(self.passages[row])
        ]

    def _asks_for_later_edition(self, question: str) -> bool:
        """Whether the question names a guideline year after the newest one in the corpus."""
        years = map(int, _YEAR.findall(question))
        return bool(_EDITION.search(question)) and max(years, default=0) > self._newest_year


def _not_far_below_best(hits: list[Hit], share: float) -> list[Hit]:
    return [hit for hit in hits if hit.score >= share * hits[0].score]


def index_key(ids: Sequence[str], texts: Sequence[str], weights_sha256: str) -> str:
    """Name of the index of these passages under this model."""
    content = "\0".join((weights_sha256, *ids, *texts))
    return hashlib.sha256(content.encode()).hexdigest()[:24]
