"""Bad input: what cannot be measured is None with its reason, and the rest stands."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cardio_agent.leads import LEADS, lead_index
from cardio_agent.measurement import delineate, measure
from cardio_agent.reading import read_ecg
from cardio_agent.schema import Ecg, Measurements
from cardio_agent.signal import assess_quality
from cardio_agent.simulation import simulate

INTERVALS = ("heart_rate_bpm", "rr_ms", "p_ms", "pr_ms", "qrs_ms", "qt_ms")
AXES = ("p_axis_deg", "qrs_axis_deg", "t_axis_deg")
Rows = np.ndarray
BREATH = 1.05
"""Heights of simulated beats vary by 3 % with respiration."""


def measured(ecg: Ecg) -> Measurements:
    return measure(ecg, delineate(ecg), assess_quality(ecg))


def changed(ecg: Ecg, change: Callable[[Rows], Rows]) -> Ecg:
    return replace(ecg, signal_mv=change(ecg.signal_mv.copy()).astype(np.float32))


def without_lead(rows: Rows) -> Rows:
    rows[lead_index("V3")] = np.nan
    return rows


def with_inverted_lead(rows: Rows) -> Rows:
    rows[lead_index("V4")] *= -1
    return rows


def clipped(rows: Rows) -> Rows:
    return np.clip(rows, -0.6, 0.6)


def still(rows: Rows, start_s: float, stop_s: float, fs_hz: float = 500) -> Rows:
    """Every lead stands still, at the level it has in diastole."""
    rows[:, round(start_s * fs_hz) : round(stop_s * fs_hz)] = np.median(rows, axis=1, keepdims=True)
    return rows


@pytest.fixture(scope="module")
def ecg() -> Ecg:
    return simulate("normal", heart_rate_bpm=60, noise_snr_db=30, seed=3).ecg


@pytest.fixture(scope="module")
def whole(ecg: Ecg) -> Measurements:
    return measured(ecg)


@pytest.mark.parametrize("change", [without_lead, with_inverted_lead, clipped])
def test_one_bad_lead_or_clipping_leaves_the_intervals(
    ecg: Ecg, whole: Measurements, change: Callable[[Rows], Rows]
) -> None:
    found = measured(changed(ecg, change))
    for name in INTERVALS:
        # 10 ms: the repeatability of a QRS duration
        assert found.value(name) == pytest.approx(whole.value(name), abs=10), name


def test_what_rests_on_a_missing_lead_says_so(ecg: Ecg, whole: Measurements) -> None:
    found = measured(changed(ecg, without_lead))
    of_v3 = [m for m in found if m.lead == "V3"]
    assert all(m.value is None and m.reason is not None and "V3" in m.reason for m in of_v3)
    assert found.value("r_mv", "V4") == pytest.approx(whole.value("r_mv", "V4"), abs=0.02)
    assert all(found.value(name) is not None for name in AXES)


def test_axes_need_their_leads(ecg: Ecg) -> None:
    rows = ecg.signal_mv.copy()
    rows[lead_index("aVF")] = np.nan
    found = measured(replace(ecg, signal_mv=rows))
    reasons = [m.reason for m in found if m.name in AXES]
    assert len(reasons) == 3
    assert all(reason is not None and "aVF" in reason for reason in reasons)


def test_an_inverted_lead_is_measured_as_it_is(ecg: Ecg, whole: Measurements) -> None:
    found = measured(changed(ecg, with_inverted_lead))
    assert found.value("t_mv", "V4") == pytest.approx(-(whole.value("t_mv", "V4") or 0), abs=0.03)
    assert found.value("t_mv", "V5") == pytest.approx(whole.value("t_mv", "V5"), abs=0.03)


def test_leads_that_are_clipped_give_no_heights(ecg: Ecg) -> None:
    recording = changed(ecg, clipped)
    saturated = [lead.lead for lead in assess_quality(recording).leads if lead.state == "saturated"]
    assert saturated
    found = measured(recording)
    assert all(found.value("r_mv", lead) is None for lead in saturated)


def test_beats_after_asystole_are_measured(ecg: Ecg, whole: Measurements) -> None:
    found = measured(changed(ecg, lambda rows: still(rows, 0, 5)))
    for name in INTERVALS:
        assert found.value(name) == pytest.approx(whole.value(name), abs=10, rel=0.04), name
    for name in AXES:
        assert found.value(name) == pytest.approx(whole.value(name), abs=5), name
    assert found.value("r_mv", "V5") == pytest.approx(whole.value("r_mv", "V5"), rel=BREATH - 1)
    assert (found.value("longest_pause_ms") or 0) >= 4900


def test_of_one_beat_nothing_but_the_silence_around_it_is_measured(ecg: Ecg) -> None:
    beats = delineate(ecg).beats
    start_s, stop_s = ((beats[k].qrs.onset - 120) / 500 for k in (4, 5))
    one = changed(ecg, lambda rows: still(still(rows, 0, start_s), stop_s, 10))
    assert len(delineate(one).beats) == 1
    given = [m for m in measured(one) if m.value is not None]
    assert [m.name for m in given] == ["longest_pause_ms"]
    assert all(m.reason for m in measured(one) if m.value is None)


@pytest.mark.parametrize("kind", ["silence", "noise", "nothing recorded"])
def test_without_beats_every_measurement_has_its_reason(
    ecg: Ecg, kind: str, rng: np.random.Generator
) -> None:
    rows = {
        "silence": np.zeros((12, 5000)),
        "noise": rng.normal(0, 0.02, (12, 5000)),
        "nothing recorded": np.full((12, 5000), np.nan),
    }[kind]
    found = measured(replace(ecg, signal_mv=rows.astype(np.float32)))
    assert all(m.value is None and m.reason for m in found)


@pytest.mark.parametrize("rate_bpm", [30, 40, 150, 180, 220])
def test_rates_from_30_to_220(rate_bpm: float) -> None:
    fast = {"pr_ms": 100.0, "p_ms": 70.0, "qt_ms": 215.0} if rate_bpm >= 150 else {}
    made = simulate("normal", heart_rate_bpm=rate_bpm, qrs_ms=80, **fast)
    found = measured(made.ecg)
    assert found.value("heart_rate_bpm") == pytest.approx(made.truth.heart_rate_bpm, rel=0.02)
    assert found.value("qrs_ms") == pytest.approx(80, abs=10)  # 10 ms: its repeatability


@pytest.mark.parametrize("fs_hz", [100, 128, 257, 500, 1000])
def test_every_sampling_rate_gives_the_same_intervals(fs_hz: float) -> None:
    made = simulate("normal", fs_hz=fs_hz, seed=3)
    found = measured(made.ecg)
    # 8 ms: the standard deviation asked for
    for name in ("p_ms", "pr_ms", "qrs_ms", "qt_ms"):
        assert found.value(name) == pytest.approx(getattr(made.truth, name), abs=8), name


CHANGES: dict[str, Callable[[Rows], Rows]] = {
    "V3 missing": without_lead,
    "V4 inverted": with_inverted_lead,
    "clipped": clipped,
    "asystole, then beats": lambda rows: still(rows, 0, 5),
    "beats, then asystole": lambda rows: still(rows, 5, 10),
    "silence": lambda rows: rows * 0,
    "only II": lambda rows: np.where((np.arange(len(LEADS)) == 1)[:, None], rows, np.nan),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("record", [131, 143, 152, 170], ids=["sinus", "paced", "af", "pvc"])
def test_real_recordings_made_worse_give_numbers_or_reasons(
    shared_data: Path, record: int, change: Callable[[Rows], Rows]
) -> None:
    file = shared_data / "ptbxl" / "wfdb" / "records500" / "00000" / f"{record:05d}_hr.hea"
    found = measured(changed(read_ecg(file), change))
    for m in found:
        assert (m.value is None) == (m.reason is not None), m
        assert m.value is None or np.isfinite(m.value), m
