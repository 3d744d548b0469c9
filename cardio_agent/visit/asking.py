"""From a question to its answer, sentence by sentence."""

from collections.abc import Iterable, Iterator, Sequence

from cardio_agent.errors import BadRequest
from cardio_agent.rendering.messages import answer_message, progress_message
from cardio_agent.retrieval import Passage, load_corpus
from cardio_agent.schema import Record, Sentence
from cardio_agent.settings import get_settings
from cardio_agent.visit.state import Visit


def answer(question: str, visit: Visit) -> Iterator[Visit]:
    """Answer a question about the ECG on the desk.

    Yields
    ------
    Visit
        With the answer as far as it has been checked.

    Raises
    ------
    BadRequest
        When no ECG is open, or the question is empty or too long.
    """
    current = visit.current
    if current is None or current.chat is None or current.report is None:
        raise BadRequest("no ECG is open yet: drop its file below, or choose a sample")
    visit = visit.told(progress_message("Looking into the records …"))
    yield visit
    records, writer = current.report.records(), current.report.provenance.writer
    sentences: list[Sentence] = []
    for sentence in current.chat.ask_stream(question):
        sentences.append(sentence)
        known = records | _passages(sentences, records)
        yield visit.retold(answer_message(sentences, known, writer))


def _passages(sentences: Sequence[Sentence], records: dict[str, Record]) -> dict[str, Record]:
    """What an answer cites and the report does not: passages of the corpus and of own documents."""
    wanted = {cite for sentence in sentences for cite in sentence.cites} - records.keys()
    known = _by_id(load_corpus(), wanted)
    if wanted - known.keys():
        known |= _by_id(_own_passages(), wanted)
    return known


def _own_passages() -> Iterator[Passage]:
    from cardio_agent.retrieval.opening import own_library

    library = own_library(get_settings())
    for document in library.documents():
        yield from library.passages(document)


def _by_id(passages: Iterable[Passage], wanted: set[str]) -> dict[str, Record]:
    from cardio_agent.retrieval.retriever import evidence_of

    return {p.id: evidence_of(p, score=0.0) for p in passages if p.id in wanted}
