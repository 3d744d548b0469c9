"""What a language model wrote, as draft sentences with their ids.

Enters: text as it streams in, one sentence a line, ids in square brackets, ``## `` headings. Leaves:
:class:`DraftSentence` records, each as soon as its line is complete. Does not judge what is said: a
line without ids comes out with no ids and fails its check later.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cardio_agent.schema import DraftSentence

MAX_LINE = 1200  # characters; a model that never breaks a line is cut here so that memory stays bounded

_ID = r"[A-Za-z][A-Za-z0-9]*-[^\s\[\],;]+"
_GROUP = re.compile(rf"\[\s*({_ID}(?:\s*[,;]\s*{_ID})*)\s*\]")
_STOP_AFTER_GROUP = re.compile(rf"\s*((?:\[\s*{_ID}(?:\s*[,;]\s*{_ID})*\s*\]\s*)+)([.!?])(?=\s|$)")
_CITED_SENTENCE = re.compile(rf".*?[.!?]\s*(?:\[\s*{_ID}(?:\s*[,;]\s*{_ID})*\s*\]\s*)+")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_HEADING = re.compile(r"^#{1,4}\s*(.+?)\s*:?$")


class CitedText(NamedTuple):
    """A sentence without its brackets, and the ids that stood in them."""

    text: str
    cites: tuple[str, ...]


def parse_sentences(chunks: Iterable[str], writer: str, sections: Sequence[str]) -> Iterator[DraftSentence]:
    """Turn a model's text into draft sentences while it streams.

    Parameters
    ----------
    chunks : iterable of str
        Pieces of text in order; a piece may end anywhere.
    writer : str
        Name put on each sentence.
    sections : sequence of str
        Section names that a heading may give; any other heading is passed over. Sentences before
        the first heading belong to the first of them.

    Yields
    ------
    DraftSentence
        Nothing when the text holds no sentence.
    """
    section = sections[0]
    known = {name.casefold(): name for name in sections}
    for line in _outside_thought(_lines(chunks)):
        if heading := _HEADING.match(line):
            section = known.get(heading[1].casefold(), section)
            continue
        for text, cites in split_cited(line):
            yield DraftSentence(section=section, text=text, cites=cites, writer=writer)


def split_cited(line: str) -> Iterator[CitedText]:
    """Sentences of one line; each ends where its ids stand.

    >>> [cites for text, cites in split_cited("PR is 220 ms [m-pr_ms]. QRS is 92 ms. [m-qrs_ms]")]
    [('m-pr_ms',), ('m-qrs_ms',)]
    """
    rest = _STOP_AFTER_GROUP.sub(r"\2 \1", _BULLET.sub("", line).replace("**", "")).strip()
    while match := _CITED_SENTENCE.match(rest):
        yield _cited(match[0])
        rest = rest[match.end() :]
    if re.search(r"[^\W_]", _GROUP.sub("", rest)):
        yield _cited(rest)


def _cited(raw: str) -> CitedText:
    cites = [cite.strip() for group in _GROUP.findall(raw) for cite in re.split(r"[,;]", group)]
    text = re.sub(r"\s+([.,;:!?])", r"\1", " ".join(_GROUP.sub(" ", raw).split()))
    return CitedText(text if text.endswith((".", "!", "?")) else f"{text}.", tuple(dict.fromkeys(cites)))


def _lines(chunks: Iterable[str]) -> Iterator[str]:
    buffer = ""
    for chunk in chunks:
        buffer += chunk
        *complete, buffer = buffer.split("\n")
        yield from (line.strip() for line in complete)
        while len(buffer) > MAX_LINE:
            yield buffer[:MAX_LINE].strip()
            buffer = buffer[MAX_LINE:]
    yield buffer.strip()


def _outside_thought(lines: Iterable[str]) -> Iterator[str]:
    """Leave out what reasoning models write between <think> and </think>."""
    thinking = False
    for line in lines:
        before, opened, inside = line.partition("<think>")
        if thinking or opened:
            _, closed, after = (line if thinking else inside).partition("</think>")
            line = (before if opened and not thinking else "") + (after if closed else "")
            thinking = not closed
        yield line
