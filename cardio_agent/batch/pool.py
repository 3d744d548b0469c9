"""Pieces on the processes of this machine.

Enters: pieces and an examiner. Leaves: committed parts; it tells as each piece is done. A worker that dies,
or is ended because a file takes too long, takes no other file with it and is replaced. Does not know
which files there are or where results go.
"""

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from multiprocessing.synchronize import Event
from typing import Any

from cardio_agent.batch.examination import Examiner
from cardio_agent.batch.piece import Piece, complete, record_death
from cardio_agent.errors import BatchError

THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

_stop: Event | None = None  # in a worker: set when its work is no longer wanted


@dataclass(frozen=True)
class LocalPool:
    """The engine on this machine.

    Parameters
    ----------
    n_workers : int
        Processes. 1 without a time limit works in this process: a crash inside a library then ends the
        program, and finished pieces are kept.
    timeout_s : float, optional
        Longest that one file may take.
    """

    n_workers: int
    timeout_s: float | None = None

    def fingerprint(self, examiner: Examiner) -> Mapping[str, Any]:
        """That of the examiner, with one thread as in the workers."""
        with _one_thread_each():
            return examiner.fingerprint()

    def complete_all(self, pieces: Iterable[Piece], examiner: Examiner) -> Generator[int, None, None]:
        """Complete all pieces; yield the number of items of each as it is committed.

        Pieces are taken one by one as workers become free.

        Raises
        ------
        BatchError
            A part cannot be written, or worker processes cannot be started.
        """
        with _one_thread_each():
            if self.n_workers == 1 and self.timeout_s is None:
                for piece in pieces:
                    complete(piece, examiner)
                    yield len(piece.items)
            else:
                yield from self._in_workers(iter(pieces), examiner)

    def _in_workers(self, pieces: Iterator[Piece], examiner: Examiner) -> Generator[int, None, None]:
        """When a worker dies, the pieces then in hand are done again file by file, one worker at a time."""
        work = partial(_work, examiner=examiner, timeout_s=self.timeout_s)
        first = list(islice(pieces, self.n_workers))
        pieces, n_workers = chain(first, pieces), max(1, len(first))  # no worker without a piece
        while suspects := (yield from _until_death(pieces, work, n_workers)):
            singles = iter([single for piece in suspects for single in piece.singles()])
            while died := (yield from _until_death(singles, work, 1)):
                for single in died:
                    record_death(single, self.timeout_s)
                    yield len(single.items)


def _until_death(
    pieces: Iterator[Piece], work: Callable[[Piece], None], n_workers: int
) -> Generator[int, None, list[Piece]]:
    """Complete pieces until there are none left or a worker dies; returns those that it left undone."""
    with _workers(n_workers) as executor:
        in_hand = {_submit(executor, work, piece): piece for piece in islice(pieces, n_workers)}
        while in_hand:
            finished, _ = wait(in_hand, return_when=FIRST_COMPLETED)
            for future in finished:
                if isinstance(future.exception(), BrokenProcessPool):
                    return list(in_hand.values())
                future.result()
                yield len(in_hand.pop(future).items)
                in_hand |= {_submit(executor, work, piece): piece for piece in islice(pieces, 1)}
    return []


def _submit(executor: ProcessPoolExecutor, work: Callable[[Piece], None], piece: Piece) -> Future[None]:
    try:
        return executor.submit(work, piece)
    except BrokenProcessPool as exc:  # a worker died since: the same news as from a piece in hand
        broken: Future[None] = Future()
        broken.set_exception(exc)
        return broken


@contextmanager
def _workers(n_workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool whose workers drop what they do when it is left early."""
    context = get_context("spawn")
    stop = context.Event()
    executor = ProcessPoolExecutor(n_workers, context, initializer=_begin_worker, initargs=(stop,))
    try:
        _start(executor, n_workers)
        yield executor
    finally:
        stop.set()
        executor.shutdown(wait=True, cancel_futures=True)


def _start(executor: ProcessPoolExecutor, n_workers: int) -> None:
    """Start all workers now, to tell those that cannot start from those that a file brings down."""
    with _interrupts_ignored():
        started = [executor.submit(os.getpid) for _ in range(n_workers)]
    try:
        wait(started)
        started[0].result()
    except BrokenProcessPool as exc:
        raise BatchError(
            "worker processes cannot be started: use one worker, or, in a script, call this under "
            "if __name__ == '__main__':"
        ) from exc


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Processes started here do not hear Ctrl-C, which reaches the whole group; the parent decides."""
    if threading.current_thread() is not threading.main_thread():  # it alone may set handlers
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """One thread a process, here and in those started from here.

    Workers then do not fight for cores, and sums have the same last digit with one worker or many.
    """
    before = {name: os.environ.get(name) for name in THREAD_LIMITS}
    torch = sys.modules.get("torch")  # where it is not loaded yet, the environment is enough
    n_threads = torch.get_num_threads() if torch else None
    os.environ.update(dict.fromkeys(THREAD_LIMITS, "1"))
    if torch:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        if torch:
            torch.set_num_threads(n_threads)


# ── in a worker ──────────────────────────────────────────────────────────────────────────────


def _begin_worker(stop: Event) -> None:
    global _stop
    _stop = stop
    collect_seldom()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def collect_seldom() -> None:
    """Look for garbage seldom, as the command line does: what libraries and models have loaded stays."""
    gc.set_threshold(100_000, 50, 100)


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(piece: Piece, examiner: Examiner, timeout_s: float | None) -> None:
    complete(piece, examiner, timeout_s=timeout_s, is_stopped=lambda: _stop is not None and _stop.is_set())
