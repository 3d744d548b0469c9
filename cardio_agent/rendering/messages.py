"""Reports, answers and faults as chat messages, in HTML.

Enters: checked sentences and the records that they cite. Leaves: one block of HTML a message, in which
everything that came from a file, a model or a person is escaped, so that it shows as the text that it is.
"""

from collections.abc import Mapping, Sequence

from cardio_agent.errors import CardioAgentError
from cardio_agent.rendering.labels import describe
from cardio_agent.rendering.markup import escaped
from cardio_agent.rendering.narrative import sections_html, sentences_html
from cardio_agent.schema import NarrativeSection, Record, Sentence

_MOST_SHOWN = 6  # records below an answer


def said_message(text: str) -> str:
    """What a person wrote, exactly."""
    return _message(f"<p>{escaped(text)}</p>")


def opened_message(name: str, what: str = "Opened") -> str:
    """That a recording was opened."""
    return _message(f"<p>{escaped(what)} <strong>{escaped(name)}</strong></p>")


def progress_message(step: str) -> str:
    """What is being done, while it is."""
    return _message(_progress(step))


def report_message(
    sections: Sequence[NarrativeSection], records: Mapping[str, Record], writer: str, step: str = ""
) -> str:
    """Sentences under their headings, and below them what is still being done."""
    return _message(sections_html(sections, records, writer) + (_progress(step) if step else ""))


def answer_message(sentences: Sequence[Sentence], records: Mapping[str, Record], writer: str) -> str:
    """An answer, and below it what it rests on."""
    cites = dict.fromkeys(cite for sentence in sentences for cite in sentence.cites)
    basis = [describe(records[cite]) if cite in records else cite for cite in cites]
    if len(basis) > _MOST_SHOWN:
        basis[_MOST_SHOWN:] = [f"and {len(basis) - _MOST_SHOWN} more"]
    rests = f'<p class="ca-rests">Rests on: {escaped("; ".join(basis))}</p>' if basis else ""
    return _message(sentences_html(sentences, records, writer) + rests)


def fault_message(fault: CardioAgentError) -> str:
    """What went wrong and what to do next."""
    return _message(f'<p class="ca-fault"><strong>That did not work.</strong> {escaped(str(fault))}</p>')


def _progress(step: str) -> str:
    return f'<p class="ca-progress">{escaped(step)}</p>'


def _message(inner: str) -> str:
    return f'<div class="ca-doc ca-said">{inner}</div>'
