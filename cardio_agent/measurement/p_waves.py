"""P waves: one shape that returns before the beats, or none.

Enters: (leads, n) mV at the working rate, the global QRS of each beat and where the T wave before it ended.
Leaves: for each beat its P wave, or None. Atrial activity that is not tied to a QRS (fibrillation,
flutter, dissociated P waves) is not reported.
"""

import numpy as np
from scipy import ndimage, signal

from cardio_agent.measurement.boundaries import P_RULE, Located, bump_fiducials, consensus, standout
from cardio_agent.measurement.detection import Floats, Samples, ms
from cardio_agent.measurement.morphology import cut, median_beat

EARLIEST_CENTRE = ms(420)
LATEST_CENTRE = ms(40)
HALF_WIDTH = ms(50)
STANDOUT_REACH = ms(55)
AFTER_T = ms(20)
MARGIN = ms(160)
INTO_T = ms(40)
"""At fast rates P rises out of the end of T: its onset is the notch between them, sought from here on."""

OVERALL = (0.6, 0.4)
"""A low P wave spreads outwards when smoothed, by more than the earliest leads come before the middle one:
with these the P of simulated ECGs has its true length."""

# Chosen on the odd-numbered LUDB records: sinus P waves lie above, fibrillation below.
MIN_HEIGHT_MV = 0.012
MIN_TYPICAL_ALIKE = 0.65
MIN_ALIKE = 0.45
HEIGHT_RANGE = (0.35, 2.5)

# Between T and P sinus rhythm is quiet; fibrillation and flutter go on. How much like P it is there, root
# mean square, where P itself is 1: sinus up to 0.29, flutter from 0.38 (LUDB and PTB-XL).
MAX_TP_ACTIVITY = 0.33
MAX_TP_ACTIVITY_IRREGULAR = 0.22
IRREGULAR_RR_CHANGE = 0.10
MAX_TP_ACTIVITY_STEADY = 0.60
"""Where all beats but extrasystoles come steadily, not fast, after P waves that are much alike: that is no
fibrillation, and hardly flutter, whatever else (a U wave, the second half of P) looks like P."""
STEADY_RR_CHANGE = 0.03
MIN_STEADY_ALIKE = 0.80
SHORTEST_STEADY_RR = ms(600)
TP_MARGINS = (ms(40), ms(90))
SHORTEST_TP = ms(30)


def find_p_waves(
    signal_mv: Floats,
    activity: Floats,
    onsets: Samples,
    t_ends: Samples,
    first_onsets: Samples,
    *,
    may_be_flutter: bool = False,
) -> list[Located | None]:
    """P wave of each beat.

    Parameters
    ----------
    signal_mv : (leads, n) array, mV
    activity : (leads, n) array, what :func:`atrial_activity` makes of it
    onsets : (beats,) global QRS onset of each beat
    t_ends : (beats,) where the T wave of each beat ends
    first_onsets : (beats,) onset of the QRS in the lead where it comes first; P ends before
    may_be_flutter : something comes back at the rate of flutter, so that a steady rhythm proves nothing

    Returns
    -------
    list, one entry a beat; all None when no shape recurs (atrial fibrillation) or it is too low to see.
    """
    earliest = np.concatenate(([0], t_ends[:-1] + AFTER_T))
    centres = _first_guess(activity, onsets, earliest)
    if centres is None:
        return [None] * len(onsets)
    template = median_beat(cut(activity, centres, HALF_WIDTH, HALF_WIDTH))
    height, alike = match(activity, template)
    most = _most_tp_activity(activity, centres, onsets, may_be_flutter)
    if _tp_activity(height, centres, onsets, t_ends) > most:
        return [None] * len(onsets)
    found = _follow(height, alike, onsets, earliest)
    return _delineate(signal_mv, found, first_onsets, earliest) if found else [None] * len(onsets)


def atrial_activity(signal_mv: Floats, onsets: Samples, t_ends: Samples) -> Floats:
    """What stands out between the end of each T wave and the next QRS, (leads, n); near 0 elsewhere."""
    between = _bridge(signal_mv, onsets, t_ends)
    return standout(ndimage.gaussian_filter1d(between, P_RULE.smooth, axis=1), STANDOUT_REACH)


def _bridge(signal_mv: Floats, onsets: Samples, t_ends: Samples) -> Floats:
    """The signal with a straight line from each QRS onset to the end of its T wave."""
    out = signal_mv.copy()
    last = out.shape[1] - 1
    for start, stop in zip(np.clip(onsets, 0, last), np.clip(t_ends, 0, last), strict=True):
        ramp = np.linspace(0, 1, stop - start + 1)
        out[:, start : stop + 1] = out[:, [start]] * (1 - ramp) + out[:, [stop]] * ramp
    return out


def _first_guess(activity: Floats, onsets: Samples, earliest: Samples) -> Samples | None:
    """The same distance before every QRS, where the median beat shows the highest recurring bump."""
    room = int(np.clip(np.median(onsets - earliest), 0, EARLIEST_CENTRE))
    usable = onsets[onsets >= room]
    if room < LATEST_CENTRE + ms(20) or not len(usable):
        return None
    typical = median_beat(cut(activity, usable, room, 0))
    height = np.sqrt(np.mean(np.square(typical), axis=0))
    peaks, _ = signal.find_peaks(height[: room - LATEST_CENTRE], height=MIN_HEIGHT_MV)
    for peak in sorted(peaks, key=lambda index: -height[index]):
        centres = usable - room + peak
        if _typical_likeness(activity, centres) >= MIN_TYPICAL_ALIKE:
            return np.asarray(centres, dtype=np.intp)
    return None


def _typical_likeness(activity: Floats, centres: Samples) -> float:
    """Median correlation of the windows with their median."""
    windows = cut(activity, centres, HALF_WIDTH, HALF_WIDTH).reshape(len(centres), -1)
    typical = median_beat(windows)
    norms = np.linalg.norm(windows, axis=1) * np.linalg.norm(typical)
    return float(np.median(windows @ typical / np.maximum(norms, 1e-9)))


def match(activity: Floats, template: Floats) -> tuple[Floats, Floats]:
    """Height (1: as the template's) and correlation of the template at each sample, (n,) each."""
    rows = zip(activity, template, strict=True)
    projection = np.sum([signal.correlate(row, shape, mode="same") for row, shape in rows], axis=0)
    power = ndimage.uniform_filter1d(np.sum(np.square(activity), axis=0), 2 * HALF_WIDTH) * 2 * HALF_WIDTH
    own = float(np.sum(np.square(template)))
    return projection / own, projection / np.sqrt(np.maximum(power * own, 1e-12))


def _tp_activity(height: Floats, centres: Samples, onsets: Samples, t_ends: Samples) -> float:
    """How much like P the stretch between T and P is, quiet in sinus rhythm; 0 where there is none."""
    beats = np.searchsorted(onsets, centres)
    stretches = [
        height[t_ends[beat - 1] + TP_MARGINS[0] : centre - TP_MARGINS[1]]
        for beat, centre in zip(beats, centres, strict=True)
        if beat > 0
    ]
    levels = [np.sqrt(np.mean(np.square(s))) for s in stretches if len(s) >= SHORTEST_TP]
    return float(np.median(levels)) if levels else 0.0


def _most_tp_activity(activity: Floats, centres: Samples, onsets: Samples, may_be_flutter: bool) -> float:
    """What is still quiet: the less regularly the ventricles beat, the less of it."""
    rr = np.diff(onsets)
    if len(rr) < 2:
        return MAX_TP_ACTIVITY
    usual, changes = float(np.median(rr)), np.abs(np.diff(rr))
    is_steady = np.median(changes) < STEADY_RR_CHANGE * usual and usual >= SHORTEST_STEADY_RR
    if is_steady and not may_be_flutter and _typical_likeness(activity, centres) >= MIN_STEADY_ALIKE:
        return MAX_TP_ACTIVITY_STEADY
    return MAX_TP_ACTIVITY_IRREGULAR if np.mean(changes) > IRREGULAR_RR_CHANGE * usual else MAX_TP_ACTIVITY


def _follow(height: Floats, alike: Floats, onsets: Samples, earliest: Samples) -> dict[int, int]:
    """Beat number to P centre, where the template is found again at a plausible height."""
    fits = np.where((height > HEIGHT_RANGE[0]) & (height < HEIGHT_RANGE[1]), alike, 0.0)
    found = {}
    for beat, (onset, first) in enumerate(zip(onsets, earliest, strict=True)):
        start, stop = max(first, onset - EARLIEST_CENTRE, 0), onset - LATEST_CENTRE
        if stop > start:
            best = start + int(np.argmax(fits[start:stop]))
            if fits[best] >= MIN_ALIKE:
                found[beat] = best
    return found


def _delineate(
    signal_mv: Floats, found: dict[int, int], onsets: Samples, earliest: Samples
) -> list[Located | None]:
    """Fiducials on the median P wave, between the T wave before and the QRS after it."""
    centres = np.array(list(found.values()), dtype=np.intp)
    median = median_beat(cut(signal_mv, centres, MARGIN, MARGIN))
    beats = list(found)
    room = (int(np.median(centres - earliest[beats])), int(np.median(onsets[beats] - centres)))
    t_end = MARGIN - room[0] - AFTER_T
    leads = bump_fiducials(median, MARGIN, P_RULE, (t_end - INTO_T, MARGIN + room[1]), t_end) - MARGIN
    overall = consensus(leads, *OVERALL)
    out: list[Located | None] = [None] * len(onsets)
    for beat, centre in found.items():
        if centre + overall[0] >= 0:
            out[beat] = Located(leads + centre, overall + centre).ending_by(int(onsets[beat]))
    return out
