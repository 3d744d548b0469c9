"""Where a language model runs: in this process, or behind an OpenAI-compatible server.

Enters: a spec such as ``bundled``, ``hf:FOLDER-OR-ID`` or ``openai:URL#MODEL``. Leaves: a writer. Does
not write: :mod:`cardio_agent.writing.llm` does, with whatever chat model stands behind it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cardio_agent.errors import BadRequest
from cardio_agent.resources import checked_dir
from cardio_agent.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models.chat_models import BaseChatModel

BUNDLED = "bundled"


@dataclass(frozen=True)
class Backend:
    """A chat model that is opened when it is first needed.

    ``failures`` are the foreign exceptions by which it shows that it cannot answer; the LLM writer
    maps them to ``WriterUnavailable``.
    """

    name: str
    open: "Callable[[], BaseChatModel]"
    failures: tuple[type[Exception], ...] = ()


def get_backend(spec: str, settings: Settings) -> Backend:
    """The chat model that a spec names. Nothing is loaded and nobody is called yet.

    Parameters
    ----------
    spec : str
        ``bundled``, ``hf:FOLDER-OR-ID`` or ``openai:URL#MODEL``.

    Raises
    ------
    BadRequest
        When the spec is none of these.
    """
    if spec == BUNDLED:
        return _local(str(model_folder(spec)), settings, BUNDLED)
    kind, _, target = spec.partition(":")
    if kind == "hf" and target:
        return _local(target, settings)
    if kind == "openai" and target:
        return _server(target, settings)
    raise BadRequest(
        f"'{spec}' names no writer: use 'bundled', 'plain', 'hf:FOLDER-OR-ID' or 'openai:URL#MODEL', "
        "e.g. openai:http://localhost:11434/v1#llama3.1"
    )


def model_folder(spec: str) -> Path | None:
    """The folder of the local model that a spec names; None for a server."""
    if spec == BUNDLED:
        return checked_dir("models/writer")
    kind, _, folder = spec.partition(":")
    return Path(folder) if kind == "hf" else None


def words_sheets(folder: Path) -> bool:
    """Whether a local model was trained to word sheets: its ``config.json`` says so."""
    try:
        return bool(json.loads((folder / "config.json").read_bytes()).get("cardio_agent_prompt") == "section")
    except (OSError, ValueError, AttributeError):  # a missing or damaged file shows when the model is opened
        return False


def _local(folder: str, settings: Settings, name: str = "") -> Backend:
    def open_model() -> "BaseChatModel":
        from cardio_agent.writing.huggingface import LocalChatModel, load_local_model

        tokenizer, model = load_local_model(folder, settings.device)
        return LocalChatModel(
            tokenizer=tokenizer,
            model=model,
            max_new_tokens=settings.llm_max_tokens,
            temperature=settings.llm_temperature,
        )

    return Backend(name or f"hf:{PurePath(folder).name}", open_model)


def _server(target: str, settings: Settings) -> Backend:
    url, _, model = target.partition("#")
    if not _is_address(url) or not model:
        raise BadRequest(
            f"'openai:{target}' is not openai:URL#MODEL, e.g. openai:http://localhost:11434/v1#llama3.1"
        )
    import httpx
    import openai

    def open_model() -> "BaseChatModel":
        from langchain_openai.chat_models.base import BaseChatOpenAI
        from pydantic import SecretStr

        # Not ChatOpenAI: that one sends the limit as max_completion_tokens, which local servers ignore.
        return BaseChatOpenAI(
            model=model,
            base_url=url,
            api_key=SecretStr(settings.llm_api_key),
            temperature=settings.llm_temperature,
            max_tokens=settings.llm_max_tokens,
            timeout=settings.llm_timeout_s,
            max_retries=settings.llm_retries,
        )

    # A server that answers something other than the protocol surfaces as the built-in errors.
    failures = (openai.OpenAIError, httpx.HTTPError, ValueError, TypeError, KeyError, AttributeError)
    return Backend(f"openai:{model}", open_model, failures)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        return False
