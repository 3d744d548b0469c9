"""Synthetic 12-lead ECGs whose waves, intervals, axes and ST levels are known.

Enters: the name of a condition and what is wanted of it. Leaves: an ECG and its truth. Does not model
ions or tissue: waves are bumps of a cardiac vector, so that every onset and offset is known.
"""

from dataclasses import dataclass

import numpy as np

from cardio_agent.errors import BadRequest
from cardio_agent.schema import Ecg, Patient, Sex, Source
from cardio_agent.simulation.conditions import CONDITIONS, PVC, PVC_QRS_MS, Condition
from cardio_agent.simulation.dipole import LEAD_MATRIX, dipole, frontal_axis_deg, support
from cardio_agent.simulation.noise import add_mixed_noise
from cardio_agent.simulation.rhythm import RESPIRATION_HZ, PlannedBeat, fibrillatory_dipole, plan_beats
from cardio_agent.simulation.template import BeatTemplate, fit_beat
from cardio_agent.simulation.truth import Truth, true_values, true_waves

_RESPIRATORY_AMPLITUDE = 0.03
_SPIKE_S = 0.002
_SPIKE_LEAD_TIME_S = 0.006
_SPIKE_DIPOLE_MV = np.array([0.45, 0.85, 0.25])


@dataclass(frozen=True)
class _Request:
    """What is to be made, every value decided."""

    condition: Condition
    rate_bpm: float
    p_ms: float
    pr_ms: float
    qrs_ms: float
    qt_ms: float
    axis_deg: float
    duration_s: float
    fs_hz: float

    @property
    def rr_ms(self) -> float:
        return 60_000 / self.rate_bpm

    @property
    def n_samples(self) -> int:
        return round(self.duration_s * self.fs_hz)


@dataclass(frozen=True)
class SimulatedEcg:
    """A synthetic recording and its truth."""

    ecg: Ecg
    truth: Truth


def simulate(
    rhythm: str = "normal",
    *,
    heart_rate_bpm: float | None = None,
    pr_ms: float | None = None,
    p_ms: float = 110,
    qrs_ms: float | None = None,
    qt_ms: float | None = None,
    axis_deg: float | None = None,
    duration_s: float = 10,
    fs_hz: float = 500,
    noise_snr_db: float | None = None,
    seed: int = 0,
    age_years: float | None = None,
    sex: Sex | None = None,
) -> SimulatedEcg:
    """Make one ECG of a condition.

    Parameters
    ----------
    rhythm : str
        A name in ``CONDITIONS``.
    heart_rate_bpm, pr_ms, qrs_ms, axis_deg : float, optional
        The condition's usual value where absent (a normal ECG: 70/min, 160 ms, 90 ms, 50 degrees).
        ``axis_deg`` is the axis of the net QRS area.
    qt_ms : float, optional
        Where absent, 400 ms times the cube root of RR in seconds (a Fridericia QTc of 400 ms), and half
        of what the QRS exceeds 100 ms.
    duration_s, fs_hz : float
        2 to 3600 s and 100 to 2000 Hz.
    noise_snr_db : float, optional
        Adds baseline wander, muscle and mains noise to this ratio; absent, the ECG is noiseless.
    seed : int
        The same seed gives the same ECG.

    Returns
    -------
    SimulatedEcg

    Raises
    ------
    BadRequest
        An unknown condition, or values that cannot hold together or contradict the condition.

    Limits: the recording starts within a beat; a P wave may lie on the T wave before it at high rates.
    """
    request = _request(rhythm, heart_rate_bpm, p_ms, pr_ms, qrs_ms, qt_ms, axis_deg, duration_s, fs_hz)
    signal_mv, truth = _make(request, np.random.default_rng(seed))
    source = Source(name=rhythm, format="simulation")
    ecg = Ecg(signal_mv, float(fs_hz), Patient(age_years=age_years, sex=sex), source)
    return SimulatedEcg(ecg if noise_snr_db is None else add_mixed_noise(ecg, noise_snr_db, seed), truth)


def usual_qt_ms(heart_rate_bpm: float, qrs_ms: float) -> float:
    """QT interval of a healthy heart at this rate and QRS duration, ms.

    Source: Fridericia's cube root with a QTc of 400 ms; about half of a QRS widening reaches the QT
    (Bogossian 2014, unchecked).

    >>> usual_qt_ms(60, 90), usual_qt_ms(60, 150)
    (400.0, 425.0)
    """
    return float(400 * (60 / heart_rate_bpm) ** (1 / 3) + 0.5 * max(0.0, qrs_ms - 100))


def _request(
    rhythm: str,
    heart_rate_bpm: float | None,
    p_ms: float,
    pr_ms: float | None,
    qrs_ms: float | None,
    qt_ms: float | None,
    axis_deg: float | None,
    duration_s: float,
    fs_hz: float,
) -> _Request:
    """What was asked for, completed with what is usual for the condition, and checked."""
    if rhythm not in CONDITIONS:
        raise BadRequest(f"no simulated rhythm '{rhythm}': choose one of {', '.join(CONDITIONS)}")
    condition = CONDITIONS[rhythm]
    rate = _or(heart_rate_bpm, condition.heart_rate_bpm)
    if not 20 <= rate <= 220:
        raise BadRequest(f"cannot simulate '{rhythm}': heart rate {rate:g}/min is outside 20 to 220/min")
    qrs = _or(qrs_ms, condition.qrs_ms)
    request = _Request(
        condition=condition,
        rate_bpm=rate,
        p_ms=p_ms,
        pr_ms=_or(pr_ms, condition.pr_ms),
        qrs_ms=qrs,
        qt_ms=usual_qt_ms(rate, qrs) if qt_ms is None else qt_ms,
        axis_deg=_or(axis_deg, condition.axis_deg),
        duration_s=duration_s,
        fs_hz=fs_hz,
    )
    _check(request)
    return request


def _or(wanted: float | None, usual: float) -> float:
    return usual if wanted is None else wanted


def _check(r: _Request) -> None:
    """Raise BadRequest for the first thing that cannot be."""
    name = r.condition.name
    longest_qt_ms = 0.92 * r.rr_ms
    rules = (
        (2 <= r.duration_s <= 3600, f"duration {r.duration_s:g} s is outside 2 to 3600 s"),
        (100 <= r.fs_hz <= 2000, f"sampling rate {r.fs_hz:g} Hz is outside 100 to 2000 Hz"),
        (60 <= r.qrs_ms <= 220, f"QRS {r.qrs_ms:g} ms is outside 60 to 220 ms"),
        (r.qrs_ms >= r.condition.min_qrs_ms, f"QRS {r.qrs_ms:g} ms is below {r.condition.min_qrs_ms:g} ms"),
        (r.pr_ms >= r.condition.min_pr_ms, f"PR {r.pr_ms:g} ms is below {r.condition.min_pr_ms:g} ms"),
        (40 <= r.p_ms <= r.pr_ms, f"P {r.p_ms:g} ms is outside 40 ms to the PR interval, {r.pr_ms:g} ms"),
        (r.pr_ms + r.qrs_ms <= r.rr_ms, f"PR and QRS do not fit into an RR of {r.rr_ms:.0f} ms"),
        (
            r.qrs_ms + 100 <= r.qt_ms <= longest_qt_ms,
            f"QT {r.qt_ms:.0f} ms is outside QRS + 100 ms to 92 % of RR, {longest_qt_ms:.0f} ms",
        ),
    )
    for holds, message in rules:
        if not holds:
            raise BadRequest(f"cannot simulate '{name}': {message}")


def _make(r: _Request, rng: np.random.Generator) -> tuple[np.ndarray, Truth]:
    """The noiseless signal, float32 (12, n) in mV, and its truth."""
    name = r.condition.name
    main = fit_beat(r.condition.morphology, r.axis_deg, r.p_ms, r.pr_ms, r.qrs_ms, r.qt_ms)
    pvc_qt_ms = usual_qt_ms(r.rate_bpm, PVC_QRS_MS)
    pvc = fit_beat(PVC, frontal_axis_deg(PVC.qrs), r.p_ms, r.pr_ms, PVC_QRS_MS, pvc_qt_ms)
    templates = {False: main, True: pvc}
    beats = plan_beats(name, r.rr_ms / 1000, r.qt_ms / 1000, r.duration_s, rng)

    vector = np.zeros((3, r.n_samples))
    for beat in beats:
        _add_beat(vector, templates[beat.is_pvc], beat, r.fs_hz)
    if name == "af":
        vector += fibrillatory_dipole(r.n_samples, r.fs_hz, rng)
    spikes = _add_spikes(vector, beats, r.fs_hz) if name == "paced" else ()

    waves = true_waves(name, beats, templates, r.n_samples, r.fs_hz, spikes)
    signal_mv = (LEAD_MATRIX @ vector).astype(np.float32)
    return signal_mv, true_values(r.condition, waves, main, r.rate_bpm)


def _add_beat(vector: np.ndarray, template: BeatTemplate, beat: PlannedBeat, fs_hz: float) -> None:
    """Add one beat, a little larger or smaller with respiration, where it lies in the recording."""
    size = 1 + _RESPIRATORY_AMPLITUDE * np.sin(2 * np.pi * RESPIRATION_HZ * beat.qrs_onset_s)
    for part in (*template.waves(beat).values(), template.st):
        start_s = beat.qrs_onset_s + part.start_s
        span_s = [start_s + part.unit_s * u for u in support(part.bumps)]
        lo, hi = (int(np.clip(np.ceil(s * fs_hz), 0, vector.shape[1])) for s in span_s)
        vector[:, lo:hi] += size * dipole(part.bumps, (np.arange(lo, hi) / fs_hz - start_s) / part.unit_s)


def _add_spikes(vector: np.ndarray, beats: tuple[PlannedBeat, ...], fs_hz: float) -> tuple[int, ...]:
    """Add pacing spikes of 2 ms, lower where one sample is longer than that; returns their samples."""
    width = max(1, round(_SPIKE_S * fs_hz))
    height = min(1.0, _SPIKE_S * fs_hz) * _SPIKE_DIPOLE_MV
    at = [round((beat.qrs_onset_s - _SPIKE_LEAD_TIME_S) * fs_hz) for beat in beats]
    inside = tuple(sample for sample in at if 0 <= sample <= vector.shape[1] - width)
    for sample in inside:
        vector[:, sample : sample + width] += height[:, None]
    return inside
