"""Where the heart beats: one sample a QRS complex, from all leads together.

Enters: the signal. Leaves: samples near the middle of each QRS. A first look that quality and baseline
removal need; onsets, offsets and the kind of beat are the measurement stage's work.
"""

from functools import cache

import numpy as np

QRS_BAND_HZ = (5.5, 25.0)
"""Where QRS complexes outweigh T waves, even higher ones, and wide QRS complexes are still seen."""
_SMOOTHING_S = 0.10
_REFRACTORY_S = 0.25
_LEVEL_WINDOW_S = 2.0
_THRESHOLD = 0.35


def find_qrs(signal_mv: np.ndarray, fs_hz: float) -> np.ndarray:
    """Samples at which QRS complexes are, in time order.

    Parameters
    ----------
    signal_mv : ndarray, (n_leads, n), mV
        Recorded leads only: no NaN.
    fs_hz : float

    Returns
    -------
    ndarray of int
        Empty where the signal has no leads or does not change.

    The leads are band-passed where QRS complexes outweigh P and T waves (5.5 to 25 Hz; the 5 to 15 Hz of Pan
    and Tompkins 1985 let tall T waves through), joined as a root mean square and smoothed; peaks above 35 %
    of the usual height of the highest peak in two seconds count, at least 250 ms apart.
    """
    from scipy.signal import find_peaks

    strength = qrs_strength(signal_mv, fs_hz)
    if not strength.any():
        return np.empty(0, dtype=int)
    window = max(1, min(len(strength), round(_LEVEL_WINDOW_S * fs_hz)))
    n_windows = len(strength) // window
    level = np.median(strength[: n_windows * window].reshape(n_windows, window).max(axis=1))
    peaks, _ = find_peaks(strength, height=_THRESHOLD * level, distance=max(1, round(_REFRACTORY_S * fs_hz)))
    return np.asarray(peaks, dtype=int)


def qrs_strength(signal_mv: np.ndarray, fs_hz: float) -> np.ndarray:
    """How much like a QRS the leads look together at each sample: (n,), mV."""
    from scipy.ndimage import uniform_filter1d
    from scipy.signal import sosfiltfilt

    if not len(signal_mv):
        return np.zeros(signal_mv.shape[1])
    power = np.square(sosfiltfilt(_band(fs_hz), signal_mv, axis=1)).mean(axis=0)
    return np.asarray(np.sqrt(np.maximum(uniform_filter1d(power, max(1, round(_SMOOTHING_S * fs_hz))), 0)))


@cache
def _band(fs_hz: float) -> np.ndarray:
    from scipy.signal import butter

    return np.asarray(butter(2, QRS_BAND_HZ, "bandpass", fs=fs_hz, output="sos"))
