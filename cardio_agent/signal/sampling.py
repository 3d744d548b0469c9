"""Change of the sampling rate.

Enters: an ECG. Leaves: the same ECG at another rate. Does not filter beyond what aliasing demands.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from cardio_agent.errors import BadRequest
from cardio_agent.schema import Ecg

_LARGEST_FACTOR = 1000


def resample(ecg: Ecg, fs_hz: float) -> Ecg:
    """The recording at another sampling rate.

    Parameters
    ----------
    ecg : Ecg
    fs_hz : float
        Wanted rate, above 0.

    Returns
    -------
    Ecg
        float32 (12, ceil(n * fs_hz / ecg.fs_hz)); sample k lies at k / fs_hz as before. Missing leads
        stay NaN. The same object when the rate is already the wanted one.

    Raises
    ------
    BadRequest
        ``fs_hz`` is not a positive number.

    Source: polyphase resampling with a Kaiser-windowed low-pass (``scipy.signal.resample_poly``).
    Limits: rates whose ratio is no fraction of whole numbers up to 1000 are met to one part in a million.
    """
    from scipy.signal import resample_poly

    if not (np.isfinite(fs_hz) and fs_hz > 0):
        raise BadRequest(f"cannot resample to {fs_hz} Hz: the sampling rate must be above 0")
    if fs_hz == ecg.fs_hz:
        return ecg
    ratio = Fraction(fs_hz / ecg.fs_hz).limit_denominator(_LARGEST_FACTOR)
    recorded = ~np.isnan(ecg.signal_mv[:, 0])
    n_samples = -(-ecg.n_samples * ratio.numerator // ratio.denominator)
    out = np.full((len(recorded), n_samples), np.nan, dtype=np.float32)
    if recorded.any():
        rows = ecg.signal_mv[recorded].astype(np.float64)
        out[recorded] = resample_poly(rows, ratio.numerator, ratio.denominator, axis=1, padtype="line")
    return replace(ecg, signal_mv=out, fs_hz=float(fs_hz))
