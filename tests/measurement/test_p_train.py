"""P waves that do not each lead a QRS, drawn apart from the beats."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from cardio_agent.leads import LEADS
from cardio_agent.measurement import delineate, measure
from cardio_agent.schema import Ecg, Quality

P_MS = 100
P_MV = 0.15


@pytest.fixture
def with_p(drawn: Callable[..., Ecg]) -> Callable[..., Ecg]:
    """An ECG of QRS and T waves at their own times, and of P waves at others; both in s."""

    def make(qrs_onsets_s: Sequence[float], p_onsets_s: Sequence[float]) -> Ecg:
        ecg = drawn(onsets_s=list(qrs_onsets_s), pr_ms=None)
        t_ms = np.arange(ecg.n_samples) / ecg.fs_hz * 1000
        p = sum(np.sin(np.pi * np.clip((t_ms - 1000 * s) / P_MS, 0, 1)) for s in p_onsets_s)
        gains = np.where(np.array(LEADS) == "aVR", -P_MV, P_MV)[:, None]
        return replace(ecg, signal_mv=(ecg.signal_mv + gains * p).astype(np.float32))

    return make


def test_third_degree_block_has_p_waves_of_their_own_and_no_pr(
    with_p: Callable[..., Ecg], quality_with: Callable[..., Quality]
) -> None:
    ecg = with_p(np.arange(0.5, 9.5, 1.45), np.arange(0.3, 9.8, 0.75))
    waves = delineate(ecg)
    assert waves.atrial is not None
    assert waves.atrial.pattern == "dissociated"
    found = measure(ecg, waves, quality_with())
    assert found.value("atrial_rate_bpm") == pytest.approx(80, abs=2)
    assert found.value("heart_rate_bpm") == pytest.approx(60 / 1.45, abs=1)
    pr = found.get("pr_ms")
    assert (pr.value, pr.reason) == (None, "P waves are not tied to the QRS complexes")


def test_two_to_one_block_keeps_its_pr(
    with_p: Callable[..., Ecg], quality_with: Callable[..., Quality]
) -> None:
    p_s = np.arange(0.2, 9.7, 0.8)
    ecg = with_p(p_s[::2] + 0.18, p_s)
    waves = delineate(ecg)
    assert waves.atrial is not None
    assert waves.atrial.pattern == "blocked"
    assert waves.atrial.rate_bpm == pytest.approx(75, abs=2)
    assert measure(ecg, waves, quality_with()).value("pr_ms") == pytest.approx(180, abs=15)


@pytest.mark.parametrize(
    ("cycle", "first_pr_s", "lengthening_s"), [(4, 0.18, 0.0), (4, 0.18, 0.08), (3, 0.18, 0.1)]
)
def test_dropped_beats_are_a_second_degree_block(
    with_p: Callable[..., Ecg], cycle: int, first_pr_s: float, lengthening_s: float
) -> None:
    p_s = np.arange(0.2, 9.3, 0.85)
    place = np.arange(len(p_s)) % cycle
    qrs_s = (p_s + first_pr_s + lengthening_s * place)[place < cycle - 1]
    found = delineate(with_p(qrs_s, p_s)).atrial
    assert found is not None
    assert found.pattern == "blocked"


@pytest.mark.parametrize(("rate_bpm", "pr_s"), [(40, 0.16), (60, 0.16), (60, 0.33), (75, 0.2)])
def test_one_p_before_each_qrs_is_no_block(with_p: Callable[..., Ecg], rate_bpm: float, pr_s: float) -> None:
    p_s = np.arange(0.2, 9.4, 60 / rate_bpm)
    waves = delineate(with_p(p_s + pr_s, p_s))
    assert waves.atrial is None
    assert len(waves.beats.p) == len(waves.beats)


def test_no_p_waves_at_all_are_no_block(with_p: Callable[..., Ecg]) -> None:
    assert delineate(with_p(np.arange(0.5, 9.6, 1.4), [])).atrial is None


def test_one_early_p_wave_without_a_qrs_is_no_block(with_p: Callable[..., Ecg]) -> None:
    p_s = np.array([0.3, 1.3, 2.3, 2.95, 4.2, 5.2, 6.2, 7.2, 8.2, 9.2])
    assert delineate(with_p(np.delete(p_s, 3) + 0.16, p_s)).atrial is None
