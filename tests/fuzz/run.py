"""Fuzz one target or all of them for a while, each in a process of its own with limits that kill it.

    python -m tests.fuzz.run --seconds 120 --out findings
    python -m tests.fuzz.run --target scp-ecg --seconds 600 --seed 7

Prints one line a target: processor seconds, executions, how many inputs were taken, most memory, findings.
A finding is an exception that is not of the program's tree, an execution of over five processor seconds,
one that needs over 1 GB more than a valid sample does, or a crash; its input is written to the folder, to
become a case of ``tests/fuzz/regressions``. The exit status is 1 where anything was found.
"""

import argparse
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from tests.fuzz.mutations import mutate
from tests.fuzz.targets import TAKEN, TARGETS, Target, attempt

HANG_S = 5.0  # of processor time
WALL_S = 120.0  # for what waits rather than computes, on a busy machine
MEMORY_BYTES = 2**30
_SHOWN_EVERY = 200


@dataclass
class Tally:
    """What became of one target's executions."""

    seconds: float = 0.0
    executions: int = 0
    taken: int = 0
    peak_mb: int = 0


def main() -> int:
    """Fuzz the targets named; 1 where something was found."""
    args = _arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    print(f"{'target':18} {'cpu s':>6} {'runs':>8} {'taken':>8} {'MB':>5}  found", flush=True)
    n_found = 0
    for name in args.target or TARGETS:
        tally, found = fuzz(name, args.seconds, args.seed, args.out)
        n_found += len(found)
        what = ", ".join(sorted(found)) or "nothing"
        row = f"{name:18} {tally.seconds:6.0f} {tally.executions:8} {tally.taken:8} {tally.peak_mb:5}  {what}"
        print(row, flush=True)
    return int(n_found > 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--target", action="append", choices=TARGETS)
    parser.add_argument("--seconds", type=float, default=60.0, help="processor time for each target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("fuzz-findings"))
    return parser.parse_args()


def fuzz(name: str, seconds: float, seed: int, out: Path) -> tuple[Tally, set[str]]:
    """Fuzz one target until its processor time is spent; a process that dies is started again."""
    tally, found = Tally(), set[str]()
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        while tally.seconds < seconds:
            receiving, sending = context.Pipe(duplex=False)
            given = (name, seconds - tally.seconds, seed + tally.executions, Path(folder), sending)
            process = context.Process(target=_work, args=given)
            process.start()
            sending.close()
            n_before = tally.executions
            _collect(receiving, tally, found, out, name)
            process.join()
            if process.exitcode:
                what = _how_it_died(process.exitcode)
                found |= _kept(out, name, what, (Path(folder) / "input").read_bytes(), what)
                tally.executions += 1
                tally.seconds += HANG_S * (process.exitcode == -signal.SIGPROF)
            if tally.executions == n_before:
                raise RuntimeError(f"the target '{name}' does not start")
    return tally, found


def _collect(receiving: Connection, tally: Tally, found: set[str], out: Path, name: str) -> None:
    try:
        while True:
            event = receiving.recv()
            if isinstance(event, Tally):
                tally.seconds += event.seconds
                tally.executions += event.executions
                tally.taken += event.taken
                tally.peak_mb = max(tally.peak_mb, event.peak_mb)
            else:
                what, data, trace = event
                found |= _kept(out, name, what, data, trace)
    except EOFError:
        return


def _how_it_died(exitcode: int) -> str:
    if exitcode == -signal.SIGPROF:
        return f"over {HANG_S:g} s"
    if exitcode == -signal.SIGALRM:
        return f"waits over {WALL_S:g} s"
    return f"crash {signal.Signals(-exitcode).name if exitcode < 0 else exitcode}"


def _kept(out: Path, name: str, what: str, data: bytes, trace: str) -> set[str]:
    stem = "".join(c if c.isalnum() else "-" for c in f"{name}-{what}")[:80]
    if not (out / f"{stem}.bin").exists():
        (out / f"{stem}.bin").write_bytes(data)
        (out / f"{stem}.txt").write_text(trace, encoding="utf-8", errors="replace")
    return {what}


# ── in the process that runs the target ──────────────────────────────────────────────────────


def _work(name: str, seconds: float, seed: int, folder: Path, sending: Connection) -> None:
    warnings.simplefilter("error")
    target = TARGETS[name]
    samples = target.samples()
    for sample in samples:  # imports, caches and models are not counted
        attempt(target, sample, _emptied(folder))
    _limit_memory()
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    seen: Counter[str] = Counter()
    tally, start = Tally(), time.process_time()
    spent = 0.0
    while spent < seconds:
        chance = Random(seed + sum(seen.values()))
        data = mutate(chance, chance.choice(samples))
        outcome = _observed(target, data, folder, seen, sending)
        seen[outcome] += 1
        tally.executions += 1
        tally.taken += outcome == TAKEN
        spent = time.process_time() - start
        if tally.executions % _SHOWN_EVERY == 0 or spent >= seconds:
            tally.seconds, tally.peak_mb = spent, _peak_mb()
            sending.send(tally)
            tally, seconds, start, spent = Tally(), seconds - spent, time.process_time(), 0.0
    sending.close()


def _observed(target: Target, data: bytes, folder: Path, seen: Counter[str], sending: Connection) -> str:
    """One execution under the clocks; a finding is sent once for each place where it arises."""
    (folder / "input").write_bytes(data)
    signal.setitimer(signal.ITIMER_PROF, HANG_S)
    signal.setitimer(signal.ITIMER_REAL, WALL_S)
    try:
        return attempt(target, data, _emptied(folder))
    except BaseException as exc:  # noqa: BLE001 - whatever comes out here is what is looked for
        place = traceback.extract_tb(exc.__traceback__)[-1]
        what = f"{type(exc).__name__} in {Path(place.filename).name}, {place.name}"
        if not seen[what]:
            sending.send((what, data, traceback.format_exc()))
        return what
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _emptied(folder: Path) -> Path:
    """The target's own folder; what it holds is written over, which is quicker than a new one."""
    own = folder / "own"
    own.mkdir(exist_ok=True)
    return own


def _limit_memory() -> None:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        held = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY_BYTES, held + MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(main())
