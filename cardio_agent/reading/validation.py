"""The gate behind every reader: what may go on to be analysed.

Enters: an assembled recording. Leaves: nothing, or an error that says what was seen and what to do.
Does not judge single leads or noise: that is the signal stage's.
"""

import numpy as np

from cardio_agent.errors import BadRecording
from cardio_agent.leads import LEADS
from cardio_agent.schema import Ecg

MIN_LEADS = 6  # the limb leads: frontal axis and rhythm can be read from them, less is a rhythm strip
MIN_DURATION_S = 5.0  # at 30 beats/min five seconds hold two beats: one RR interval, one rate

# Below 50 Hz nothing above 25 Hz is left, and a QRS complex has its slopes there; standard recorders
# sample at 100 to 1000 Hz and research ones at up to 2000 Hz, so more is a mistaken unit.
MIN_FS_HZ, MAX_FS_HZ = 50.0, 2000.0

# 96 MB of float32 in twelve leads: an hour at 500 Hz. Stages after this one hold a few such copies.
MAX_SAMPLES = 2_000_000

# The 99th percentile of the deviation from each lead's median, and of it the median over the leads: in
# 3,864 PTB-XL recordings 0.17 to 2.5 mV. Microvolts taken for millivolts give 170 and more.
MAX_TYPICAL_MV = 20.0
# Resolution that a standard electrocardiograph must have (5 µV, IEC 60601-2-25; unchecked): a
# recording whose every lead moves less holds no electrocardiogram in the unit that it claims.
MIN_RANGE_MV = 0.005


def check_recording(ecg: Ecg) -> None:
    """Refuse what cannot be analysed.

    Parameters
    ----------
    ecg : Ecg
        Leads that were not recorded are NaN throughout.

    Raises
    ------
    BadRecording
        Fewer than six leads, a sampling rate outside 50–2000 Hz, under five seconds or over two million
        samples, NaN or infinite samples, no lead that changes, or amplitudes that no heart produces.

    Limits: looks at amplitudes over all leads; a single lead may be saturated, flat or noisy.
    """
    name = repr(ecg.source.name)
    rows = {lead: row for lead in LEADS if not np.isnan(row := ecg.lead(lead)).all()}
    _check_leads(name, rows)
    _check_rate_and_length(name, ecg)
    _check_samples(name, rows)
    with np.errstate(over="ignore"):  # an infinite range is too large as well
        _check_amplitude(name, rows)


def _check_leads(name: str, rows: dict[str, np.ndarray]) -> None:
    if len(rows) < MIN_LEADS:
        raise BadRecording(
            f"{name}: only {_count(len(rows), 'lead')} of the standard 12 ({', '.join(rows) or 'none'}); "
            f"at least {MIN_LEADS} are needed, or two of I, II and III: give a 12-lead recording"
        )


def _check_rate_and_length(name: str, ecg: Ecg) -> None:
    if not MIN_FS_HZ <= ecg.fs_hz <= MAX_FS_HZ:
        raise BadRecording(
            f"{name}: a sampling rate of {ecg.fs_hz:g} Hz lies outside {MIN_FS_HZ:g}–{MAX_FS_HZ:g} Hz; "
            "check the rate and its unit"
        )
    if ecg.n_samples > MAX_SAMPLES:
        raise BadRecording(
            f"{name}: {ecg.n_samples:,} samples a lead ({ecg.duration_s / 3600:.1f} h) are more than the "
            f"{MAX_SAMPLES:,} that fit; cut out the part of the recording that matters"
        )
    if ecg.duration_s < MIN_DURATION_S:
        raise BadRecording(
            f"{name}: {ecg.duration_s:.1f} s of signal; at least {MIN_DURATION_S:g} s are needed: "
            "give a longer recording"
        )


def _check_samples(name: str, rows: dict[str, np.ndarray]) -> None:
    broken = {lead: int(np.count_nonzero(~np.isfinite(row))) for lead, row in rows.items()}
    bad = [lead for lead, n in broken.items() if n]
    if bad:
        raise BadRecording(
            f"{name}: samples missing (NaN) or infinite: {sum(broken.values()):,}, in {', '.join(bad)}; "
            "cut out the gap or export the recording again"
        )
    if all(row.min() == row.max() for row in rows.values()):
        raise BadRecording(
            f"{name}: every lead is constant, there is no signal; check the electrodes or the export"
        )


def _check_amplitude(name: str, rows: dict[str, np.ndarray]) -> None:
    typical_mv = float(np.median([np.percentile(np.abs(row - np.median(row)), 99) for row in rows.values()]))
    if typical_mv > MAX_TYPICAL_MV:
        raise BadRecording(
            f"{name}: amplitudes of {typical_mv:,.0f} mV are impossible in an ECG (usually 0.5–3 mV); "
            "the samples are probably in another unit than stated: correct the unit"
        )
    largest_mv = float(max(np.ptp(row) for row in rows.values()))
    if largest_mv < MIN_RANGE_MV:
        raise BadRecording(
            f"{name}: no lead moves by more than {largest_mv * 1000:.2g} µV, which is no ECG (usually "
            "500–3000 µV); the samples are probably in another unit than stated: correct the unit"
        )


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
