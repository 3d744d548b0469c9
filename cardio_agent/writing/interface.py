"""What a writer is: facts in, draft sentences out, each with the ids that it rests on.

Every writer can write a report. A language writer can also mend a sentence and take part in a chat;
the plain writer needs neither, since its sentences are made from the records that they cite.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from cardio_agent.schema import DraftSentence, Facts


class Writer(Protocol):
    """Anything that can write a report."""

    @property
    def name(self) -> str:
        """Name shown with each sentence and in the provenance."""
        ...

    def write(self, facts: Facts) -> Iterator[DraftSentence]:
        """Sentences of the report in reading order, each as soon as it is written."""
        ...


@runtime_checkable
class LanguageWriter(Writer, Protocol):
    """A writer with a language model behind it. Every call may raise ``WriterUnavailable``."""

    def rewrite(self, sentence: DraftSentence, reason: str, facts: Facts) -> DraftSentence | None:
        """The sentence written again so that the reason for its failure goes away; None when it gave none."""
        ...

    def answer(
        self, question: str, history: Sequence[tuple[str, str]], facts: Facts, ids: Sequence[str]
    ) -> Iterator[DraftSentence]:
        """Sentences that answer a question from the facts with these ids and no others."""
        ...
