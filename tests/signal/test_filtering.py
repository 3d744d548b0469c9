"""Filtering for measurement: wander and hum go, ST segments and QRS complexes stay."""

from dataclasses import replace

import numpy as np
import pytest

from cardio_agent.errors import BadRecording
from cardio_agent.schema import Ecg, Patient, Source
from cardio_agent.signal import clean
from cardio_agent.simulation import CONDITIONS, SimulatedEcg, add_noise, lose_leads, simulate


def st_mv(ecg: Ecg, simulated: SimulatedEcg) -> np.ndarray:
    """ST at J + 60 ms over the level at the QRS onset, (12, n_beats)."""
    after = round(0.06 * ecg.fs_hz)
    waves = [w for w in simulated.truth.waves.beats.qrs if w.offset + after < ecg.n_samples]
    at, reference = [w.offset + after for w in waves], [w.onset - 1 for w in waves]
    return np.asarray(ecg.signal_mv[:, at] - ecg.signal_mv[:, reference])


@pytest.mark.parametrize("fs_hz", [100, 257, 500, 1000])
@pytest.mark.parametrize("rate", [40, 60, 90, 120])
@pytest.mark.parametrize("rhythm", ["anterior_stemi", "inferior_stemi", "lbbb", "lvh"])
def test_st_segments_are_not_bent(rhythm: str, rate: float, fs_hz: float) -> None:
    """The limit of 0.02 mV is a fifth of the least elevation that counts (guideline corpus MI-01)."""
    simulated = simulate(rhythm, heart_rate_bpm=rate, pr_ms=150, fs_hz=fs_hz)
    bent = st_mv(clean(simulated.ecg), simulated) - st_mv(simulated.ecg, simulated)
    assert np.abs(bent).max() < 0.02


@pytest.mark.parametrize("rate", [40, 60, 90, 120])
def test_st_is_right_under_wander_as_strong_as_the_ecg(rate: float) -> None:
    simulated = simulate("anterior_stemi", heart_rate_bpm=rate, pr_ms=150)
    wandering = add_noise(simulated.ecg, "baseline", 0, seed=3)
    error = np.median(st_mv(clean(wandering), simulated) - st_mv(simulated.ecg, simulated), axis=1)
    assert np.abs(error).max() < 0.05


@pytest.mark.parametrize("rhythm", [r for r in CONDITIONS if r != "paced"])
def test_qrs_amplitude_is_kept_within_two_per_cent(rhythm: str) -> None:
    simulated = simulate(rhythm)
    cleaned = clean(simulated.ecg)
    for wave in simulated.truth.waves.beats.qrs:
        before, after = (
            np.ptp(e.signal_mv[:, wave.onset - 5 : wave.offset + 6], axis=1) for e in (simulated.ecg, cleaned)
        )
        tall = before > 0.3
        np.testing.assert_allclose(after[tall], before[tall], rtol=0.02)


def test_slow_wander_is_removed() -> None:
    simulated = simulate("normal", heart_rate_bpm=75)
    t = np.arange(5000) / 500
    wander = 0.8 * np.sin(2 * np.pi * 0.2 * t) + 0.4 * t / 10
    wandering = replace(simulated.ecg, signal_mv=(simulated.ecg.signal_mv + wander).astype(np.float32))
    left = (clean(wandering).signal_mv - clean(simulated.ecg).signal_mv)[:, 500:4500]
    assert np.abs(left).max() < 0.05


def test_without_beats_slow_drift_still_goes() -> None:
    t = np.arange(5000) / 500
    drift = np.tile(2 * np.cos(2 * np.pi * 0.03 * t), (12, 1)).astype(np.float32)
    ecg = replace(simulate("normal").ecg, signal_mv=drift)
    assert np.abs(clean(ecg).signal_mv).max() < 0.3


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_mains_hum_is_removed_where_there_is_one(mains_hz: float) -> None:
    simulated = simulate("normal")
    humming = add_noise(simulated.ecg, "mains", 6, mains_hz=mains_hz)
    t = np.exp(-2j * np.pi * mains_hz * np.arange(5000) / 500)
    hum_mv, left_mv = (
        2 * np.abs((e.signal_mv - simulated.ecg.signal_mv) @ t).max() / 5000
        for e in (humming, clean(humming))
    )
    assert hum_mv > 0.1
    assert left_mv < 0.02 * hum_mv


def test_no_notch_rings_where_there_is_no_hum() -> None:
    simulated = simulate("lvh")
    change = np.abs(clean(simulated.ecg).signal_mv - simulated.ecg.signal_mv)
    assert change.max() < 0.05
    assert np.median(change) < 0.002


@pytest.mark.parametrize("rhythm", ["normal", "rbbb", "paced"])
def test_no_wave_is_moved(rhythm: str) -> None:
    simulated = simulate(rhythm, noise_snr_db=25)
    cleaned = clean(simulated.ecg)
    for wave in simulated.truth.waves.leads["V2"].qrs:
        span = slice(wave.onset, wave.offset + 1)
        before, after = (int(np.abs(e.lead("V2")[span]).argmax()) for e in (simulated.ecg, cleaned))
        assert abs(before - after) <= 2  # 4 ms: noise may move a blunt peak


def test_missing_leads_stay_missing() -> None:
    ecg = lose_leads(simulate("normal").ecg, ("I", "V3"))
    cleaned = clean(ecg)
    assert cleaned.missing_leads == ("I", "V3")
    assert np.isfinite(cleaned.lead("II")).all()
    assert cleaned.signal_mv.dtype == np.float32


def test_too_short_a_recording_is_refused() -> None:
    ecg = simulate("normal").ecg
    with pytest.raises(BadRecording, match=r"0\.80 s long"):
        clean(replace(ecg, signal_mv=ecg.signal_mv[:, :400]))


def test_a_recording_without_beats_is_cleaned_all_the_same(rng: np.random.Generator) -> None:
    noise = (rng.standard_normal((12, 5000)) * 1e-6).astype(np.float32)
    still = Ecg(noise, 500.0, Patient(), Source(name="still", format="test"))
    assert np.isfinite(clean(still).signal_mv).all()
