"""A local Hugging Face model as a LangChain chat model.

Enters: a folder (or an id that is already in the local cache) and chat messages. Leaves: text as it
is generated. Nothing is downloaded, no code from the folder is run, weights are read from
safetensors only. Own class rather than langchain-huggingface: that one adds a package and cannot
stop a running generation, and the whole of it is a page.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from copy import deepcopy
from functools import lru_cache
from typing import Any

import jinja2
import torch
import transformers
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel, generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer, StoppingCriteria, TextIteratorStreamer
from typing_extensions import override

from cardio_agent.errors import WriterUnavailable

_ROLES = {"system": "system", "human": "user", "ai": "assistant"}
# Memory errors of torch are RuntimeErrors, those of a model's own limits ValueErrors or IndexErrors.
_GENERATION_ERRORS = (RuntimeError, ValueError, IndexError, MemoryError)
_LOAD_ERRORS = (OSError, ValueError, KeyError, ImportError, RuntimeError, MemoryError, SafetensorError)


class LocalChatModel(BaseChatModel):
    """A causal language model and its tokenizer, run in this process."""

    tokenizer: Any
    model: Any
    max_new_tokens: int
    temperature: float = 0.0

    @property
    @override
    def _llm_type(self) -> str:
        return "local-hugging-face"

    @override
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    @override
    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        """Generate in a thread of its own and hand text over as it comes.

        The thread has ended when this iterator has: when the caller stops early, generation is told
        to stop at its next token and is waited for.
        """
        inputs = self._inputs(messages)
        streamer = TextIteratorStreamer(self.tokenizer, skip_prompt=True, skip_special_tokens=True)
        asked_to_stop = threading.Event()
        with ThreadPoolExecutor(max_workers=1) as pool:
            running = pool.submit(self._run, inputs, streamer, asked_to_stop, stop)
            try:
                for text in streamer:
                    yield ChatGenerationChunk(message=AIMessageChunk(content=text))
            finally:
                asked_to_stop.set()
        _ended(running)

    def _run(
        self,
        inputs: dict[str, Any],
        streamer: TextIteratorStreamer,
        asked_to_stop: threading.Event,
        stop: list[str] | None,
    ) -> None:
        try:
            self.model.generate(
                **inputs,
                generation_config=self._generation_config(inputs["input_ids"].shape[1], stop),
                streamer=streamer,
                stopping_criteria=[_Stopped(asked_to_stop)],
                tokenizer=self.tokenizer,
            )
        finally:
            streamer.end()

    def _inputs(self, messages: list[BaseMessage]) -> dict[str, Any]:
        text, templated = self._prompt_text(messages)
        encoded = self.tokenizer(text, return_tensors="pt", add_special_tokens=not templated)
        return {name: encoded[name].to(self.model.device) for name in ("input_ids", "attention_mask")}

    def _prompt_text(self, messages: list[BaseMessage]) -> tuple[str, bool]:
        """The prompt, and whether the model's own chat template made it."""
        if not self.tokenizer.chat_template:
            return "\n\n".join(message.text for message in messages) + "\n\n", False
        turns = [{"role": _ROLES[message.type], "content": message.text} for message in messages]
        try:
            return self._template(turns), True
        except jinja2.TemplateError:
            # Some templates know no system role: its text then opens the first user turn.
            merged = {"role": "user", "content": "\n\n".join(turn["content"] for turn in turns)}
            return self._template([merged]), True

    def _template(self, turns: list[dict[str, str]]) -> str:
        return str(self.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))

    def _generation_config(self, n_prompt: int, stop: list[str] | None = None) -> Any:
        window = getattr(self.model.config, "max_position_embeddings", None)
        room = self.max_new_tokens if window is None else min(self.max_new_tokens, window - n_prompt)
        if room <= 0:
            raise ValueError(f"the prompt takes {n_prompt} tokens and the model reads at most {window}")
        config = deepcopy(self.model.generation_config)
        sampled = self.temperature > 0
        config.update(
            max_new_tokens=room,
            max_length=None,
            do_sample=sampled,
            temperature=self.temperature if sampled else None,
            top_p=None,
            top_k=None,
            stop_strings=stop,
            pad_token_id=self.tokenizer.eos_token_id,  # one prompt at a time: nothing is padded
        )
        return config


class _Stopped(StoppingCriteria):  # type: ignore[misc]
    """Ends generation at the next token once the reader has gone."""

    def __init__(self, event: threading.Event) -> None:
        self._event = event

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:  # noqa: ARG002
        return torch.full((input_ids.shape[0],), self._event.is_set(), device=input_ids.device)


@lru_cache(maxsize=1)
def load_local_model(folder: str, device: str) -> tuple[Any, Any]:
    """Tokenizer and model of a folder; kept, so that a batch or a chat loads them once.

    Raises
    ------
    WriterUnavailable
        When files are missing or damaged, the architecture is not known, or memory does not hold it.
    """
    transformers.utils.logging.disable_progress_bar()
    where = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, dtype="auto"
        )
        return tokenizer, model.to(where).eval()
    except _LOAD_ERRORS as exc:
        raise WriterUnavailable(
            f"no local language model could be loaded from '{folder}' ({_one_line(exc)}): "
            "give a folder with config.json, tokenizer.json and model.safetensors"
        ) from exc


def _ended(running: Future[None]) -> None:
    """Raise what ended a generation too early."""
    try:
        running.result()
    except _GENERATION_ERRORS as exc:
        raise WriterUnavailable(f"the local model stopped ({type(exc).__name__}: {_one_line(exc)})") from exc


def _one_line(exc: BaseException) -> str:
    return " ".join(str(exc).split())[:160]
