"""A LangChain retriever over the guideline corpus and the user's own documents.

Enters: a question. Leaves: LangChain documents, best first; each carries the passage's text, its id
and, as metadata, the fields of an :class:`Evidence` record. Holds no state of its own.
"""

from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from cardio_agent.retrieval.corpus import Passage
from cardio_agent.retrieval.own.library import OWN_TOPIC
from cardio_agent.retrieval.search import Hit, HybridSearch
from cardio_agent.retrieval.selection import Selection
from cardio_agent.schema import Evidence


class GuidelineRetriever(BaseRetriever):
    """Retrieves guideline passages for a question; usable in any LangChain chain."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    search: HybridSearch
    own: HybridSearch | None = Field(None, description="over the documents that the user added")
    k: int = Field(5, ge=1, description="most passages returned")
    selection: Selection = Selection()

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 (LangChain's signature)
    ) -> list[Document]:
        accept = self.selection.accepts
        hits = with_counterparts(self.search.answer(query, accept), self.k)
        own = [] if self.own is None else self.own.answer(query, accept)
        evidence = [evidence_of(hit.passage, hit.score) for hit in with_own(hits, own, self.k)]
        return [Document(id=e.id, page_content=e.text, metadata=e.model_dump()) for e in evidence]


def with_counterparts(hits: Sequence[Hit], k: int) -> list[Hit]:
    """The best ``k`` hits, among them what other societies say on the question of the very best.

    What would stand below the ``k``-th place takes the last places instead.
    """
    counterparts = set(hits[0].passage.counterparts) if hits else set()
    below = [hit for hit in hits[k:] if hit.passage.id in counterparts][: k - 1]
    return [*hits[: k - len(below)], *below]


def with_own(hits: Sequence[Hit], own: Sequence[Hit], k: int) -> list[Hit]:
    """The best ``k`` of both; the user's documents take at most half of the places.

    They may take those that the corpus leaves empty, so neither crowds out the other.
    """
    places = max(k // 2, k - len(hits))
    chosen = own[:places]
    return sorted([*hits[: k - len(chosen)], *chosen], key=lambda hit: -hit.score)


def evidence_of(passage: Passage, score: float, **more: Any) -> Evidence:
    """The record of a passage that a report shows."""
    return Evidence(
        id=passage.id,
        text=passage.text,
        guideline=passage.guideline,
        short=passage.short,
        year=passage.year,
        society=passage.society,
        section=passage.section,
        class_of_recommendation=passage.class_of_recommendation,
        level_of_evidence=passage.level_of_evidence,
        thresholds=passage.thresholds,
        citation=passage.citation,
        doi=passage.doi,
        topic=passage.topic,
        checked=passage.checked,
        class_checked=passage.class_checked,
        is_own=passage.topic == OWN_TOPIC,
        score=score,
        **more,
    )
