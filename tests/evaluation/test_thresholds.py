"""Thresholds against every other threshold and against new records from the same distribution."""

import numpy as np
import pytest

from cardio_agent.evaluation.thresholds import best_f1_threshold, sensitive_threshold, specific_threshold


def test_best_f1_threshold_beats_every_other(rng: np.random.Generator) -> None:
    y = rng.integers(0, 2, 120).astype(float)
    p = 1 / (1 + np.exp(-rng.normal(2 * y - 1, 1.0)))

    def f1(threshold: float) -> float:
        called = p >= threshold
        return 2 * (called & (y == 1)).sum() / (called.sum() + y.sum())

    best = f1(best_f1_threshold(y, p))
    assert best >= max(f1(t) for t in np.linspace(0, 1, 201)) - 1e-12


def test_sensitivity_is_kept_on_new_records(rng: np.random.Generator) -> None:
    kept = []
    for _ in range(2000):
        threshold = sensitive_threshold(np.ones(50), rng.random(50), 0.95)
        kept.append(1 - threshold)  # share of uniform probabilities at or above it
    # k = floor(0.05 · 51) = 2 of 51: expected 1 - 2/51; SD of one 0.027, of the mean 0.0006.
    assert np.mean(kept) == pytest.approx(1 - 2 / 51, abs=0.003)


def test_specificity_is_kept_on_new_records(rng: np.random.Generator) -> None:
    kept = [specific_threshold(np.zeros(50), rng.random(50), 0.95) for _ in range(2000)]
    assert np.mean(kept) == pytest.approx(1 - 2 / 51, abs=0.003)


def test_the_record_at_the_specific_threshold_is_not_called() -> None:
    p = np.linspace(0.05, 0.95, 19)
    threshold = specific_threshold(np.zeros(19), p, 0.9)  # the second highest negative may be called
    assert (p >= threshold).sum() == 1


def test_too_few_records_promise_nothing() -> None:
    assert sensitive_threshold(np.ones(10), np.full(10, 0.9), 0.95) == 0.0
    assert specific_threshold(np.zeros(10), np.full(10, 0.1), 0.95) == 1.0


def test_unknown_targets_are_left_out() -> None:
    y = np.array([1.0] * 19 + [np.nan] * 5)
    p = np.concatenate([np.linspace(0.1, 1.0, 19), np.zeros(5)])
    assert sensitive_threshold(y, p, 0.9) == pytest.approx(0.15)
