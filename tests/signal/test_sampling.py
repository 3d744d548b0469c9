"""Resampling keeps times and amplitudes, and lets nothing alias."""

import numpy as np
import pytest

from cardio_agent.errors import BadRequest
from cardio_agent.schema import Ecg, Patient, Source
from cardio_agent.signal import resample
from cardio_agent.simulation import lose_leads, simulate


def tone(hz: float, fs_hz: float, seconds: float = 10) -> Ecg:
    t = np.arange(round(seconds * fs_hz)) / fs_hz
    rows = np.tile(np.sin(2 * np.pi * hz * t), (12, 1)).astype(np.float32)
    return Ecg(rows, fs_hz, Patient(), Source(name="tone", format="test"))


@pytest.mark.parametrize(("fs_hz", "to_hz"), [(500, 100), (500, 250), (257, 500), (1000, 360), (100, 500)])
def test_a_tone_keeps_its_amplitude_and_its_phase(fs_hz: float, to_hz: float) -> None:
    out = resample(tone(8, fs_hz), to_hz)
    assert out.fs_hz == to_hz
    assert out.duration_s == pytest.approx(10, abs=1 / to_hz)
    assert out.signal_mv.dtype == np.float32
    middle = slice(round(to_hz), round(9 * to_hz))
    expected = np.sin(2 * np.pi * 8 * np.arange(out.n_samples) / to_hz)
    np.testing.assert_allclose(out.signal_mv[4, middle], expected[middle], atol=0.01)


def test_what_the_new_rate_cannot_hold_is_gone() -> None:
    out = resample(tone(80, 500), 100)
    assert np.abs(out.signal_mv[:, 50:-50]).max() < 0.01


@pytest.mark.parametrize("to_hz", [100, 250, 1000])
def test_r_peaks_stay_within_a_sample(to_hz: float) -> None:
    simulated = simulate("normal", fs_hz=500)
    out = resample(simulated.ecg, to_hz)
    for wave in simulated.truth.waves.leads["V5"].qrs:
        around = slice(round((wave.onset - 10) * to_hz / 500), round((wave.offset + 10) * to_hz / 500))
        peak = around.start + int(out.lead("V5")[around].argmax())
        assert peak / to_hz == pytest.approx(wave.peak / 500, abs=1 / min(to_hz, 500))


def test_a_constant_offset_makes_no_edge() -> None:
    ecg = simulate("normal", fs_hz=500).ecg
    raised = Ecg(ecg.signal_mv + 3, 500, ecg.patient, ecg.source)
    np.testing.assert_allclose(resample(raised, 100).signal_mv - 3, resample(ecg, 100).signal_mv, atol=1e-3)


def test_missing_leads_stay_missing_and_the_same_rate_changes_nothing() -> None:
    ecg = lose_leads(simulate("normal").ecg, ("V6",))
    assert resample(ecg, 100).missing_leads == ("V6",)
    assert resample(ecg, 500) is ecg
    everything = lose_leads(ecg, ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5"))
    assert resample(everything, 100).signal_mv.shape == (12, 1000)


@pytest.mark.parametrize("bad", [0, -100, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused(bad: float) -> None:
    with pytest.raises(BadRequest, match="must be above 0"):
        resample(tone(5, 100), bad)
