"""Reports and answers as chat messages, in Markdown.

Enters: checked sentences and the records that they cite. Leaves: Markdown in which everything that
came from a file, a model or a person is escaped, so that it shows as the text that it is.
"""

import re
from collections.abc import Sequence

from cardio_agent.errors import CardioAgentError
from cardio_agent.rendering.labels import describe, printable, section_title
from cardio_agent.schema import NarrativeSection, Report, Sentence

_MOST_SHOWN = 6  # records below an answer
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def as_markdown(text: str) -> str:
    r"""Text as Markdown that shows exactly that text.

    >>> as_markdown("<b>V1</b> *x*")
    '\\<b\\>V1\\<\\/b\\> \\*x\\*'
    """
    return _PUNCTUATION.sub(r"\\\1", printable(text))


def report_message(sections: Sequence[NarrativeSection]) -> str:
    """Sentences under their headings."""
    return "\n\n".join(
        f"**{as_markdown(section_title(section.section))}**\n\n{_joined(section.sentences)}"
        for section in sections
    )


def answer_message(sentences: Sequence[Sentence], report: Report) -> str:
    """An answer, and below it what it rests on."""
    records = report.records()
    cites = dict.fromkeys(cite for sentence in sentences for cite in sentence.cites)
    basis = [describe(records[cite]) if cite in records else cite for cite in cites]
    if len(basis) > _MOST_SHOWN:
        basis[_MOST_SHOWN:] = [f"and {len(basis) - _MOST_SHOWN} more"]
    return _joined(sentences) + (f"\n\n*Rests on: {as_markdown('; '.join(basis))}*" if basis else "")


def fault_message(fault: CardioAgentError) -> str:
    """What went wrong and what to do next."""
    return f"**That did not work.** {as_markdown(str(fault))}"


def _joined(sentences: Sequence[Sentence]) -> str:
    return " ".join(as_markdown(s.text) + _flag(s) for s in sentences)


def _flag(sentence: Sentence) -> str:
    """The verdict of a sentence that did not pass."""
    if sentence.verdict == "supported":
        return ""
    return f" *({sentence.verdict}: {as_markdown(sentence.reason)})*"
