"""The median of the usual beats, on which axes and amplitudes are measured.

Enters: a recording, as read or clean, and its waves. Leaves: one quiet beat at the working rate, level
with its PR segment, and where its waves lie. Extrasystoles take no part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cardio_agent.measurement.boundaries import P_RULE, T_RULE, BumpRule, Fiducials, bump_fiducials
from cardio_agent.measurement.conditioning import Conditioned, without_disturbance
from cardio_agent.measurement.detection import WORK_FS_HZ, Floats, Samples, ms
from cardio_agent.measurement.intervals import MIN_BEATS, MIN_SHARE_WITH_WAVE
from cardio_agent.measurement.morphology import BEFORE, align_beats, cut, median_beat
from cardio_agent.measurement.rhythm import usual_beats
from cardio_agent.schema import Ecg, Wave, Waves

# The level from which amplitudes count: the last stretch of the PR segment.
# Source: guideline corpus MI-06 (the ST shift is measured against QRS onset).
LEVEL_MS = (20.0, 4.0)
LEVEL_BEFORE_SPIKE_MS = (44.0, 28.0)
"""The same before a paced QRS: what stands where its spike was is no level."""


@dataclass(frozen=True, eq=False)
class RepresentativeBeat:
    """Median beat at the working rate: (12, m) mV, zero at the end of the PR segment.

    ``qrs``, ``p`` and ``t`` are the global waves in its samples; a P or T that fewer than half of the
    beats have is None. Leads that were not recorded are zero.
    """

    beat_mv: Floats
    n_beats: int
    qrs: Wave
    p: Wave | None
    t: Wave | None

    @cached_property
    def p_in_leads(self) -> Fiducials | None:
        """Onset, peak and offset of P in each lead, within those over all leads."""
        return self._in_leads(self.p, P_RULE)

    @cached_property
    def t_in_leads(self) -> Fiducials | None:
        """The same of T."""
        return self._in_leads(self.t, T_RULE)

    def _in_leads(self, wave: Wave | None, rule: BumpRule) -> Fiducials | None:
        if wave is None:
            return None
        return bump_fiducials(self.beat_mv, wave.peak, rule, (wave.onset, wave.offset))


def representative_beat(
    ecg: Ecg, waves: Waves, *, conditioned: Conditioned | None = None
) -> RepresentativeBeat | None:
    """Median of the usual beats, or None with fewer than three of them.

    ``conditioned`` is what the waves were found in, where that is at hand.
    """
    beats = usual_beats(waves)
    if len(beats) < MIN_BEATS:
        return None
    if conditioned is None:
        signal_mv = without_disturbance(ecg, np.array(waves.pacing_spikes, dtype=np.intp))
    else:
        signal_mv = conditioned.signal_mv
    to_work = WORK_FS_HZ / waves.fs_hz
    middles = np.array([(b.qrs.onset + b.qrs.offset) / 2 * to_work for b in beats])
    centres = align_beats(signal_mv, np.round(middles).astype(np.intp))
    beat_mv = median_beat(cut(signal_mv, centres))
    qrs = _place([b.qrs for b in beats], centres, to_work)
    p = _place([b.p for b in beats], centres, to_work)
    t = _place([b.t for b in beats], centres, to_work)
    if qrs is None:
        return None
    before = LEVEL_BEFORE_SPIKE_MS if beats[0].kind == "paced" else LEVEL_MS
    level = beat_mv[:, qrs.onset - ms(before[0]) : qrs.onset - ms(before[1])]
    return RepresentativeBeat(beat_mv - np.median(level, axis=1, keepdims=True), len(beats), qrs, p, t)


def _place(found: Sequence[Wave | None], centres: Samples, to_work: float) -> Wave | None:
    """Median place of a wave in the representative beat."""
    rows = [
        np.array(wave) * to_work - centre
        for wave, centre in zip(found, centres, strict=True)
        if wave is not None
    ]
    if len(rows) < MIN_SHARE_WITH_WAVE * len(found):
        return None
    onset, peak, offset = (BEFORE + np.round(np.median(rows, axis=0))).astype(int).tolist()
    return Wave(max(onset, 0), max(peak, 0), offset)
