"""Figures of merit of probabilities against labels, with bootstrap intervals.

Enters: targets (n,) or (n, k) in {0, 1, NaN} and probabilities of the same shape. Leaves: numbers.
Records whose target is NaN are left out of that column.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]


class Interval(NamedTuple):
    """A figure with its 95% bootstrap interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}–{self.high:.3f})"


def auroc(targets: Array, scores: Array) -> float:
    """Area under the receiver operating characteristic; NaN when a class is absent.

    Source: Mann–Whitney statistic with mid-ranks for ties (Hanley and McNeil 1982).

    >>> auroc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]))
    0.75
    """
    from scipy.stats import rankdata

    known = ~np.isnan(targets)
    y, s = targets[known] > 0.5, scores[known]
    n_pos, n_neg = int(y.sum()), int((~y).sum())
    if not n_pos or not n_neg:
        return float("nan")
    return float((rankdata(s)[y].sum() - n_pos * (n_pos + 1) / 2) / (n_pos * n_neg))


def macro_auroc(targets: Array, scores: Array) -> float:
    """Mean AUROC of the columns for which it is defined."""
    values = [auroc(targets[:, k], scores[:, k]) for k in range(targets.shape[1])]
    defined = [v for v in values if not np.isnan(v)]
    return float(np.mean(defined)) if defined else float("nan")


def bootstrap_auroc(
    targets: Array, scores: Array, *, n_draws: int = 1000, seed: int = 0
) -> tuple[list[Interval], Interval]:
    """AUROC of each column and their macro mean, with percentile intervals over resampled records.

    The same resamples serve all columns, so that the macro interval respects their dependence.
    """
    rng = np.random.default_rng(seed)
    n, k = targets.shape
    draws = np.empty((n_draws, k))
    for d in range(n_draws):
        rows = rng.integers(0, n, n)
        draws[d] = [auroc(targets[rows, c], scores[rows, c]) for c in range(k)]
    columns = [_interval(auroc(targets[:, c], scores[:, c]), draws[:, c]) for c in range(k)]
    defined = [c for c in range(k) if not np.isnan(columns[c].value)]
    macro_draws = np.array([np.nanmean(row) for row in draws[:, defined]]) if defined else np.empty(0)
    return columns, _interval(macro_auroc(targets, scores), macro_draws)


def _interval(value: float, draws: Array) -> Interval:
    usable = draws[~np.isnan(draws)]
    if np.isnan(value) or not len(usable):
        return Interval(value, float("nan"), float("nan"))
    low, high = np.percentile(usable, [2.5, 97.5])
    return Interval(value, float(low), float(high))


def expected_calibration_error(targets: Array, probabilities: Array, n_bins: int = 10) -> float:
    """Mean distance between probability and observed share, over equal-width bins, weighted by count.

    Source: Guo et al. 2017, "On calibration of modern neural networks".
    """
    known = ~np.isnan(targets)
    y, p = targets[known], probabilities[known]
    bins = np.minimum((p * n_bins).astype(int), n_bins - 1)
    counts = np.bincount(bins, minlength=n_bins)
    gaps = np.abs(np.bincount(bins, y, n_bins) - np.bincount(bins, p, n_bins))
    return float(gaps.sum() / max(counts.sum(), 1))


def best_f1_threshold(targets: Array, probabilities: Array) -> float:
    """The threshold with the highest F1; midway between the two neighbouring probabilities.

    >>> best_f1_threshold(np.array([0.0, 0, 1, 1]), np.array([0.1, 0.2, 0.6, 0.9]))
    0.4
    """
    known = ~np.isnan(targets)
    order = np.argsort(-probabilities[known], kind="stable")
    y, p = targets[known][order], probabilities[known][order]
    hits = np.cumsum(y)
    f1 = 2 * hits / (np.arange(1, len(y) + 1) + y.sum())
    best = int(np.argmax(f1))
    below = p[best + 1] if best + 1 < len(p) else 0.0
    return float((p[best] + below) / 2)
