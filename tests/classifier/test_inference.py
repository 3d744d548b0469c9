"""Running the shipped classifier on simulated and odd recordings."""

from dataclasses import replace

import numpy as np
import pytest

from cardio_agent.classifier import classify, decide
from cardio_agent.classifier.preprocessing import network_input, window_starts
from cardio_agent.classifier.statements import CODES
from cardio_agent.leads import lead_index
from cardio_agent.schema import Ecg
from cardio_agent.simulation import simulate


def _without(ecg: Ecg, *leads: str) -> Ecg:
    signal = ecg.signal_mv.copy()
    for lead in leads:
        signal[lead_index(lead)] = np.nan
    return replace(ecg, signal_mv=signal)


def test_no_recordings_give_no_results() -> None:
    assert classify([]) == []


@pytest.mark.parametrize(
    ("rhythm", "code"), [("af", "AFIB"), ("lbbb", "CLBBB"), ("rbbb", "CRBBB"), ("first_degree_avb", "AVB")]
)
def test_simulated_conditions_rank_above_a_normal_ecg(rhythm: str, code: str) -> None:
    condition, normal = classify([simulate(rhythm, seed=3).ecg, simulate("normal", seed=3).ecg])
    assert condition.probabilities[code] > normal.probabilities[code]


def test_attention_of_every_statement_is_a_distribution() -> None:
    (result,) = classify([simulate("normal").ecg])
    assert set(result.attention) == set(CODES) == set(result.probabilities)
    for attention in result.attention.values():
        assert attention.shape == (12, 125)
        assert attention.min() >= 0
        assert attention.sum() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(("fs_hz", "duration_s"), [(100, 10), (250, 10), (1000, 10), (500, 5), (500, 24)])
def test_rate_and_length_may_vary(fs_hz: float, duration_s: float) -> None:
    ecg = simulate("normal", fs_hz=fs_hz, duration_s=duration_s).ecg
    (result,) = classify([ecg])
    n_steps = result.attention["NORM"].shape[1]
    assert n_steps * result.step_s == pytest.approx(duration_s, abs=result.step_s)
    assert all(0 <= p <= 1 for p in result.probabilities.values())


def test_the_sampling_rate_hardly_moves_the_probabilities() -> None:
    slow, fast = classify([simulate("lbbb", fs_hz=100).ecg, simulate("lbbb", fs_hz=1000).ecg])
    assert slow.probabilities["CLBBB"] == pytest.approx(fast.probabilities["CLBBB"], abs=0.1)


def test_missing_leads_get_no_attention() -> None:
    (result,) = classify([_without(simulate("normal").ecg, "V2", "aVF")])
    for attention in result.attention.values():
        assert attention[lead_index("V2")].max() == 0
        assert attention[lead_index("aVF")].max() == 0


def test_batches_and_single_recordings_agree() -> None:
    ecgs = [simulate("normal", seed=s).ecg for s in range(3)] + [simulate("af", duration_s=13).ecg]
    together, alone = classify(ecgs), [classify([ecg])[0] for ecg in ecgs]
    for a, b in zip(together, alone, strict=True):
        for code in CODES:
            assert a.probabilities[code] == pytest.approx(b.probabilities[code], abs=1e-4)


def test_windows_cover_long_recordings() -> None:
    for n in (1001, 2000, 2404, 5999):
        starts = window_starts(n)
        covered = np.zeros(n, dtype=bool)
        for start in starts:
            covered[start : start + 1000] = True
            assert start % 8 == 0
        assert covered[:-8].all()


def test_input_keeps_only_the_band() -> None:
    ecg = simulate("normal").ecg
    t = np.arange(ecg.n_samples) / ecg.fs_hz
    wander = (2 * np.sin(2 * np.pi * 0.1 * t)).astype(np.float32)
    with_wander, _ = network_input(replace(ecg, signal_mv=ecg.signal_mv + wander))
    plain, _ = network_input(ecg)
    assert np.abs(with_wander - plain)[:, 200:-200].max() < 0.1  # mV, of 2 mV put in


def test_decisions_follow_the_thresholds() -> None:
    (result,) = classify([simulate("lbbb").ecg])
    statements = decide(result)
    assert [s.code for s in statements] == list(CODES)
    for s in statements:
        assert (
            s.present == (result.probabilities[s.code] >= s.threshold)
            or abs(s.probability - s.threshold) < 1e-3
        )
