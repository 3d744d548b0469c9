"""Figures of merit with bootstrap intervals, all resamples at once.

Enters: targets (n,) bool, scores (n,), and how often each record is drawn in each resample,
``weights`` (n_rows, n). Leaves: one figure a row; by convention row 0 is the records as they are,
the others are draws. Unknown targets are left out by the caller.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]


class Interval(NamedTuple):
    """A figure with its 95% bootstrap interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        if np.isnan(self.low):
            return "–" if np.isnan(self.value) else f"{self.value:.3f}"
        return f"{self.value:.3f} ({self.low:.3f}–{self.high:.3f})"


def resamples(n: int, *, n_draws: int = 1000, seed: int = 0) -> Array:
    """How often each of ``n`` records is drawn, (1 + n_draws, n); the first row is all ones.

    One set of draws serves all statements, so that the interval of a macro mean respects their
    dependence. Source: Efron and Tibshirani 1993, percentile intervals.
    """
    draws = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), n_draws)
    return np.vstack([np.ones(n), draws])


def interval(rows: Array) -> Interval:
    """The figure of row 0 with the 2.5th and 97.5th percentile of the rows below it.

    Draws in which the figure is not defined (NaN) are left out.
    """
    usable = rows[1:][~np.isnan(rows[1:])]
    if np.isnan(rows[0]) or not len(usable):
        return Interval(float(rows[0]), float("nan"), float("nan"))
    low, high = np.percentile(usable, [2.5, 97.5])
    return Interval(float(rows[0]), float(low), float(high))


def auroc_rows(targets: Flags, scores: Array, weights: Array) -> Array:
    """Area under the receiver operating characteristic of each row; NaN where a class is absent.

    Source: Mann–Whitney statistic, ties count half (Hanley and McNeil 1982).
    """
    positives, negatives = _per_score(targets, scores, weights)
    below = np.cumsum(negatives, axis=1) - negatives
    wins = (positives * (below + negatives / 2)).sum(axis=1)
    return _ratio(wins, positives.sum(axis=1) * negatives.sum(axis=1))


def auprc_rows(targets: Flags, scores: Array, weights: Array) -> Array:
    """Area under the precision–recall curve of each row, as average precision; NaN without positives.

    Source: sum of precision times gain in recall over the distinct scores, without interpolation.
    """
    positives, negatives = (part[:, ::-1] for part in _per_score(targets, scores, weights))
    hits = np.cumsum(positives, axis=1)
    precision = hits / np.maximum(hits + np.cumsum(negatives, axis=1), 1)
    return _ratio((precision * positives).sum(axis=1), positives.sum(axis=1))


def sensitivity_rows(targets: Flags, called: Flags, weights: Array) -> Array:
    """Share of the positives that are called, in each row."""
    return _ratio(weights @ (called & targets), weights @ targets)


def specificity_rows(targets: Flags, called: Flags, weights: Array) -> Array:
    """Share of the negatives that are not called, in each row."""
    return sensitivity_rows(~targets, ~called, weights)


def f1_rows(targets: Flags, called: Flags, weights: Array) -> Array:
    """Harmonic mean of sensitivity and precision, in each row; NaN without positives."""
    defined = np.where(weights @ targets > 0, 1.0, np.nan)
    return defined * _ratio(2 * (weights @ (called & targets)), weights @ targets + weights @ called)


def _per_score(targets: Flags, scores: Array, weights: Array) -> tuple[Array, Array]:
    """Weight of positives and of negatives at each distinct score, lowest first: (n_rows, n_scores)."""
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.diff(scores[order], prepend=-np.inf) > 0)
    positives = np.add.reduceat(weights[:, order] * targets[order], starts, axis=1)
    negatives = np.add.reduceat(weights[:, order] * ~targets[order], starts, axis=1)
    return positives, negatives


def _ratio(part: Array, whole: Array) -> Array:
    out = np.full(len(whole), np.nan)
    np.divide(part, whole, out=out, where=whole > 0)
    return out
