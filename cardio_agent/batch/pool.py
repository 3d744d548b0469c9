"""Pieces on the processes of this machine.

Enters: pieces, an examiner, a number of workers. Leaves: committed parts; it tells as each piece is done.
A worker that dies takes no other file with it. Does not know which files there are or where results go.
"""

import os
import signal
import sys
import threading
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context, parent_process
from multiprocessing.synchronize import Event

from cardio_agent.batch.examination import Examiner
from cardio_agent.batch.piece import Piece, complete, record_death
from cardio_agent.errors import BatchError

_THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

_stop: Event | None = None  # in a worker: set when its work is no longer wanted


def run_pieces(pieces: Iterable[Piece], examiner: Examiner, n_workers: int) -> Generator[int, None, None]:
    """Complete all pieces; yield the number of files of each as it is committed.

    Parameters
    ----------
    pieces : iterable of Piece
        Taken one by one as workers become free.
    examiner : Examiner
    n_workers : int
        1 works in this process.

    Raises
    ------
    BatchError
        A part cannot be written, or worker processes cannot be started.

    Limits: with one worker, a crash inside a library ends the program; finished pieces are kept.
    """
    with _one_thread_each():
        if n_workers == 1:
            for piece in pieces:
                complete(piece, examiner)
                yield len(piece.files)
        else:
            yield from _run_in_workers(iter(pieces), examiner, n_workers)


def _run_in_workers(
    pieces: Iterator[Piece], examiner: Examiner, n_workers: int
) -> Generator[int, None, None]:
    """When a worker dies, the pieces then in hand are done again file by file, one worker at a time."""
    while suspects := (yield from _until_death(pieces, examiner, n_workers)):
        singles = iter([single for piece in suspects for single in piece.singles()])
        while died := (yield from _until_death(singles, examiner, 1)):
            for single in died:
                record_death(single)
                yield len(single.files)


def _until_death(
    pieces: Iterator[Piece], examiner: Examiner, n_workers: int
) -> Generator[int, None, list[Piece]]:
    """Complete pieces until there are none left or a worker dies; returns those that it left undone."""
    with _workers(n_workers) as executor:
        in_hand = {_submit(executor, piece, examiner): piece for piece in islice(pieces, n_workers)}
        while in_hand:
            finished, _ = wait(in_hand, return_when=FIRST_COMPLETED)
            for future in finished:
                if isinstance(future.exception(), BrokenProcessPool):
                    return list(in_hand.values())
                future.result()
                yield len(in_hand.pop(future).files)
                in_hand |= {_submit(executor, piece, examiner): piece for piece in islice(pieces, 1)}
    return []


def _submit(executor: ProcessPoolExecutor, piece: Piece, examiner: Examiner) -> Future[None]:
    try:
        return executor.submit(_work, piece, examiner)
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
    before = {name: os.environ.get(name) for name in _THREAD_LIMITS}
    torch = sys.modules.get("torch")  # where it is not loaded yet, the environment is enough
    n_threads = torch.get_num_threads() if torch else None
    os.environ.update(dict.fromkeys(_THREAD_LIMITS, "1"))
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
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(piece: Piece, examiner: Examiner) -> None:
    complete(piece, examiner, is_stopped=lambda: _stop is not None and _stop.is_set())
