"""From a recording to the network's input: 100 Hz, 0.5–40 Hz, absent leads marked.

Enters: an :class:`~cardio_agent.schema.Ecg` of any rate and length. Leaves: (12, n) arrays for
:mod:`cardio_agent.classifier.network`. Does not judge quality.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cardio_agent.schema import Ecg
from cardio_agent.signal import resample

Array = npt.NDArray[np.float32]

INPUT_FS_HZ = 100.0
BAND_HZ = (0.5, 40.0)
# The network's training records last 10 s; longer recordings are read window by window.
WINDOW_SAMPLES = 1000


@lru_cache(maxsize=1)
def _band_filter() -> npt.NDArray[np.float64]:
    from scipy.signal import butter

    return np.asarray(butter(2, BAND_HZ, btype="bandpass", fs=INPUT_FS_HZ, output="sos"))


def band_pass(signal_mv: npt.NDArray[np.floating]) -> Array:
    """Zero-phase second-order Butterworth band-pass of (…, n) signals at 100 Hz, mV."""
    from scipy.signal import sosfiltfilt

    return np.asarray(sosfiltfilt(_band_filter(), signal_mv, axis=-1), dtype=np.float32)


def network_input(ecg: Ecg) -> tuple[Array, npt.NDArray[np.bool_]]:
    """The recording as the network reads it.

    Returns
    -------
    signal : (12, n) float32, mV, 100 Hz, band-passed; absent and constant leads are 0
    present : (12,) bool, False for absent and constant leads
    """
    at_100 = resample(ecg, INPUT_FS_HZ).signal_mv
    present = np.isfinite(at_100).all(axis=1) & (np.ptp(np.nan_to_num(at_100), axis=1) > 0)
    signal = band_pass(np.where(present[:, None], at_100, 0.0))
    return np.where(present[:, None], signal, np.float32(0)), present


def window_starts(n: int) -> tuple[int, ...]:
    """First samples of the 10 s windows that cover ``n`` samples, on the attention's grid of 8.

    >>> window_starts(1000), window_starts(2500)
    ((0,), (0, 1000, 1504))
    """
    if n <= WINDOW_SAMPLES:
        return (0,)
    regular = tuple(range(0, n - WINDOW_SAMPLES + 1, WINDOW_SAMPLES))
    last = -(-(n - WINDOW_SAMPLES) // 8) * 8
    return regular if regular[-1] + WINDOW_SAMPLES >= n else (*regular, last)
