"""This project beside NeuroKit2 and a plain PyTorch network: the same recordings, machine and run.

    python benchmarks/compare.py [SOURCE ...] [--ecgs N] [--keep]

Each recording goes through every contender before the next one comes, on one thread, so that whatever else
the machine does slows all alike; processor time hardly depends on it. A first recording, with which models
are loaded, does not count. Without a SOURCE the recordings are simulated. ``--keep`` writes the table, with
the machine and the versions, to ``benchmarks/results.md``.

NeuroKit2 (Makowski et al. 2021) has no processing of 12 leads together: ``ecg_process`` is run on each. The
plain network is the residual network of Wang et al. 2017 ("Time series classification from scratch"), one of
those compared on PTB-XL by Strodthoff et al. 2021, with kernels of 7, 5 and 3, on what this project's network
reads, 12 leads of 10 s at 100 Hz, for as many statements.
"""

import argparse
import os
import platform
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import numpy as np

if TYPE_CHECKING:
    import torch

    from cardio_agent.schema import Ecg, Quality

RESULTS = Path(__file__).with_name("results.md")
RHYTHMS = ("normal", "af", "lbbb", "pvc", "paced")
PACKAGES = ("numpy", "scipy", "torch", "neurokit2")

NEUROKIT = "NeuroKit2: ecg_process, 12 leads"
DELINEATION = "own: waves and measurements, 12 leads"
ANALYSIS = "own: whole analysis"
REPORT = "own: analysis and checked plain report"
PLAIN_NETWORK = "plain residual network: forward pass"
OWN_NETWORK = "own network: forward pass with attention"
CLASSIFY = "own classify(): from 500 Hz to probabilities"
RATIOS = (
    (NEUROKIT, DELINEATION),
    (NEUROKIT, ANALYSIS),
    (NEUROKIT, REPORT),
    (PLAIN_NETWORK, OWN_NETWORK),
    (PLAIN_NETWORK, CLASSIFY),
)


class Given(NamedTuple):
    """A recording, and what some contenders are given ready-made."""

    ecg: "Ecg"
    quality: "Quality"
    signal_mv: np.ndarray
    """(1, 12, 1000): what a network reads."""
    present: np.ndarray


class Taken(NamedTuple):
    """Seconds that one call took."""

    processor: float
    wall: float


Contender = Callable[[Given], object]


def main() -> None:
    args = _arguments()
    contenders = _contenders()
    taken: dict[str, list[Taken]] = {name: [] for name in contenders}
    with TemporaryDirectory() as folder:
        for given in map(_given, _recordings(args.sources, args.ecgs + 1, Path(folder))):
            for name, call in contenders.items():
                taken[name].append(_timed(call, given))
    counted = {name: np.median(times[1:], axis=0) * 1000 for name, times in taken.items()}
    text = "\n".join([*_machine(args.ecgs), "", *_table(counted), "", *_ratios(counted)])
    print(text)
    if args.keep:
        command = " ".join(["python benchmarks/compare.py", *args.sources, f"--ecgs {args.ecgs} --keep"])
        RESULTS.write_text(f"# Beside others\n\nBy `{command}`:\n\n{text}\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="This project beside NeuroKit2 and a plain network.")
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="as of 'cardio-agent batch'")
    parser.add_argument("--ecgs", type=int, default=20, metavar="N", help="recordings (default 20)")
    parser.add_argument("--keep", action="store_true", help=f"write {RESULTS.name} too")
    return parser.parse_args()


def _recordings(sources: Sequence[str], n: int, folder: Path) -> Iterator["Ecg"]:
    from cardio_agent.batch.sources import find_items
    from cardio_agent.reading import read_ecg
    from cardio_agent.simulation import simulate

    if sources:
        yield from (read_ecg(item.file) for item in find_items(sources, leave_out=folder)[:n])
        return
    for seed in range(n):
        yield simulate(RHYTHMS[seed % len(RHYTHMS)], noise_snr_db=25, seed=seed).ecg


def _given(ecg: "Ecg") -> Given:
    from cardio_agent.classifier.preprocessing import WINDOW_SAMPLES, network_input
    from cardio_agent.signal import assess_quality

    signal_mv, present = network_input(ecg)
    return Given(ecg, assess_quality(ecg), signal_mv[None, :, :WINDOW_SAMPLES], present[None])


# ── contenders ───────────────────────────────────────────────────────────────────────────────


def _contenders() -> dict[str, Contender]:
    from cardio_agent.classifier import classify
    from cardio_agent.classifier.model import load_model
    from cardio_agent.pipeline import analyze, write_report

    own, plain = load_model(device="cpu", runtime="torch"), _plain_network()
    return {
        NEUROKIT: _neurokit,
        DELINEATION: _delineated,
        ANALYSIS: lambda given: analyze(given.ecg, explained=False),
        REPORT: lambda given: write_report(analyze(given.ecg, explained=False), writer="plain"),
        PLAIN_NETWORK: lambda given: plain(given.signal_mv),
        OWN_NETWORK: lambda given: own.runner(given.signal_mv, given.present),
        CLASSIFY: lambda given: classify([given.ecg], model=own),
    }


def _neurokit(given: Given) -> None:
    import neurokit2

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own dependencies, and on leads with few beats
        for row in given.ecg.signal_mv:
            # It raises these where it finds too few beats.
            with suppress(ValueError, IndexError, ZeroDivisionError):
                neurokit2.ecg_process(row, sampling_rate=round(given.ecg.fs_hz))


def _delineated(given: Given) -> object:
    from cardio_agent.measurement import condition, delineate, measure

    conditioned = condition(given.ecg)
    waves = delineate(given.ecg, conditioned=conditioned)
    return measure(given.ecg, waves, given.quality, conditioned=conditioned)


def _plain_network() -> Callable[[np.ndarray], "torch.Tensor"]:
    """The residual network of Wang et al. with random weights, which take as long as any."""
    import torch
    from torch import nn

    from cardio_agent.classifier.statements import CODES

    class Block(nn.Module):
        def __init__(self, n_in: int, n_out: int) -> None:
            super().__init__()
            layers: list[nn.Module] = []
            for k, kernel in enumerate((7, 5, 3)):
                layers += [nn.Conv1d(n_out if k else n_in, n_out, kernel, padding=kernel // 2, bias=False)]
                layers += [nn.BatchNorm1d(n_out), nn.ReLU()]
            self.body = nn.Sequential(*layers[:-1])
            self.shortcut = nn.Sequential(nn.Conv1d(n_in, n_out, 1, bias=False), nn.BatchNorm1d(n_out))

        def forward(self, x: "torch.Tensor") -> "torch.Tensor":
            return torch.relu(self.body(x) + self.shortcut(x))

    pool_and_classify = (nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(128, len(CODES)))
    network = nn.Sequential(Block(12, 64), Block(64, 128), Block(128, 128), *pool_and_classify).eval()

    def forward(signal_mv: np.ndarray) -> "torch.Tensor":
        with torch.inference_mode():
            return network(torch.from_numpy(signal_mv))

    return forward


# ── figures ──────────────────────────────────────────────────────────────────────────────────


def _timed(call: Contender, given: Given) -> Taken:
    processor, wall = time.process_time(), time.perf_counter()
    call(given)
    return Taken(time.process_time() - processor, time.perf_counter() - wall)


def _machine(n: int) -> list[str]:
    versions = ", ".join(f"{package} {version(package)}" for package in ("cardio-agent", *PACKAGES))
    return [
        f"- {_processor()}, {os.cpu_count()} cores ({platform.machine()}, {platform.system()}), one thread "
        f"used, load {os.getloadavg()[0]:.1f}",
        f"- Python {platform.python_version()}, {versions}",
        f"- {n} ECGs of 12 leads after one that does not count; medians of one ECG",
    ]


def _processor() -> str:
    """The processor's name, as Linux tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _table(ms: Mapping[str, np.ndarray]) -> list[str]:
    rows = [f"| {name} | {processor:.1f} | {wall:.1f} |" for name, (processor, wall) in ms.items()]
    return ["| of one ECG | processor, ms | wall, ms |", "|---|---|---|", *rows]


def _ratios(ms: Mapping[str, np.ndarray]) -> list[str]:
    rows = [f"| {other} | {own} | {ms[other][0] / ms[own][0]:.2f} |" for other, own in RATIOS]
    return ["| of processor time | to that of | ratio |", "|---|---|---|", *rows]


if __name__ == "__main__":
    main()
