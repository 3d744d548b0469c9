"""Figures of merit of probabilities against labels.

Enters: targets (n,) or (n, k) in {0, 1, NaN} and probabilities of the same shape. Leaves: numbers.
Records whose target is NaN are left out of that column.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]


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


class ReliabilityBins(NamedTuple):
    """Records in equal-width bins of probability; NaN where a bin is empty."""

    n: npt.NDArray[np.int64]
    mean_probability: Array
    observed: Array


def reliability_bins(targets: Array, probabilities: Array, n_bins: int = 10) -> ReliabilityBins:
    """Probability and observed share in each bin; records with an unknown target are left out."""
    known = ~np.isnan(targets)
    y, p = targets[known], probabilities[known]
    bins = np.minimum((p * n_bins).astype(int), n_bins - 1)
    n = np.bincount(bins, minlength=n_bins)
    filled = np.where(n > 0, n, np.nan)
    return ReliabilityBins(n, np.bincount(bins, p, n_bins) / filled, np.bincount(bins, y, n_bins) / filled)


def expected_calibration_error(targets: Array, probabilities: Array, n_bins: int = 10) -> float:
    """Mean distance between probability and observed share, over equal-width bins, weighted by count.

    Source: Guo et al. 2017, "On calibration of modern neural networks".
    """
    bins = reliability_bins(targets, probabilities, n_bins)
    gaps = np.nan_to_num(np.abs(bins.observed - bins.mean_probability))
    return float((bins.n * gaps).sum() / max(bins.n.sum(), 1))


def attainable_calibration_error(probabilities: Array, n_draws: int = 200, seed: int = 0) -> float:
    """Mean expected calibration error of these probabilities if every one of them were exactly right.

    So few records give an error of chance alone; a measured one is to be read beside it.
    """
    rng = np.random.default_rng(seed)
    errors = [
        expected_calibration_error(
            (rng.random(len(probabilities)) < probabilities).astype(float), probabilities
        )
        for _ in range(n_draws)
    ]
    return float(np.mean(errors))
