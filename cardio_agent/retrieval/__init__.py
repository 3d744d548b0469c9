"""Guideline passages that bear on a finding or a question, from the bundled corpus."""

from cardio_agent.retrieval.corpus import Passage, corpus_sha256, load_corpus
from cardio_agent.retrieval.evidence import gather_evidence, retrieve

__all__ = ["Passage", "corpus_sha256", "gather_evidence", "load_corpus", "retrieve"]
