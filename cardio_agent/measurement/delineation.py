"""From a 12-lead recording to its waves.

Enters: an :class:`~cardio_agent.schema.Ecg` of 100 to 1000 Hz, as read (pacing spikes show best there) or
clean. Leaves: :class:`~cardio_agent.schema.Waves`. The method is that of a 12-lead cart: QRS complexes are
found over all leads at once, beats of one shape are averaged, the quiet median beat is delineated lead by
lead, and its fiducials are carried back to each beat. Nothing is measured here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cardio_agent.leads import LEADS
from cardio_agent.measurement.atrial_waves import find_atrial_waves
from cardio_agent.measurement.boundaries import Fiducials, Located
from cardio_agent.measurement.conditioning import Conditioned, condition, live_leads
from cardio_agent.measurement.detection import WORK_FS_HZ, Floats, Samples, ms
from cardio_agent.measurement.morphology import BEFORE, group_beats
from cardio_agent.measurement.pacing import BLANK_S
from cardio_agent.measurement.qrs import overall_qrs, qrs_fiducials
from cardio_agent.measurement.rhythm import name_beats
from cardio_agent.measurement.t_waves import find_t_waves
from cardio_agent.schema import AtrialActivity, Beat, Beats, Ecg, LeadWaves, Wave, Waves

SPIKE_BLANK = ms(1000 * BLANK_S)
SHORTEST_QT_MS = 260


@dataclass(frozen=True, eq=False)
class LocatedBeat:
    """One beat at the working rate; ``family`` 0 is the most numerous shape."""

    family: int
    qrs: Located
    p: Located | None
    t: Located | None


def delineate(ecg: Ecg, *, conditioned: Conditioned | None = None) -> Waves:
    """Find the P, QRS and T waves of every beat, lead by lead and over all leads.

    Parameters
    ----------
    ecg : Ecg
        As read, or clean: it is cleaned here, after pacing spikes were taken out. At least 1 s long.
        Leads that are missing (NaN) or flat get no waves.
    conditioned : Conditioned, optional
        What :func:`condition` makes of it, where that is at hand.

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
    live = live_leads(ecg)
    if not len(live):
        return _to_waves([], np.array([], dtype=np.intp), live, ecg)
    made = conditioned or condition(ecg)
    if not len(made.beats):
        return _to_waves([], made.spikes, live, ecg)
    work, spikes = made.quiet_mv[live], made.spikes / ecg.fs_hz * WORK_FS_HZ
    ventricular = [_after_spike(beat, spikes) for beat in _locate(work, made.beats)]
    atrial = find_atrial_waves(work, [LEADS[k] for k in live], *_bounds(ventricular))
    located = [replace(beat, p=p) for beat, p in zip(ventricular, atrial.p_waves, strict=True)]
    return _to_waves(located, made.spikes, live, ecg, atrial.activity)


def _locate(work: Floats, beats: Samples) -> list[LocatedBeat]:
    """Delineate QRS and T of each family on its median beat."""
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
    return [LocatedBeat(number, qrs, None, t) for (number, qrs, _), t in zip(ordered, t_waves, strict=True)]


def _after_spike(beat: LocatedBeat, spikes: Floats) -> LocatedBeat:
    """A paced QRS begins with its spike: what seems to come just before is the line that replaced it."""
    onset = beat.qrs.overall[0]
    own = spikes[(spikes > onset) & (spikes <= onset + SPIKE_BLANK)]
    return replace(beat, qrs=beat.qrs.starting_from(round(own[0]))) if len(own) else beat


def _ended(t: Located | None, end: int) -> Located | None:
    """The T wave, no longer than to the next QRS; None when even its peak would lie beyond."""
    return t.ending_by(end) if t is not None and t.overall[1] < end else None


def _bounds(beats: Sequence[LocatedBeat]) -> tuple[Samples, Samples, Samples]:
    """What leaves room for atrial waves: each QRS over all leads, its first onset in a lead, the T end."""
    qrs = np.array([beat.qrs.overall[[0, 2]] for beat in beats])
    first_onsets = np.array([beat.qrs.leads[:, 0].min() for beat in beats])
    t_ends = [
        beat.qrs.overall[0] + ms(SHORTEST_QT_MS) if beat.t is None else beat.t.overall[2] for beat in beats
    ]
    return qrs, first_onsets, np.array(t_ends)


def _to_waves(
    beats: Sequence[LocatedBeat],
    spikes: Samples,
    live: Samples,
    ecg: Ecg,
    atrial: AtrialActivity | None = None,
) -> Waves:
    """Scale back to the recording's rate; the rows of what was located are the live leads only."""

    def waves(fiducials: Sequence[Fiducials]) -> tuple[Wave, ...]:
        if not len(fiducials):
            return ()
        own = np.rint(np.array(fiducials) * (ecg.fs_hz / WORK_FS_HZ)).clip(0, ecg.n_samples - 1)
        return tuple(Wave(*bounds) for bounds in own.astype(int).tolist())

    def of_lead(row: int) -> LeadWaves:
        return LeadWaves(
            p=waves([b.p.leads[row] for b in beats if b.p is not None]),
            qrs=waves([b.qrs.leads[row] for b in beats]),
            t=waves([b.t.leads[row] for b in beats if b.t is not None]),
        )

    items = tuple(
        Beat(
            qrs=waves([b.qrs.overall])[0],
            p=None if b.p is None else waves([b.p.overall])[0],
            t=None if b.t is None else waves([b.t.overall])[0],
        )
        for b in beats
    )
    kinds = name_beats(Beats(items), [b.family for b in beats], spikes.tolist(), ecg.fs_hz)
    leads = {lead: LeadWaves() for lead in LEADS}
    leads |= {LEADS[k]: of_lead(row) for row, k in enumerate(live)}
    return Waves(ecg.fs_hz, kinds, leads, tuple(spikes.tolist()), _rescaled(atrial, ecg.fs_hz))


def _rescaled(atrial: AtrialActivity | None, fs_hz: float) -> AtrialActivity | None:
    if atrial is None:
        return None
    return replace(atrial, p_peaks=tuple(round(peak / WORK_FS_HZ * fs_hz) for peak in atrial.p_peaks))
