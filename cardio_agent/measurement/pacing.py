"""Pacing spikes: found before any filter blurs them, and taken out of the signal.

Enters: (12, n) mV at the recording's own rate. Leaves: spike samples, and the signal without them.
Does not say what a spike paced: see :mod:`cardio_agent.measurement.rhythm`.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

Floats = NDArray[np.floating]
Samples = NDArray[np.intp]

# A spike goes up and comes back within a few ms; a narrow R wave takes ten times as long. Chosen on
# PTB-XL and the odd-numbered LUDB records.
REACH_S = 0.004
BLANK_S = 0.012
MIN_RISE_MV = 0.15
MIN_SHARPNESS = 0.6
# Below this rate a spike is one sample and has lost most of its height.
LOW_RATE_HZ = 250.0
MIN_RISE_AT_LOW_RATE_MV = 0.10
MIN_SHARPNESS_AT_LOW_RATE = 0.8
MIN_LEADS = 3
EDGE_REACHES = 5


def find_spike_candidates(signal_mv: Floats, fs_hz: float) -> Samples:
    """Samples where at least three leads rise and fall back within a few milliseconds.

    Parameters
    ----------
    signal_mv : (12, n) array, mV, without NaN
    fs_hz : its sampling rate, Hz

    Returns
    -------
    (k,) array of samples in time order, empty when there is none. The tip of a very narrow R wave can
    be among them: what lies in the middle of a QRS is no spike.

    Limits: pacemakers whose spikes the recorder removed or low-passed are not seen.
    """
    reach = max(1, round(REACH_S * fs_hz))
    if signal_mv.shape[1] <= 2 * EDGE_REACHES * reach:
        return np.array([], dtype=np.intp)
    near, far = _rise_and_fall(signal_mv, reach), _rise_and_fall(signal_mv, 4 * reach)
    is_low = fs_hz < LOW_RATE_HZ
    rise_mv = MIN_RISE_AT_LOW_RATE_MV if is_low else MIN_RISE_MV
    sharpness = MIN_SHARPNESS_AT_LOW_RATE if is_low else MIN_SHARPNESS
    sharp = (near > rise_mv) & (near > sharpness * far)
    n_leads = ndimage.maximum_filter1d(sharp.astype(np.intp), 2 * reach + 1, axis=1).sum(axis=0)
    n_leads[: EDGE_REACHES * reach] = n_leads[-EDGE_REACHES * reach :] = 0
    found, _ = signal.find_peaks(n_leads, height=MIN_LEADS, distance=6 * reach)
    return np.asarray(found, dtype=np.intp)


def without_spikes(signal_mv: Floats, spikes: Samples, fs_hz: float) -> Floats:
    """A copy in which a straight line replaces each spike."""
    out = signal_mv.copy()
    reach = max(1, round(BLANK_S * fs_hz))
    for spike in spikes:
        start, stop = max(spike - reach, 0), min(spike + reach, out.shape[1] - 1)
        ramp = np.linspace(0, 1, stop - start + 1)
        out[:, start : stop + 1] = out[:, [start]] * (1 - ramp) + out[:, [stop]] * ramp
    return out


def _rise_and_fall(signal_mv: Floats, reach: int) -> Floats:
    """How far each sample stands out from both samples ``reach`` away, to the same side; 0 if it does not."""
    padded = np.pad(signal_mv, ((0, 0), (reach, reach)), mode="edge")
    left, right = signal_mv - padded[:, : -2 * reach], signal_mv - padded[:, 2 * reach :]
    out: Floats = np.where(left * right > 0, np.minimum(np.abs(left), np.abs(right)), 0.0)
    return out
