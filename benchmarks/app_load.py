"""Visitors at the same time: each uploads another ECG and asks, while probes ask for the page.

``python benchmarks/app_load.py`` starts the app, sends ten visitors at once and prints how long each waited,
how long the page and ``/health`` took meanwhile, and the memory of the server. ``--cpus 0,1`` holds the
server to those cores. Status 1 where a visitor did not get their own report and answer.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from cardio_agent.resources import sample_names, sample_path

LOOK = ["3x4", False, "", 0]
POINT = "balanced"
QUESTION = "What is the QRS duration?"
PROBED = ("/health", "/")
PROBE_EVERY_S = 0.5
_HIGH_WATER = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True)
class Visited:
    """What one visitor got: times in seconds from the start of all."""

    sample: str
    report_s: float
    answer_s: float
    is_own: bool


@dataclass
class Probes:
    """How long each address took, in seconds."""

    took_s: dict[str, list[float]] = field(default_factory=lambda: {path: [] for path in PROBED})

    def watch(self, url: str, ended: threading.Event) -> None:
        """Ask for the addresses until told to end; an address that does not answer raises."""
        while not ended.wait(PROBE_EVERY_S):
            for path in PROBED:
                begun = time.monotonic()
                with urllib.request.urlopen(f"{url}{path}", timeout=30) as answer:
                    answer.read()
                self.took_s[path].append(time.monotonic() - begun)


def visit(url: str, sample: str, writer: str, begun: float) -> Visited:
    """Upload a sample as a visitor does, then ask about it."""
    from gradio_client import Client, handle_file

    client = Client(url, verbose=False)
    try:
        files = [handle_file(path) for path in (sample_path(sample), sample_path(sample).with_suffix(".dat"))]
        chat = _sent(client, {"text": "", "files": files}, writer)
        report_s = time.monotonic() - begun
        own = f"<strong>{sample}.hea</strong>" in chat[0] and "Conclusion" in chat[-1] and len(chat) == 2
        chat = _sent(client, {"text": QUESTION, "files": []}, writer)
        answered = len(chat) == 4 and "QRS duration" in chat[-1] and "Rests on" in chat[-1]
        return Visited(sample, report_s, time.monotonic() - begun, own and answered)
    finally:
        client.close()


def _sent(client: object, message: dict[str, object], writer: str) -> list[str]:
    _, chat, *_ = client.predict(message, writer, POINT, *LOOK, api_name="/send")  # type: ignore[attr-defined]
    return [turn["content"][0]["text"] for turn in chat]


def visit_all(url: str, samples: Sequence[str], writer: str) -> tuple[list[Visited], Probes]:
    """All visitors at once, and the probes that ran meanwhile."""
    probes, ended = Probes(), threading.Event()
    with ThreadPoolExecutor(len(samples) + 1) as pool:
        watching = pool.submit(probes.watch, url, ended)
        begun = time.monotonic()
        try:
            visited = list(pool.map(lambda sample: visit(url, sample, writer, begun), samples))
        finally:
            ended.set()
        watching.result()
    return visited, probes


def memory_mb(pid: int) -> float:
    """The most that a process has held resident, in MB of 10⁶ bytes."""
    found = _HIGH_WATER.search(Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) * 1024 / 1e6


@contextmanager
def app(port: int, cpus: str, llm: str) -> Iterator[subprocess.Popen[str]]:
    """The app as the command line starts it, ready for visitors; ended after."""
    command = ["taskset", "-c", cpus] if cpus else []
    command += [sys.executable, "-m", "cardio_agent", "app", "--port", str(port), "--no-feedback"]
    environment = os.environ | {"CARDIO_AGENT_LLM": llm}
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=folder) as process,
    ):
        try:
            assert process.stdout is not None
            if not any("http://" in line for line in process.stdout):
                raise SystemExit("the app did not start")
            yield process
        finally:
            process.terminate()


def main() -> int:
    """Start the app, send the visitors, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=10, help="at most the number of samples, 10")
    parser.add_argument("--port", type=int, default=7869)
    parser.add_argument("--cpus", default="", metavar="LIST", help="cores of the server, e.g. 0,1")
    parser.add_argument("--llm", default="plain", help="'plain' (default) or 'bundled'")
    args = parser.parse_args()
    titles = {"plain": "Plain: fixed wording", "bundled": "Bundled language model"}
    with app(args.port, args.cpus, args.llm) as process:
        samples = sample_names()[: args.visitors]
        visited, probes = visit_all(f"http://127.0.0.1:{args.port}", samples, titles[args.llm])
        peak_mb = memory_mb(process.pid)
    print("sample            report, s   answer, s   own")
    for one in visited:
        print(f"{one.sample:16}  {one.report_s:9.1f}  {one.answer_s:10.1f}   {'yes' if one.is_own else 'NO'}")
    for path, took in probes.took_s.items():
        print(f"{path:8} {len(took)} probes: median {median(took):.3f} s, longest {max(took):.3f} s")
    print(f"memory of the server at its highest: {peak_mb:.0f} MB")
    return 0 if all(one.is_own for one in visited) else 1


if __name__ == "__main__":
    sys.exit(main())
