"""The writer for models that word sheets: small ones that were trained for it, like the bundled one.

Enters: facts. Leaves: draft sentences in reading order as they stream in. The model is given plain sentences
without their values and says them in other words, all sections in one batch; values are put back by
code, so no number of a sentence is the model's. A line in words that it was never taught is dropped,
and what it leaves out is said plainly, in its place.
"""

import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from cardio_agent.errors import WriterUnavailable
from cardio_agent.schema import DraftSentence, Facts
from cardio_agent.settings import Settings
from cardio_agent.writing.backends import Backend
from cardio_agent.writing.llm import LlmWriter
from cardio_agent.writing.phrases import SECTIONS
from cardio_agent.writing.plain import plain_sentence
from cardio_agent.writing.prompts import load_prompt
from cardio_agent.writing.sheets import Sheet, read_line, sheet_of, sheets
from cardio_agent.writing.taught import load_taught

PROMPT = "section"
# On sheets as long as some that it learnt from, a small model mixes alike sentences up.
MOST_ITEMS = {name: 1 if name in ("comparison", "evidence") else 3 for name in SECTIONS}
LONGEST = 2.0  # an answer says what its sheet says: one that is twice as long goes round in circles

_Line = tuple[int, str | None]


class SheetWriter(LlmWriter):
    """Writes and answers through a model that words sheets. Does not mend: the plain sentence stands in.

    Parameters
    ----------
    backend : Backend
        Its chat model answers many prompts at once (:meth:`LocalChatModel.stream_lines`).
    folder : Path
        Of the model; holds the language that it was taught.
    settings : Settings, optional
    """

    def __init__(self, backend: Backend, folder: Path, settings: Settings | None = None) -> None:
        super().__init__(backend, settings)
        self._folder = folder

    def write(self, facts: Facts) -> Iterator[DraftSentence]:
        """Sentences of the report in reading order.

        Raises
        ------
        WriterUnavailable
            When the model cannot be loaded, takes too long or writes nothing that can be used.
        """
        n_worded = 0
        for draft in self._worded(tuple(sheets(facts, MOST_ITEMS))):
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
        facts: Facts,
        ids: Sequence[str],
    ) -> Iterator[DraftSentence]:
        """The records with these ids, in the model's words; what to answer with was chosen before.

        Raises
        ------
        WriterUnavailable
            As :meth:`write`.
        """
        drafts = [draft for id in ids if (draft := plain_sentence(facts, (id,))) is not None]
        yield from self._worded([sheet_of(draft.section, (draft,)) for draft in drafts])

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

    def _lines(self, group: Sequence[Sheet]) -> Generator[_Line, None, None]:
        """The model's lines on some sheets as they come, until the time is used up."""
        template = load_prompt(PROMPT).template()
        model = self._backend.open()  # loading it does not count as answering slowly
        prompts = [template.format_messages(section=s.section, items=s.text()) for s in group]
        deadline = time.monotonic() + self._timeout_s
        with closing(model.stream_lines(prompts, LONGEST)) as lines:  # type: ignore[attr-defined]
            for line in lines:
                if time.monotonic() > deadline:
                    raise WriterUnavailable(
                        f"{self.name} took longer than {self._timeout_s:g} s: allow it more time"
                    )
                yield line


def _in_order(lines: Iterable[_Line], n: int) -> Iterator[_Line]:
    """Lines of n answers that come in together, one answer after the other, each as early as it can be."""
    waiting: list[deque[str | None]] = [deque() for _ in range(n)]
    current = 0
    for number, line in lines:
        waiting[number].append(line)
        while current < n and waiting[current]:
            yield current, (first := waiting[current].popleft())
            current += first is None
