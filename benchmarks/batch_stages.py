"""What each stage of the batch takes, on real or simulated recordings.

    python benchmarks/batch_stages.py [SOURCE ...] [--files N] [--calls N]

Analysis and plain report of one ECG after another, in one process with one thread as in a worker of the
batch; without a SOURCE simulated recordings are used. Processor time hardly depends on what else the
machine does, wall time does. The first ECG, which loads the models, does not count.
``--calls N`` also lists the N functions with the most processor time of their own; that slows the stages.
"""

import argparse
import cProfile
import os
import pstats
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from cardio_agent.batch import Item

# Stage → the functions that make it up, where the pipeline looks them up.
STAGES = {
    "reading": ("cardio_agent.reading:read_ecg",),
    "signal": ("cardio_agent.pipeline:assess_quality", "cardio_agent.pipeline:condition"),
    "delineation": ("cardio_agent.pipeline:delineate",),
    "measurement": ("cardio_agent.pipeline:measure", "cardio_agent.pipeline:rhythm_features"),
    "classifier": (
        "cardio_agent.pipeline:classify",
        "cardio_agent.pipeline:decide",
        "cardio_agent.pipeline:summarise_attention",
    ),
    "findings": ("cardio_agent.pipeline:evaluate_criteria", "cardio_agent.pipeline:find"),
    "retrieval": ("cardio_agent.retrieval:gather_evidence",),
    "writing": ("cardio_agent.writing.plain:PlainWriter.write",),
    "verification": ("cardio_agent.reporting:check",),
    "row and JSON": ("cardio_agent.batch.table:examined_row",),
}
WHOLE = "all"


class Clock:
    """Seconds of each stage, one entry an ECG."""

    def __init__(self) -> None:
        self.taken: dict[str, list[np.ndarray]] = {name: [] for name in (*STAGES, WHOLE)}

    @contextmanager
    def running(self, stage: str) -> Iterator[None]:
        begun = _now()
        yield
        self.taken[stage][-1] += _now() - begun

    def next_ecg(self) -> None:
        for times in self.taken.values():
            times.append(np.zeros(2))

    def watch(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function under the stage's clock; a generator's steps too, without what its user does."""

        def watched(*args: object, **kwargs: object) -> object:
            with self.running(stage):
                result = function(*args, **kwargs)
            return self._steps(stage, result) if isinstance(result, Iterator) else result

        return watched

    def _steps(self, stage: str, steps: Iterator[object]) -> Iterator[object]:
        end = object()
        while True:
            with self.running(stage):
                step = next(steps, end)
            if step is end:
                return
            yield step


def main() -> None:
    args = _arguments()
    os.environ.update(OMP_NUM_THREADS="1", OMP_WAIT_POLICY="PASSIVE")
    clock = Clock()
    for stage, places in STAGES.items():
        for place in places:
            _watch(clock, stage, place)
    with TemporaryDirectory() as folder:
        profile = _run(clock, _items(args.sources, args.files, Path(folder)), is_profiled=args.calls > 0)
    times = {stage: np.array(taken[1:]) for stage, taken in clock.taken.items()}
    print(f"{len(times[WHOLE])} ECGs, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print(_table(times))
    if args.calls:
        pstats.Stats(profile).sort_stats("tottime").print_stats(args.calls)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time of each stage of the batch.")
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="as of 'cardio-agent batch'")
    parser.add_argument("--files", type=int, default=101, help="at most (default 101)")
    parser.add_argument("--calls", type=int, default=0, metavar="N", help="also list N functions")
    return parser.parse_args()


def _now() -> np.ndarray:
    return np.array([time.perf_counter(), time.process_time()])


def _watch(clock: Clock, stage: str, place: str) -> None:
    module, _, path = place.partition(":")
    owner: Any = import_module(module)
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    setattr(owner, name, clock.watch(stage, getattr(owner, name)))


def _items(sources: Sequence[str], most: int, folder: Path) -> list["Item"]:
    from cardio_agent.batch.sources import find_items
    from cardio_agent.simulation import simulate, write_simulation

    if sources:
        return find_items(sources, leave_out=folder)[:most]
    for k in range(most):
        write_simulation(simulate("normal", seed=k), folder, f"{k:05d}")
    return find_items([folder], leave_out=folder / "out")


def _run(clock: Clock, items: Sequence["Item"], *, is_profiled: bool) -> cProfile.Profile:
    from cardio_agent.batch import table
    from cardio_agent.batch.examination import EcgExaminer
    from cardio_agent.batch.pool import collect_seldom

    collect_seldom()
    profile, examiner = cProfile.Profile(time.process_time), EcgExaminer("plain", with_text=True)
    for number, item in enumerate(items):
        clock.next_ecg()
        if is_profiled and number == 1:
            profile.enable()
        with clock.running(WHOLE):
            table.examined_row(item, examiner(item))
    profile.disable()
    return profile


def _table(times: dict[str, np.ndarray]) -> str:
    """Mean and median over the ECGs; the last column is the share of the processor time."""
    whole = times[WHOLE].mean(axis=0)[1]
    other = times[WHOLE] - sum(times[stage] for stage in STAGES)
    rows = chain(((stage, times[stage]) for stage in STAGES), [("other", other), (WHOLE, times[WHOLE])])
    lines = ["| stage | wall, ms (median) | processor, ms (median) | processor, ms (mean) | share |"]
    lines.append("|---|---|---|---|---|")
    for stage, taken in rows:
        wall, processor = 1e3 * np.median(taken, axis=0)
        mean = taken.mean(axis=0)[1]
        lines.append(f"| {stage} | {wall:.1f} | {processor:.1f} | {1e3 * mean:.1f} | {mean / whole:.0%} |")
    return "\n".join([*lines, f"\n{1 / whole:.1f} ECG a second and core by processor time"])


if __name__ == "__main__":
    main()
