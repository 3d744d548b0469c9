"""The benchmark runs and shows every runtime; how fast it is depends on the machine, so that is not held."""

import os
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "classifier_speed.py"


def test_benchmark_shows_every_runtime() -> None:
    command = [sys.executable, str(BENCHMARK), "--threads", "1", "--rounds", "1"]
    environment = os.environ | {"PYTHONPATH": str(BENCHMARK.parents[1])}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    for name in ("PyTorch", "ONNX float32", "ONNX int8", "PyTorch bf16"):
        assert f"| {name} |" in done.stdout
