"""Verification: each sentence against the records that it cites, exactly, by code."""

from cardio_agent.verification.sentences import split_sentences
from cardio_agent.verification.verify import check, verify

__all__ = ["check", "split_sentences", "verify"]
