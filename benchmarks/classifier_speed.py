"""How fast the classifier's network runs on this machine, by runtime.

    python benchmarks/classifier_speed.py [--threads N] [--rounds N]

One ECG of 10 s and batches of 16, in turns so that a busy machine slows all runtimes alike. Wall time
is the median over the rounds; processor time sums all threads and hardly depends on what else runs.
The ratio is processor time of the first row to that of the row, in batches; the first row is a plain
forward pass in PyTorch.
``classify()`` is the whole way from a 500 Hz recording to probabilities.
"""

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from cardio_agent.classifier.model import Model
    from cardio_agent.schema import Ecg

BATCH = 16
Call = Callable[..., object]


class Timing(NamedTuple):
    """Median seconds of one call."""

    wall_s: float
    processor_s: float


def main() -> None:
    args = _arguments()
    os.environ["OMP_NUM_THREADS"] = str(args.threads)  # both runtimes read it
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command line does
    import torch

    from cardio_agent.classifier import classify

    torch.set_num_threads(args.threads)
    load = os.getloadavg()[0]
    print(f"{args.threads} threads of {os.cpu_count()} cores, load {load:.1f}, {args.rounds} rounds")
    with TemporaryDirectory() as folder:
        models = _models(_exported(Path(folder)))
    networks: dict[str, Call] = {name: model.runner for name, model in models.items()}
    _show("network alone", [_timings(networks, *_input(n), rounds=args.rounds) for n in (1, BATCH)])
    whole: dict[str, Call] = {name: partial(classify, model=model) for name, model in models.items()}
    _show("classify()", [_timings(whole, _recordings(n), rounds=args.rounds) for n in (1, BATCH)])
    if not torch.cuda.is_available():
        print("\nNo CUDA device here: the GPU, and bf16 on it, was not measured.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Latency and throughput of the classifier.")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=15)
    return parser.parse_args()


def _exported(folder: Path) -> tuple[Path, ...]:
    """The float32 and the int8 file."""
    from cardio_agent.training.export import export_classifier

    files = export_classifier(folder / "classifier.onnx", int8=True)
    for file in files:
        file.path.write_bytes(file.content)
    return tuple(file.path for file in files)


def _models(files: tuple[Path, ...]) -> dict[str, "Model"]:
    """The classifier in every runtime; the first is the plain forward pass in PyTorch."""
    import torch

    from cardio_agent.classifier.model import load_model
    from cardio_agent.classifier.runners import TorchRunner

    plain = load_model(device="cpu", runtime="torch")
    models = {"PyTorch": plain, "PyTorch bf16": replace(plain, runner=TorchRunner(plain.network, bf16=True))}
    for name, path in zip(("ONNX float32", "ONNX int8"), files, strict=True):
        models[name] = load_model(runtime=f"onnx:{path}")
    if torch.cuda.is_available():
        models["PyTorch CUDA bf16"] = load_model(device="cuda", runtime="torch")
    return models


def _recordings(n: int) -> list["Ecg"]:
    from cardio_agent.simulation import simulate

    return [simulate("normal", seed=k).ecg for k in range(n)]


def _input(n: int) -> tuple[np.ndarray, np.ndarray]:
    signal = np.random.default_rng(0).normal(0, 0.3, (n, 12, 1000)).astype(np.float32)
    return signal, np.ones((n, 12), dtype=np.bool_)


def _timings(calls: dict[str, Call], *given: object, rounds: int) -> dict[str, Timing]:
    """Median times of each call, one of each in a round, after a round that does not count."""
    taken: dict[str, list[Timing]] = {name: [] for name in calls}
    for _ in range(rounds + 1):
        for name, call in calls.items():
            wall, processor = time.perf_counter(), time.process_time()
            call(*given)
            taken[name].append(Timing(time.perf_counter() - wall, time.process_time() - processor))
    return {name: Timing(*np.median(times[1:], axis=0)) for name, times in taken.items()}


def _show(title: str, timings: list[dict[str, Timing]]) -> None:
    one, many = timings
    first = next(iter(many.values()))
    print(f"\n| {title} | one ECG, ms | processor, ms | batch, ECG/s | processor, ms/ECG | ratio |")
    print("|---|---|---|---|---|---|")
    for name in one:
        cells = (
            f"{one[name].wall_s * 1e3:.1f}",
            f"{one[name].processor_s * 1e3:.1f}",
            f"{BATCH / many[name].wall_s:.0f}",
            f"{many[name].processor_s / BATCH * 1e3:.1f}",
            f"{first.processor_s / many[name].processor_s:.1f}",
        )
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
