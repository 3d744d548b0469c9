"""Flutter waves, drawn between the beats."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from cardio_agent.leads import LEADS
from cardio_agent.measurement import delineate, measure, rhythm_features
from cardio_agent.schema import Ecg, Quality

SAW = {"II": -0.20, "III": -0.25, "aVF": -0.22, "V1": 0.15, "aVR": 0.1, "I": 0.03}


def with_saw(ecg: Ecg, rate_bpm: float) -> Ecg:
    """The recording with a saw-tooth: a slow fall and a quick rise."""
    t_s = np.arange(ecg.n_samples) / ecg.fs_hz
    phase = (t_s * rate_bpm / 60) % 1
    saw = np.where(phase < 0.7, phase / 0.7, (1 - phase) / 0.3) - 0.5
    gains = np.array([SAW.get(lead, 0.02) for lead in LEADS])[:, None]
    return replace(ecg, signal_mv=(ecg.signal_mv + gains * saw).astype(np.float32))


@pytest.mark.parametrize(("atrial_bpm", "conducted"), [(300, 2), (250, 2), (280, 4), (240, 3)])
def test_steady_flutter_is_found_with_its_rate(
    drawn: Callable[..., Ecg], quality_with: Callable[..., Quality], atrial_bpm: float, conducted: int
) -> None:
    ecg = with_saw(drawn(atrial_bpm / conducted, pr_ms=None, t_mv=0.1, qt_ms=300.0, t_ms=140.0), atrial_bpm)
    waves = delineate(ecg)
    assert rhythm_features(waves).atrial_pattern == "flutter"
    assert waves.beats.p == ()
    found = measure(ecg, waves, quality_with())
    assert found.value("atrial_rate_bpm") == pytest.approx(atrial_bpm, rel=0.03)
    assert found.get("pr_ms").reason


def test_flutter_of_varying_conduction_is_found(drawn: Callable[..., Ecg]) -> None:
    onsets_s = 0.4 + 0.2 * np.cumsum([0, 4, 2, 4, 3, 4, 2, 4, 4, 3, 4, 2, 4, 3])
    ecg = with_saw(drawn(onsets_s=list(onsets_s), pr_ms=None, t_mv=0.1, qt_ms=300.0, t_ms=140.0), 300)
    waves = delineate(ecg)
    assert waves.atrial is not None
    assert waves.atrial.pattern == "flutter"
    assert waves.atrial.rate_bpm == pytest.approx(300, rel=0.03)


@pytest.mark.parametrize("rate_bpm", [45, 70, 100, 130, 150])
def test_sinus_rhythm_is_no_flutter(drawn: Callable[..., Ecg], rate_bpm: float) -> None:
    waves = delineate(drawn(rate_bpm, qt_ms=min(400.0, 0.75 * 60_000 / rate_bpm), t_ms=120.0, pr_ms=130.0))
    assert waves.atrial is None
    assert len(waves.beats.p) > 0.8 * len(waves.beats)


def test_without_the_leads_of_flutter_none_is_named(drawn: Callable[..., Ecg]) -> None:
    ecg = with_saw(drawn(75.0, pr_ms=None), 300)
    signal = ecg.signal_mv.copy()
    signal[[LEADS.index(lead) for lead in ("II", "III", "aVF", "V1")]] = np.nan
    assert delineate(replace(ecg, signal_mv=signal)).atrial is None
