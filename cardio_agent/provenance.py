"""Versions and hashes of everything that shapes a report.

Enters: the analysis, the writer's name, notes. Leaves: a :class:`~cardio_agent.schema.Provenance`.
"""

from functools import lru_cache
from typing import Any

from cardio_agent import __version__
from cardio_agent.classifier.model import load_model
from cardio_agent.retrieval import corpus_sha256
from cardio_agent.schema import Analysis, Provenance
from cardio_agent.settings import get_settings
from cardio_agent.writing import prompts_sha256

# Settings that change what a report says; folders, time-outs and keys do not.
_RESULT_SETTINGS = (
    "cite_own_guidelines",
    "operating_point",
    "llm_temperature",
    "llm_max_tokens",
    "evidence_per_finding",
    "guideline_year_from",
)


def provenance(analysis: Analysis, writer: str, notes: tuple[str, ...] = ()) -> Provenance:
    """What made this report."""
    made = versions(writer)
    if analysis.operating_point is not None:
        made["settings"]["operating_point"] = analysis.operating_point
    return Provenance(**made, input_sha256=analysis.ecg.source.sha256, notes=notes)


def versions(writer: str) -> dict[str, Any]:
    """Versions, hashes and settings that shape any report by that writer, whatever the recording."""
    settings = get_settings()
    model = load_model()
    return {
        "cardio_agent": __version__,
        "classifier": model.version,
        "classifier_sha256": model.sha256,
        "writer": writer,
        "corpus_sha256": _corpus_sha256(),
        "embeddings": settings.embeddings,
        "prompts_sha256": prompts_sha256(),
        "settings": {name: getattr(settings, name) for name in _RESULT_SETTINGS},
    }


@lru_cache(maxsize=1)
def _corpus_sha256() -> str:
    """That of the corpus in use, which is read once too; hashing it for each report took a millisecond."""
    return corpus_sha256()
