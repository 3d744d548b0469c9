"""Guideline passages that bear on a finding or a question, from the bundled corpus and the user's own."""

from cardio_agent.retrieval.corpus import Passage, corpus_sha256, load_corpus
from cardio_agent.retrieval.evidence import gather_evidence, retrieve
from cardio_agent.retrieval.selection import Selection

__all__ = ["Passage", "Selection", "corpus_sha256", "gather_evidence", "load_corpus", "retrieve"]
