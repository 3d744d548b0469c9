"""From a 12-lead recording to its waves.

Enters: an :class:`~cardio_agent.schema.Ecg` of 100 to 1000 Hz, as read (pacing spikes show best there) or
clean. Leaves: :class:`~cardio_agent.schema.Waves`. The method is that of a 12-lead cart: QRS complexes are
found over all leads at once, beats of one shape are averaged, the quiet median beat is delineated lead by
lead, and its fiducials are carried back to each beat. Nothing is measured here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import signal

from cardio_agent.leads import LEADS
from cardio_agent.measurement.boundaries import Fiducials, Located
from cardio_agent.measurement.conditioning import condition
from cardio_agent.measurement.detection import WORK_FS_HZ, Floats, Samples, detect_beats, ms
from cardio_agent.measurement.morphology import BEFORE, group_beats
from cardio_agent.measurement.p_waves import find_p_waves
from cardio_agent.measurement.pacing import find_spike_candidates
from cardio_agent.measurement.qrs import overall_qrs, qrs_fiducials
from cardio_agent.measurement.rhythm import name_beats
from cardio_agent.measurement.t_waves import find_t_waves
from cardio_agent.schema import Beat, Beats, Ecg, LeadWaves, Wave, Waves

SPIKE_LEAD_S = (0.045, 0.32)
SPIKE_SPREAD_S = 0.025
MIN_SPIKES = 3
MIN_SPIKE_SHARE = 0.2
LOW_PASS_HZ = 40.0
SHORTEST_QT_MS = 260


@dataclass(frozen=True, eq=False)
class LocatedBeat:
    """One beat at the working rate; ``family`` 0 is the most numerous shape."""

    family: int
    qrs: Located
    p: Located | None
    t: Located | None


def delineate(ecg: Ecg) -> Waves:
    """Find the P, QRS and T waves of every beat, lead by lead and over all leads.

    Parameters
    ----------
    ecg : Ecg
        As read, or clean: it is cleaned here, after pacing spikes were taken out. At least 1 s long.
        Leads that are missing (NaN) or flat get no waves.

    Returns
    -------
    Waves
        In samples at ``ecg.fs_hz``. No beats when nothing like a QRS is there.

    Raises
    ------
    BadRecording
        Shorter than 1 s.

    Limits: atrial waves that no QRS follows are not reported; below 250 Hz a pacing spike is one sample
    and can be missed.
    """
    live = np.flatnonzero(np.ptp(np.nan_to_num(ecg.signal_mv), axis=1) > 0)
    if not len(live):
        return _to_waves([], np.array([], dtype=np.intp), live, ecg)
    beats, spikes, work = _beats_and_spikes(ecg, live)
    return _to_waves(_locate(work, beats) if len(beats) else [], spikes, live, ecg)


def _beats_and_spikes(ecg: Ecg, live: Samples) -> tuple[Samples, Samples, Floats]:
    """Beats at the working rate, pacing spikes at the recording's, the live leads without spikes."""
    candidates = find_spike_candidates(ecg.signal_mv[live].astype(np.float64), ecg.fs_hz)
    work = _quiet(ecg, candidates)[live]
    beats = detect_beats(work)
    if not len(candidates):
        return beats, candidates, work
    spikes = _that_pace(candidates, beats / WORK_FS_HZ * ecg.fs_hz, ecg.fs_hz)
    return beats, spikes, work if len(spikes) == len(candidates) else _quiet(ecg, spikes)[live]


def _that_pace(candidates: Samples, middles: Floats, fs_hz: float) -> Samples:
    """Candidates that come shortly before a QRS, the same time before many of them.

    In the middle of a QRS they are tips of narrow R waves.
    """
    following = np.append(middles, np.inf)[np.searchsorted(middles, candidates)]
    lead_s = (following - candidates) / fs_hz
    is_before = (lead_s > SPIKE_LEAD_S[0]) & (lead_s < SPIKE_LEAD_S[1])
    lead_s = lead_s[is_before]
    n_alike = np.sum(np.abs(lead_s[:, None] - lead_s) <= SPIKE_SPREAD_S, axis=1)
    is_usual = n_alike >= max(MIN_SPIKES, MIN_SPIKE_SHARE * len(middles))
    return np.asarray(candidates[is_before][is_usual], dtype=np.intp)


def _quiet(ecg: Ecg, spikes: Samples) -> Floats:
    """The conditioned signal, low-passed to what a recording at 100 Hz holds: every rate is read alike."""
    low_pass = signal.butter(2, LOW_PASS_HZ, fs=WORK_FS_HZ, output="sos")
    return np.asarray(signal.sosfiltfilt(low_pass, condition(ecg, spikes), axis=1))


def _locate(work: Floats, beats: Samples) -> list[LocatedBeat]:
    """Delineate each family on its median beat, then the P waves of all beats together."""
    next_beat = np.append(beats[1:], work.shape[1])
    ventricular: dict[int, tuple[int, Located, Located | None]] = {}
    for number, family in enumerate(group_beats(work, beats)):
        in_beat = qrs_fiducials(family.beat_mv, BEFORE)
        leads, overall = in_beat - BEFORE, overall_qrs(family.beat_mv, in_beat) - BEFORE
        rr = next_beat[family.members] - family.centres
        found = find_t_waves(work, family, overall, rr)
        for beat, centre, t in zip(family.members, family.centres, found, strict=True):
            ventricular[int(beat)] = (number, Located(leads + centre, overall + centre), t)
    ordered = [ventricular[beat] for beat in range(len(beats))]
    ends = [*(int(qrs.overall[0]) for _, qrs, _ in ordered[1:]), work.shape[1]]
    t_waves = [_ended(t, end) for (_, _, t), end in zip(ordered, ends, strict=True)]
    p_waves = _p_waves(work, [qrs for _, qrs, _ in ordered], t_waves)
    return [
        LocatedBeat(number, qrs, p, t)
        for (number, qrs, _), p, t in zip(ordered, p_waves, t_waves, strict=True)
    ]


def _ended(t: Located | None, end: int) -> Located | None:
    """The T wave, no longer than to the next QRS; None when even its peak would lie beyond."""
    return t.ending_by(end) if t is not None and t.overall[1] < end else None


def _p_waves(work: Floats, qrs: Sequence[Located], t_waves: Sequence[Located | None]) -> list[Located | None]:
    onsets = np.array([wave.overall[0] for wave in qrs])
    t_ends = [
        onset + ms(SHORTEST_QT_MS) if t is None else t.overall[2]
        for onset, t in zip(onsets, t_waves, strict=True)
    ]
    first_onsets = np.array([wave.leads[:, 0].min() for wave in qrs])
    return find_p_waves(work, onsets, np.array(t_ends), first_onsets)


def _to_waves(beats: Sequence[LocatedBeat], spikes: Samples, live: Samples, ecg: Ecg) -> Waves:
    """Scale back to the recording's rate; the rows of what was located are the live leads only."""

    def wave(fiducials: Fiducials) -> Wave:
        scaled = np.round(fiducials / WORK_FS_HZ * ecg.fs_hz).astype(int)
        return Wave(*np.clip(scaled, 0, ecg.n_samples - 1).tolist())

    def of_lead(row: int) -> LeadWaves:
        return LeadWaves(
            p=tuple(wave(b.p.leads[row]) for b in beats if b.p is not None),
            qrs=tuple(wave(b.qrs.leads[row]) for b in beats),
            t=tuple(wave(b.t.leads[row]) for b in beats if b.t is not None),
        )

    items = tuple(
        Beat(
            qrs=wave(b.qrs.overall),
            p=None if b.p is None else wave(b.p.overall),
            t=None if b.t is None else wave(b.t.overall),
        )
        for b in beats
    )
    kinds = name_beats(Beats(items), [b.family for b in beats], spikes.tolist(), ecg.fs_hz)
    leads = {lead: LeadWaves() for lead in LEADS}
    leads |= {LEADS[k]: of_lead(row) for row, k in enumerate(live)}
    return Waves(ecg.fs_hz, kinds, leads, tuple(spikes.tolist()))
