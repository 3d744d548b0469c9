"""The signal that is delineated and measured: without pacing spikes, clean, at one sampling rate.

Enters: a recording as read and its pacing spikes. Leaves: (12, n) mV at the working rate. Does not judge
quality.
"""

from dataclasses import replace

import numpy as np

from cardio_agent.measurement.detection import WORK_FS_HZ, Floats
from cardio_agent.measurement.pacing import without_spikes
from cardio_agent.schema import Ecg
from cardio_agent.signal import clean, resample


def condition(ecg: Ecg, spikes: np.ndarray) -> Floats:
    """(12, n) mV at the working rate; leads that were not recorded are zero.

    Spikes go first, because any filter would smear them into the waves. A recording that is clean
    already stays as it is.

    Raises
    ------
    BadRecording
        Shorter than 1 s.
    """
    unspiked = replace(ecg, signal_mv=without_spikes(ecg.signal_mv, spikes, ecg.fs_hz))
    return np.nan_to_num(resample(clean(unspiked), WORK_FS_HZ).signal_mv.astype(np.float64))
