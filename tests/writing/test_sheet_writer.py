"""The writer of sheets over a model whose words are given: slots filled, what it omits said plainly."""

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from cardio_agent.errors import WriterUnavailable
from cardio_agent.settings import Settings
from cardio_agent.writing import PlainWriter
from cardio_agent.writing.sheet_writer import SheetWriter
from cardio_agent.writing.taught import Taught
from tests.facts import facts_lbbb, facts_normal
from tests.fakes import compose

WriterOf = Callable[[Callable[[str], str]], SheetWriter]


class _Words:
    """Stands for a local chat model: the words for a prompt are given."""

    def __init__(self, words: Callable[[str], str]) -> None:
        self._words = words

    def stream_lines(
        self,
        prompts: Sequence[list[Any]],
        longest: float,  # noqa: ARG002
    ) -> Generator[tuple[int, str | None], None, None]:
        # Last prompt first: answers of a batch end in any order.
        for number, messages in reversed(list(enumerate(prompts))):
            for line in self._words("\n\n".join(m.text for m in messages)).splitlines():
                yield number, line
            yield number, None


LINES = (
    "The rhythm is sinus at {1a}. [1]",
    "Complete right bundle branch block. [1]",
    "Here: {1a}. [1]",
    "hello",
)


@pytest.fixture
def writer_of(tmp_path: Path) -> WriterOf:
    Taught.of(LINES).save(tmp_path)
    return lambda words: SheetWriter("words", tmp_path, Settings(), open_model=lambda: _Words(words))


def test_lines_of_the_model_are_said_with_their_values_and_the_rest_plainly(writer_of: WriterOf) -> None:
    facts = facts_normal()
    writer = writer_of(lambda prompt: "The rhythm is sinus at {1a}. [1]" if ": rhythm" in prompt else "")
    drafts = list(writer.write(facts))
    plain = list(PlainWriter().write(facts))
    rhythm = [d for d in drafts if d.section == "rhythm"]
    assert rhythm[0].text == "The rhythm is sinus at 64 bpm."
    assert rhythm[0].writer == "words"
    assert [d for d in drafts if d.writer == "plain"] == [d for d in plain if d.section != "rhythm"]


def test_a_model_that_claims_what_is_not_there_is_replaced_by_the_plain_sentence(writer_of: WriterOf) -> None:
    facts = facts_lbbb()
    writer = writer_of(
        lambda prompt: "Complete right bundle branch block. [1]" if ": conduction" in prompt else ""
    )
    sections, notes = compose(facts, writer, PlainWriter())
    said = " ".join(s.text for section in sections for s in section.sentences)
    assert "right bundle branch block" not in said
    assert "left bundle branch block" in said
    assert any("failed its check" in note for note in notes)


def test_a_model_that_words_no_sheet_is_unavailable(writer_of: WriterOf) -> None:
    with pytest.raises(WriterUnavailable, match="words no sheets"):
        list(writer_of(lambda _: "hello").write(facts_normal()))


def test_a_question_is_left_to_the_chats_own_sentences(writer_of: WriterOf) -> None:
    writer = writer_of(lambda _: "Here: {1a}. [1]")
    assert not list(writer.answer("What is the PR?", (), facts_normal(), ("m-pr_ms",)))


def test_a_line_in_words_that_were_never_taught_is_dropped(
    writer_of: WriterOf,
) -> None:
    writer = writer_of(lambda prompt: "Sinus is the rhythm at {1a}. [1]" if ": rhythm" in prompt else "")
    with pytest.raises(WriterUnavailable, match="words no sheets"):
        list(writer.write(facts_normal()))


def test_sections_come_in_reading_order_whichever_answer_ends_first(writer_of: WriterOf) -> None:
    writer = writer_of(lambda prompt: "The rhythm is sinus at {1a}. [1]" if ": rhythm" in prompt else "hello")
    sections = [draft.section for draft in writer.write(facts_normal())]
    assert sections == [draft.section for draft in PlainWriter().write(facts_normal())]


def test_a_model_folder_without_its_language_is_unavailable_at_the_first_sentence(tmp_path: Path) -> None:
    writer = SheetWriter("words", tmp_path, Settings(), open_model=lambda: _Words(str))
    with pytest.raises(WriterUnavailable, match=r"taught\.txt cannot be read"):
        next(writer.write(facts_normal()))
