"""The writer of sheets over a model whose words are given: slots filled, what it omits said plainly."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cardio_agent.errors import WriterUnavailable
from cardio_agent.reporting import compose
from cardio_agent.settings import Settings
from cardio_agent.writing import PlainWriter
from cardio_agent.writing.backends import Backend
from cardio_agent.writing.sheet_writer import SheetWriter
from tests.facts import facts_lbbb, facts_normal


def _writer(words: Callable[[str], str]) -> SheetWriter:
    from langchain_core.language_models.chat_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk
    from langchain_core.outputs import ChatGenerationChunk

    class Model(BaseChatModel):
        @property
        def _llm_type(self) -> str:
            return "words"

        def _generate(self, *_: Any, **__: Any) -> Any:
            raise AssertionError("is streamed")

        def _stream(self, messages: Any, *_: Any, **__: Any) -> Iterator[ChatGenerationChunk]:
            for piece in words("\n\n".join(m.text for m in messages)).split(" "):
                yield ChatGenerationChunk(message=AIMessageChunk(content=piece + " "))

    return SheetWriter(Backend("words", Model), Settings())


def test_lines_of_the_model_are_said_with_their_values_and_the_rest_plainly() -> None:
    facts = facts_normal()
    writer = _writer(lambda prompt: "The rhythm is sinus at {1a}. [1]" if ": rhythm" in prompt else "")
    drafts = list(writer.write(facts))
    plain = list(PlainWriter().write(facts))
    rhythm = [d for d in drafts if d.section == "rhythm"]
    assert rhythm[0].text == "The rhythm is sinus at 64 bpm."
    assert rhythm[0].writer == "words"
    assert [d for d in drafts if d.writer == "plain"] == [d for d in plain if d.section != "rhythm"]


def test_a_model_that_claims_what_is_not_there_is_replaced_by_the_plain_sentence() -> None:
    facts = facts_lbbb()
    writer = _writer(
        lambda prompt: "Complete right bundle branch block. [1]" if ": conduction" in prompt else ""
    )
    sections, notes = compose(facts, writer, PlainWriter())
    said = " ".join(s.text for section in sections for s in section.sentences)
    assert "right bundle branch block" not in said
    assert "left bundle branch block" in said
    assert any("failed its check" in note for note in notes)


def test_a_model_that_words_no_sheet_is_unavailable() -> None:
    with pytest.raises(WriterUnavailable, match="words no sheets"):
        list(_writer(lambda _: "hello").write(facts_normal()))


def test_an_answer_words_the_chosen_records() -> None:
    writer = _writer(lambda _: "Here: {1a}. [1]")
    (draft,) = writer.answer("What is the PR?", (), facts_normal(), ("m-pr_ms",))
    assert draft.text == "Here: 160 ms."
    assert draft.cites == ("m-pr_ms",)
