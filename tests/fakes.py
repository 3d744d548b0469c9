"""Fakes: a chat model, a writer and a server that hand out what a test has queued.

And one model that is real but for its weights, which are random.
"""

import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel, generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field
from typing_extensions import override

from cardio_agent.errors import WriterUnavailable
from cardio_agent.reporting import Composition
from cardio_agent.schema import DraftSentence, Facts, NarrativeSection
from cardio_agent.writing import PlainWriter, Writer


class FakeChatModel(BaseChatModel):
    """Hands out queued texts in order, in small pieces; an exception in the queue is raised.

    ``prompts`` keeps what it was asked. An empty queue fails the test.
    """

    queue: list[Any] = Field(default_factory=list)
    prompts: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    @override
    def _llm_type(self) -> str:
        return "fake"

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
        self.prompts.append(messages)
        assert self.queue, "the model was called more often than the test expects"
        text = self.queue.pop(0)
        if isinstance(text, Exception):
            raise text
        for start in range(0, max(len(text), 1), 11):
            yield ChatGenerationChunk(message=AIMessageChunk(content=text[start : start + 11]))


class FakeWriter:
    """A language writer whose drafts, rewrites and answers are queued as drafts or exceptions."""

    name = "fake"

    def __init__(
        self,
        drafts: Sequence[DraftSentence | WriterUnavailable] = (),
        rewrites: Sequence[DraftSentence | WriterUnavailable | None] = (),
        answers: Sequence[Sequence[DraftSentence | WriterUnavailable]] = (),
    ) -> None:
        self._drafts = list(drafts)
        self._rewrites = list(rewrites)
        self._answers = [list(answer) for answer in answers]
        self.reasons: list[str] = []
        self.asked: list[tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]] = []

    def write(self, facts: Facts) -> Iterator[DraftSentence]:  # noqa: ARG002
        yield from _hand_out(self._drafts)

    def rewrite(self, sentence: DraftSentence, reason: str, facts: Facts) -> DraftSentence | None:  # noqa: ARG002
        self.reasons.append(reason)
        item = self._rewrites.pop(0) if self._rewrites else None
        return None if item is None else next(_hand_out([item]))

    def answer(
        self,
        question: str,
        history: Sequence[tuple[str, str]],
        facts: Facts,  # noqa: ARG002
        ids: Sequence[str],
    ) -> Iterator[DraftSentence]:
        self.asked.append((question, tuple(history), tuple(ids)))
        yield from _hand_out(self._answers.pop(0) if self._answers else [])


def compose(
    facts: Facts, writer: Writer, fallback: PlainWriter
) -> tuple[tuple[NarrativeSection, ...], tuple[str, ...]]:
    """A report written and checked to its end: its sections, and the notes on what went wrong."""
    composition = Composition(facts, writer, fallback)
    for _ in composition:
        pass
    return composition.sections(), tuple(composition.notes)


def _hand_out(items: Sequence[DraftSentence | WriterUnavailable]) -> Iterator[DraftSentence]:
    for item in items:
        if isinstance(item, WriterUnavailable):
            raise item
        yield item


def save_tiny_llama(folder: Path) -> None:
    """A Llama with random weights and its tokenizer: loads and runs as any other, and writes garbage."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet)
    tokenizer.train_from_iterator(["sinus rhythm, PR interval, ms"], trainer)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="</s>"
    ).save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=300, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=32_768, bos_token_id=0, eos_token_id=1,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)


class FakeServer:
    """Answers /v1/chat/completions with what a test has queued; keeps the requests it got.

    A queued string is the model's text, a ``(status, body)`` pair is sent as it is, a number is a
    silence in seconds before the connection closes.
    """

    def __init__(self) -> None:
        self.queue: list[str | tuple[int, str] | float] = []
        self.requests: list[dict[str, Any]] = []
        self.released = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def spec(self) -> str:
        return f"openai:http://127.0.0.1:{self._http.server_port}/v1#some-model"

    def close(self) -> None:
        self.released.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.requests.append(body | {"path": self.path, "key": self.headers["Authorization"]})
                item = server.queue.pop(0) if server.queue else (500, "nothing queued")
                if isinstance(item, float):
                    server.released.wait(item)
                elif isinstance(item, tuple):
                    self._send(item[0], "application/json", item[1])
                elif body.get("stream"):
                    events = "".join(map(_event, _pieces(item)))
                    self._send(200, "text/event-stream", events + "data: [DONE]\n\n")
                else:
                    self._send(200, "application/json", json.dumps(_completion(item)))

            def _send(self, status: int, kind: str, text: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test's output clean."""

        return Handler


def _pieces(text: str) -> list[str]:
    return [text[start : start + 9] for start in range(0, len(text), 9)]


def _event(piece: str) -> str:
    delta = {"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": None}
    return "data: " + json.dumps({**_frame("chat.completion.chunk"), "choices": [delta]}) + "\n\n"


def _completion(text: str) -> dict[str, Any]:
    message = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return {**_frame("chat.completion"), "choices": [message]}


def _frame(kind: str) -> dict[str, Any]:
    return {"id": "1", "object": kind, "created": 1, "model": "some-model"}
