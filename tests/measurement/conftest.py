"""ECGs drawn wave by wave, so that every onset, offset and amplitude is known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from cardio_agent.leads import LEADS
from cardio_agent.schema import Ecg, LeadQuality, Patient, Quality, Source

FRONTAL_ANGLES_DEG = {"I": 0, "II": 60, "III": 120, "aVR": -150, "aVL": -30, "aVF": 90}
AUGMENTED = ("aVR", "aVL", "aVF")
CHEST_QRS = {"V1": -0.7, "V2": -0.9, "V3": 0.4, "V4": 1.3, "V5": 1.2, "V6": 0.9}
CHEST_P_AND_T = {"V1": 0.4, "V2": 1.2, "V3": 1.2, "V4": 1.0, "V5": 0.8, "V6": 0.6}


@dataclass(frozen=True)
class Drawing:
    """What is drawn: intervals in ms, amplitudes in mV, QRS axis in degrees, R onsets in s."""

    onsets_s: Sequence[float]
    fs_hz: float = 500.0
    duration_s: float = 10.0
    pr_ms: float | None = 160.0
    p_ms: float = 100.0
    qrs_ms: float = 90.0
    qt_ms: float = 400.0
    t_ms: float = 180.0
    p_mv: float = 0.15
    r_mv: float = 1.0
    t_mv: float = 0.3
    axis_deg: float = 40.0
    st_mv: float = 0.0
    noise_mv: float = 0.005
    wide_beats: Sequence[int] = ()
    spike_mv: float = 0.0


def regular(rate_bpm: float, duration_s: float = 10.0, first_s: float = 0.4) -> list[float]:
    """QRS onsets of a steady rhythm, whole beats only."""
    return list(np.arange(first_s, duration_s - 0.6, 60 / rate_bpm))


def _arch(t_ms: np.ndarray, start_ms: float, length_ms: float, power: float = 1.0) -> np.ndarray:
    phase = np.clip((t_ms - start_ms) / length_ms, 0, 1)
    return np.sin(np.pi * phase) ** power


def _gains(axis_deg: float, chest: dict[str, float]) -> np.ndarray:
    limb = [
        np.cos(np.deg2rad(axis_deg - angle)) * (np.sqrt(3) / 2 if lead in AUGMENTED else 1.0)
        for lead, angle in FRONTAL_ANGLES_DEG.items()
    ]
    return np.array([*limb, *chest.values()])[:, None]


def draw(drawing: Drawing) -> Ecg:
    """The recording of a drawing; QRS is a narrow arch in its middle between two small opposite ones."""
    n_samples = round(drawing.duration_s * drawing.fs_hz)
    t_ms = np.arange(n_samples) / drawing.fs_hz * 1000
    signal = np.random.default_rng(7).normal(0, drawing.noise_mv, (12, n_samples))
    for beat, onset_s in enumerate(drawing.onsets_s):
        signal += _beat(t_ms - onset_s * 1000, drawing, beat in drawing.wide_beats)
    return Ecg(signal.astype(np.float32), drawing.fs_hz, Patient(), Source(name="drawn", format="drawn"))


def _beat(t_ms: np.ndarray, drawing: Drawing, is_wide: bool) -> np.ndarray:
    qrs_ms, sign = (170.0, -1.5) if is_wide else (drawing.qrs_ms, 1.0)
    shape = _arch(t_ms, 0.2 * qrs_ms, 0.6 * qrs_ms, 1.2) - 0.15 * (
        _arch(t_ms, 0, 0.2 * qrs_ms) + _arch(t_ms, 0.8 * qrs_ms, 0.2 * qrs_ms)
    )
    beat = sign * drawing.r_mv * shape * _gains(drawing.axis_deg, CHEST_QRS)
    t_gain = _gains(40.0, CHEST_P_AND_T)
    beat = beat + sign * drawing.t_mv * _arch(t_ms, drawing.qt_ms - drawing.t_ms, drawing.t_ms, 1.4) * t_gain
    if drawing.pr_ms is not None and not is_wide:
        beat = beat + drawing.p_mv * _arch(t_ms, -drawing.pr_ms, drawing.p_ms) * _gains(50.0, CHEST_P_AND_T)
    if drawing.st_mv:
        st_ms = drawing.qt_ms - drawing.t_ms / 2 - qrs_ms
        falling = np.clip((drawing.qt_ms - t_ms) / (drawing.t_ms / 2), 0, 1)
        level = np.where((t_ms >= qrs_ms) & (t_ms < drawing.qt_ms), np.minimum(falling, 1), 0)
        beat = beat + drawing.st_mv * level * (np.arange(12) == LEADS.index("V3"))[:, None] * (st_ms > 0)
    if drawing.spike_mv:
        beat = beat + drawing.spike_mv * ((t_ms >= -12) & (t_ms < -9)) * np.sign(_gains(60.0, CHEST_QRS))
    return beat


@pytest.fixture
def drawn() -> Callable[..., Ecg]:
    """Draw an ECG: ``drawn(rate_bpm=70, qrs_ms=120)`` or with the QRS onsets themselves."""

    def make(rate_bpm: float = 66.0, **kwargs: object) -> Ecg:
        kwargs.setdefault("onsets_s", regular(rate_bpm, float(kwargs.get("duration_s", 10.0))))  # type: ignore[arg-type]
        return draw(Drawing(**kwargs))  # type: ignore[arg-type]

    return make


@pytest.fixture
def quality_with() -> Callable[..., Quality]:
    """Quality of a recording whose leads are good but for those named: ``quality_with(V3="flat")``."""

    def make(**states: str) -> Quality:
        leads = tuple(
            LeadQuality(id=f"q-{lead}", lead=lead, state=states.get(lead, "good"), reason="drawn")
            for lead in LEADS
        )
        return Quality(verdict="good", reason="drawn", leads=leads)

    return make
