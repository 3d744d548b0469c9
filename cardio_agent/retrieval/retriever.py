"""A LangChain retriever over the guideline corpus.

Enters: a question. Leaves: LangChain documents, best first; each carries the passage's text, its id
and, as metadata, the fields of an :class:`Evidence` record. Holds no state of its own.
"""

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from cardio_agent.retrieval.corpus import Passage
from cardio_agent.retrieval.search import HybridSearch
from cardio_agent.schema import Evidence


class GuidelineRetriever(BaseRetriever):
    """Retrieves guideline passages for a question; usable in any LangChain chain."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    search: HybridSearch
    k: int = Field(5, ge=1, description="most passages returned")
    include_unchecked: bool = Field(True, description="also what rests on memory or an unreviewed source")
    year_from: int | None = Field(None, description="leave out older guidelines")

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 (LangChain's signature)
    ) -> list[Document]:
        hits = self.search.answer(query, self._accept)[: self.k]
        evidence = [evidence_of(hit.passage, hit.score) for hit in hits]
        return [Document(id=e.id, page_content=e.text, metadata=e.model_dump()) for e in evidence]

    def _accept(self, passage: Passage) -> bool:
        return is_current(passage, self.year_from) and (passage.checked or self.include_unchecked)


def is_current(passage: Passage, year_from: int | None) -> bool:
    """Whether a passage may be returned at all: not superseded, and not from before ``year_from``."""
    too_old = year_from is not None and passage.year is not None and passage.year < year_from
    return not passage.superseded_by and not too_old


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
        score=score,
        **more,
    )
