"""QRS detection on hand-made energy: what counts as a beat."""

from collections.abc import Callable

import numpy as np

from cardio_agent.measurement.detection import detect_beats, qrs_band, qrs_energy
from cardio_agent.schema import Ecg


def test_the_energy_is_high_at_each_qrs_and_low_between(drawn: Callable[..., Ecg]) -> None:
    onsets_s = [1.0, 2.0, 3.0, 4.0]
    ecg = drawn(onsets_s=onsets_s, duration_s=5.0)
    energy = qrs_energy(*qrs_band(ecg.signal_mv.astype(float)))
    at_qrs = [energy[round((s + 0.045) * 500)] for s in onsets_s]
    between = [energy[round((s + 0.65) * 500)] for s in onsets_s]
    assert min(at_qrs) > 5 * max(between)


def test_tall_t_waves_are_not_beats(drawn: Callable[..., Ecg]) -> None:
    onsets_s = [0.5 + k for k in range(9)]
    ecg = drawn(onsets_s=onsets_s, t_mv=1.2, r_mv=0.8)
    assert len(detect_beats(ecg.signal_mv.astype(float))) == 9


def test_a_beat_cut_by_the_end_of_the_recording_is_left_out(drawn: Callable[..., Ecg]) -> None:
    ecg = drawn(onsets_s=[1.0, 2.0, 3.0, 4.0, 4.97], duration_s=5.0)
    assert len(detect_beats(ecg.signal_mv.astype(float))) == 4


def test_one_noisy_lead_does_not_hide_the_beats(drawn: Callable[..., Ecg]) -> None:
    ecg = drawn(onsets_s=[0.5 + k for k in range(9)])
    signal = ecg.signal_mv.astype(float)
    signal[10] += np.random.default_rng(1).normal(0, 0.5, signal.shape[1])
    assert len(detect_beats(signal)) == 9


def test_a_jump_of_one_electrode_between_the_beats_is_no_beat(drawn: Callable[..., Ecg]) -> None:
    ecg = drawn(onsets_s=[0.5 + k for k in range(9)])
    signal = ecg.signal_mv.astype(float)
    signal[8, 2000:2030] += 2.0
    assert len(detect_beats(signal)) == 9


def test_the_t_wave_of_one_beat_in_a_long_silence_is_no_second_beat(drawn: Callable[..., Ecg]) -> None:
    ecg = drawn(onsets_s=[4.0], t_mv=0.8, noise_mv=0.002)
    assert len(detect_beats(ecg.signal_mv.astype(float))) == 1
