"""How fast a batch is, what it holds in memory and writes, and what ten million ECGs would take.

    python benchmarks/batch_throughput.py [SOURCE ...] [--files N ...] [--workers N] [--llm WRITER] [--cheap]
                                          [--no-text]

Runs ``cardio-agent batch`` (analysis and report, plain unless told) over N files, each number of files in a
process of its own so that the peaks of memory are its own. The files are hard links to those of the SOURCEs,
or to some simulated recordings. Processor time sums all processes and hardly depends on what else the machine
does; wall time does. Both hold the start of the processes, which load their models; of several numbers of
files, the smallest and the largest tell what each further ECG takes, and the plan for ten million rests on
that and on the sizes of the smallest run, whose files hardly repeat.
``--cheap`` examines one ECG for each process and gives its result to all files: all that is read from and
written to disk by the batch itself stays as it is. It is meant for memory at many files.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cardio_agent.batch import BatchOptions, Examined, Item, run_batch
from cardio_agent.batch.examination import EcgExaminer
from cardio_agent.batch.results import GZIP_LEVEL

N_SIMULATED = 40
PLANNED = 10_000_000
PLANNED_CORES = (16, 64, 256, 1024)
MB, KB = 1e6, 1e3
LINUX_RSS_UNIT = 1024  # bytes; getrusage(2)


@dataclass(frozen=True)
class CheapExaminer:
    """The first file's result for all files of a process."""

    with_text: bool

    def fingerprint(self) -> Mapping[str, Any]:
        return {"cheap": True, "with_text": self.with_text}

    def __call__(self, item: Item) -> Examined:
        if not _first:
            _first.append(EcgExaminer("plain", self.with_text)(item))
        return _first[0]


_first: list[Examined] = []  # of this process


def main() -> None:
    args = _arguments()
    if args.measure:
        print(json.dumps(_measured(args)))
        return
    with TemporaryDirectory(dir=args.work) as folder:
        runs = [_in_own_process(args, n, Path(folder)) for n in args.files]
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores ({platform.machine()})"
    kind = (
        "cheap examination"
        if args.cheap
        else "analysis"
        if args.no_text
        else f"analysis and {args.llm} report"
    )
    print(f"{kind}, {args.workers} workers, Python {platform.python_version()}, {load}\n")
    print(_runs_table(runs))
    each_s = _each_further_s(runs)
    print(f"\nEach further ECG: {1e3 * each_s:.1f} ms of processor time, {1 / each_s:.1f} a second and core")
    if not args.cheap:
        print(_plan(min(runs, key=itemgetter("n")), each_s))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Rate, memory and storage of the batch.")
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="as of 'cardio-agent batch'")
    parser.add_argument("--files", type=int, nargs="+", default=[200], metavar="N")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--llm", default="plain", metavar="WRITER", help="as of 'cardio-agent batch'")
    parser.add_argument("--cheap", action="store_true", help="one ECG's result for all files")
    parser.add_argument("--no-text", action="store_true")
    parser.add_argument("--work", type=Path, metavar="DIR", help="for the files (default: the system's)")
    parser.add_argument("--measure", type=Path, metavar="DIR", help=argparse.SUPPRESS)
    return parser.parse_args()


def _in_own_process(args: argparse.Namespace, n_files: int, folder: Path) -> dict[str, float]:
    place = folder / str(n_files)
    _link_files(args.sources, n_files, place / "ecgs")
    flags = [name for name, given in (("--cheap", args.cheap), ("--no-text", args.no_text)) if given]
    command = [sys.executable, __file__, *flags, "--llm", args.llm, "--workers", str(args.workers)]
    command += ["--measure", str(place)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _link_files(sources: Sequence[str], n_files: int, folder: Path) -> None:
    """``n_files`` records as hard links, each in a folder of its own; their names stand in their headers."""
    from cardio_agent.batch.sources import find_items
    from cardio_agent.simulation import CONDITIONS, simulate, write_simulation

    if sources:
        headers = [Path(item.file) for item in find_items(sources, leave_out=folder)]
    else:
        made = folder.with_name("simulated")
        names = list(CONDITIONS)
        headers = [
            write_simulation(simulate(names[k % len(names)], seed=k), made, f"s{k:03d}")
            for k in range(N_SIMULATED)
        ]
    for number in range(n_files):
        header = headers[number % len(headers)]
        own = folder / f"{number // 1000:05d}" / f"{number:08d}"
        own.mkdir(parents=True)
        for path in header.parent.glob(f"{header.stem}.*"):
            if path.suffix in (".hea", ".dat", ".mat"):
                _link(path, own / path.name)


def _link(path: Path, to: Path) -> None:
    try:
        to.hardlink_to(path)
    except OSError:  # another file system
        to.write_bytes(path.read_bytes())


def _measured(args: argparse.Namespace) -> dict[str, float]:
    out = args.measure / "out"
    examiner = CheapExaminer(with_text=not args.no_text) if args.cheap else None
    options = BatchOptions(args.llm, with_text=not args.no_text, workers=args.workers, timeout_s=300)
    begun = time.perf_counter()
    summary = run_batch([args.measure / "ecgs"], out, options=options, examiner=examiner)
    wall_s = time.perf_counter() - begun
    own, workers = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    n = summary.n_done + summary.n_failed
    return {
        "n": n,
        "failed": summary.n_failed,
        "wall_s": wall_s,
        "processor_s": sum(used.ru_utime + used.ru_stime for used in (own, workers)),
        "own_mb": own.ru_maxrss * LINUX_RSS_UNIT / MB,
        "worker_mb": workers.ru_maxrss * LINUX_RSS_UNIT / MB,
        "input_kb": _size(args.measure / "ecgs") / n / KB,
        "table_kb": _size(out / "table.parquet") / n / KB,
        "reports_kb": _size(out / "reports.jsonl") / n / KB,
        "reports_gzipped_kb": 0.0 if args.cheap else _gzipped_size(out / "reports.jsonl") / n / KB,
        "parts_kb": _size(out / "parts") / n / KB,
    }


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _gzipped_size(path: Path) -> int:
    """Size of a file as ``--gzip`` writes it; 0 where there is none."""
    if not path.exists():
        return 0
    packer, n = zlib.compressobj(GZIP_LEVEL), 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            n += len(packer.compress(block))
    return n + len(packer.flush())


def _runs_table(runs: Sequence[Mapping[str, float]]) -> str:
    lines = [
        "| ECGs | failed | wall, s | a second | processor, s | main process, peak MB | worker, peak MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for run in runs:
        lines.append(
            f"| {run['n']:,} | {run['failed']} | {run['wall_s']:.0f} | {run['n'] / run['wall_s']:.1f} "
            f"| {run['processor_s']:.1f} | {run['own_mb']:.0f} | {run['worker_mb']:.0f} |"
        )
    return "\n".join(lines)


def _each_further_s(runs: Sequence[Mapping[str, float]]) -> float:
    """Processor time of each further ECG; of a single run, its mean."""
    fewest, most = min(runs, key=lambda run: run["n"]), max(runs, key=lambda run: run["n"])
    if fewest["n"] == most["n"]:
        return most["processor_s"] / most["n"]
    return (most["processor_s"] - fewest["processor_s"]) / (most["n"] - fewest["n"])


def _plan(run: Mapping[str, float], each_s: float) -> str:
    """Hours and storage for ten million ECGs, from processor time and from the sizes of a run."""
    core_hours = PLANNED * each_s / 3600
    kinds = ("input_kb", "table_kb", "reports_kb", "reports_gzipped_kb", "parts_kb")
    lines = [f"\n{PLANNED:,} ECGs at this rate: {core_hours:,.0f} core hours\n", "| cores | hours | days |"]
    lines.append("|---|---|---|")
    for cores in PLANNED_CORES:
        lines.append(f"| {cores} | {core_hours / cores:.1f} | {core_hours / cores / 24:.2f} |")
    lines += ["\n| what | KB an ECG | TB |", "|---|---|---|"]
    for kind in kinds:
        what = kind.removesuffix("_kb").replace("_", ", ")
        lines.append(f"| {what} | {run[kind]:.1f} | {PLANNED * run[kind] * KB / 1e12:.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
