"""Fakes: a chat model and a writer that hand out what a test has queued."""

from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel, generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field
from typing_extensions import override

from cardio_agent.errors import WriterUnavailable
from cardio_agent.schema import DraftSentence, Facts


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


def _hand_out(items: Sequence[DraftSentence | WriterUnavailable]) -> Iterator[DraftSentence]:
    for item in items:
        if isinstance(item, WriterUnavailable):
            raise item
        yield item
