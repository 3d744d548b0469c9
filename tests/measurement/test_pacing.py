"""Pacing spikes: found as drawn, taken out, and never a narrow R wave."""

import numpy as np
import pytest

from cardio_agent.measurement.pacing import find_spike_candidates, without_spikes


def flat_with_spikes(fs_hz: float, at_s: list[float], height_mv: float = 0.8) -> np.ndarray:
    signal = np.random.default_rng(4).normal(0, 0.005, (12, round(5 * fs_hz)))
    for second in at_s:
        signal[:, round(second * fs_hz)] += height_mv
    return signal


@pytest.mark.parametrize("fs_hz", [100.0, 500.0, 1000.0])
def test_single_sample_spikes_are_found_to_the_sample(fs_hz: float) -> None:
    at_s = [1.0, 2.0, 3.5]
    found = find_spike_candidates(flat_with_spikes(fs_hz, at_s), fs_hz)
    np.testing.assert_allclose(found / fs_hz, at_s, atol=1 / fs_hz)


def test_a_spike_in_two_leads_is_not_enough() -> None:
    signal = flat_with_spikes(500.0, [])
    signal[:2, 1000] += 0.8
    assert len(find_spike_candidates(signal, 500.0)) == 0


def test_a_narrow_r_wave_is_no_spike() -> None:
    t = np.arange(2500) / 500
    r_wave = 1.5 * np.clip(1 - np.abs(t - 2.0) / 0.03, 0, None)
    assert len(find_spike_candidates(np.tile(r_wave, (12, 1)), 500.0)) == 0


def test_a_removed_spike_leaves_a_straight_line_and_the_rest_as_it_was() -> None:
    signal = flat_with_spikes(500.0, [2.0])
    out = without_spikes(signal, np.array([1000]), 500.0)
    assert np.abs(out[:, 990:1010]).max() < 0.05
    np.testing.assert_array_equal(out[:, :990], signal[:, :990])
    assert signal[0, 1000] > 0.5
