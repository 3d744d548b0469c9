"""Frequency bands of a recording, all from one Fourier transform.

Enters: rows of recorded leads. Leaves: the same rows in a band, at their own rate or a lower one. For
looking at a signal as a whole; what is measured to the millisecond is filtered in
:mod:`cardio_agent.signal.filtering`.
"""

import numpy as np

from cardio_agent.signal.filtering import find_hums

_PADDING_S = 1.0
_HUM_HALF_HZ = 1.0


class Spectrum:
    """The Fourier transform of some leads, mirrored at both ends so that these do not ring.

    Parameters
    ----------
    rows : ndarray, (n_leads, n), mV
        No NaN; n at least 2.
    fs_hz : float
    """

    def __init__(self, rows: np.ndarray, fs_hz: float) -> None:
        from scipy.fft import rfft

        n_samples = rows.shape[1]
        self._pad = min(round(_PADDING_S * fs_hz), n_samples - 1)
        self._n_samples = int(n_samples) + 2 * self._pad
        head = 2 * rows[:, :1] - rows[:, self._pad : 0 : -1]
        tail = 2 * rows[:, -1:] - rows[:, -2 : -2 - self._pad : -1]
        self._fs_hz = float(fs_hz)
        self._values = rfft(np.concatenate([head, rows, tail], axis=1), axis=1)
        self._frequency_hz = np.arange(self._values.shape[1]) * fs_hz / self._n_samples

    def take_out_hums(self, rows: np.ndarray) -> np.ndarray:
        """Remove 50 or 60 Hz hum where these rows show one; its root mean square in each lead, mV."""
        hum = np.zeros(len(rows))
        for mains_hz in find_hums(rows, self._fs_hz):
            line = np.abs(self._frequency_hz - mains_hz) <= _HUM_HALF_HZ
            hum += 2 * np.square(np.abs(self._values[:, line])).sum(axis=1) / self._n_samples**2
            self._values[:, line] = 0
        return np.asarray(np.sqrt(hum))

    def band(self, low_hz: float, high_hz: float, fs_hz: float) -> np.ndarray:
        """The rows between two frequencies, (n_leads, about n * fs_hz / own rate), zero phase.

        Parameters
        ----------
        low_hz, high_hz : float
            Where the amplitude is half; ``low_hz`` 0 keeps the level.
        fs_hz : float
            Wanted rate, above twice ``high_hz`` or the own rate; never above the own rate.

        Second-order Butterworth slopes, taken twice, as a filter run forwards and backwards has them.
        """
        from scipy.fft import irfft

        n_out = self._n_out(fs_hz)
        kept = self._frequency_hz[: n_out // 2 + 1]
        gain = 1 / (1 + (kept / high_hz) ** 4)
        if low_hz:
            gain[1:] /= 1 + (low_hz / kept[1:]) ** 4
            gain[0] = 0
        padded = irfft(self._values[:, : len(kept)] * gain, n_out, axis=1) * (n_out / self._n_samples)
        pad = round(self._pad * n_out / self._n_samples)
        return np.asarray(padded[:, pad : n_out - pad])

    def rate_hz(self, fs_hz: float) -> float:
        """The rate that :meth:`band` really gives for a wanted one: a whole number of samples fits."""
        return float(self._fs_hz * self._n_out(fs_hz) / self._n_samples)

    def _n_out(self, fs_hz: float) -> int:
        return int(self._n_samples if fs_hz >= self._fs_hz else round(self._n_samples * fs_hz / self._fs_hz))
