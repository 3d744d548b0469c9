"""Where a probability becomes a decision: balanced and screening thresholds, conformal limits.

Enters: targets (n,) in {0, 1, NaN} and calibrated probabilities (n,) of one statement. Leaves:
probabilities at which it is decided otherwise. Records whose target is NaN are left out.
"""

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]


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


def sensitive_threshold(targets: Array, probabilities: Array, sensitivity: float) -> float:
    """The highest threshold that a further positive reaches with at least this probability.

    It is the k-th lowest probability of the n positives, k = floor((1 - sensitivity)(n + 1)), so that
    the promise holds for new records and not only for these; 0 when there are too few positives for it.
    Source: Vovk, Gammerman and Shafer 2005 (order statistics of exchangeable records).

    >>> sensitive_threshold(np.ones(19), np.arange(1, 20) / 20, 0.9)  # the second lowest
    0.1
    """
    return _kth_lowest(probabilities[targets == 1], 1 - sensitivity)


def specific_threshold(targets: Array, probabilities: Array, specificity: float) -> float:
    """The lowest threshold that a further negative stays below with at least this probability.

    As :func:`sensitive_threshold`, for the negatives; 1 when there are too few of them.
    """
    highest_below = 1 - _kth_lowest(1 - probabilities[targets == 0], 1 - specificity)
    return min(math.nextafter(highest_below, 2.0), 1.0)


def _kth_lowest(values: Array, share: float) -> float:
    k = math.floor(share * (len(values) + 1) + 1e-9)  # 0.05 · 20 is a little less than 1
    return float(np.sort(values)[k - 1]) if k else 0.0
