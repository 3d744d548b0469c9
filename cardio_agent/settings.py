"""Every knob of the program, described, with its default.

A setting is taken from the environment (``CARDIO_AGENT_LLM=…``), else its default. Command-line
options override both. Thresholds of medicine are not settings: they live in the criteria with
their sources.
"""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from cardio_agent.errors import BadRequest

OperatingPoint = Literal["balanced", "screening"]
_PREFIX = "CARDIO_AGENT_"


def _default_cache() -> Path:
    """The user's cache folder, after the XDG base directory specification."""
    import os

    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "cardio-agent"


def _default_data() -> Path:
    """The user's data folder, after the XDG base directory specification."""
    import os

    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "cardio-agent"


class Settings(BaseSettings):
    """The settings of one run; frozen."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="ignore")

    cache_dir: Path = Field(default_factory=_default_cache, description="where indexes are kept")
    data_dir: Path = Field(default_factory=_default_data, description="where own guidelines are kept")
    llm: str = Field("bundled", description="'bundled', 'plain', 'hf:FOLDER-OR-ID' or 'openai:URL#MODEL'")
    llm_temperature: float = Field(0.0, ge=0, le=2, description="0 takes the likeliest token")
    llm_max_tokens: int = Field(900, gt=0, description="longest draft a model may write")
    llm_timeout_s: float = Field(120.0, gt=0, description="longest a call to a language model may take")
    llm_retries: int = Field(1, ge=0, description="new tries after a failed call to a server")
    llm_api_key: str = Field("not-needed", description="sent to an OpenAI-compatible server", repr=False)
    device: str = Field("auto", description="'auto', 'cpu' or 'cuda'")
    classifier_runtime: str = Field("torch", description="'torch', or 'onnx:FILE' of 'export-onnx'")
    operating_point: OperatingPoint = Field(
        "balanced", description="'balanced', or 'screening': few abnormal ECGs missed, more false alarms"
    )
    embeddings: str = Field("bundled", description="'bundled' or 'hf:FOLDER-OR-ID'")
    evidence_per_finding: int = Field(2, ge=0, le=10, description="passages sought for a finding")
    chroma_server: str = Field("", description="'http://HOST:PORT' of a Chroma server; empty: embedded")
    cite_own_guidelines: bool = Field(False, description="reports also cite the user's own, unchecked ones")
    guideline_year_from: int | None = Field(None, description="leave out older guidelines")


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once.

    Raises
    ------
    BadRequest
        An environment variable whose value cannot be taken.
    """
    try:
        return Settings()
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        name = f"{_PREFIX}{'_'.join(map(str, first['loc']))}".upper()
        raise BadRequest(f"{name} cannot be {first['input']!r}: {first['msg']}") from exc
