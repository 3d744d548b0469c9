"""cardio_agent: a second pair of eyes on a 12-lead ECG that shows its reasoning.

For research and education; not a medical device.

>>> import cardio_agent
>>> ecg = cardio_agent.read_ecg(cardio_agent.sample_path("lbbb"))
>>> ecg.signal_mv.shape
(12, 5000)

The names below are the program's contract; each is loaded when first used, so that importing the
package costs nothing.
"""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

try:
    __version__ = version("cardio-agent")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"

_HOMES = {
    "read_ecg": "cardio_agent.reading",
    "analyze": "cardio_agent.pipeline",
    "delineate": "cardio_agent.measurement",
    "classify": "cardio_agent.classifier",
    "explain": "cardio_agent.explanation",
    "retrieve": "cardio_agent.retrieval",
    "write_report": "cardio_agent.pipeline",
    "verify": "cardio_agent.verification",
    "Chat": "cardio_agent.chat",
    "simulate": "cardio_agent.simulation",
    "sample_path": "cardio_agent.resources",
    "CardioAgentError": "cardio_agent.errors",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'cardio_agent' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
