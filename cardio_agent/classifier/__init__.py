"""The classifier: statements with calibrated probabilities, and where the network looked."""

from cardio_agent.classifier.decisions import decide
from cardio_agent.classifier.inference import classify

__all__ = ["classify", "decide"]
