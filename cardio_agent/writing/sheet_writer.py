"""The writer for models that word sheets: small ones that were trained for it, like the bundled one.

Enters: facts. Leaves: draft sentences in reading order as they stream in. The model is given plain sentences
without their values and says them in other words, all sections in one batch; values are put back by
code, so no number of a sentence is the model's. A line in words that it was never taught is dropped,
and what it leaves out is said plainly, in its place.
"""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cardio_agent.errors import WriterUnavailable
from cardio_agent.schema import DraftSentence, Facts
from cardio_agent.settings import Settings, get_settings
from cardio_agent.writing.prompts import load_prompt
from cardio_agent.writing.sheets import Sheet, read_line, sheets, styles_of
from cardio_agent.writing.taught import load_taught

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

PROMPT = "section"
LONGEST = 2.0  # an answer says what its sheet says: one that is twice as long goes round in circles

Line = tuple[int, str | None]
"""Number of a prompt and a line of its answer; None when that answer has ended."""


class LineModel(Protocol):
    """Answers many prompts at once."""

    def stream_lines(
        self, prompts: Sequence[list["BaseMessage"]], longest: float
    ) -> Generator[Line, None, None]:
        """Each line as it is written; no answer gets longer than ``longest`` times its prompt."""


class SheetWriter:
    """Writes reports through a model that words sheets. Neither mends nor answers: plain sentences stand in.

    Parameters
    ----------
    name : str
        Shown with each sentence.
    folder : Path
        Of the model; holds the language that it was taught.
    settings : Settings, optional
        ``llm_timeout_s`` bounds each call as a whole.
    open_model : callable, optional
        Gives the model at the first call; default: that of the folder.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        settings: Settings | None = None,
        *,
        open_model: Callable[[], LineModel] | None = None,
    ) -> None:
        self.name = name
        self._folder = folder
        self._settings = settings or get_settings()
        self._open_model = open_model or self._load

    def _load(self) -> LineModel:
        from cardio_agent.writing.sheet_model import load_sheet_model

        chosen = self._settings
        return load_sheet_model(self._folder, chosen.device, chosen.llm_max_tokens, chosen.llm_temperature)

    def write(self, facts: Facts) -> Iterator[DraftSentence]:
        """Sentences of the report in reading order.

        Raises
        ------
        WriterUnavailable
            When the model cannot be loaded, takes too long or writes nothing that can be used.
        """
        n_worded = 0
        for draft in self._worded(tuple(sheets(facts))):
            n_worded += draft.writer == self.name
            yield draft
        if n_worded == 0:
            raise WriterUnavailable(f"{self.name} wrote no sentence that can be used: it words no sheets")

    def rewrite(self, sentence: DraftSentence, reason: str, facts: Facts) -> DraftSentence | None:  # noqa: ARG002
        """None: the same sheet would be worded the same way."""
        return None

    def answer(
        self,
        question: str,  # noqa: ARG002
        history: Sequence[tuple[str, str]],  # noqa: ARG002
        facts: Facts,  # noqa: ARG002
        ids: Sequence[str],  # noqa: ARG002
    ) -> Iterator[DraftSentence]:
        """None: a question is beyond such a model, and the chat's own sentences judge what they give."""
        return iter(())

    def _worded(self, group: Sequence[Sheet]) -> Iterator[DraftSentence]:
        """Sheet by sheet in the model's words, each followed plainly by what these left out."""
        taught, said = load_taught(self._folder), set[str]()
        with closing(self._lines(group)) as lines:
            for number, line in _in_order(lines, len(group)):
                if line is None:
                    yield from (draft for draft in group[number].drafts if not said.issuperset(draft.cites))
                    said.clear()
                elif taught.covers(line) and (draft := read_line(group[number], line, self.name)):
                    if not said.issuperset(draft.cites):
                        yield draft
                    said.update(draft.cites)

    def _lines(self, group: Sequence[Sheet]) -> Generator[Line, None, None]:
        """The model's lines on some sheets as they come, until the time is used up."""
        template = load_prompt(PROMPT).template()
        model = self._open_model()  # loading it does not count as answering slowly
        prompts = [
            template.format_messages(section=sheet.section, items=sheet.text(styles))
            for sheet, styles in zip(group, styles_of(group), strict=True)
        ]
        deadline = time.monotonic() + self._settings.llm_timeout_s
        with closing(model.stream_lines(prompts, LONGEST)) as lines:
            for line in lines:
                if time.monotonic() > deadline:
                    raise WriterUnavailable(
                        f"{self.name} took longer than {self._settings.llm_timeout_s:g} s: allow it more time"
                    )
                yield line


def _in_order(lines: Iterable[Line], n: int) -> Iterator[Line]:
    """Lines of n answers that come in together, one answer after the other, each as early as it can be."""
    waiting: list[deque[str | None]] = [deque() for _ in range(n)]
    current = 0
    for number, line in lines:
        waiting[number].append(line)
        while current < n and waiting[current]:
            yield current, (first := waiting[current].popleft())
            current += first is None
