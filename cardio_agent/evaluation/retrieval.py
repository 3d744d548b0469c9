"""How well the guideline search answers a file of questions.

Enters: a JSONL file, one ``{"query": …, "relevant": [ids]}`` a line (``relevant`` empty: no answer
exists). Leaves: hit rates, mean reciprocal rank, refusals and the questions that were missed. Tunes
nothing.
"""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cardio_agent.errors import UnreadableFile
from cardio_agent.retrieval import Selection, retrieve
from cardio_agent.retrieval.opening import open_search
from cardio_agent.settings import get_settings

DEPTH = 10


@dataclass(frozen=True)
class Question:
    """A question and the ids of all passages that answer it."""

    query: str
    relevant: frozenset[str]


@dataclass(frozen=True)
class RetrievalScores:
    """Scores over a set of questions; rates are shares of the answerable ones.

    ``mrr`` is the mean reciprocal rank of the first right passage among the first ten, 0 where none is.
    ``refused_unanswerable`` and ``n_unanswerable`` count questions that have no answer.
    """

    n_answerable: int
    hit_at_1: float
    hit_at_5: float
    mrr: float
    refused_answerable: int
    refused_unanswerable: int
    n_unanswerable: int
    ms_per_query: float
    missed: tuple[str, ...]


def read_questions(path: Path) -> list[Question]:
    """Questions of a JSONL file.

    Raises
    ------
    UnreadableFile
        When the file is absent or a line is no question.
    """
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [Question(row["query"], frozenset(row["relevant"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise UnreadableFile(
            f"{path}: not a file of questions ({exc}); give JSONL with query, relevant"
        ) from exc


def score_retrieval(
    questions: Iterable[Question], search: Callable[[str], Sequence[str]] | None = None
) -> RetrievalScores:
    """Ask every question and compare what comes back with the ids that answer it.

    Parameters
    ----------
    questions : iterable of Question
    search : callable, optional
        Gives ids, best first, for a query; default: the program's own search.
    """
    search = search or _own_search
    asked = list(questions)
    search("warm up")
    start = time.perf_counter()
    answers = [tuple(search(question.query)) for question in asked]
    ms_per_query = 1000 * (time.perf_counter() - start) / max(len(asked), 1)
    pairs = [(q, ids) for q, ids in zip(asked, answers, strict=True) if q.relevant]
    ranks = [_rank(question.relevant, ids) for question, ids in pairs]
    n = max(len(ranks), 1)
    return RetrievalScores(
        n_answerable=len(ranks),
        hit_at_1=sum(rank == 1 for rank in ranks) / n,
        hit_at_5=sum(rank is not None and rank <= 5 for rank in ranks) / n,
        mrr=sum(1 / rank for rank in ranks if rank is not None) / n,
        refused_answerable=sum(not ids for _, ids in pairs),
        refused_unanswerable=sum(not q.relevant and not ids for q, ids in zip(asked, answers, strict=True)),
        n_unanswerable=len(asked) - len(ranks),
        ms_per_query=ms_per_query,
        missed=tuple(_miss(*pair) for pair, rank in zip(pairs, ranks, strict=True) if rank != 1),
    )


def retrieval_table(questions: Iterable[Question]) -> str:
    """Scores of the vectors alone, of BM25 alone and of both as the program uses them, then what it missed.

    The parts alone refuse nothing: the floor of relevance belongs to the whole.
    """
    asked = list(questions)
    hybrid = score_retrieval(asked)
    rows = {
        "vectors": score_retrieval(asked, lambda query: _ranked(query, 0)),
        "BM25": score_retrieval(asked, lambda query: _ranked(query, 1)),
        "hybrid": hybrid,
    }
    head = f"{hybrid.n_answerable} answerable, {hybrid.n_unanswerable} unanswerable questions"
    lines = [f"{head}\n{'':8} hit@1  hit@5    MRR  refused: answerable  unanswerable"]
    lines += [f"{name:8} {_row(scores)}" for name, scores in rows.items()]
    lines += [f"{hybrid.ms_per_query:.1f} ms a query", *(f"  {miss}" for miss in hybrid.missed)]
    return "\n".join(lines)


def _row(scores: RetrievalScores) -> str:
    rates = f"{scores.hit_at_1:.3f}  {scores.hit_at_5:.3f}  {scores.mrr:.3f}"
    return f"{rates}  {scores.refused_answerable:19}  {scores.refused_unanswerable:12}"


def _ranked(query: str, part: int) -> list[str]:
    """Ids by one part of the score: 0 the vectors, 1 BM25."""
    search = open_search(get_settings())
    scores = search.compare(query)[part]
    best_first = [search.passages[row] for row in np.argsort(-scores, kind="stable")]
    return [passage.id for passage in best_first if Selection().accepts(passage)][:DEPTH]


def _own_search(query: str) -> list[str]:
    return [evidence.id for evidence in retrieve(query, DEPTH)]


def _miss(question: Question, ids: Sequence[str]) -> str:
    wanted = ", ".join(sorted(question.relevant))
    return f"{question.query} → {', '.join(ids[:3]) or 'nothing'} (wanted {wanted})"


def _rank(relevant: frozenset[str], ids: Sequence[str]) -> int | None:
    """Place of the first right passage, counted from 1."""
    return next((place for place, id_ in enumerate(ids, 1) if id_ in relevant), None)
