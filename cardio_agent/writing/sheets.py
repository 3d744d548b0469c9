"""Sections of a report as small sheets: plain sentences whose values have been taken out.

Enters: facts. Leaves: for each section a sheet of numbered plain sentences in which values, leads and
quotations are slots; and, from what a model wrote upon it, draft sentences with the slots filled and
the ids of the sentences that it rests on. A model that writes slots cannot write a wrong number. A letter
at each number is its style: one of the ways to say a thing, so that the same ECG is always worded
alike and two ECGs seldom are.

    1 ~K Sinus rhythm at {1a}.                        →  The rhythm is sinus, rate {1a}. [1]
    2 ~c Probable premature ventricular complexes.    →  Findings suggest ventricular ectopic beats. [2]
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from random import Random

from cardio_agent.leads import LEADS
from cardio_agent.schema import DraftSentence, Facts
from cardio_agent.writing.phrases import SECTIONS, sentence
from cardio_agent.writing.plain import PlainWriter

# On longer sheets a small model mixes alike sentences up.
MOST_ITEMS = {name: 1 if name in ("comparison", "evidence") else 3 for name in SECTIONS}
SLOT_LETTERS = "abcdefghijkl"
STYLES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"

_LEAD = rf"(?:{'|'.join(sorted(LEADS, key=len, reverse=True))})"
_RUN = rf"{_LEAD}(?:–{_LEAD})?"
_VALUE = r"[−-]?\d+(?:\.\d+)?(?:\s?(?:ms|mV|bpm|Hz|s|%)(?!\w)|°)"
_LEADS = rf"(?<!\w){_RUN}(?:, {_RUN})*(?: and {_RUN})?(?!\w)"
_NUMBER = r"(?<!\w)\d+(?:\.\d+)?(?!\w)"
_TAKEN_OUT = re.compile(rf"“[^”]*”|{_LEADS}|{_VALUE}|\d{{4}}-\d\d-\d\d|{_NUMBER}")
_QUOTED_PASSAGE = re.compile(r"^(.*?): (“[^”]*”)$")
_NOTE = re.compile(r"^(Note on reading): (.*?)\.?$", re.DOTALL)  # may repeat what a file says
_SUMMARY, _NORMAL = "In summary: ", "normal ECG"
_SLOT = re.compile(r"\{(\d[a-z])\}")
_LINE = re.compile(r"^(.*?\S)\s*((?:\[\d\])+)$")


@dataclass(frozen=True)
class Sheet:
    """A few plain sentences of one section.

    ``lines[k]`` is sentence k + 1 without its values; ``values`` holds these by slot name ("1a").
    """

    section: str
    drafts: tuple[DraftSentence, ...]
    lines: tuple[str, ...]
    values: Mapping[str, str]

    def text(self, styles: str) -> str:
        """What a model is given; ``styles`` holds a letter of :data:`STYLES` for each sentence."""
        numbered = enumerate(zip(styles, self.lines, strict=True), start=1)
        return "\n".join(f"{k} ~{style} {line}" for k, (style, line) in numbered)


def sheets(facts: Facts) -> Iterator[Sheet]:
    """The plain report of these facts as sheets in reading order."""
    for section, group in groupby(PlainWriter().write(facts), key=lambda draft: draft.section):
        drafts = tuple(group)
        step = MOST_ITEMS[section]
        for start in range(0, len(drafts), step):
            yield sheet_of(section, drafts[start : start + step])


def sheet_of(section: str, drafts: Sequence[DraftSentence]) -> Sheet:
    """A sheet of some plain sentences."""
    lines: list[str] = []
    values: dict[str, str] = {}
    for k, draft in enumerate(drafts, start=1):
        line, taken = take_out(draft.text, k)
        lines.append(line)
        values |= taken
    return Sheet(section, tuple(drafts), tuple(lines), values)


def styles_of(group: Sequence[Sheet]) -> list[str]:
    """Styles for some sheets, always the same for the same sentences."""
    random = Random(zlib.crc32("".join(draft.text for sheet in group for draft in sheet.drafts).encode()))
    return ["".join(random.choices(STYLES, k=len(sheet.lines))) for sheet in group]


def take_out(text: str, number: int) -> tuple[str, dict[str, str]]:
    """A sentence with its values as slots, and the values.

    >>> take_out("T-wave inversion in V2–V4, largest 0.31 mV in V3.", 2)
    ('T-wave inversion in {2a}, largest {2b} in {2c}.', {'2a': 'V2–V4', '2b': '0.31 mV', '2c': 'V3'})
    """
    if passage := _QUOTED_PASSAGE.match(text):
        return f"{{{number}a}}: {{{number}b}}", {f"{number}a": passage[1], f"{number}b": passage[2]}
    if note := _NOTE.match(text):
        return f"{note[1]}: {{{number}a}}.", {f"{number}a": note[2]}
    if text.startswith(_SUMMARY) and text.endswith("."):
        return _take_out_findings(text, number)
    values: dict[str, str] = {}

    def slot(match: re.Match[str]) -> str:
        if len(values) == len(SLOT_LETTERS):
            return match[0]
        name = f"{number}{SLOT_LETTERS[len(values)]}"
        values[name] = match[0]
        return f"{{{name}}}"

    return _TAKEN_OUT.sub(slot, text), values


def _take_out_findings(text: str, number: int) -> tuple[str, dict[str, str]]:
    """A conclusion with its findings as slots: none of them can be left out or mixed with another.

    >>> _take_out_findings("In summary: sinus rhythm; LVH in V5; probable otherwise normal ECG.", 1)
    ('In summary: {1a}; {1b}; probable otherwise normal ECG.', {'1a': 'sinus rhythm', '1b': 'LVH in V5'})
    """
    parts = text.removeprefix(_SUMMARY).removesuffix(".").split("; ")
    verdict = [parts.pop()] if parts[-1].endswith(_NORMAL) else []
    last = len(SLOT_LETTERS) - 1
    parts[last:] = ["; ".join(parts[last:])] if parts[last:] else []
    values = {f"{number}{letter}": part for letter, part in zip(SLOT_LETTERS, parts, strict=False)}
    return f"{_SUMMARY}{'; '.join([f'{{{name}}}' for name in values] + verdict)}.", values


def read_line(sheet: Sheet, line: str, writer: str) -> DraftSentence | None:
    """The draft sentence of one line that a model wrote on a sheet.

    Returns
    -------
    DraftSentence or None
        None for a line that cites no sentence of the sheet, or does not hold each value of those that it
        cites exactly once.
    """
    match = _LINE.match(line.strip())
    if match is None:
        return None
    numbers = [int(n) for n in re.findall(r"\d", match[2])]
    if any(not 1 <= n <= len(sheet.drafts) for n in numbers):
        return None
    if Counter(_SLOT.findall(match[1])) != Counter(name for name in sheet.values if int(name[0]) in numbers):
        return None
    text = _SLOT.sub(lambda slot: sheet.values[slot[1]], match[1])
    if sheet.section == "conclusion":
        text = sentence(text)  # a slot may stand first
    cites = dict.fromkeys(id for n in numbers for id in sheet.drafts[n - 1].cites)
    return DraftSentence(section=sheet.section, text=text, cites=tuple(cites), writer=writer)
