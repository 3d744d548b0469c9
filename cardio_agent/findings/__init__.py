"""Findings: what the classifier and the measurements say together, each with its basis."""

from cardio_agent.findings.comparison import compare
from cardio_agent.findings.criteria import evaluate_criteria
from cardio_agent.findings.fusion import find

__all__ = ["compare", "evaluate_criteria", "find"]
