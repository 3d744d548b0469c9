"""Explanation: which leads and which segments of the beat speak for a statement, by several methods."""

from cardio_agent.explanation.attention import summarise_attention
from cardio_agent.explanation.explaining import check_method, check_statement, explain, summarise
from cardio_agent.explanation.methods import DEFAULT_METHOD, METHODS
from cardio_agent.explanation.segments import SEGMENTS

__all__ = [
    "DEFAULT_METHOD",
    "METHODS",
    "SEGMENTS",
    "check_method",
    "check_statement",
    "explain",
    "summarise",
    "summarise_attention",
]
