"""Reports are made a few at a time, and one who leaves holds up nobody."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from cardio_agent.errors import BadRecording
from cardio_agent.visit.turns import AT_ONCE, in_turn

WAIT_S = 10


def test_the_steps_come_as_they_are_made() -> None:
    assert list(in_turn(iter("abc"))) == ["a", "b", "c"]


def test_no_more_are_made_side_by_side_than_there_are_cores_for() -> None:
    lock, running, most = threading.Lock(), 0, 0

    def steps() -> Iterator[int]:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        yield 1
        with lock:
            running -= 1

    with ThreadPoolExecutor(8) as visitors:
        assert list(visitors.map(lambda _: list(in_turn(steps())), range(8))) == [[1]] * 8
    assert most == AT_ONCE


def test_a_fault_reaches_the_one_whose_turn_it_was() -> None:
    def steps() -> Iterator[str]:
        yield "reading"
        raise BadRecording("2 s long")

    given = in_turn(steps())
    assert next(given) == "reading"
    with pytest.raises(BadRecording, match="2 s long"):
        next(given)


def test_an_error_of_the_program_itself_is_not_hidden() -> None:
    def steps() -> Iterator[str]:
        yield "reading"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(in_turn(steps()))


def test_who_leaves_ends_the_work_and_the_next_one_is_served() -> None:
    ended = [threading.Event() for _ in range(AT_ONCE)]

    def endless(end: threading.Event) -> Iterator[int]:
        try:
            while True:
                time.sleep(0.001)
                yield 1
        finally:
            end.set()

    for end in ended:
        given = in_turn(endless(end))
        next(given)
        given.close()
    assert list(in_turn(iter("a"))) == ["a"]
    assert all(end.wait(WAIT_S) for end in ended)
