"""The learning rate over a run.

Enters: how far the run has come. Leaves: a factor of the peak rate.
"""

import math


def warm_cosine(share: float, warmup_share: float) -> float:
    """Linear warm-up, then half a cosine down to zero.

    Parameters
    ----------
    share : float
        Of all steps, those done, 0 to 1.
    warmup_share : float
        Of all steps, those of the warm-up.

    >>> [round(warm_cosine(share, 0.1), 3) for share in (0.0, 0.05, 0.1, 0.55, 1.0)]
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    if share < warmup_share:
        return share / warmup_share
    rest = (share - warmup_share) / (1 - warmup_share)
    return 0.5 * (1 + math.cos(math.pi * min(rest, 1.0)))
