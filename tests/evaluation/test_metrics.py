"""Figures of merit against SciPy, against pairs counted by hand and against construction."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from cardio_agent.evaluation.metrics import (
    attainable_calibration_error,
    auroc,
    expected_calibration_error,
    macro_auroc,
)


def test_auroc_is_the_mann_whitney_statistic(rng: np.random.Generator) -> None:
    y = rng.integers(0, 2, 200).astype(float)
    scores = np.round(rng.normal(y, 1.0), 1)  # rounding makes ties
    u = mannwhitneyu(scores[y == 1], scores[y == 0]).statistic
    assert auroc(y, scores) == pytest.approx(u / ((y == 1).sum() * (y == 0).sum()))


def test_auroc_leaves_unknown_targets_out() -> None:
    y = np.array([0, 1, np.nan, 1])
    assert auroc(y, np.array([0.1, 0.9, 0.99, 0.8])) == 1.0


def test_auroc_of_one_class_is_undefined() -> None:
    assert np.isnan(auroc(np.ones(3), np.arange(3.0)))
    assert macro_auroc(np.array([[1.0, 0], [1, 1]]), np.array([[0.2, 0.3], [0.1, 0.9]])) == 1.0


def test_calibration_error_of_a_constant_forecast() -> None:
    y = np.array([1.0] * 30 + [0.0] * 70)
    assert expected_calibration_error(y, np.full(100, 0.30)) == pytest.approx(0)
    assert expected_calibration_error(y, np.full(100, 0.55)) == pytest.approx(0.25)


def test_attainable_error_is_small_for_many_records_and_nil_for_certainty(rng: np.random.Generator) -> None:
    assert attainable_calibration_error(np.array([0.0, 1.0] * 50)) == 0
    few, many = (attainable_calibration_error(rng.random(n)) for n in (100, 10_000))
    assert 0.05 < few < 0.15  # ten bins of ten records: mean |error| of a share is about 0.1
    assert many < 0.015
