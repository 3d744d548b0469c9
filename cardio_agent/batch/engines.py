"""What works through the pieces of a batch: processes of this machine, or actors of a Ray cluster.

Enters: the options of a run. Leaves: an engine. Both engines commit the same parts from the same pieces.
"""

import os
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, Protocol

from cardio_agent.batch.examination import Examiner
from cardio_agent.batch.piece import Piece
from cardio_agent.batch.pool import LocalPool

EngineName = Literal["local", "ray"]


class Engine(Protocol):
    """Completes pieces."""

    @property
    def n_workers(self) -> int:
        """How many pieces are worked on at a time."""

    def fingerprint(self, examiner: Examiner) -> Mapping[str, Any]:
        """The examiner's fingerprint where it works, which may be on other machines than this one."""

    def complete_all(self, pieces: Iterable[Piece], examiner: Examiner) -> Generator[int, None, None]:
        """Complete all pieces; yield the number of items of each as it is committed.

        Raises
        ------
        BatchError
            A part cannot be written, or the workers cannot work.
        """


@contextmanager
def open_engine(
    name: EngineName,
    *,
    n_workers: int | None,
    n_items: int,
    timeout_s: float | None,
    ray_address: str | None,
) -> Iterator[Engine]:
    """The engine of that name, for the time of the block.

    Parameters
    ----------
    n_workers : int, optional
        Default: one a core, of this machine or of the cluster.
    n_items : int
        No more workers than that.
    timeout_s : float, optional
        Longest that one file may take.
    ray_address : str, optional
        Of a running cluster; default: one of its own on this machine.

    Raises
    ------
    MissingExtra
        Ray is not installed.
    BatchError
        The cluster cannot be reached or started.
    """
    if name == "local":
        yield LocalPool(min(n_workers or _n_cores(), n_items), timeout_s)
        return
    from cardio_agent.batch.ray_engine import open_cluster

    with open_cluster(ray_address, n_workers, n_items, timeout_s) as engine:
        yield engine


def _n_cores() -> int:
    """Cores that this process may use, which a container can make fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
