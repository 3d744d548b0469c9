"""What the atria do: flutter, or P waves before the beats.

Enters: (leads, n) mV at the working rate, and where each QRS and T lies. Leaves: the P wave of each beat,
and atrial activity of another kind where there is any. Names no rhythm.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cardio_agent.measurement.boundaries import Located
from cardio_agent.measurement.detection import Floats, Samples
from cardio_agent.measurement.flutter import LEADS_OF_FLUTTER, find_flutter
from cardio_agent.measurement.p_train import find_p_train
from cardio_agent.measurement.p_waves import atrial_activity, find_p_waves
from cardio_agent.schema import AtrialActivity


@dataclass(frozen=True, eq=False)
class AtrialWaves:
    """The P wave of each beat, None where there is none, and what else the atria do."""

    p_waves: Sequence[Located | None]
    activity: AtrialActivity | None = None


def find_atrial_waves(
    signal_mv: Floats, leads: Sequence[str], qrs: Samples, first_onsets: Samples, t_ends: Samples
) -> AtrialWaves:
    """P waves; none is reported in flutter, nor where P and QRS go their own ways.

    Parameters
    ----------
    signal_mv : (leads, n) array, mV
    leads : names of its rows
    qrs : (beats, 2) array, onset and offset of each QRS over all leads
    first_onsets : (beats,) onset of the QRS in the lead where it comes first; P ends before
    t_ends : (beats,) where the T wave of each beat ends
    """
    rows = [row for row, lead in enumerate(leads) if lead in LEADS_OF_FLUTTER]
    found = find_flutter(signal_mv[rows], qrs)
    if found is not None and found.is_flutter:
        return AtrialWaves([None] * len(qrs), AtrialActivity("flutter", found.rate_bpm))
    may_be_flutter = found is not None and found.may_be_flutter
    seen, onsets = atrial_activity(signal_mv, qrs[:, 0], t_ends), qrs[:, 0]
    p_waves = find_p_waves(signal_mv, seen, onsets, t_ends, first_onsets, may_be_flutter=may_be_flutter)
    centres = np.array([p.overall[1] for p in p_waves if p is not None], dtype=np.intp)
    activity = find_p_train(seen, onsets, t_ends, centres)
    if activity is not None and activity.pattern == "dissociated":
        p_waves = [None] * len(qrs)
    return AtrialWaves(p_waves, activity)
