"""Removal of cells from networks so simple that the perfect map and the areas are known."""

import numpy as np
import pytest

from cardio_agent.classifier.model import Calibration, Model
from cardio_agent.classifier.statements import CODES
from cardio_agent.evaluation.faithfulness.flipping import (
    CELL_SAMPLES,
    N_STEPS,
    area,
    cell_relevance,
    flip,
    gains,
    removal_rank,
)
from cardio_agent.explanation.question import Question

MI = CODES.index("MI")
V2 = 7


def _power_of_v2(signal: np.ndarray, present: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The logit of infarction is the power of lead V2, that of all others is 0."""
    logits = np.zeros((len(signal), len(CODES)), dtype=np.float32)
    logits[:, MI] = (signal[:, V2] ** 2).sum(axis=-1)
    return logits, present


def _question(signal: np.ndarray) -> Question:
    model = Model(_power_of_v2, {code: Calibration(1.0, 1.0, 0.0, 0.5) for code in CODES}, "test", "", 8)
    return Question(model, signal.astype(np.float32), signal.any(axis=1), MI, None)


@pytest.fixture
def question(rng: np.random.Generator) -> Question:
    """Noise whose strength differs from second to second, so that cells differ in worth."""
    strength = np.repeat(rng.uniform(0.1, 1, (12, 10)), 100, axis=1)
    return _question(0.1 * strength * rng.standard_normal((12, 1000)))


def _srg(question: Question, relevance: np.ndarray) -> float:
    return gains(question, flip(question, relevance, np.random.default_rng(0)), 0.0).srg


def _perfect(question: Question) -> np.ndarray:
    relevance = np.zeros_like(question.signal)
    relevance[V2] = question.signal[V2] ** 2
    return relevance


def test_no_map_gains_more_than_the_perfect_one(question: Question, rng: np.random.Generator) -> None:
    best = _srg(question, _perfect(question))
    # All of V2 is a twelfth of the cells, gone with the second of 20 steps: hardly an area of its own.
    assert best > 0.85 * float((question.signal[V2] ** 2).sum())
    others = [rng.standard_normal((12, 1000)) for _ in range(20)]
    lead_only = np.zeros((12, 1000))
    lead_only[V2] = 1
    assert all(_srg(question, relevance) < best for relevance in [*others, lead_only, question.signal**2])


def test_inverted_map_loses_what_the_perfect_one_gains(question: Question) -> None:
    perfect = _perfect(question)
    assert _srg(question, -perfect - 1e-9 * np.arange(1000)) < -0.8 * _srg(question, perfect)


def test_random_maps_gain_nothing_on_average(question: Question, rng: np.random.Generator) -> None:
    found = [_srg(question, rng.standard_normal((12, 1000))) for _ in range(200)]
    standard_error = np.std(found) / np.sqrt(len(found))
    assert abs(np.mean(found)) < 4 * standard_error
    assert standard_error < 0.05 * _srg(question, _perfect(question))


def test_two_cells_by_hand() -> None:
    """Powers 3 and 1 of two cells. In 20 steps a cell is gone from the 6th on, both from the 15th on."""
    signal = np.zeros((12, 2 * CELL_SAMPLES))
    signal[V2, 3], signal[V2, CELL_SAMPLES] = np.sqrt(3), 1
    asked = _question(signal)
    relevance = np.zeros_like(signal)
    relevance[V2, :CELL_SAMPLES] = 0.5
    curves = flip(asked, relevance, np.random.default_rng(0))
    assert curves.most_first == pytest.approx([4] * 6 + [1] * 9 + [0] * 6)
    assert curves.least_first == pytest.approx([4] * 6 + [3] * 9 + [0] * 6)

    found = gains(asked, curves, 2.0)
    # Trapezoids: all values but half of the first and of the last, over 20 steps.
    assert found.srg == pytest.approx((9 * 3 - 9 * 1) / 20)
    assert found.below_random == pytest.approx(2.0 - (24 + 9 - 2) / 20)
    assert found.above_random == pytest.approx((24 + 27 - 2) / 20 - 2.0)
    four, three, one, blank = 1 / (1 + np.exp([-4.0, -3.0, -1.0, 0.0]))
    ends = 5.5 * four + 5.5 * blank
    assert found.deletion == pytest.approx((ends + 9 * one) / 20)
    assert found.insertion == pytest.approx((ends + 9 * three) / 20)
    assert found.srg_probability == pytest.approx(found.insertion - found.deletion)


def test_absent_leads_take_no_step() -> None:
    """One of two recorded leads matters: it is gone after half of the steps, wherever absent leads stand."""
    signal = np.zeros((12, 1000))
    signal[[1, V2]] = 0.1
    relevance = np.zeros_like(signal)
    relevance[V2] = 1
    curves = flip(_question(signal), relevance, np.random.default_rng(0))
    whole = 1000 * 0.1**2
    assert curves.most_first[[0, 5, 10]] == pytest.approx([whole, whole / 2, 0], abs=1e-5)
    assert curves.least_first[[0, 10, 15]] == pytest.approx([whole, whole, whole / 2], rel=1e-5)


def test_cells_are_means_and_the_last_may_be_short() -> None:
    relevance = np.arange(50.0)[None]
    assert cell_relevance(relevance) == pytest.approx(np.array([[9.5, 29.5, 44.5]]))


def test_order_is_by_relevance_and_ties_fall_by_chance() -> None:
    cells = np.array([[0.0, 2.0], [-1.0, 1.0]])
    assert removal_rank(cells, np.random.default_rng(0)).tolist() == [[2, 0], [3, 1]]
    first = {removal_rank(np.zeros((2, 2)), np.random.default_rng(k)).tobytes() for k in range(30)}
    assert len(first) > 5


def test_area_is_the_mean_height() -> None:
    assert area(np.full(N_STEPS + 1, 3.0)) == pytest.approx(3)
    assert area(np.linspace(1, 0, N_STEPS + 1)) == pytest.approx(0.5)
