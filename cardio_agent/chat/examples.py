"""The kind of a question by the example questions that it is nearest to.

Enters: a question in lower case and without typing errors. Leaves: the nearest kind with what it is about,
or none. Looks at meaning (sentence embeddings) and at words (BM25) together; where the embedding model is
missing, at words alone. Answers nothing and never overrules what protects a person.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np

from cardio_agent.chat.intents import Intent
from cardio_agent.chat.spelling import corrected
from cardio_agent.chat.vocabulary import without_diagnoses
from cardio_agent.errors import ModelMissing
from cardio_agent.retrieval.opening import known_embeddings
from cardio_agent.retrieval.words import WordIndex
from cardio_agent.settings import get_settings

# Chosen on questions that stand in no table (docs/chat.md): how much BM25 counts beside the cosine
# similarity, how much the second nearest example of a kind counts beside the nearest, and below
# which score nothing is near.
WORD_WEIGHT = 2.0
SECOND_WEIGHT = 0.4
LEAST_SCORE = 0.4
LEAST_WORDS = 0.2  # where there are no embeddings
_TOKEN = re.compile(r"[a-z0-9+]+")
_LEAD = re.compile(r"\b(?:leads? )?(?:v ?[1-6]|av[rlf]|(?<=lead )(?:i{1,3}|[123])|iii|ii)\b")
_THE_LEAD = "lead v1"
_THE_FINDING = "the finding"


@dataclass(frozen=True)
class Kind:
    """A kind of question: ``names`` are the measurements or codes that it is about by itself."""

    intent: Intent
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Nearest:
    """The nearest kind, its score and by how much it leads the next kind."""

    kind: Kind
    score: float
    lead: float


@lru_cache(maxsize=256)
def nearest_kind(words: str) -> Nearest | None:
    """The kind whose examples a question is nearest to; None where it is near none.

    Parameters
    ----------
    words : str
        The question in lower case, without typing errors.
    """
    if not _TOKEN.search(words):
        return None
    kinds, _ = _examples()
    scores, least = _scores(words)
    by_kind: dict[Kind, list[float]] = {}
    for kind, score in zip(kinds, scores.tolist(), strict=True):
        by_kind.setdefault(kind, []).append(score)
    ranked = sorted(((_of_two(found), kind) for kind, found in by_kind.items()), key=lambda pair: -pair[0])
    (best, kind), (second, _) = ranked[:2]
    return Nearest(kind, best, best - second) if best >= least else None


def as_compared(words: str) -> str:
    """A question with one lead in the place of any.

    >>> as_compared("is the st up in avf")
    'is the st up in lead v1'
    """
    return _LEAD.sub(_THE_LEAD, words)


def example_texts() -> tuple[str, ...]:
    """The example questions as they are compared, for the vectors that travel with the program."""
    return _examples()[1]


def _scores(words: str) -> tuple[np.ndarray, float]:
    """Score of each example, and the least that counts.

    Kinds that bear on diagnoses of their own see the question as it is, others without its diagnoses.
    """
    placed = as_compared(words)
    by_text = {text: _scores_of_text(text) for text in (placed, without_diagnoses(placed, _THE_FINDING))}
    as_is, without = by_text[placed], by_text[without_diagnoses(placed, _THE_FINDING)]
    is_named = np.array([bool(kind.names) for kind in _examples()[0]])
    return np.where(is_named, as_is[0], without[0]), as_is[1]


def _scores_of_text(text: str) -> tuple[np.ndarray, float]:
    choice = get_settings().embeddings
    worded = WORD_WEIGHT * _word_index().scores(_TOKEN.findall(text))
    try:
        return worded + _vectors(choice) @ np.array(known_embeddings(choice).embed_query(text)), LEAST_SCORE
    except ModelMissing:
        return worded, LEAST_WORDS


def _of_two(scores: Sequence[float]) -> float:
    """The score of a kind: of its nearest example and, less, of its second."""
    first, second = [*sorted(scores, reverse=True), 0.0][:2]
    return (1 - SECOND_WEIGHT) * first + SECOND_WEIGHT * second


@cache
def _examples() -> tuple[tuple[Kind, ...], tuple[str, ...]]:
    """The kind of each example, and its text."""
    table = tomllib.loads((files(__package__) / "examples.toml").read_text(encoding="utf-8"))
    pairs = [
        (kind, _example_text(question, kind))
        for row in table["example"]
        for kind in (Kind(Intent(row["kind"]), tuple(row.get("names", ()))),)
        for question in row["questions"]
    ]
    kinds, texts = zip(*pairs, strict=True)
    return kinds, texts


def _example_text(question: str, kind: Kind) -> str:
    text = as_compared(corrected(question.replace("{finding}", _THE_FINDING)))
    return text if kind.names else without_diagnoses(text, _THE_FINDING)


@cache
def _word_index() -> WordIndex:
    return WordIndex([_TOKEN.findall(text) for text in example_texts()])


@cache
def _vectors(choice: str) -> np.ndarray:
    """(n_examples, n_dimensions) unit vectors of the examples."""
    return np.array(known_embeddings(choice).embed_documents(list(example_texts())))
