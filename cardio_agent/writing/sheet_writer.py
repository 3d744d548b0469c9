"""The writer for models that word sheets: small ones that were trained for it, like the bundled one.

Enters: facts. Leaves: draft sentences, section by section as they stream in. The model is given plain
sentences without their values and says them in other words; values are put back by code, so no number
of a sentence is the model's. What it leaves out is said plainly, in its place.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing

from cardio_agent.errors import WriterUnavailable
from cardio_agent.schema import DraftSentence, Facts
from cardio_agent.writing.llm import LlmWriter
from cardio_agent.writing.plain import plain_sentence
from cardio_agent.writing.sheets import Sheet, read_line, sheet_of, sheets

PROMPT = "section"


class SheetWriter(LlmWriter):
    """Writes and answers through a model that words sheets. Does not mend: the plain sentence stands in."""

    def write(self, facts: Facts) -> Iterator[DraftSentence]:
        """Sentences of the report in reading order.

        Raises
        ------
        WriterUnavailable
            When the model cannot be loaded, takes too long or writes nothing that can be used.
        """
        n_worded = 0
        for sheet in sheets(facts):
            for draft in self._worded(sheet):
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
        for id in ids:
            if (draft := plain_sentence(facts, (id,))) is not None:
                yield from self._worded(sheet_of(draft.section, (draft,)))

    def _worded(self, sheet: Sheet) -> Iterator[DraftSentence]:
        """The sheet in the model's words, then plainly what these left out."""
        said: set[str] = set()
        for line in self._lines(sheet):
            if (draft := read_line(sheet, line, self.name)) is not None and not said.issuperset(draft.cites):
                said.update(draft.cites)
                yield draft
        yield from (draft for draft in sheet.drafts if not said.issuperset(draft.cites))

    def _lines(self, sheet: Sheet) -> Iterator[str]:
        chain = self._chain(PROMPT)
        chunks = self._bounded(self._text(chain, {"section": sheet.section, "items": sheet.text()}))
        buffer = ""
        with closing(chunks):
            for chunk in chunks:
                *whole, buffer = (buffer + chunk).split("\n")
                yield from whole
        yield buffer
