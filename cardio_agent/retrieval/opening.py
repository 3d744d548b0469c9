"""The searches of this process: over the corpus and over the user's own documents, each opened once.

Enters: settings. Leaves: searches. The corpus is indexed in the cache folder, own documents in the data
folder; with ``chroma_server`` the vectors of both lie on that server.
"""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cardio_agent.retrieval.corpus import load_corpus
from cardio_agent.retrieval.own.library import Document, Library
from cardio_agent.settings import Settings, get_settings

if TYPE_CHECKING:
    from cardio_agent.retrieval.search import HybridSearch
    from cardio_agent.retrieval.vectors import KnownEmbeddings


def open_search(settings: Settings) -> "HybridSearch":
    """The search over the bundled corpus."""
    return _open_search(settings.cache_dir, settings.embeddings, settings.chroma_server)


def open_own_search(settings: Settings) -> "HybridSearch | None":
    """The search over the user's own documents; None where there is none.

    Opened anew when documents were added or removed.
    """
    library = own_library(settings)
    state = library.state()
    if not state:
        return None
    return _open_own_search(library.folder, settings.embeddings, settings.chroma_server, state)


def own_library(settings: Settings) -> Library:
    """The user's own documents."""
    return Library(settings.data_dir / "guidelines")


def add_own(path: Path) -> tuple[Document, bool]:
    """Add a file to the user's own documents, as the settings of this process say.

    Returns
    -------
    Document, bool
        And whether it is new; a file that is there already changes nothing.

    Raises
    ------
    UnreadableFile, UnsupportedFormat
        When the file cannot be read or holds no text.
    IndexUnavailable, ModelMissing, BadRequest
        When the library, its index or the embedding model cannot be used.
    """
    from cardio_agent.retrieval.own.indexing import add_document, open_vectors, shown_progress
    from cardio_agent.retrieval.vocabulary import load_vocabulary

    settings = get_settings()
    library, model = own_library(settings), known_embeddings(settings.embeddings)
    index = open_vectors(library, model.weights_sha256, settings.chroma_server)
    return add_document(library, path, index, model, load_vocabulary(), shown_progress(path.name))


def remove_own(name: str) -> Document:
    """Remove one of the user's own documents, named by its id or its file.

    Raises
    ------
    BadRequest
        When there is none of that name, or several.
    IndexUnavailable, ModelMissing
        When the library, its index or the embedding model cannot be used.
    """
    from cardio_agent.retrieval.own.indexing import open_vectors, remove_document

    settings = get_settings()
    library, model = own_library(settings), known_embeddings(settings.embeddings)
    index = open_vectors(library, model.weights_sha256, settings.chroma_server)
    return remove_document(library, name, index)


@lru_cache(maxsize=2)
def known_embeddings(choice: str) -> "KnownEmbeddings":
    """The embedding model of a setting, with the vectors that travel with the program."""
    from cardio_agent.retrieval.embeddings import load_embeddings
    from cardio_agent.retrieval.vectors import KnownEmbeddings

    return KnownEmbeddings(load_embeddings(choice))


@lru_cache(maxsize=2)
def _open_search(cache_dir: Path, embeddings: str, server: str) -> "HybridSearch":
    from cardio_agent.retrieval.index import open_index
    from cardio_agent.retrieval.search import HybridSearch, index_key, passage_text
    from cardio_agent.retrieval.vocabulary import load_vocabulary

    model, vocabulary, passages = known_embeddings(embeddings), load_vocabulary(), load_corpus()
    ids = [passage.id for passage in passages]
    texts = [passage_text(passage, vocabulary) for passage in passages]
    key = index_key(ids, texts, model.weights_sha256)
    index = open_index(cache_dir, key, ids, lambda: model.embed_documents(texts), server)
    return HybridSearch(passages, vocabulary, model, index)


@lru_cache(maxsize=1)
def _open_own_search(
    folder: Path,
    embeddings: str,
    server: str,
    state: tuple[tuple[str, int], ...],  # noqa: ARG001 (names the entry of the cache)
) -> "HybridSearch":
    from cardio_agent.retrieval.own.indexing import open_vectors, search_documents
    from cardio_agent.retrieval.vocabulary import load_vocabulary

    model, library = known_embeddings(embeddings), Library(folder)
    index = open_vectors(library, model.weights_sha256, server)
    return search_documents(library, library.documents(), index, model, load_vocabulary())
