"""Write, check, mend, fall back: from facts to the sentences of a report.

Enters: facts, a writer and the plain writer. Leaves: checked sentences in their sections, and notes
on whatever did not go as planned. Does not word anything itself and does not render.

No sentence leaves unchecked. One that fails is written again once with the reason, then replaced by
the plain sentence for what it cited; what the model left unsaid is added from the plain writer. Each
of these steps leaves a trace: the name of the writer with the sentence, a note with the report.
"""

from collections.abc import Generator, Iterator
from typing import NamedTuple

from cardio_agent.errors import WriterUnavailable
from cardio_agent.schema import DraftSentence, Facts, NarrativeSection, Sentence, Verdict
from cardio_agent.verification import check
from cardio_agent.writing import SECTIONS, LanguageWriter, PlainWriter, Writer, plain_sentence
from cardio_agent.writing.factsheet import as_data

MAX_REWRITES = 8  # a model that fails more often than this is not helped by asking again
_QUOTED = 160  # characters of a model's sentence that a note repeats


class Placed(NamedTuple):
    """A checked sentence and the section it belongs to."""

    section: str
    sentence: Sentence


class Composition:
    """The writing of one report; used once.

    Iterating gives each sentence as soon as it has been checked, in the order of writing. ``notes``
    and :meth:`sections` are complete when the iteration has ended.

    Parameters
    ----------
    facts : Facts
    writer : Writer
        The plain writer itself, or one with a language model.
    fallback : PlainWriter
    """

    def __init__(self, facts: Facts, writer: Writer, fallback: PlainWriter) -> None:
        self._facts = facts
        self._writer = writer
        self._fallback = fallback
        self._placed: list[Placed] = []
        self._said: set[str] = set()
        self._n_rewrites = 0
        self.notes: list[str] = []

    def __iter__(self) -> Iterator[Placed]:
        if isinstance(self._writer, LanguageWriter):
            finished = yield from self._by_model(self._writer)
            wanted = must_say(self._facts) if finished else frozenset(self._facts.records())
            yield from self._unsaid(wanted)
        else:
            yield from self._by_plain_writer()

    def sections(self) -> tuple[NarrativeSection, ...]:
        """The sentences so far, by section in the order of the report."""
        return tuple(
            NarrativeSection(section=name, sentences=sentences)
            for name in SECTIONS
            if (sentences := tuple(p.sentence for p in self._placed if p.section == name))
        )

    def _by_model(self, writer: LanguageWriter) -> Generator[Placed, None, bool]:
        """The model's sentences, checked; returns whether it came to its end."""
        try:
            for draft in writer.write(self._facts):
                if _key(draft.text) in self._said:
                    continue
                checked = self._checked_or_mended(draft, writer)
                if checked is not None:
                    yield from self._place(draft.section, checked)
        except WriterUnavailable as exc:
            self.notes.append(f"the plain writer took over: {exc}")
            return False
        return True

    def _by_plain_writer(self) -> Iterator[Placed]:
        for draft in self._fallback.write(self._facts):
            yield from self._place(draft.section, Sentence.judged(draft, check(draft, self._facts)))

    def _unsaid(self, wanted: frozenset[str]) -> Iterator[Placed]:
        """Plain sentences on those of the wanted ids that no sentence of the model cites."""
        unsaid = wanted - {cite for placed in self._placed for cite in placed.sentence.cites}
        for draft in self._fallback.write(self._facts):
            if unsaid.intersection(draft.cites):
                yield from self._place(draft.section, Sentence.judged(draft, check(draft, self._facts)))

    def _checked_or_mended(self, draft: DraftSentence, writer: LanguageWriter) -> Sentence | None:
        verdict = check(draft, self._facts)
        if verdict.verdict == "supported":
            return Sentence.judged(draft, verdict)
        quoted = as_data(draft.text)[:_QUOTED]
        self.notes.append(f"a sentence by {draft.writer} failed its check ({verdict.reason}): “{quoted}”")
        return self._rewritten(draft, verdict, writer) or self._plain(draft)

    def _rewritten(self, draft: DraftSentence, verdict: Verdict, writer: LanguageWriter) -> Sentence | None:
        """The model's second try, where it holds."""
        if self._n_rewrites == MAX_REWRITES or self._facts.records().keys().isdisjoint(draft.cites):
            return None
        self._n_rewrites += 1
        try:
            second = writer.rewrite(draft, verdict.reason, self._facts)
        except WriterUnavailable as exc:
            self.notes.append(f"no second try: {exc}")
            self._n_rewrites = MAX_REWRITES
            return None
        if second is None:
            return None
        again = check(second, self._facts)
        return Sentence.judged(second, again) if again.verdict == "supported" else None

    def _plain(self, draft: DraftSentence) -> Sentence | None:
        """The plain sentence for what the draft cited; None when it cited nothing that exists.

        Where the plain report has one on just these records, that is the one: it fits what stands around it.
        """
        cited = set(draft.cites)
        own = (each for each in self._fallback.write(self._facts) if set(each.cites) == cited)
        plain = next(own, None) or plain_sentence(self._facts, draft.cites)
        return None if plain is None else Sentence.judged(plain, check(plain, self._facts))

    def _place(self, section: str, sentence: Sentence) -> Iterator[Placed]:
        if _key(sentence.text) in self._said:
            return
        self._said.add(_key(sentence.text))
        self._placed.append(Placed(section, sentence))
        yield self._placed[-1]


def must_say(facts: Facts) -> frozenset[str]:
    """Ids that a report may not leave out: every finding, and the quality when it limits the reading."""
    limits = () if facts.quality.verdict == "good" else (facts.quality.id,)
    return frozenset((*limits, *(finding.id for finding in facts.findings)))


def _key(text: str) -> str:
    """Text by which two sentences count as the same."""
    return " ".join(text.casefold().split()).rstrip(".!?")
