"""What is made ready once for delineation and measurement gives what each would make for itself."""

from dataclasses import replace

import numpy as np
import pytest

from cardio_agent.measurement import condition, delineate, measure
from cardio_agent.measurement.detection import WORK_FS_HZ
from cardio_agent.measurement.morphology import median_beat, running_sums
from cardio_agent.signal import assess_quality
from cardio_agent.simulation import simulate


@pytest.mark.parametrize("rhythm", ["normal", "paced", "pvc"])
@pytest.mark.parametrize("fs_hz", [250.0, 500.0])
def test_handed_on_or_made_again_it_is_the_same(rhythm: str, fs_hz: float) -> None:
    ecg = simulate(rhythm, fs_hz=fs_hz, noise_snr_db=25).ecg
    made, quality, waves = condition(ecg), assess_quality(ecg), delineate(ecg)
    assert delineate(ecg, conditioned=made) == waves
    assert measure(ecg, waves, quality, conditioned=made) == measure(ecg, waves, quality)


def test_the_beats_are_the_simulated_ones_and_spikes_those_of_the_pacemaker() -> None:
    simulated = simulate("paced", heart_rate_bpm=60)
    made = condition(simulated.ecg)
    assert len(made.spikes) == pytest.approx(10, abs=1)
    assert np.diff(made.beats) / WORK_FS_HZ == pytest.approx(1.0, abs=0.02)


def test_a_recording_without_a_live_lead_has_no_beats() -> None:
    ecg = simulate("normal").ecg
    dead = replace(ecg, signal_mv=np.full_like(ecg.signal_mv, np.nan))
    made = condition(dead)
    assert not made.signal_mv.any()
    assert len(made.beats) == len(made.spikes) == 0
    assert not len(delineate(dead, conditioned=made).beats)


@pytest.mark.parametrize("n_beats", [1, 2, 7, 12])
def test_the_median_beat_is_numpys_to_the_last_bit(n_beats: int, rng: np.random.Generator) -> None:
    windows = rng.normal(size=(n_beats, 3, 40))
    assert np.array_equal(median_beat(windows), np.median(windows, axis=0))


def test_running_sums_are_those_of_each_window(rng: np.random.Generator) -> None:
    rows = rng.normal(size=(2, 30))
    windows = np.lib.stride_tricks.sliding_window_view(rows, 7, axis=1)
    assert running_sums(rows, 7) == pytest.approx(windows.sum(axis=2), abs=1e-12)  # order of the sums
