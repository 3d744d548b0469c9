"""The writer that has a language model behind it.

Enters: facts, a backend and the templates in ``prompts/``. Leaves: draft sentences as they stream in.
The chain is LangChain's: template → chat model; sentences are parsed from its text. Nothing here is trusted:
each sentence is checked downstream, and whatever goes wrong with the model ends in one error,
``WriterUnavailable``, upon which the plain writer takes over.
"""

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from cardio_agent.errors import WriterUnavailable
from cardio_agent.schema import DraftSentence, Facts
from cardio_agent.settings import Settings, get_settings
from cardio_agent.writing.backends import Backend
from cardio_agent.writing.factsheet import as_data, fact_sheet
from cardio_agent.writing.output import parse_sentences
from cardio_agent.writing.phrases import SECTIONS
from cardio_agent.writing.prompts import load_prompt

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable

    Chain = Runnable[dict[str, str], AIMessage]

ANSWER_SECTION = "answer"
MAX_OUTPUT = 30_000  # characters; several times the longest report, far below what could fill memory


class LlmWriter:
    """Writes, mends and answers through one chat model.

    Parameters
    ----------
    backend : Backend
        Opened at the first call.
    settings : Settings, optional
        ``llm_timeout_s`` bounds each call as a whole.
    """

    def __init__(self, backend: Backend, settings: Settings | None = None) -> None:
        self._backend = backend
        self._timeout_s = (settings or get_settings()).llm_timeout_s

    @property
    def name(self) -> str:
        return self._backend.name

    def write(self, facts: Facts) -> Iterator[DraftSentence]:
        """Sentences of the report.

        Raises
        ------
        WriterUnavailable
            When the model cannot be loaded or reached, takes too long, or its text holds no sentence
            that cites a fact.
        """
        variables = {"facts": fact_sheet(facts), "sections": ", ".join(SECTIONS)}
        yield from self._cited("report", variables, SECTIONS, facts)

    def rewrite(self, sentence: DraftSentence, reason: str, facts: Facts) -> DraftSentence | None:
        """The sentence once more, from the facts that it cited; None when no cited sentence came.

        Raises
        ------
        WriterUnavailable
            As :meth:`write`, but an answer without a sentence is None.
        """
        variables = {
            "facts": fact_sheet(facts, sentence.cites),
            "sentence": as_data(sentence.text),
            "reason": as_data(reason),
        }
        drafts = [d for d in self._sentences("rewrite", variables, (sentence.section,)) if d.cites]
        return drafts[0] if drafts else None

    def answer(
        self, question: str, history: Sequence[tuple[str, str]], facts: Facts, ids: Sequence[str]
    ) -> Iterator[DraftSentence]:
        """Sentences that answer a question from the facts with the given ids.

        Raises
        ------
        WriterUnavailable
            As :meth:`write`.
        """
        turns = [f"question: {as_data(asked)} answer: {as_data(answered)}" for asked, answered in history]
        variables = {
            "facts": fact_sheet(facts, ids),
            "history": "\n".join(turns) or "none",
            "question": as_data(question),
        }
        yield from self._cited("answer", variables, (ANSWER_SECTION,), facts)

    def _cited(
        self, prompt: str, variables: dict[str, str], sections: Sequence[str], facts: Facts
    ) -> Iterator[DraftSentence]:
        """Stream the sentences; complain at the end when none of them cited a fact."""
        known = facts.records().keys()
        n_cited = 0
        for draft in self._sentences(prompt, variables, sections):
            n_cited += not known.isdisjoint(draft.cites)
            yield draft
        if n_cited == 0:
            raise WriterUnavailable(f"{self.name} wrote no sentence that cites a fact: try a larger model")

    def _sentences(
        self, prompt: str, variables: dict[str, str], sections: Sequence[str]
    ) -> Iterator[DraftSentence]:
        chain = self._chain(prompt)  # opens the model: loading it does not count as answering slowly
        return parse_sentences(self._bounded(self._text(chain, variables)), self.name, sections)

    def _text(self, chain: "Chain", variables: dict[str, str]) -> Generator[str, None, None]:
        """Run the chain; foreign exceptions are mapped here and nowhere else."""
        from langsmith import tracing_context

        chunks: Any = chain.stream(variables)
        try:
            with closing(chunks):
                # LANGSMITH_TRACING, set for some other program, must not send a patient's facts away.
                with tracing_context(enabled=False):
                    first = next(chunks)
                yield first.text
                yield from (chunk.text for chunk in chunks)
        except self._backend.failures as exc:
            detail = " ".join(str(exc).split())[:160] or type(exc).__name__
            raise WriterUnavailable(
                f"{self.name} gave no answer ({detail}): see that it runs, or use the plain writer"
            ) from exc

    def _chain(self, prompt: str) -> "Chain":
        # No LangChain output parser at its end: it would read the model to its last word before it lets a
        # reader go, so that neither a time limit nor a closed window could stop a generation.
        return load_prompt(prompt).template() | self._backend.open()

    def _bounded(self, chunks: Generator[str, None, None]) -> Generator[str, None, None]:
        """Let text through until time or length is used up; then the model is stopped, not left running."""
        deadline = time.monotonic() + self._timeout_s
        n_characters = 0
        with closing(chunks):
            for chunk in chunks:
                n_characters += len(chunk)
                if time.monotonic() > deadline:
                    raise WriterUnavailable(
                        f"{self.name} took longer than {self._timeout_s:g} s: allow it more time"
                    )
                if n_characters > MAX_OUTPUT:
                    raise WriterUnavailable(f"{self.name} wrote {n_characters} characters without an end")
                yield chunk
