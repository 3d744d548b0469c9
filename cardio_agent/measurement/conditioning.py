"""A recording made ready for delineation and measurement: once for both.

Enters: a recording as read. Leaves: :class:`Conditioned`, at one sampling rate, with the pacing spikes and
the middle of each QRS, which are found on the way. Does not say where a wave begins or ends and does not
judge quality.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import signal

from cardio_agent.measurement.detection import WORK_FS_HZ, Floats, Samples, detect_beats
from cardio_agent.measurement.pacing import find_spike_candidates, without_spikes
from cardio_agent.schema import Ecg
from cardio_agent.signal import clean, resample

SPIKE_LEAD_S = (0.045, 0.32)
SPIKE_SPREAD_S = 0.04
MIN_SPIKES = 3
MIN_SPIKE_SHARE = 0.3
LOW_PASS = signal.butter(2, 40.0, fs=WORK_FS_HZ, output="sos")


@dataclass(frozen=True, eq=False)
class Conditioned:
    """What is measured, what is delineated, and what was found on the way.

    ``signal_mv`` is (12, n) at the working rate, clean and without pacing spikes; ``quiet_mv`` is the same,
    low-passed to what a recording at 100 Hz holds, so that every rate is read alike. Leads that were not
    recorded are zero. ``beats`` is the middle of each QRS at the working rate, ``spikes`` are the pacing
    spikes at the recording's own.
    """

    signal_mv: Floats
    quiet_mv: Floats
    beats: Samples
    spikes: Samples


def condition(ecg: Ecg) -> Conditioned:
    """Make a recording ready; at least 1 s long.

    Raises
    ------
    BadRecording
        Shorter than 1 s.
    """
    live = live_leads(ecg)
    candidates = find_spike_candidates(ecg.signal_mv[live].astype(np.float64), ecg.fs_hz)
    signal_mv = without_disturbance(ecg, candidates)
    quiet_mv = _low_passed(signal_mv)
    beats = detect_beats(quiet_mv[live]) if len(live) else np.array([], dtype=np.intp)
    spikes = _that_pace(candidates, beats / WORK_FS_HZ * ecg.fs_hz, ecg.fs_hz)
    if len(spikes) < len(candidates):
        signal_mv = without_disturbance(ecg, spikes)
        quiet_mv = _low_passed(signal_mv)
    return Conditioned(signal_mv, quiet_mv, beats, spikes)


def live_leads(ecg: Ecg) -> Samples:
    """Rows of the leads that were recorded and are not flat."""
    return np.flatnonzero(np.ptp(np.nan_to_num(ecg.signal_mv), axis=1) > 0)


def without_disturbance(ecg: Ecg, spikes: Samples) -> Floats:
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


def _low_passed(signal_mv: Floats) -> Floats:
    return np.asarray(signal.sosfiltfilt(LOW_PASS, signal_mv, axis=1))


def _that_pace(candidates: Samples, middles: Floats, fs_hz: float) -> Samples:
    """Candidates that come shortly before a QRS, the same time before many of them.

    In the middle of a QRS they are tips of narrow R waves.
    """
    if not len(candidates):
        return candidates
    following = np.append(middles, np.inf)[np.searchsorted(middles, candidates)]
    lead_s = (following - candidates) / fs_hz
    is_before = (lead_s > SPIKE_LEAD_S[0]) & (lead_s < SPIKE_LEAD_S[1])
    lead_s = lead_s[is_before]
    n_alike = np.sum(np.abs(lead_s[:, None] - lead_s) <= SPIKE_SPREAD_S, axis=1)
    is_usual = n_alike >= max(MIN_SPIKES, MIN_SPIKE_SHARE * len(middles))
    return np.asarray(candidates[is_before][is_usual], dtype=np.intp)
