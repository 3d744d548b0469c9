"""What an explanation costs: seconds on one core, passes through the network, a bar when it takes long."""

import io
import sys
import time
from collections.abc import Callable

import numpy as np
import pytest

from cardio_agent.classifier.model import load_model
from cardio_agent.classifier.preprocessing import network_input
from cardio_agent.classifier.statements import CODES
from cardio_agent.explanation import METHODS, pieces
from cardio_agent.explanation.question import Question
from cardio_agent.simulation import simulate
from tests.explanation.conftest import LinearRunner, second_labels


@pytest.mark.parametrize(
    ("method", "limit_s"),
    [("attention", 0.3), ("gradcam", 0.3), ("occlusion-lead", 0.3), ("integrated-gradients", 1.5)],
)
def test_quick_methods_stay_quick(method: str, limit_s: float) -> None:
    signal, present = network_input(simulate("lbbb").ecg)
    question = Question(load_model(), signal, present, CODES.index("CLBBB"), second_labels(1000))
    spent = []
    for _ in range(2):  # the first loads captum
        start = time.process_time()
        METHODS[method].run(question)
        spent.append(time.process_time() - start)
    assert min(spent) < limit_s


@pytest.mark.parametrize("method", ["shap", "lime"])
def test_sampling_methods_keep_to_their_passes(method: str, ask: Callable[..., Question]) -> None:
    rows = 0

    class Counting(LinearRunner):
        def __call__(self, signal_mv: np.ndarray, present: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            nonlocal rows
            rows += len(signal_mv)
            return super().__call__(signal_mv, present)

    METHODS[method].run(ask(Counting(np.ones((12, 1000)))))
    assert rows <= 900  # of at most 10 ms each on one core: within the ten seconds on two


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("delay_s", "is_shown"), [(0.0, True), (60.0, False)])
def test_a_bar_shows_only_what_takes_long(
    delay_s: float,
    is_shown: bool,
    ask: Callable[..., Question],
    linear: LinearRunner,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = _Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(pieces, "_BAR_DELAY_S", delay_s)
    METHODS["occlusion-window"].run(ask(linear))
    assert ("occlusion" in screen.getvalue()) == is_shown
