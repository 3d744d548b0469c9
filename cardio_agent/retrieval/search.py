"""Hybrid search: words and vectors over the passages, fused into one score.

Enters: a question, or a finding's query with its statement codes. Leaves: scored passages, best
first; none when nothing in the corpus answers. Does not know LangChain or the records of a report.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np
from langchain_core.embeddings import Embeddings

from cardio_agent.retrieval.corpus import Passage
from cardio_agent.retrieval.index import VectorIndex
from cardio_agent.retrieval.naming import StatementNames
from cardio_agent.retrieval.vocabulary import Vocabulary
from cardio_agent.retrieval.words import WordIndex

# How the parts are weighed and where relevance ends: chosen on the development questions and the
# project's own; ``training/retrieval_scores.py`` prints what they give.
WORD_WEIGHT = 2.0
# A question has an answer when the best cosine similarity plus the weighed best share of its words
# reaches this; one about what the corpus does not cover must fit a statement closely. Passages that score
# below this share of the best one are left out.
COVERAGE_WEIGHT = 1.5
LEAST_RELEVANCE = 1.12
LEAST_RELEVANCE_OUTSIDE = 2.0
ANSWER_SHARE = 0.4
# A finding cites passages of at least these scores, tagged with its statements or not. Those below
# this share of its best one are about something else.
LEAST_TAGGED = 0.8
LEAST_UNTAGGED = 1.6
CITED_SHARE = 0.67
SOURCE_BONUS = 0.3
ADVICE_BONUS = 0.15
PARTICULARS_WEIGHT = 0.15
_CANDIDATES = 1000
_MOST_HITS = 300

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
    embeddings : Embeddings
        For questions; those of the passages stand in the index.
    index : VectorIndex
        Holds a vector for each passage.
    is_corpus : bool
        Whether these passages are the corpus whose limits the vocabulary names; a user's own documents
        may speak of anything and of any year.

    Raises
    ------
    IndexUnavailable
        By the methods, when the index cannot be read.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        vocabulary: Vocabulary,
        embeddings: Embeddings,
        index: VectorIndex,
        *,
        is_corpus: bool = True,
    ) -> None:
        self.passages = tuple(passages)
        self._vocabulary = vocabulary
        self._embeddings = embeddings
        self._index = index
        self._is_corpus = is_corpus
        self._newest_year = max((p.year for p in self.passages if p.year), default=0)
        word_texts = [_searched_text(passage) for passage in self.passages]
        self._words = WordIndex([vocabulary.tokens(text) for text in word_texts])
        self._known = vocabulary.known_words(word_texts)
        self._statements = StatementNames(vocabulary)
        self._compared = lru_cache(maxsize=256)(self.compare)  # findings of one kind ask the same

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
        if not question.strip() or not self.passages or self._asks_for_later_edition(question):
            return []
        cosine, words, coverage = self.compare(question)
        score = cosine + WORD_WEIGHT * words
        codes = self._statements.named(question) if self._is_corpus else ()
        if codes:
            return self._hits(np.where(self._tagged(codes), score, -np.inf), accept)
        outside = self._is_corpus and self._vocabulary.is_outside(question)
        least = LEAST_RELEVANCE_OUTSIDE if outside else LEAST_RELEVANCE
        if cosine.max() + COVERAGE_WEIGHT * coverage.max() < least:
            return []
        return _not_far_below_best(self._hits(score, accept), ANSWER_SHARE)

    def cite(
        self,
        query: str,
        codes: Collection[str],
        sources: Collection[str],
        accept: Callable[[Passage], bool],
        particulars: str = "",
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
        particulars : str
            Sex, age and measured values: among passages about the finding, those that speak of them
            come before the others.

        Returns
        -------
        list of Hit
            Best first, sources and recommendations preferred; empty when no passage is about it.
        """
        cosine, words, _ = self._compared(query)
        score = cosine + WORD_WEIGHT * words
        about = self._tagged(codes) & (score >= LEAST_TAGGED) if codes else score >= LEAST_UNTAGGED
        source = np.array([p.id in sources for p in self.passages])
        advice = np.array([bool(p.class_of_recommendation) for p in self.passages])
        fitting = self._words.scores(self._vocabulary.tokens(particulars))
        score += SOURCE_BONUS * source + ADVICE_BONUS * advice + PARTICULARS_WEIGHT * fitting
        hits = self._hits(np.where(about | source, score, -np.inf), accept)
        return _not_far_below_best(hits, CITED_SHARE, sources)

    def _tagged(self, codes: Collection[str]) -> np.ndarray:
        return np.array([not set(p.codes).isdisjoint(codes) for p in self.passages])

    def question_text(self, question: str) -> str:
        """The question as it is compared: unified and without misspellings."""
        return self._vocabulary.correct(question, self._known)

    def compare(self, question: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The parts of the score: cosine similarity, BM25 and coverage of every passage, (n,) each."""
        text = self.question_text(question)
        tokens = self._vocabulary.tokens(text)
        similar = self._index.similarities(self._embeddings.embed_query(text), _CANDIDATES)
        cosine = np.array([similar.get(p.id, 0.0) for p in self.passages])
        return cosine, self._words.scores(tokens), self._words.coverage(tokens)

    def _hits(self, score: np.ndarray, accept: Callable[[Passage], bool]) -> list[Hit]:
        """Accepted passages, best first; those of score minus infinity are left out."""
        best_first = np.argsort(-score, kind="stable")
        accepted = (
            Hit(self.passages[row], round(float(score[row]) / (1 + WORD_WEIGHT), 4))
            for row in best_first
            if np.isfinite(score[row]) and accept(self.passages[row])
        )
        return list(islice(accepted, _MOST_HITS))

    def _asks_for_later_edition(self, question: str) -> bool:
        """Whether the question names a guideline year after the newest one in the corpus."""
        years = map(int, _YEAR.findall(question))
        later = max(years, default=0) > self._newest_year
        return self._is_corpus and later and bool(_EDITION.search(question))


def _not_far_below_best(hits: list[Hit], share: float, kept: Collection[str] = ()) -> list[Hit]:
    """Without those below a share of the best score, unless their ids are to be kept."""
    return [hit for hit in hits if hit.score >= share * hits[0].score or hit.passage.id in kept]


def passage_text(passage: Passage, vocabulary: Vocabulary) -> str:
    """What is embedded of a passage."""
    return vocabulary.unify(f"{passage.title}. {passage.text} {', '.join(passage.keywords)}".strip())


def _searched_text(passage: Passage) -> str:
    """What stands in the word index of a passage."""
    about = f"{passage.thresholds} {passage.short} {passage.topic_title}"
    return f"{passage.title}. {passage.text} {about} {'; '.join(passage.keywords)}"


def index_key(ids: Sequence[str], texts: Sequence[str], weights_sha256: str) -> str:
    """Name of the index of these passages under this model."""
    content = "\0".join((weights_sha256, *ids, *texts))
    return hashlib.sha256(content.encode()).hexdigest()[:24]
