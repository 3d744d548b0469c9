"""Numbers of the records that the sentences of a report rest on, the same in every format.

Enters: a :class:`Report`. Leaves: a number for each cited id, and what the record behind it says.
"""

import itertools
from collections.abc import Iterable
from typing import NamedTuple

from cardio_agent.rendering.labels import describe
from cardio_agent.schema import Finding, Report


class Reference(NamedTuple):
    """A cited id, its number in the report and what the record says."""

    number: int
    id: str
    text: str


def references(report: Report) -> tuple[Reference, ...]:
    """Every cited id once, in the order of first mention; empty for a report that cites nothing."""
    records = report.records()
    cites = (cite for section in report.narrative for s in section.sentences for cite in s.cites)
    found = []
    for number, cite in enumerate(dict.fromkeys(cites), start=1):
        record = records.get(cite)
        known = "no such record in this report" if record is None else describe(record)
        basis = f" (from {', '.join(record.basis)})" if isinstance(record, Finding) else ""
        found.append(Reference(number, cite, known + basis))
    return tuple(found)


def drawn_together(numbers: Iterable[int]) -> str:
    """Numbers in order, with runs of three or more drawn together.

    >>> drawn_together([6, 1, 2, 3, 5])
    '1–3, 5, 6'
    """
    runs = itertools.groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0])
    shown = []
    for _, pairs in runs:
        run = [number for _, number in pairs]
        shown += [f"{run[0]}–{run[-1]}"] if len(run) > 2 else [str(number) for number in run]
    return ", ".join(shown)
