"""The gate: each refusal, and what lies just inside."""

import numpy as np
import pytest

from cardio_agent.errors import BadRecording
from cardio_agent.reading.validation import check_recording
from cardio_agent.schema import Ecg, Patient, Source


def _ecg(signal_mv: np.ndarray, fs_hz: float = 500.0) -> Ecg:
    return Ecg(signal_mv.astype(np.float32), fs_hz, Patient(), Source(name="x.hea", format="wfdb"))


def test_ordinary_recording_passes(ecg_mv: np.ndarray) -> None:
    check_recording(_ecg(ecg_mv))


def test_five_seconds_pass_and_less_does_not(ecg_mv: np.ndarray) -> None:
    check_recording(_ecg(ecg_mv[:, :2500]))
    with pytest.raises(BadRecording, match=r"'x.hea': 2.0 s of signal; at least 5 s are needed"):
        check_recording(_ecg(ecg_mv[:, :1000]))


@pytest.mark.parametrize("fs_hz", [49.9, 2001.0, 0.5, 1e6])
def test_rates_outside_the_range(fs_hz: float, ecg_mv: np.ndarray) -> None:
    with pytest.raises(BadRecording, match=r"lies outside 50–2000 Hz"):
        check_recording(_ecg(ecg_mv, fs_hz))


def test_six_leads_pass_and_five_do_not(ecg_mv: np.ndarray) -> None:
    six, five = ecg_mv.copy(), ecg_mv.copy()
    six[6:], five[5:] = np.nan, np.nan
    check_recording(_ecg(six))
    with pytest.raises(BadRecording, match=r"only 5 leads of the standard 12 \(I, II, III, aVR, aVL\)"):
        check_recording(_ecg(five))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_sample_that_is_no_number(value: float, ecg_mv: np.ndarray) -> None:
    ecg_mv[7, 3000] = value
    with pytest.raises(BadRecording, match=r"missing \(NaN\) or infinite: 1, in V2"):
        check_recording(_ecg(ecg_mv))


@pytest.mark.parametrize("level", [0.0, 1.5])
def test_constant_leads(level: float, ecg_mv: np.ndarray) -> None:
    with pytest.raises(BadRecording, match="every lead is constant"):
        check_recording(_ecg(np.full_like(ecg_mv, level)))


def test_one_flat_lead_is_not_refused(ecg_mv: np.ndarray) -> None:
    ecg_mv[3] = 0.0
    check_recording(_ecg(ecg_mv))


def test_microvolts_labelled_millivolts(ecg_mv: np.ndarray) -> None:
    with pytest.raises(
        BadRecording, match=r"amplitudes of \d+ mV are impossible in an ECG.*correct the unit"
    ):
        check_recording(_ecg(ecg_mv * 1000))


def test_millivolts_labelled_microvolts(ecg_mv: np.ndarray) -> None:
    with pytest.raises(BadRecording, match=r"no lead moves by more than [\d.]+ µV"):
        check_recording(_ecg(ecg_mv / 1000))


def test_a_saturated_lead_and_a_large_offset_are_not_refused(ecg_mv: np.ndarray) -> None:
    ecg_mv[8, ::2] = 32.767
    check_recording(_ecg(ecg_mv + 250))


def test_recordings_beyond_memory(ecg_mv: np.ndarray) -> None:
    long = np.broadcast_to(ecg_mv[:, :1], (12, 2_000_001))
    with pytest.raises(BadRecording, match=r"2,000,001 samples a lead \(1.1 h\) are more than the 2,000,000"):
        check_recording(_ecg(long))
