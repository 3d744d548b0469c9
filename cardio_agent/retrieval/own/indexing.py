"""Vectors of the user's documents: made once, continued after a kill, never mixed between models.

Enters: a library, a growing index and an embedding model. Leaves: searchable documents. The index is
named by the library and the model; after a change of model the documents are embedded anew, the old
vectors stay for the old model. Nothing of the text leaves this machine: a Chroma server gets ids and vectors.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from cardio_agent.retrieval.corpus import Passage
from cardio_agent.retrieval.index import VectorIndex, open_store
from cardio_agent.retrieval.own.library import Document, Library, distinct
from cardio_agent.retrieval.search import HybridSearch, passage_text
from cardio_agent.retrieval.vocabulary import Vocabulary

# Small enough that a kill loses little and that memory stays level, large enough for full batches.
BATCH = 128

Progress = Callable[[int, int], None]
"""Told how many passages of how many are done."""


def shown_progress(what: str) -> Progress:
    """A progress bar on standard error for work of more than one step; none where that is no terminal."""
    from tqdm import tqdm

    bar: list[Any] = []

    def show(done: int, total: int) -> None:
        if not bar and total - done > BATCH:
            bar.append(tqdm(total=total, initial=done, desc=what, unit="passage", disable=None, leave=False))
        for shown in bar:
            shown.update(done - shown.n)
            if done == total:
                shown.close()

    return show


def open_vectors(library: Library, weights_sha256: str, server: str = "") -> VectorIndex:
    """The library's index under a model.

    Raises
    ------
    IndexUnavailable
        When it can be neither opened nor made.
    """
    return open_store(library.folder / "vectors", f"own-{library.identity()}-{weights_sha256[:16]}", server)


def add_document(
    library: Library,
    path: Path,
    index: VectorIndex,
    embeddings: Embeddings,
    vocabulary: Vocabulary,
    progress: Progress,
) -> tuple[Document, bool]:
    """Add a file, or go on with it where an earlier addition was interrupted.

    Returns
    -------
    Document, bool
        And whether it is new; a file that is there already changes nothing.

    Raises
    ------
    UnreadableFile, UnsupportedFormat
        When the file cannot be read or holds no text.
    IndexUnavailable
        When another process is adding, or the library or its index cannot be written.
    """
    with library.only_writer():
        document, is_finished = library.prepare(path)
        if is_finished:
            return document, False
        fill(index, library.passages(document), embeddings, vocabulary, progress)
        library.finish(document)
        return document, True


def remove_document(library: Library, name: str, index: VectorIndex) -> Document:
    """Take a document and its vectors away.

    Raises
    ------
    BadRequest
        When the library holds no such document, or several.
    IndexUnavailable
        When another process is adding.
    """
    with library.only_writer():
        document = library.remove(name)
        index.delete([id_ for id_ in index.ids() if id_.startswith(f"{document.id}-")])
        return document


def fill(
    index: VectorIndex,
    passages: Sequence[Passage],
    embeddings: Embeddings,
    vocabulary: Vocabulary,
    progress: Progress,
) -> None:
    """Make the vectors that are missing, some at a time; each step is kept."""
    there = index.ids()
    missing = [passage for passage in passages if passage.id not in there]
    for start in range(0, len(missing), BATCH):
        progress(len(passages) - len(missing) + start, len(passages))
        part = missing[start : start + BATCH]
        vectors = embeddings.embed_documents([passage_text(passage, vocabulary) for passage in part])
        index.upsert([passage.id for passage in part], vectors)
    progress(len(passages), len(passages))


def search_documents(
    library: Library,
    documents: Iterable[Document],
    index: VectorIndex,
    embeddings: Embeddings,
    vocabulary: Vocabulary,
) -> HybridSearch:
    """A search over documents; vectors that this model has not made yet are made first."""
    held = tuple(distinct(passage for document in documents for passage in library.passages(document)))
    fill(index, held, embeddings, vocabulary, shown_progress("indexing own guidelines"))
    return HybridSearch(held, vocabulary, embeddings, index, is_corpus=False)
