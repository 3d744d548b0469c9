"""A map of relevance as a shade behind the trace.

Enters: a (12, n) map in the time base of its recording. Leaves: the map smoothed so that it can be seen,
and scaled from -1 to 1.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

SMOOTHING_S = 0.04
_FULL_AT = 0.99
"""The shade is full from this quantile of the map's size: one spike does not dim the rest."""


def smoothed(relevance: npt.NDArray[np.floating], fs_hz: float) -> Array:
    """The mean over 40 ms around each sample, (12, n)."""
    width = max(round(SMOOTHING_S * fs_hz), 1)
    box = np.ones(width) / width
    return np.array([np.convolve(row, box, mode="same") for row in relevance.astype(np.float64)])


def shade(relevance: npt.NDArray[np.floating], fs_hz: float) -> Array:
    """The smoothed map from -1 to 1, (12, n)."""
    smooth = smoothed(relevance, fs_hz)
    size = np.abs(smooth)
    full = np.quantile(size[size > 0], _FULL_AT) if size.any() else 1.0
    return np.asarray(np.clip(smooth / full, -1, 1))
