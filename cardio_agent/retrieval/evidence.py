"""Evidence for a question or for the findings of a recording.

Enters: a question, or findings with their queries and statement codes. Leaves: :class:`Evidence`
records. Superseded statements are never returned; for a finding, neither are unchecked ones nor
those for a setting that a tracing does not show. Writes nothing but the index in the cache folder.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cardio_agent.classifier.statements import SUPERCLASSES
from cardio_agent.errors import BadRequest
from cardio_agent.retrieval.corpus import Passage, bare_code, load_corpus
from cardio_agent.schema import Evidence, Finding
from cardio_agent.settings import Settings, get_settings

if TYPE_CHECKING:
    from cardio_agent.retrieval.search import HybridSearch

MAX_PASSAGES = 50


def retrieve(query: str, k: int = 5, *, include_unchecked: bool = True) -> list[Evidence]:
    """Guideline passages that answer a question.

    Parameters
    ----------
    query : str
        A question or key words, in English.
    k : int
        Most passages returned, 1 to 50.
    include_unchecked : bool
        Also passages that rest on memory or an unreviewed source; their ``checked`` is False.

    Returns
    -------
    list of Evidence
        Best first; empty when the corpus does not speak of what is asked.

    Raises
    ------
    BadRequest
        When ``k`` is out of range or ``settings.embeddings`` names no model.
    CorpusError
        When a guideline file breaks the corpus's format.
    ModelMissing
        When the embedding model is absent or altered.
    IndexUnavailable
        When the index can be neither opened nor built.
    """
    if not 1 <= k <= MAX_PASSAGES:
        raise BadRequest(f"{k} passages were asked for: ask for 1 to {MAX_PASSAGES}")
    from langsmith import tracing_context

    from cardio_agent.retrieval.retriever import GuidelineRetriever

    settings = get_settings()
    retriever = GuidelineRetriever(
        search=open_search(settings),
        k=k,
        include_unchecked=include_unchecked,
        year_from=settings.guideline_year_from,
    )
    with tracing_context(enabled=False):  # a question may speak of a patient: it stays on this machine
        documents = retriever.invoke(query)
    return [Evidence.model_validate(document.metadata) for document in documents]


def gather_evidence(findings: Sequence[Finding], *, per_finding: int | None = None) -> tuple[Evidence, ...]:
    """Checked guideline passages about each finding.

    Parameters
    ----------
    findings : sequence of Finding
        One with an empty ``query`` gets no passage.
    per_finding : int, optional
        Most passages for each; default ``settings.evidence_per_finding``.

    Returns
    -------
    tuple of Evidence
        In the order of the findings, best first, each passage once, with the ids of all findings it
        was found for. Empty for no finding.

    Raises
    ------
    CorpusError, ModelMissing, IndexUnavailable
        As :func:`retrieve`.
    """
    settings = get_settings()
    n = settings.evidence_per_finding if per_finding is None else per_finding
    asking = [finding for finding in findings if finding.query.strip()] if n > 0 else []
    passages: dict[str, tuple[Passage, float]] = {}
    found_for: dict[str, list[str]] = {}
    for finding in asking:
        codes = _specific(finding.codes)
        for passage, score in _cited(settings, finding.query, codes, frozenset(finding.sources))[:n]:
            passages.setdefault(passage.id, (passage, score))
            found_for.setdefault(passage.id, []).append(finding.id)
    if not passages:
        return ()
    from cardio_agent.retrieval.retriever import evidence_of

    return tuple(
        evidence_of(passage, score, finding_ids=tuple(found_for[id_]))
        for id_, (passage, score) in passages.items()
    )


def open_search(settings: Settings) -> "HybridSearch":
    """The search over the bundled corpus, built once a process for each cache folder and model."""
    return _open_search(settings.cache_dir, settings.embeddings)


def _specific(codes: Sequence[str]) -> frozenset[str]:
    """Codes without their group; the superclasses only where nothing below them is given."""
    bare = frozenset(map(bare_code, codes))
    return bare - frozenset(SUPERCLASSES) or bare


@lru_cache(maxsize=2)
def _open_search(cache_dir: Path, embeddings: str) -> "HybridSearch":
    from cardio_agent.retrieval.embeddings import load_embeddings
    from cardio_agent.retrieval.search import HybridSearch
    from cardio_agent.retrieval.vectors import KnownEmbeddings
    from cardio_agent.retrieval.vocabulary import load_vocabulary

    model = KnownEmbeddings(load_embeddings(embeddings))
    return HybridSearch(load_corpus(), load_vocabulary(), model, cache_dir)


@lru_cache(maxsize=4096)
def _cited(
    settings: Settings, query: str, codes: frozenset[str], sources: frozenset[str]
) -> tuple[tuple[Passage, float], ...]:
    """What a finding may cite, best first; findings of one kind ask the same, so it is kept."""
    from cardio_agent.retrieval.retriever import is_current

    def accept(passage: Passage) -> bool:
        return passage.checked and not passage.setting and is_current(passage, settings.guideline_year_from)

    hits = open_search(settings).cite(query, codes, sources, accept)
    return tuple((hit.passage, hit.score) for hit in hits)
