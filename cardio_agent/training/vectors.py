"""The vectors that travel with the program: of every statement, of every query of a finding and of the
chat's example questions.

Enters: the corpus, the table of findings, the examples and an embedding model. Leaves:
``models/retrieval/vectors.npz``, which :mod:`cardio_agent.retrieval.vectors` looks texts up in.
Needed after statements, titles, the vocabulary, queries or examples changed; until then what is not found is
computed.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cardio_agent.chat.examples import example_texts
from cardio_agent.findings.fusion import NORMAL_QUERY
from cardio_agent.findings.rules import RULES
from cardio_agent.resources import resource_dir
from cardio_agent.retrieval.embeddings import TransformerEmbeddings, load_embeddings
from cardio_agent.retrieval.opening import open_search
from cardio_agent.retrieval.search import passage_text
from cardio_agent.retrieval.vectors import VECTORS_FILE, KnownEmbeddings
from cardio_agent.retrieval.vocabulary import load_vocabulary
from cardio_agent.settings import get_settings


def train_vectors() -> Path:
    """Compute the bundled texts' vectors and write them where the program looks for them."""
    path = resource_dir("models") / VECTORS_FILE
    write_vectors(bundled_texts(), load_embeddings(), path)
    return path


def write_vectors(texts: Sequence[str], model: TransformerEmbeddings, path: Path) -> None:
    """Compute the vectors of the texts and write them with their keys."""
    key = KnownEmbeddings(model).key
    vectors = np.array(model.embed_documents(list(texts)), dtype=np.float32)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, keys=np.array([key(text) for text in texts]), vectors=vectors)


def bundled_texts() -> list[str]:
    """What the file of this version holds: every statement, query of a finding and example question."""
    search, vocabulary = open_search(get_settings()), load_vocabulary()
    passages = [passage_text(passage, vocabulary) for passage in search.passages]
    queries = [NORMAL_QUERY, *(rule.query for rule in RULES if rule.query)]
    return list(dict.fromkeys((*passages, *map(search.question_text, queries), *example_texts())))
