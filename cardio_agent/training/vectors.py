"""The vectors that travel with the program: of every statement and of every query of a finding.

Enters: the corpus, the table of findings and an embedding model. Leaves:
``models/retrieval/vectors.npz``, which :mod:`cardio_agent.retrieval.vectors` looks texts up in, and beside it
what :mod:`cardio_agent.training.chat_kinds` fits. Needed after statements, titles, the vocabulary, queries or
the chat's examples changed; until then a text that is not found is embedded when it is needed.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cardio_agent.chat.examples import examples
from cardio_agent.chat.kinds import KINDS_FILE
from cardio_agent.findings.fusion import NORMAL_QUERY
from cardio_agent.findings.rules import RULES
from cardio_agent.resources import resource_dir, write_checksums
from cardio_agent.retrieval.embeddings import TransformerEmbeddings, load_embeddings
from cardio_agent.retrieval.opening import open_search
from cardio_agent.retrieval.search import passage_text
from cardio_agent.retrieval.vectors import VECTORS_FILE, KnownEmbeddings
from cardio_agent.retrieval.vocabulary import load_vocabulary
from cardio_agent.settings import get_settings
from cardio_agent.training.chat_kinds import write_kinds


def train_vectors() -> tuple[Path, Path]:
    """Write the bundled texts' vectors and the chat's regression where the program looks for them."""
    path = resource_dir("models") / VECTORS_FILE
    write_vectors(bundled_texts(), load_embeddings(), path)
    kinds = path.parent / KINDS_FILE
    write_kinds(examples(), kinds)
    write_checksums(path.parent)
    return path, kinds


def write_vectors(texts: Sequence[str], model: TransformerEmbeddings, path: Path) -> None:
    """Compute the vectors of the texts and write them with their keys."""
    key = KnownEmbeddings(model).key
    vectors = np.array(model.embed_documents(list(texts)), dtype=np.float32)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, keys=np.array([key(text) for text in texts]), vectors=vectors)


def bundled_texts() -> list[str]:
    """What the file of this version holds: every statement and query of a finding."""
    search, vocabulary = open_search(get_settings()), load_vocabulary()
    passages = [passage_text(passage, vocabulary) for passage in search.passages]
    queries = [NORMAL_QUERY, *(rule.query for rule in RULES if rule.query)]
    return list(dict.fromkeys((*passages, *map(search.question_text, queries))))
