"""Pieces on the actors of a Ray cluster.

Enters: pieces and an examiner. Leaves: committed parts; it tells as each piece is done. A file that brings
its actor down becomes a failure; a node that is lost takes nothing with it. Ray is imported here only.

Each actor is a process that keeps its models. Ray Data hands an actor the next piece when it has
committed the last, so nothing piles up. Actors write the parts themselves: the sources and the
folder of the results lie where all nodes see them under the same path. Which parts are there says what is
done; what Ray reports is used for progress only.
"""

import logging
import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import floor
from platform import node
from typing import Any

from cardio_agent.batch.examination import Examiner
from cardio_agent.batch.piece import Piece, complete, record_death
from cardio_agent.batch.pool import THREAD_LIMITS
from cardio_agent.errors import BatchError, MissingExtra
from cardio_agent.settings import get_settings

_TRIES_ALONE = 2  # of a file by itself, so that a lost node does not count as its fault
_GPU_STEPS = 10_000  # of a GPU. Source: Ray documentation, "Fractional accelerators"


@dataclass(frozen=True)
class RayEngine:
    """The engine on a Ray cluster that this process is connected to.

    Parameters
    ----------
    n_workers : int
        Actors, each with one core.
    gpus_each : float
        Share of a GPU of each actor; 0 where there are none.
    timeout_s : float, optional
        Longest that one file may take.
    """

    n_workers: int
    gpus_each: float
    timeout_s: float | None

    def fingerprint(self, examiner: Examiner) -> Mapping[str, Any]:
        """The examiner's fingerprint on a node that will work; a GPU there is part of it.

        Raises
        ------
        BatchError
            The program is absent there, or the cluster is lost.
        """
        import ray

        task = ray.remote(num_cpus=1, num_gpus=self.gpus_each, runtime_env=_runtime())(_fingerprint)
        try:
            found: Mapping[str, Any] = ray.get(task.remote(examiner))
        except ray.exceptions.RayError as exc:
            raise _lost(exc) from exc
        return found

    def complete_all(self, pieces: Iterable[Piece], examiner: Examiner) -> Generator[int, None, None]:
        """Complete all pieces; yield the number of items of each as it is committed.

        Pieces that an actor's end left undone are done again file by file.

        Raises
        ------
        BatchError
            A part cannot be written, a node has another version of the program, or the cluster is lost.
        """
        wanted = list(pieces)
        yield from self._once(wanted, examiner)
        singles = [single for piece in _undone(wanted) for single in piece.singles()]
        yield from self._once(singles, examiner)
        for single in _undone(singles):
            record_death(single, self.timeout_s)
            yield len(single.items)

    def _once(self, pieces: Sequence[Piece], examiner: Examiner) -> Generator[int, None, None]:
        """Give each piece to an actor; one whose actors die is left undone."""
        if not pieces:
            return
        import ray

        fingerprint = self.fingerprint(examiner)
        try:
            for batch in self._outcomes(pieces, examiner, fingerprint).iter_batches(batch_size=None):
                for n_items, problem in zip(batch["n_items"], batch["problem"], strict=True):
                    if problem:
                        raise BatchError(str(problem))
                    yield int(n_items)
        except ray.exceptions.RayError as exc:
            raise _lost(exc) from exc

    def _outcomes(self, pieces: Sequence[Piece], examiner: Examiner, fingerprint: Mapping[str, Any]) -> Any:
        """The lazy data set whose rows are the outcomes of the pieces, one block each."""
        import ray.data

        rows = [{"piece": piece.to_json()} for piece in pieces]
        return ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
            _Actor,
            fn_constructor_args=(examiner, fingerprint, self.timeout_s),
            batch_size=None,
            compute=ray.data.ActorPoolStrategy(size=self.n_workers, max_tasks_in_flight_per_actor=1),
            num_cpus=1,
            num_gpus=self.gpus_each,
            runtime_env=_runtime(),
        )


@contextmanager
def open_cluster(
    address: str | None, n_workers: int | None, n_items: int, timeout_s: float | None
) -> Iterator[RayEngine]:
    """Connect to a cluster, or start one on this machine, for the time of the block.

    Raises
    ------
    MissingExtra
        Ray is not installed.
    BatchError
        The cluster cannot be reached or started, or has no free core.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray would tell its makers of this run
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    try:
        import ray
        import ray.data
    except ImportError as exc:
        raise MissingExtra("the engine 'ray' needs Ray: pip install 'cardio-agent[ray]'") from exc
    try:
        ray.init(address=address, num_cpus=None if address else n_workers, **_QUIETLY)
    except (ConnectionError, RuntimeError, ValueError) as exc:
        where = f"at {address}" if address else "on this machine"
        first_line = (str(exc).splitlines() or [""])[0]
        raise BatchError(
            f"no Ray cluster {where} ({first_line}): check 'ray status' and --ray-address"
        ) from exc
    try:
        _configure(ray.data.DataContext.get_current())
        most, gpus_each = share_out(ray.nodes(), use_gpus=get_settings().device != "cpu")
        yield RayEngine(min(n_workers or most, most, n_items), gpus_each, timeout_s)
    finally:
        ray.shutdown()


_QUIETLY: dict[str, Any] = {"include_dashboard": False, "log_to_driver": False, "logging_level": "ERROR"}


def _configure(context: Any) -> None:
    """A block whose actors die is left out, not the end of the run; the progress bar is ours."""
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context.max_errored_blocks = -1
    context.enable_progress_bars = False
    context.print_on_execution_start = False


def share_out(nodes: Sequence[Mapping[str, Any]], *, use_gpus: bool) -> tuple[int, float]:
    """How many actors of one core the nodes can hold, and each one's share of a GPU.

    Where there are GPUs, only the nodes that have one work, and their cores share it.

    >>> node = {"Alive": True, "Resources": {"CPU": 16.0, "GPU": 1.0}}
    >>> share_out([node, node], use_gpus=True), share_out([node], use_gpus=False)
    ((32, 0.0625), (16, 0.0))

    Raises
    ------
    BatchError
        No node has a core.
    """
    resources = [node["Resources"] for node in nodes if node["Alive"]]
    with_gpus = [own for own in resources if own.get("GPU", 0) > 0 and own.get("CPU", 0) >= 1]
    chosen = with_gpus if use_gpus and with_gpus else resources
    n_cores = [floor(own.get("CPU", 0)) for own in chosen]
    if not sum(n_cores):
        raise BatchError("the Ray cluster has no core to work on: start its nodes with --num-cpus")
    if chosen is not with_gpus:
        return sum(n_cores), 0.0
    shares = [own["GPU"] / n for own, n in zip(chosen, n_cores, strict=True)]
    return sum(n_cores), floor(min(min(shares), 1.0) * _GPU_STEPS) / _GPU_STEPS


def _undone(pieces: Iterable[Piece]) -> list[Piece]:
    return [piece for piece in pieces if not piece.part.exists()]


def _lost(exc: Exception) -> BatchError:
    kind, last_line = type(exc).__name__, (str(exc).strip().splitlines() or [""])[-1]
    return BatchError(
        f"the Ray cluster gave up ({kind}: {last_line}): mend it and run the same command again"
    )


def _runtime() -> dict[str, Any]:
    """What actors need of this process's environment: the program's settings, and one thread each."""
    own = {name: value for name, value in os.environ.items() if name.startswith("CARDIO_AGENT_")}
    return {"env_vars": own | dict.fromkeys(THREAD_LIMITS, "1")}


# ── on a node ────────────────────────────────────────────────────────────────────────────────


def _fingerprint(examiner: Examiner) -> dict[str, Any]:
    return dict(examiner.fingerprint())


class _Actor:
    """Completes pieces one after another, with models loaded once."""

    def __init__(self, examiner: Examiner, fingerprint: Mapping[str, Any], timeout_s: float | None) -> None:
        self._examiner = examiner
        self._timeout_s = timeout_s
        self._differs = examiner.fingerprint() != fingerprint

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[Any]]:
        pieces = [Piece.from_json(piece) for piece in batch["piece"]]
        problems = [self._complete(piece) for piece in pieces]
        n_items = [len(piece.items) if piece.part.exists() else 0 for piece in pieces]
        return {"n_items": n_items, "problem": problems}

    def _complete(self, piece: Piece) -> str:
        """Complete a piece; what stands in the way of all pieces, or nothing.

        Ray tries a piece again, without end, whose actor died. One that was begun before is left undone.
        """
        if self._differs:
            return f"node {node()} has another version or model of cardio-agent: install the same there"
        is_committed = piece.part.exists()  # by an actor whose answer was lost
        most = _TRIES_ALONE if len(piece.items) == 1 else 1
        try:
            if not is_committed and piece.count_try() <= most:
                complete(piece, self._examiner, timeout_s=self._timeout_s)
        except BatchError as exc:
            return str(exc)
        return ""
