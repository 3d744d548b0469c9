"""Networks whose answer is known: one that is linear, one that is small and random."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from cardio_agent.classifier.model import Model
from cardio_agent.classifier.network import EcgNetwork, NetworkConfig
from cardio_agent.classifier.runners import Runner, TorchRunner
from cardio_agent.classifier.statements import CODES
from cardio_agent.explanation.question import Question
from cardio_agent.explanation.segments import SEGMENTS
from cardio_agent.schema import Beat, Beats, Ecg, Patient, Source, Wave, Waves

STATEMENT = 7
BEAT = {"P": (10, 20), "PR": (20, 26), "QRS": (26, 36), "ST": (36, 46), "T": (46, 66)}
"""Samples at 100 Hz of each segment within each second; the rest is TP."""


@dataclass
class LinearRunner:
    """Every logit is the sum of weight times signal; keeps which leads it was told are present."""

    weight: np.ndarray

    def __call__(self, signal_mv: np.ndarray, present: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.present = present
        weight = self.weight[:, : signal_mv.shape[-1]]
        logit = (signal_mv * present[..., None] * weight).sum((1, 2), dtype=np.float64)
        attention = np.ones((len(signal_mv), len(CODES), 12, -(-signal_mv.shape[-1] // 8)), np.float32)
        return np.repeat(logit[:, None], len(CODES), axis=1).astype(np.float32), attention


def model_of(runner: Runner) -> Model:
    return Model(runner, calibration={}, version="test", sha256="0" * 64, stride=8)


def second_labels(n: int) -> np.ndarray:
    label = np.full(100, SEGMENTS.index("TP"), dtype=np.int8)
    for name, (first, last) in BEAT.items():
        label[first:last] = SEGMENTS.index(name)
    return np.resize(label, n)


@pytest.fixture
def linear(rng: np.random.Generator) -> LinearRunner:
    return LinearRunner(rng.normal(size=(12, 1000)))


@pytest.fixture
def ask(rng: np.random.Generator) -> Callable[..., Question]:
    """A question about a random signal of 3 s; ``absent`` leads are 0."""

    def make(
        runner: Runner, *, with_beats: bool = True, absent: tuple[int, ...] = (), n: int = 300
    ) -> Question:
        signal = rng.normal(size=(12, n)).astype(np.float32)
        present = np.ones(12, dtype=bool)
        present[list(absent)] = False
        signal[~present] = 0
        return Question(
            model_of(runner), signal, present, STATEMENT, second_labels(n) if with_beats else None
        )

    return make


@pytest.fixture
def small() -> TorchRunner:
    """A random network of the classifier's kind, a hundredth of its size."""
    torch.manual_seed(3)
    config = NetworkConfig(trunk_channels=(6, 6, 8, 8), trunk_blocks=(1, 1, 1, 1), lead_channels=(4, 6, 6))
    network = EcgNetwork(config)
    for norm in network.modules():
        if isinstance(norm, torch.nn.BatchNorm1d):
            torch.nn.init.normal_(norm.bias, std=0.2)
    return TorchRunner(network.eval().requires_grad_(False))


@pytest.fixture
def recording(rng: np.random.Generator) -> Callable[..., Ecg]:
    """Noise as a recording; ``changes`` set whole leads."""

    def make(fs_hz: float = 500, seconds: float = 10, changes: dict[int, float] | None = None) -> Ecg:
        signal = rng.normal(size=(12, round(fs_hz * seconds))).astype(np.float32)
        for lead, value in (changes or {}).items():
            signal[lead] = value
        return Ecg(signal, fs_hz, Patient(), Source(name="noise.csv", format="csv"))

    return make


@pytest.fixture
def waves_of() -> Callable[[Ecg], Waves]:
    """A beat in each second, as :data:`BEAT` says."""

    def wave(start_s: float, name: str, fs_hz: float) -> Wave:
        first, last = (round((start_s + edge / 100) * fs_hz) for edge in BEAT[name])
        return Wave(first, (first + last) // 2, last)

    def make(ecg: Ecg) -> Waves:
        beats = tuple(
            Beat(*(wave(second, name, ecg.fs_hz) for name in ("QRS", "P", "T")))
            for second in range(int(ecg.duration_s))
        )
        return Waves(ecg.fs_hz, Beats(beats), {})

    return make


NO_BEATS = Waves(500.0, Beats(), {})
