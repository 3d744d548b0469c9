"""How premature beats of one kind are arranged: couplets, runs, bigeminy, trigeminy.

Enters: the kinds of the beats in time order. Leaves: counts and the name of a pattern. Decides no kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from cardio_agent.schema import BeatKind

Pattern = Literal["bigeminy", "trigeminy"]

BEATS_OF_PATTERN: dict[Pattern, int] = {"bigeminy": 2, "trigeminy": 3}
"""Every second, every third beat is premature."""
FEWEST_IN_A_ROW = 3
"""Premature beats, equally spaced, that make a pattern. Source: unchecked."""


@dataclass(frozen=True)
class Ectopy:
    """Premature beats of one kind: how many, how many pairs, the longest row of them, the pattern."""

    n_beats: int = 0
    n_couplets: int = 0
    longest_run: int = 0
    pattern: Pattern | None = None


NO_ECTOPY = Ectopy()


def ectopy(kinds: Sequence[BeatKind], wanted: BeatKind) -> Ectopy:
    """Arrangement of the beats of one kind.

    >>> ectopy(["sinus", "ventricular"] * 4, "ventricular")
    Ectopy(n_beats=4, n_couplets=0, longest_run=1, pattern='bigeminy')
    """
    is_wanted = [kind == wanted for kind in kinds]
    runs = [len(list(run)) for holds, run in groupby(is_wanted) if holds]
    return Ectopy(sum(is_wanted), runs.count(2), max(runs, default=0), _pattern(is_wanted))


def _pattern(is_wanted: Sequence[bool]) -> Pattern | None:
    """The pattern that is repeated often enough somewhere."""
    for name, length in BEATS_OF_PATTERN.items():
        wanted = [True, *[*[False] * (length - 1), True] * (FEWEST_IN_A_ROW - 1)]
        last = len(is_wanted) - len(wanted)
        if any(list(is_wanted[at : at + len(wanted)]) == wanted for at in range(last + 1)):
            return name
    return None
