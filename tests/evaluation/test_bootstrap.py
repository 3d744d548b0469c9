"""Weighted figures against SciPy, against records really repeated, and against numbers worked by hand."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from cardio_agent.evaluation.bootstrap import (
    Interval,
    auprc_rows,
    auroc_rows,
    f1_rows,
    interval,
    resamples,
    sensitivity_rows,
    specificity_rows,
)

Y = np.array([False, False, True, True])
SCORES = np.array([0.1, 0.4, 0.35, 0.8])
ONCE = np.ones((1, 4))


def _precision_recall_area(y: np.ndarray, scores: np.ndarray) -> float:
    """By its definition, threshold after threshold."""
    area, recall = 0.0, 0.0
    for threshold in sorted(set(scores), reverse=True):
        called = scores >= threshold
        area += (y[called].sum() / y.sum() - recall) * y[called].mean()
        recall = y[called].sum() / y.sum()
    return area


def test_auroc_of_a_resample_is_the_mann_whitney_statistic_of_its_records(rng: np.random.Generator) -> None:
    y = rng.random(80) < 0.4
    scores = np.round(rng.normal(y, 1.0), 1)  # rounding makes ties
    weights = resamples(80, n_draws=5)
    for row, area in zip(weights, auroc_rows(y, scores, weights), strict=True):
        drawn = np.repeat(np.arange(80), row.astype(int))
        positive, negative = scores[drawn][y[drawn]], scores[drawn][~y[drawn]]
        u = mannwhitneyu(positive, negative).statistic
        assert area == pytest.approx(u / (len(positive) * len(negative)))


def test_auprc_of_a_resample_is_that_of_its_records(rng: np.random.Generator) -> None:
    y = rng.random(80) < 0.3
    scores = np.round(rng.normal(y, 1.0), 1)
    weights = resamples(80, n_draws=5)
    for row, area in zip(weights, auprc_rows(y, scores, weights), strict=True):
        drawn = np.repeat(np.arange(80), row.astype(int))
        assert area == pytest.approx(_precision_recall_area(y[drawn], scores[drawn]))


def test_figures_worked_by_hand() -> None:
    assert auroc_rows(Y, SCORES, ONCE) == pytest.approx([3 / 4])
    assert auprc_rows(Y, SCORES, ONCE) == pytest.approx([(1 + 2 / 3) / 2])
    called = SCORES >= 0.38  # one hit, one miss, one false alarm, one correct rejection
    assert sensitivity_rows(Y, called, ONCE) == pytest.approx([1 / 2])
    assert specificity_rows(Y, called, ONCE) == pytest.approx([1 / 2])
    assert f1_rows(Y, called, ONCE) == pytest.approx([1 / 2])


def test_weights_count_as_repeated_records() -> None:
    thrice = np.array([[1.0, 1, 1, 3]])
    called = SCORES >= 0.38
    assert sensitivity_rows(Y, called, thrice) == pytest.approx([3 / 4])
    assert f1_rows(Y, called, thrice) == pytest.approx([2 * 3 / (4 + 4)])


def test_a_class_that_is_absent_leaves_the_figure_undefined() -> None:
    nobody = np.zeros(4, dtype=bool)
    for rows in (auroc_rows, auprc_rows):
        assert np.isnan(rows(nobody, SCORES, ONCE)).all()
    assert np.isnan(f1_rows(nobody, ~nobody, ONCE)).all()
    assert np.isnan(specificity_rows(~nobody, nobody, ONCE)).all()


def test_resamples_begin_with_the_records_and_draw_as_many() -> None:
    weights = resamples(30, n_draws=10, seed=1)
    assert weights.shape == (11, 30)
    assert (weights[0] == 1).all()
    assert (weights.sum(axis=1) == 30).all()
    assert np.array_equal(weights, resamples(30, n_draws=10, seed=1))


def test_interval_of_a_share_is_that_of_the_binomial() -> None:
    y = np.ones(400, dtype=bool)
    called = np.arange(400) < 300
    found = interval(sensitivity_rows(y, called, resamples(400)))
    half = 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert found.value == 0.75
    assert found.low == pytest.approx(0.75 - half, abs=0.01)
    assert found.high == pytest.approx(0.75 + half, abs=0.01)


def test_undefined_draws_are_left_out() -> None:
    assert interval(np.array([0.5, np.nan, 0.4, 0.4])) == Interval(0.5, 0.4, 0.4)
    assert np.isnan(interval(np.array([0.5])).low)


def test_intervals_as_text() -> None:
    nan = float("nan")
    assert str(Interval(0.5, 0.25, 0.75)) == "0.500 (0.250–0.750)"
    assert str(Interval(0.5, nan, nan)) == "0.500"
    assert str(Interval(nan, nan, nan)) == "–"
