"""A conversation about one ECG.

Enters: a report and questions. Leaves: answers whose every sentence has been checked like those of a
report. Which facts answer a question is decided by rules and examples
(:mod:`cardio_agent.chat.understanding`); a language model may word them, and where its words fail their
check the plain ones stand.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from cardio_agent.chat.answers import answer
from cardio_agent.chat.parts import understand_parts
from cardio_agent.chat.reply import Reply, joined
from cardio_agent.chat.sentences import FIXED_WRITER
from cardio_agent.chat.understanding import Query
from cardio_agent.errors import BadRequest, WriterUnavailable
from cardio_agent.schema import Answer, DraftSentence, Report, Sentence
from cardio_agent.settings import get_settings
from cardio_agent.verification import check
from cardio_agent.writing import LanguageWriter, Writer, get_writer

MAX_QUESTION = 1000  # characters
MEMORY = 4  # turns that a follow-up can lean on and a model is shown


@dataclass(frozen=True)
class _Turn:
    query: Query
    cited: tuple[str, ...]
    answer: str


class Chat:
    """Questions and answers on one report. Each instance has its own memory and shares it with none.

    Parameters
    ----------
    report : Report
    writer : Writer or str, optional
        Words the answers if it has a language model. As a string, ``'plain'``, ``'hf:FOLDER-OR-ID'``
        or ``'openai:URL#MODEL'``; default: the setting ``llm``.

    Raises
    ------
    BadRequest
        When the string names no writer.
    """

    def __init__(self, report: Report, *, writer: Writer | str | None = None) -> None:
        spec = get_settings().llm if writer is None else writer
        self._report = report
        self._writer = get_writer(spec) if isinstance(spec, str) else spec
        self._turns: deque[_Turn] = deque(maxlen=MEMORY)

    def ask(self, question: str) -> Answer:
        """Answer a question.

        Parameters
        ----------
        question : str
            In English, at most ``MAX_QUESTION`` characters.

        Returns
        -------
        Answer
            Never empty: what cannot be answered, or must not be, is said to be so.

        Raises
        ------
        BadRequest
            When the question is empty or too long.
        IndexUnavailable
            When the guideline index is needed and cannot be opened.
        """
        query, reply = self._understand(question)
        sentences = tuple(self._sentences(query, reply))
        return Answer(question=question, sentences=sentences, evidence=reply.evidence)

    def ask_stream(self, question: str) -> Iterator[Sentence]:
        """As :meth:`ask`, but hand over each sentence as soon as it has been checked."""
        query, reply = self._understand(question)
        yield from self._sentences(query, reply)

    def _understand(self, question: str) -> tuple[Query, Reply]:
        text = " ".join(question.split())
        if not text:
            raise BadRequest("the question is empty: ask about rate, rhythm, a lead or a finding")
        if len(text) > MAX_QUESTION:
            raise BadRequest(f"the question has {len(text)} characters: ask in at most {MAX_QUESTION}")
        last = self._turns[-1] if self._turns else None
        queries = understand_parts(text, last.query if last else None, last.cited if last else ())
        first = answer(queries[0], self._report)
        rest = [answer(replace(query, topic=first.ids()), self._report) for query in queries[1:]]
        return queries[0], joined((first, *rest))

    def _sentences(self, query: Query, reply: Reply) -> Iterator[Sentence]:
        """The answer's sentences; remembers the turn when the last has been handed over."""
        given: list[Sentence] = []
        for sentence in self._worded(query, reply):
            given.append(sentence)
            yield sentence
        cited = tuple(dict.fromkeys(cite for sentence in given for cite in sentence.cites))
        self._turns.append(_Turn(query, cited, " ".join(sentence.text for sentence in given)))

    def _worded(self, query: Query, reply: Reply) -> Iterator[Sentence]:
        """Fixed texts where they stand; between them the model's sentences that hold, then what these left
        unsaid, plainly."""
        is_fixed = [draft.writer == FIXED_WRITER for draft in reply.drafts]
        first = is_fixed.index(False) if False in is_fixed else len(is_fixed)
        yield from (_fixed(draft) for draft in reply.drafts[:first])
        said: set[str] = set()
        for sentence in self._by_model(query, reply):
            said.update(sentence.cites)
            yield sentence
        for draft in dict.fromkeys(reply.drafts[first:]):  # two parts of a question may share a sentence
            if draft.writer == FIXED_WRITER:
                yield _fixed(draft)
            elif not said.issuperset(draft.cites):
                yield _checked(draft, reply)

    def _by_model(self, query: Query, reply: Reply) -> Iterator[Sentence]:
        if not isinstance(self._writer, LanguageWriter) or not reply.ids():
            return
        history = [(turn.query.text, turn.answer) for turn in self._turns]
        texts: set[str] = set()
        try:
            for draft in self._writer.answer(query.text, history, reply.facts, reply.ids()):
                sentence = _checked(draft, reply)
                if sentence.verdict == "supported" and sentence.text not in texts:
                    texts.add(sentence.text)
                    yield sentence
        except WriterUnavailable:
            return  # the plain sentences follow, and each sentence says who wrote it


def _fixed(draft: DraftSentence) -> Sentence:
    reason = "fixed text that states nothing about this ECG"
    return Sentence(text=draft.text, cites=(), verdict="supported", reason=reason, writer=draft.writer)


def _checked(draft: DraftSentence, reply: Reply) -> Sentence:
    return Sentence.judged(draft, check(draft, reply.facts))
