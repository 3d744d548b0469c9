"""Whether a recording can be read: a state for each lead and a verdict for all.

Enters: an ECG as read, before any filter (clipping and dead leads show only there). Leaves: Quality, with the
noise of each lead and the electrodes that seem exchanged. Does not repair anything and makes no diagnosis.

Thresholds without a published source were set on PTB-XL (100 Hz, folds 1 to 9), against the leads that its
readers marked for noise or drift; each says how.
"""

import numpy as np

from cardio_agent.leads import LEADS
from cardio_agent.schema import Ecg, LeadQuality, LeadState, NoiseKind, Quality, QualityVerdict, SwapHint
from cardio_agent.signal.alignment import AlignedBeats, align_beats
from cardio_agent.signal.bands import Spectrum
from cardio_agent.signal.beats import find_qrs
from cardio_agent.signal.electrodes import find_swaps
from cardio_agent.signal.filtering import check_length
from cardio_agent.signal.noise import Noise, measure_noise

LOOK_FS_HZ = 100.0
LOW_PASS_HZ = 40.0
BEAT_BAND_HZ = (1.0, 40.0)

# 0.017 mV swings nearly as far as a P wave is high (0.1 mV). Of the leads that no PTB-XL reader marked,
# 99.5 % have less static noise than 0.016 mV, bursts below 0.035 mV and steps below 0.2 mV.
NOISY_MV = 0.017
BURST_MV = 0.04
STEP_MV = 0.40
# Noise that swings over half a millivolt hides whole complexes; 99.9 % of the leads have less than 0.036 mV.
BURIED_MV = 0.10
# 99 % of leads have less, and half of those marked "baseline drift" more than 0.7 mV, which filtering still
# removes.
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
# to 0.25 and 3,864 PTB-XL records 0.34 to 1.00 (the lowest: changing paced rhythms); of a lead, 0.1 %
# have less than 0.52.
ALIKE_OVERALL = 0.30
ALIKE_IN_LEAD = 0.50
ALIKE_FROM_MV = 0.10
# Six leads hold one whole plane: all limb leads or all chest leads.
FEWEST_LEADS = 6
FEWEST_BEATS = 2

_NOISE_KINDS: tuple[NoiseKind, ...] = ("wander", "static", "burst", "step", "mains")
_Judgement = tuple[LeadState, str]


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
        each other, or noise that hides them in all but five leads. ``limited``: any lead that is not good, or
        electrodes that are probably exchanged. Each reason carries the number that decided.

    Raises
    ------
    BadRecording
        Shorter than 1 s.

    Limits: the thresholds were set on resting ECGs of adults.
    """
    check_length(ecg)
    recorded = np.flatnonzero(~np.isnan(ecg.signal_mv[:, 0]))
    if not len(recorded):
        missing = tuple(_lead(lead, ("missing", "not recorded"), {}) for lead in LEADS)
        return Quality(verdict="unusable", reason=_too_few(0), leads=missing)
    raw = ecg.signal_mv[recorded].astype(np.float64)
    noise, beats = _look(raw, ecg.fs_hz)
    pause_s = _longest_run_s((np.diff(raw, axis=1) == 0).all(axis=0), ecg.fs_hz)
    judged = {
        LEADS[row]: _dead(raw[k], pause_s, ecg.fs_hz)
        or _clipped(raw[k], ecg.fs_hz)
        or _noisy(noise, beats, k)
        for k, row in enumerate(recorded)
    }
    amounts = {LEADS[row]: _amounts(noise, k) for k, row in enumerate(recorded)}
    leads = tuple(
        _lead(lead, judged.get(lead, ("missing", "not recorded")), amounts.get(lead, {})) for lead in LEADS
    )
    unusable = _unusable(leads, int((noise.static >= BURIED_MV).sum()), beats)
    if unusable:
        return Quality(verdict="unusable", reason=unusable, leads=leads)
    swaps = _swaps(leads, recorded, beats)
    verdict, reason = _limits(leads, swaps)
    return Quality(verdict=verdict, reason=reason, leads=leads, electrode_swaps=swaps)


def _look(raw: np.ndarray, fs_hz: float) -> tuple[Noise, AlignedBeats]:
    """The noise and the beats of the recorded leads."""
    spectrum = Spectrum(raw, fs_hz)
    mains_mv = spectrum.take_out_hums(raw)
    rate_hz = spectrum.rate_hz(LOOK_FS_HZ)
    rows = spectrum.band(0, LOW_PASS_HZ, LOOK_FS_HZ)
    qrs = find_qrs(rows, rate_hz)
    beats = align_beats(spectrum.band(*BEAT_BAND_HZ, LOOK_FS_HZ), qrs, rate_hz)
    return measure_noise(spectrum, rows, qrs, beats, mains_mv), beats


def _swaps(leads: tuple[LeadQuality, ...], recorded: np.ndarray, beats: AlignedBeats) -> tuple[SwapHint, ...]:
    """Hints of exchanged electrodes, from the leads that can be read."""
    typical = np.full((len(LEADS), beats.typical.shape[1]), np.nan)
    typical[recorded] = beats.typical
    typical[[lead.state == "saturated" for lead in leads]] = np.nan
    return find_swaps(typical, beats)


def _lead(lead: str, judgement: _Judgement, noise: dict[NoiseKind, float]) -> LeadQuality:
    state, reason = judgement
    return LeadQuality(id=f"q-{lead}", lead=lead, state=state, reason=reason, noise=noise)


def _amounts(noise: Noise, k: int) -> dict[NoiseKind, float]:
    return {kind: round(float(getattr(noise, kind)[k]), 4) for kind in _NOISE_KINDS}


def _dead(row: np.ndarray, pause_s: float, fs_hz: float) -> _Judgement | None:
    """Flat throughout, or unchanged for seconds longer than all leads are together.

    Where all of them stand still it is the heart that pauses, or the recorder: what is left can be read.
    """
    range_mv = float(np.ptp(row))
    if range_mv < FLAT_MV:
        return "flat", f"changes by {range_mv:.3f} mV, less than {FLAT_MV:g} mV"
    longest_s = _longest_run_s(np.diff(row) == 0, fs_hz)
    if longest_s - pause_s >= DEAD_S:
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


def _noisy(noise: Noise, beats: AlignedBeats, k: int) -> _Judgement:
    """Noisy with the first kind that is too much, or good."""
    qrs_mv = float(np.ptp(beats.typical[k, beats.qrs()]))
    static_mv, burst_mv, step_mv, wander_mv, alike = (
        float(values[k]) for values in (noise.static, noise.burst, noise.step, noise.wander, beats.in_lead)
    )
    if static_mv > NOISY_MV:
        return "noisy", f"noise of {static_mv:.3f} mV between beats, above {NOISY_MV:g} mV"
    if step_mv > STEP_MV:
        return "noisy", f"baseline jumps by {step_mv:.1f} mV, above {STEP_MV:g} mV"
    if burst_mv > BURST_MV:
        return "noisy", f"burst of noise of {burst_mv:.3f} mV, above {BURST_MV:g} mV"
    if wander_mv > WANDERING_MV:
        return "noisy", f"baseline wanders by {wander_mv:.1f} mV, above {WANDERING_MV:g} mV"
    if qrs_mv > ALIKE_FROM_MV and alike < ALIKE_IN_LEAD:
        return "noisy", f"beats resemble each other by {alike:.2f}, below {ALIKE_IN_LEAD:.2f}"
    return "good", f"QRS {qrs_mv:.2f} mV, noise {static_mv:.3f} mV"


def _unusable(leads: tuple[LeadQuality, ...], n_buried: int, beats: AlignedBeats) -> str:
    """Why nobody should read the recording; empty when it can be read."""
    n_usable = sum(lead.state in ("good", "noisy") for lead in leads)
    if n_usable < FEWEST_LEADS:
        return _too_few(n_usable)
    if beats.n_beats < FEWEST_BEATS:
        return f"{beats.n_beats} heart beats found, at least {FEWEST_BEATS} are needed"
    if beats.overall < ALIKE_OVERALL:
        return f"no repeating heart beat: likeness {beats.overall:.2f}, below {ALIKE_OVERALL:.2f}"
    if n_usable - n_buried < FEWEST_LEADS:
        return f"noise of {BURIED_MV:g} mV or more hides the heart beat in {n_buried} of 12 leads"
    return ""


def _too_few(n_usable: int) -> str:
    return f"{n_usable} of 12 leads have a usable signal, at least {FEWEST_LEADS} are needed"


def _limits(leads: tuple[LeadQuality, ...], swaps: tuple[SwapHint, ...]) -> tuple[QualityVerdict, str]:
    """Good, or limited by leads and by electrodes that are probably exchanged."""
    faults = [
        f"{', '.join(names)} {state}"
        for state in ("missing", "flat", "saturated", "noisy")
        if (names := [lead.lead for lead in leads if lead.state == state])
    ]
    faults += [
        f"electrodes probably exchanged ({swap.reason})" for swap in swaps if swap.certainty == "probable"
    ]
    return ("limited", "; ".join(faults)) if faults else ("good", "12 of 12 leads are good")


def _longest_run_s(mask: np.ndarray, fs_hz: float) -> float:
    return float(_run_lengths(mask).max(initial=0)) / fs_hz


def _run_lengths(mask: np.ndarray) -> np.ndarray:
    """Lengths of the unbroken stretches of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return np.asarray(edges[1::2] - edges[::2])
