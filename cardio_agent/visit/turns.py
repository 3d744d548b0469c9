"""Whose turn it is: reports are made a few at a time, first come, first served.

Enters: the steps of a report. Leaves: the same steps, made in a thread that goes on whether or not the
visitor stays to see them, so that one who leaves holds up nobody.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

from cardio_agent.errors import CardioAgentError

AT_ONCE = 2
"""Reports that are made side by side: each keeps a core busy."""

_T = TypeVar("_T")
_makers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="report")


def in_turn(steps: Iterator[_T]) -> Iterator[_T]:
    """The steps, made when it is their turn; whoever stops listening stops them after the step at hand.

    Raises
    ------
    CardioAgentError
        As the steps do.
    """
    made: SimpleQueue[_T | CardioAgentError | None] = SimpleQueue()
    left = threading.Event()
    making = _makers.submit(_make, steps, made, left)
    try:
        while (step := made.get()) is not None:
            if isinstance(step, CardioAgentError):
                raise step
            yield step
        making.result()  # an error that is not this program's own shows as what it is
    finally:
        left.set()


def _make(
    steps: Iterator[_T], made: "SimpleQueue[_T | CardioAgentError | None]", left: threading.Event
) -> None:
    try:
        for step in steps:
            if left.is_set():
                return
            made.put(step)
    except CardioAgentError as fault:
        made.put(fault)
    finally:
        made.put(None)
