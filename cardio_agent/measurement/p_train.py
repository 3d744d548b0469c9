"""P waves that do not each lead a QRS: atrioventricular block.

Enters: atrial activity, (leads, n) mV at the working rate, where each QRS and T lies, and the P waves found
before the beats. Leaves: all P waves and their rate where some have no QRS, or None. P waves hidden in QRS
or T are not seen.
"""

from dataclasses import dataclass

import numpy as np
from scipy import signal

from cardio_agent.measurement.detection import WORK_FS_HZ, Floats, Samples, ms
from cardio_agent.measurement.morphology import cut, median_beat
from cardio_agent.measurement.p_waves import (
    AFTER_T,
    HALF_WIDTH,
    LATEST_CENTRE,
    MIN_HEIGHT_MV,
    match,
)
from cardio_agent.schema import AtrialActivity, AtrialPattern

# Chosen on simulated blocks; false alarms counted on PTB-XL.
MIN_ALIKE = 0.75
HEIGHT_RANGE = (0.5, 2.0)
MIN_SEED_ALIKE = 0.65
FEWEST_P = 5
FEWEST_OF_SHAPE = 3
SHORTEST_GAP = ms(900)
"""A beat with a second P wave in its RR is at least this long: two PP at 130/min."""
PP_RANGE = (ms(350), ms(1300))
CLOSEST = ms(240)
OFF_GRID = 0.12
"""How far a PP may be from the usual one, or from a multiple of it where P waves hide in QRS or T."""
MIN_ON_GRID = 0.85
MIN_SEEN = 0.75
"""Share of the P waves expected between T and QRS that are there."""
FEWEST_LONE = 2
DROPPED_RR = 1.5
"""One P wave without a QRS will do where this many times the usual RR passes."""
STEADY_RR = 0.06
WANDERING_PR = ms(50)


@dataclass(frozen=True, eq=False)
class Room:
    """Where P waves can be seen: between the end of T and the next QRS."""

    onsets: Samples
    starts: Samples
    stops: Samples

    def holds(self, samples: Samples) -> np.ndarray:
        """Whether each sample lies where P can be seen."""
        last = np.searchsorted(self.starts, samples, side="right") - 1
        inside: np.ndarray = (last >= 0) & (samples <= self.stops[np.maximum(last, 0)])
        return inside


def find_p_train(
    activity: Floats, onsets: Samples, t_ends: Samples, p_centres: Samples
) -> AtrialActivity | None:
    """P waves of which some have no QRS, or None.

    Parameters
    ----------
    activity : (leads, n) array, what stands out between T and QRS
    onsets : (beats,) global QRS onset of each beat
    t_ends : (beats,) where the T wave of each beat ends
    p_centres : peaks of the P waves found before the beats; their shape is sought. Without any, the shape
        that recurs most often between T and QRS is.

    Limits: a P wave that comes early is no blocked one here; block in atrial arrhythmia is not seen.
    """
    if len(onsets) < 2 or np.max(np.diff(onsets)) < SHORTEST_GAP:
        return None
    n = activity.shape[1]
    room = Room(onsets, t_ends + AFTER_T, np.append(onsets[1:] - LATEST_CENTRE, n - HALF_WIDTH))
    centres = p_centres if 2 * len(p_centres) >= len(onsets) else _recurring(activity, room)
    if len(centres) < FEWEST_OF_SHAPE:
        return None
    height, alike = match(activity, median_beat(cut(activity, centres, HALF_WIDTH, HALF_WIDTH)))
    fits = np.where((height > HEIGHT_RANGE[0]) & (height < HEIGHT_RANGE[1]), alike, 0.0)
    peaks, _ = signal.find_peaks(fits, height=MIN_ALIKE, distance=CLOSEST)
    peaks = peaks[room.holds(peaks) | np.isin(peaks, p_centres)]
    period = _period(peaks, room)
    return None if period is None else _pattern(peaks, period, onsets)


def _recurring(activity: Floats, room: Room) -> Samples:
    """Bumps between T and QRS of the shape that the most of them have."""
    height = np.sqrt(np.mean(np.square(activity), axis=0))
    bumps, _ = signal.find_peaks(height, height=MIN_HEIGHT_MV, distance=HALF_WIDTH)
    bumps = bumps[room.holds(bumps)]
    if len(bumps) < FEWEST_P:
        return np.array([], dtype=np.intp)
    shapes = cut(activity, bumps, HALF_WIDTH, HALF_WIDTH).reshape(len(bumps), -1)
    unit = shapes / np.maximum(np.linalg.norm(shapes, axis=1, keepdims=True), 1e-9)
    alike = unit @ unit.T >= MIN_SEED_ALIKE
    return np.asarray(bumps[alike[np.argmax(alike.sum(axis=1))]], dtype=np.intp)


def _period(peaks: Samples, room: Room) -> float | None:
    """The usual PP in samples where the P waves keep to it, hidden ones left out; else None."""
    if len(peaks) < FEWEST_P:
        return None
    gaps = np.diff(peaks)
    period = float(np.median(gaps[gaps < 1.5 * np.min(gaps)]))
    multiples = np.maximum(np.round(gaps / period), 1)
    on_grid = np.abs(gaps / period - multiples) <= OFF_GRID * np.sqrt(multiples)
    if not PP_RANGE[0] <= period <= PP_RANGE[1] or np.mean(on_grid) < MIN_ON_GRID:
        return None
    n_hidden = np.sum(room.holds(_between(peaks, multiples)))
    return period if len(peaks) >= MIN_SEEN * (len(peaks) + n_hidden) else None


def _between(peaks: Samples, multiples: Floats) -> Samples:
    """Where P waves are missing, evenly spread between those that were seen."""
    missing = [
        np.linspace(first, last, int(n) + 1)[1:-1]
        for first, last, n in zip(peaks[:-1], peaks[1:], multiples, strict=True)
    ]
    return np.round(np.concatenate(missing)).astype(np.intp)


def _pattern(peaks: Samples, period: float, onsets: Samples) -> AtrialActivity | None:
    """Block where P waves are followed by another P and no QRS; dissociation where no PR recurs."""
    n_qrs_after = np.diff(np.searchsorted(onsets, peaks))
    is_lone = (n_qrs_after == 0) & (np.diff(peaks) < 1.5 * period)
    rr = np.diff(onsets)
    is_dropped = np.max(rr) > DROPPED_RR * np.median(rr)
    if np.sum(is_lone) < (1 if is_dropped else FEWEST_LONE):
        return None
    before = np.searchsorted(peaks, onsets) - 1
    pr = (onsets - peaks[np.maximum(before, 0)])[before >= 0]
    pr = pr[pr < period]
    is_steady = np.mean(np.abs(np.diff(rr))) < STEADY_RR * np.median(rr)
    wanders = bool(len(pr)) and np.median(np.abs(pr - np.median(pr))) > WANDERING_PR
    pattern: AtrialPattern = "dissociated" if is_steady and wanders else "blocked"
    return AtrialActivity(pattern, 60 * WORK_FS_HZ / period, tuple(int(peak) for peak in peaks))
