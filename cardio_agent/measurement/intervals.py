"""Rate, PR, QRS, QT and corrected QT from the global fiducials.

Enters: :class:`~cardio_agent.schema.Waves`. Leaves: measurements in bpm and ms; medians over the usual
beats (extrasystoles left out), with their median absolute deviation. Judges nothing.
"""

import math
from collections.abc import Callable, Sequence
from statistics import median_grouped

import numpy as np

from cardio_agent.measurement.rhythm import normal_rr_ms, rr_intervals_ms, usual_beats
from cardio_agent.schema import Beat, Measurement, Waves, measurement_id

MIN_BEATS = 3
MIN_SHARE_WITH_WAVE = 0.5

TOO_FEW = f"fewer than {MIN_BEATS} beats"
NO_P = "no P waves were found"
LOOSE_P = "P waves are not tied to the QRS complexes"
NO_T = "QT not measured: the end of the T wave was not visible"
_OVER_QRS = "global: earliest onset to latest offset over the leads"


def qtc_bazett_ms(qt_ms: float, rr_ms: float) -> float:
    """QT corrected by the square root of RR.

    >>> round(qtc_bazett_ms(400, 640))
    500

    Source: guideline corpus STD-11; Bazett 1920.
    Limits: over-corrects at fast rates and under-corrects at slow ones (STD-11). Where RR varies much, as
    in atrial fibrillation, the mean RR of several beats is needed, and even that is doubtful (STD-12).
    """
    return qt_ms / math.sqrt(rr_ms / 1000)


def qtc_fridericia_ms(qt_ms: float, rr_ms: float) -> float:
    """QT corrected by the cube root of RR.

    >>> round(qtc_fridericia_ms(400, 512))
    500

    Source: guideline corpus STD-11, QT-07; Fridericia 1920.
    Limits: as :func:`qtc_bazett_ms`, but less at fast rates.
    """
    return qt_ms / math.cbrt(rr_ms / 1000)


def qtc_framingham_ms(qt_ms: float, rr_ms: float) -> float:
    """QT corrected linearly in RR.

    >>> round(qtc_framingham_ms(400, 500))
    477

    Source: guideline corpus STD-11; Sagie et al. 1992.
    Limits: fitted at ordinary resting rates.
    """
    return qt_ms + 154 * (1 - rr_ms / 1000)


def qtc_hodges_ms(qt_ms: float, rr_ms: float) -> float:
    """QT corrected linearly in the heart rate.

    >>> round(qtc_hodges_ms(400, 500))
    505

    Source: guideline corpus STD-11; Hodges et al. 1983.
    Limits: as :func:`qtc_bazett_ms`, but less at fast rates.
    """
    return qt_ms + 1.75 * (60_000 / rr_ms - 60)


QTC_FORMULAS: dict[str, Callable[[float, float], float]] = {
    "qtc_bazett_ms": qtc_bazett_ms,
    "qtc_fridericia_ms": qtc_fridericia_ms,
    "qtc_framingham_ms": qtc_framingham_ms,
    "qtc_hodges_ms": qtc_hodges_ms,
}


def measure_intervals(waves: Waves, n_samples: int) -> list[Measurement]:
    """Heart rate to QTc and pauses, in the order of the report; what cannot be measured is None.

    Parameters
    ----------
    waves : Waves
    n_samples : length of the recording, at the rate of the waves
    """
    beats = usual_beats(waves)
    qt = _qt(beats, waves.fs_hz)
    rr = _rr(waves)
    return [
        *_rate(waves, rr),
        _p_duration(beats, waves),
        _pr(beats, waves),
        _median("qrs_ms", [b.qrs.offset - b.qrs.onset for b in beats], waves.fs_hz, _OVER_QRS, ""),
        qt,
        *(_corrected(name, formula, qt, rr) for name, formula in QTC_FORMULAS.items()),
        _longest_pause(waves, n_samples),
    ]


def _longest_pause(waves: Waves, n_samples: int) -> Measurement:
    onsets = [beat.qrs.onset for beat in waves.beats]
    gaps = np.diff([0, *onsets, n_samples]) / waves.fs_hz * 1000
    return _number(
        "longest_pause_ms", float(gaps.max()) if onsets else None, "ms",
        "longest time without a QRS onset, the ends of the recording included", "no beats were found",
        len(onsets),
    )  # fmt: skip


def _rate(waves: Waves, rr: Measurement) -> list[Measurement]:
    every_ms = rr_intervals_ms(waves)
    normal_ms = normal_rr_ms(waves)
    enough = len(every_ms) + 1 >= MIN_BEATS
    rate = _number(
        "heart_rate_bpm", 60_000 / float(np.mean(every_ms)) if enough else None, "bpm",
        "ventricular rate: 60 000 over the mean of all RR intervals", TOO_FEW, len(waves.beats),
    )  # fmt: skip
    spread = _number(
        "rr_sd_ms", float(np.std(normal_ms)) if len(normal_ms) + 1 >= MIN_BEATS else None, "ms",
        "standard deviation of RR intervals between non-ectopic beats", TOO_FEW, len(normal_ms),
    )  # fmt: skip
    return [rate, rr, spread]


def _rr(waves: Waves) -> Measurement:
    normal_ms = normal_rr_ms(waves)
    value = float(np.mean(normal_ms)) if len(normal_ms) + 1 >= MIN_BEATS else None
    return _number("rr_ms", value, "ms", "mean RR between non-ectopic beats", TOO_FEW, len(normal_ms))


def _p_duration(beats: Sequence[Beat], waves: Waves) -> Measurement:
    lengths = [b.p.offset - b.p.onset for b in beats if b.p is not None]
    reason = _why_no_p(beats, len(lengths), waves)
    return _median("p_ms", [] if reason else lengths, waves.fs_hz, _OVER_QRS, reason)


def _pr(beats: Sequence[Beat], waves: Waves) -> Measurement:
    lengths = [b.qrs.onset - b.p.onset for b in beats if b.p is not None]
    reason = _why_no_p(beats, len(lengths), waves)
    method = "earliest P onset to earliest QRS onset over the leads"
    return _median("pr_ms", [] if reason else lengths, waves.fs_hz, method, reason)


def _why_no_p(beats: Sequence[Beat], n_with_p: int, waves: Waves) -> str:
    """Why P cannot be measured; empty when it can."""
    if len(beats) < MIN_BEATS:
        return TOO_FEW
    if n_with_p == 0:
        return LOOSE_P if waves.atrial is not None and waves.atrial.p_peaks else NO_P
    if n_with_p < MIN_SHARE_WITH_WAVE * len(beats):
        return f"P waves before only {n_with_p} of {len(beats)} beats"
    return ""


def _qt(beats: Sequence[Beat], fs_hz: float) -> Measurement:
    lengths = [b.t.offset - b.qrs.onset for b in beats if b.t is not None]
    too_few = len(lengths) < MIN_SHARE_WITH_WAVE * len(beats)
    method = "earliest QRS onset to latest T offset over the leads"
    return _median("qt_ms", [] if too_few else lengths, fs_hz, method, NO_T if too_few else "")


def _corrected(
    name: str, formula: Callable[[float, float], float], qt: Measurement, rr: Measurement
) -> Measurement:
    method = f"{name.split('_')[1].capitalize()}, from median QT and mean RR"
    missing = next((m for m in (qt, rr) if m.value is None), None)
    if missing is not None or qt.value is None or rr.value is None:
        return _number(name, None, "ms", method, (missing or qt).reason or TOO_FEW, qt.n_beats)
    return _number(name, formula(qt.value, rr.value), "ms", method, "", qt.n_beats)


def _median(name: str, lengths: Sequence[int], fs_hz: float, method: str, reason: str) -> Measurement:
    """Median over beats with its median absolute deviation, ms; None with fewer than three beats.

    Lengths are whole samples, 10 ms each at 100 Hz; the median of grouped data tells more than one of them.
    """
    values = np.asarray(lengths, dtype=np.float64) / fs_hz * 1000
    if len(values) < MIN_BEATS:
        return _number(name, None, "ms", method, reason or TOO_FEW, len(values))
    median = median_grouped(values.tolist(), interval=1000 / fs_hz)
    spread = round(float(np.median(np.abs(values - median))), 1)
    return _number(name, median, "ms", method, "", len(values), spread)


def _number(
    name: str, value: float | None, unit: str, method: str, reason: str, n_beats: int | None,
    spread: float | None = None,
) -> Measurement:  # fmt: skip
    return Measurement(
        id=measurement_id(name),
        name=name,
        value=None if value is None else round(value, 1),
        unit=unit,
        method=method,
        reason=reason if value is None else None,
        spread=spread,
        n_beats=n_beats,
    )
