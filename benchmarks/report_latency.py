"""How long one waits for a report of the bundled writer: from the command line, and where models are loaded.

    python benchmarks/report_latency.py [--runs N] [--llm WRITER]

Cold: ``cardio-agent report``, from the start of the process to its end. Warm: reading,
analysis with explanations, writing and rendering in this process, of each packaged sample; the first, with
which models are loaded, does not count, and what the writer has worded before is forgotten each time.
"""

import argparse
import os
import subprocess
import sys
import time
from statistics import median

from cardio_agent.resources import sample_names, sample_path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command line does


def main() -> None:
    parser = argparse.ArgumentParser(description="Waiting time for one report.")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="cold ones (default 3)")
    parser.add_argument("--llm", default="bundled", metavar="WRITER")
    args = parser.parse_args()
    print(f"{args.llm}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print("| s | median | longest |\n|---|---|---|")
    _show("cold, from the command line", [_cold(args.llm) for _ in range(args.runs)])
    warm = [_warm(name, args.llm) for name in sample_names()][1:]
    _show("warm, first sentence", [first for first, _ in warm])
    _show("warm, rendered report", [end for _, end in warm])


def _show(what: str, taken_s: list[float]) -> None:
    print(f"| {what} | {median(taken_s):.2f} | {max(taken_s):.2f} |", flush=True)


def _cold(llm: str) -> float:
    command = [sys.executable, "-m", "cardio_agent", "report", "sample:lbbb", "--llm", llm]
    begun = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def _warm(sample: str, llm: str) -> tuple[float, float]:
    """Seconds to the first sentence, and to the rendered report."""
    from cardio_agent.pipeline import analyze, stream_report
    from cardio_agent.reading import read_ecg
    from cardio_agent.rendering import render
    from cardio_agent.writing.sheet_model import load_sheet_model

    load_sheet_model.cache_clear()
    begun = time.perf_counter()
    analysis = analyze(read_ecg(sample_path(sample)))
    steps = stream_report(analysis, writer=llm)
    next(steps)
    first = time.perf_counter() - begun
    *_, report = steps
    render(report, "text", analysis)
    return first, time.perf_counter() - begun


if __name__ == "__main__":
    main()
