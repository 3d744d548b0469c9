"""Passages of sensible length from the blocks of a document.

Enters: blocks in reading order. Leaves: drafts with headings, page, class and level. Neither a table
row nor a graded recommendation is cut, nor is one joined to another; the first row of a table, which
names its columns, goes with each of its passages. Does not embed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from cardio_agent.retrieval.own.blocks import Block, clean
from cardio_agent.retrieval.own.grades import Grade, grade_of

# About 200 word pieces: the embedding model reads 256, and the headings go before.
LONGEST = 900
# What no passage may exceed even if a row is longer: a page of text.
LONGEST_ROW = 6000
_SHORTEST_WORDS = 3
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+")


@dataclass(frozen=True)
class Draft:
    """A passage before it has an id; ``headings`` from the outermost to the innermost."""

    headings: tuple[str, ...]
    text: str
    page: int | None
    grade: Grade


def drafts(blocks: Iterable[Block]) -> Iterator[Draft]:
    """Passages of a document, in reading order; those of less than three words are left out."""
    for headings, section in _sections(blocks):
        for group in _groups(section):
            between = "; " if group[-1].kind == "row" else " "
            text = between.join(block.text for block in group)
            if len(re.findall(r"\w{2,}", text)) >= _SHORTEST_WORDS:
                yield Draft(headings, text, group[-1].page, grade_of(group[-1].text))


def _sections(blocks: Iterable[Block]) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    """Cleaned blocks between two headings, with the headings above them."""
    path: dict[int, str] = {}
    section: list[Block] = []
    for block in blocks:
        text = clean(block.text)
        if not text:
            continue
        if block.kind == "heading":
            yield tuple(path.values()), section
            path = {level: title for level, title in path.items() if level < block.level}
            path[block.level] = text[:LONGEST]
            section = []
        else:
            section.append(Block(block.kind, text, block.page))
    yield tuple(path.values()), section


def _groups(section: Sequence[Block]) -> Iterator[list[Block]]:
    """Blocks that make one passage each; a table's first row goes before those of its others."""
    for is_table, run in groupby(section, key=lambda block: block.kind == "row"):
        blocks = list(run)
        has_header = is_table and len(blocks) > 1 and not _is_graded(blocks[0])
        header = blocks[:1] if has_header else []
        for group in _packed(blocks[len(header) :]):
            yield [*header, *group]


def _packed(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """As many blocks as have room together; a graded one stands alone."""
    held: list[Block] = []
    for block in (piece for whole in blocks for piece in _cut(whole)):
        length = sum(len(other.text) for other in held) + len(block.text)
        if held and (_is_graded(block) or _is_graded(held[-1]) or length > LONGEST):
            yield held
            held = []
        held.append(block)
    if held:
        yield held


def _is_graded(block: Block) -> bool:
    return bool(grade_of(block.text).class_of_recommendation)


def _cut(block: Block) -> Iterator[Block]:
    """A long paragraph at ends of sentences; a row, a recommendation or a short one as it is."""
    whole = block.kind == "row" or _is_graded(block)
    if len(block.text) <= LONGEST or (whole and len(block.text) <= LONGEST_ROW):
        yield block
        return
    piece = ""
    for sentence in _SENTENCE_END.split(block.text):
        for part in _words_up_to(sentence, LONGEST):
            if piece and len(piece) + 1 + len(part) > LONGEST:
                yield Block("text", piece, block.page)
                piece = ""
            piece = f"{piece} {part}".strip()
    yield Block("text", piece, block.page)


def _words_up_to(sentence: str, longest: int) -> Iterator[str]:
    """A sentence, or where it is too long its parts, cut between words where there are any."""
    start = 0
    while len(sentence) - start > longest:
        end = sentence.rfind(" ", start + 1, start + longest)
        end = end if end > 0 else start + longest
        yield sentence[start:end]
        start = end + (sentence[end] == " ")
    yield sentence[start:]
