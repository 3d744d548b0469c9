"""Whether a recording can be read: a state for each lead and a verdict for all.

Enters: an ECG as read, before any filter (clipping and dead leads show only there). Leaves: Quality.
Does not repair anything and makes no diagnosis.

Thresholds without a published source were set on 1,288 PTB-XL records (100 Hz, folds 1 to 9, every
third), against the leads that its readers marked for noise or drift; each says how.
"""

from dataclasses import dataclass

import numpy as np

from cardio_agent.leads import LEADS
from cardio_agent.schema import Ecg, LeadQuality, LeadState, Quality, QualityVerdict
from cardio_agent.signal.beats import find_qrs
from cardio_agent.signal.filtering import HIGHEST_OF_RATE, check_length, remove_mains

# Noise between beats where muscle is and ECG hardly is, as far up as the sampling rate reaches. 0.02 mV
# swings as far as a P wave is high (0.1 mV). 99 % of the leads that no PTB-XL reader marked have less than
# 0.019 mV, and 99 % at 500 Hz less than 0.024 mV (144 PTB-XL records) and 0.018 mV (100 of LUDB).
NOISE_BAND_HZ = (20.0, 125.0)
NOISY_MV = 0.02
# Noise that swings over half a millivolt hides whole complexes; 99.9 % of the leads have less than 0.053 mV.
BURIED_MV = 0.10
# Drift below 0.7 Hz from the 2nd to the 98th percentile; 99 % of leads have less, and half of those marked
# "baseline drift" more than 0.7 mV, which filtering still removes.
WANDER_BAND_HZ = 0.7
WANDERING_MV = 1.5
# The lowest lead had 0.18 mV from lowest to highest sample.
FLAT_MV = 0.05
# The longest unchanged stretch of a working lead was 0.25 s; simulated asystole of a slow heart is longer.
DEAD_S = 3.0
# A clipped lead comes back to exactly the same extreme, where a natural peak does not stay so long. Coarsely
# stored recordings (LUDB) stand like that too, but at the baseline.
CLIPPED_FROM_MV = 0.3
CLIPPED_RUN_S = 0.01
CLIPPED_RUNS = 3
CLIPPED_STRETCH_S = 0.2
# Correlation of each beat with the mean of the others, median over beats. Over all leads noise gives -0.2
# to 0.25 and 1,932 PTB-XL records 0.33 to 1.00 (the lowest: changing paced rhythms); of a lead, 0.1 % have
# less than 0.5.
QRS_HALF_S = 0.12
BEAT_BAND_HZ = (0.7, 25.0)
ALIKE_OVERALL = 0.30
ALIKE_IN_LEAD = 0.50
ALIKE_FROM_MV = 0.10
# Six leads hold one whole plane: all limb leads or all chest leads.
FEWEST_LEADS = 6
FEWEST_BEATS = 2

_TINY = 1e-12
_Judgement = tuple[LeadState, str]


@dataclass(frozen=True)
class _Likeness:
    """How the beats compare: QRS size and likeness a lead, likeness over all leads, their number."""

    qrs_mv: np.ndarray
    in_lead: np.ndarray
    overall: float
    n_beats: int


def assess_quality(ecg: Ecg) -> Quality:
    """Judge a recording and each of its leads.

    Parameters
    ----------
    ecg : Ecg
        As read, not filtered; at least 1 s long.

    Returns
    -------
    Quality
        ``unusable``: fewer than six leads with a signal, fewer than two beats, beats that do not resemble
        each other, or noise that hides them in all but five leads. ``limited``: any lead that is not
        good. Each reason carries the number that decided.

    Raises
    ------
    BadRecording
        Shorter than 1 s.

    Limits: exchanged electrodes are not noticed; the thresholds were set on resting ECGs of adults.
    """
    check_length(ecg)
    recorded = np.flatnonzero(~np.isnan(ecg.signal_mv[:, 0]))
    raw = ecg.signal_mv[recorded].astype(np.float64)
    rows = remove_mains(raw, ecg.fs_hz)
    beats = find_qrs(rows, ecg.fs_hz)
    noise_mv = _noise_between_beats(rows, beats, ecg.fs_hz)
    wander_mv = _wander(rows, ecg.fs_hz)
    likeness = _compare_beats(rows, beats, ecg.fs_hz)
    judged = {
        int(row): _dead(raw[k], ecg.fs_hz)
        or _clipped(raw[k], ecg.fs_hz)
        or _noisy(noise_mv[k], wander_mv[k], likeness.qrs_mv[k], likeness.in_lead[k])
        or ("good", f"QRS {likeness.qrs_mv[k]:.2f} mV, noise {noise_mv[k]:.3f} mV")
        for k, row in enumerate(recorded)
    }
    states = [judged.get(row, ("missing", "not recorded")) for row in range(len(LEADS))]
    leads = tuple(
        LeadQuality(id=f"q-{lead}", lead=lead, state=state, reason=reason)
        for lead, (state, reason) in zip(LEADS, states, strict=True)
    )
    verdict, reason = _overall(leads, int((noise_mv >= BURIED_MV).sum()), likeness)
    return Quality(verdict=verdict, reason=reason, leads=leads)


def _noise_between_beats(rows: np.ndarray, beats: np.ndarray, fs_hz: float) -> np.ndarray:
    """Root mean square of each lead in the noise band, outside the QRS complexes."""
    between = np.ones(rows.shape[1], dtype=bool)
    half = round(QRS_HALF_S * fs_hz)
    for beat in beats:
        between[max(0, beat - half) : beat + half] = False
    if not between.any():
        between[:] = True
    band_hz = (NOISE_BAND_HZ[0], min(NOISE_BAND_HZ[1], HIGHEST_OF_RATE * fs_hz))
    return np.asarray(np.sqrt(np.square(_band(rows, band_hz, fs_hz)[:, between]).mean(axis=1)))


def _wander(rows: np.ndarray, fs_hz: float) -> np.ndarray:
    """Swing of each lead below the heart's frequencies, from the 2nd to the 98th percentile."""
    from scipy.signal import butter, sosfiltfilt

    slow = sosfiltfilt(butter(2, WANDER_BAND_HZ, fs=fs_hz, output="sos"), rows, axis=1)
    low, high = np.percentile(slow, (2, 98), axis=1)
    return np.asarray(high - low)


def _compare_beats(rows: np.ndarray, beats: np.ndarray, fs_hz: float) -> _Likeness:
    """Correlate each beat with the mean of the others."""
    half = round(QRS_HALF_S * fs_hz)
    whole = beats[(beats >= half) & (beats + half < rows.shape[1])]
    if len(whole) < FEWEST_BEATS or not len(rows):
        return _Likeness(np.zeros(len(rows)), np.zeros(len(rows)), 0.0, len(whole))
    smooth = _band(rows, BEAT_BAND_HZ, fs_hz)
    each = np.stack([smooth[:, b - half : b + half + 1] for b in whole], axis=1)
    each -= each.mean(axis=2, keepdims=True)
    others = (each.sum(axis=1, keepdims=True) - each) / (len(whole) - 1)
    shared, own, theirs = ((a * b).sum(axis=2) for a, b in ((each, others), (each, each), (others, others)))
    in_lead = np.median(shared / np.sqrt(own * theirs + _TINY), axis=1)
    overall = np.median(shared.sum(axis=0) / np.sqrt(own.sum(axis=0) * theirs.sum(axis=0) + _TINY))
    qrs_mv = np.ptp(np.median(each, axis=1), axis=1)
    return _Likeness(qrs_mv, in_lead, float(overall), len(whole))


def _band(rows: np.ndarray, band_hz: tuple[float, float], fs_hz: float) -> np.ndarray:
    from scipy.signal import butter, sosfiltfilt

    return np.asarray(sosfiltfilt(butter(2, band_hz, "bandpass", fs=fs_hz, output="sos"), rows, axis=1))


def _dead(row: np.ndarray, fs_hz: float) -> _Judgement | None:
    """Flat throughout, or unchanged for seconds."""
    range_mv = float(np.ptp(row))
    if range_mv < FLAT_MV:
        return "flat", f"changes by {range_mv:.3f} mV, less than {FLAT_MV:g} mV"
    longest_s = max(_run_lengths(np.diff(row) == 0), default=0) / fs_hz
    if longest_s >= DEAD_S:
        return "flat", f"does not change for {longest_s:.1f} s"
    return None


def _clipped(row: np.ndarray, fs_hz: float) -> _Judgement | None:
    """Stands again and again, or for long, at its highest or lowest value."""
    middle = np.median(row)
    for extreme in (row.max(), row.min()):
        if abs(extreme - middle) < CLIPPED_FROM_MV:
            continue
        runs = _run_lengths(row == extreme)
        runs = runs[runs >= max(2, round(CLIPPED_RUN_S * fs_hz))]
        if len(runs) >= CLIPPED_RUNS or runs.sum() >= CLIPPED_STRETCH_S * fs_hz:
            return (
                "saturated",
                f"stands at {extreme:.2f} mV {len(runs)} times, {runs.sum() / fs_hz:.2f} s in all",
            )
    return None


def _noisy(noise_mv: float, wander_mv: float, qrs_mv: float, alike: float) -> _Judgement | None:
    if noise_mv > NOISY_MV:
        return "noisy", f"noise of {noise_mv:.3f} mV between beats, above {NOISY_MV:g} mV"
    if wander_mv > WANDERING_MV:
        return "noisy", f"baseline wanders by {wander_mv:.1f} mV, above {WANDERING_MV:g} mV"
    if qrs_mv > ALIKE_FROM_MV and alike < ALIKE_IN_LEAD:
        return "noisy", f"beats resemble each other by {alike:.2f}, below {ALIKE_IN_LEAD:.2f}"
    return None


def _overall(
    leads: tuple[LeadQuality, ...], n_buried: int, likeness: _Likeness
) -> tuple[QualityVerdict, str]:
    n_usable = sum(lead.state in ("good", "noisy") for lead in leads)
    if n_usable < FEWEST_LEADS:
        return "unusable", f"{n_usable} of 12 leads have a usable signal, at least {FEWEST_LEADS} are needed"
    if likeness.n_beats < FEWEST_BEATS:
        return "unusable", f"{likeness.n_beats} heart beats found, at least {FEWEST_BEATS} are needed"
    if likeness.overall < ALIKE_OVERALL:
        return (
            "unusable",
            f"no repeating heart beat: likeness {likeness.overall:.2f}, below {ALIKE_OVERALL:.2f}",
        )
    if n_usable - n_buried < FEWEST_LEADS:
        return "unusable", f"noise of {BURIED_MV:g} mV or more hides the heart beat in {n_buried} of 12 leads"
    faults = [
        f"{', '.join(names)} {state}"
        for state in ("missing", "flat", "saturated", "noisy")
        if (names := [lead.lead for lead in leads if lead.state == state])
    ]
    return ("limited", "; ".join(faults)) if faults else ("good", "12 of 12 leads are good")


def _run_lengths(mask: np.ndarray) -> np.ndarray:
    """Lengths of the unbroken stretches of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return np.asarray(edges[1::2] - edges[::2])
