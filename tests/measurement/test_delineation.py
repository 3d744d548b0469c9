"""Delineation: drawn beats are found where they were drawn, whatever the rate and the leads."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from cardio_agent.errors import BadRecording
from cardio_agent.leads import LEADS
from cardio_agent.measurement import delineate
from cardio_agent.schema import Ecg, Waves

DrawEcg = Callable[..., Ecg]


def onset_errors_ms(waves: Waves, onsets_s: list[float]) -> np.ndarray:
    found = np.array([beat.qrs.onset for beat in waves.beats]) / waves.fs_hz
    return (found - np.array(onsets_s)) * 1000


@pytest.mark.parametrize("fs_hz", [100.0, 250.0, 360.0, 500.0, 1000.0])
def test_every_beat_is_found_where_it_was_drawn_at_any_sampling_rate(drawn: DrawEcg, fs_hz: float) -> None:
    onsets_s = [0.6 + 0.9 * k for k in range(10)]
    waves = delineate(drawn(onsets_s=onsets_s, fs_hz=fs_hz))
    assert waves.fs_hz == fs_hz
    assert len(waves.beats) == len(onsets_s)
    # 10 ms: one sample at 100 Hz
    assert np.abs(onset_errors_ms(waves, onsets_s)).max() <= 10 + 500 / fs_hz


@pytest.mark.parametrize("rate_bpm", [30, 45, 66, 100, 140, 200])
def test_no_beat_is_missed_or_invented_from_30_to_200_bpm(drawn: DrawEcg, rate_bpm: int) -> None:
    root_rr = (60 / rate_bpm) ** 0.5
    short = {"pr_ms": 120.0, "p_ms": 70.0} if rate_bpm > 120 else {}
    ecg = drawn(rate_bpm=rate_bpm, qt_ms=390 * root_rr, t_ms=170 * root_rr, **short)
    expected = len(np.arange(0.4, 10 - 0.6, 60 / rate_bpm))
    assert len(delineate(ecg).beats) == expected


def test_waves_are_in_order_within_each_beat_and_lead(drawn: DrawEcg) -> None:
    waves = delineate(drawn())
    for lead in LEADS:
        for kind in (waves.leads[lead].p, waves.leads[lead].qrs, waves.leads[lead].t):
            assert len(kind) >= 9
            assert all(w.onset <= w.peak <= w.offset for w in kind)
    for beat in waves.beats:
        assert beat.p is not None
        assert beat.t is not None
        assert beat.p.offset <= beat.qrs.onset < beat.qrs.offset <= beat.t.onset


def test_no_p_waves_are_reported_where_none_were_drawn(drawn: DrawEcg, rng: np.random.Generator) -> None:
    onsets_s = np.cumsum(rng.uniform(0.5, 1.1, 11))
    fibrillation = drawn(onsets_s=list(onsets_s[onsets_s < 9.3]), pr_ms=None, noise_mv=0.02)
    waves = delineate(fibrillation)
    assert waves.beats.p == ()
    assert all(waves.leads[lead].p == () for lead in LEADS)


def test_a_missing_lead_has_no_waves_and_the_others_keep_theirs(drawn: DrawEcg) -> None:
    ecg = drawn()
    signal = ecg.signal_mv.copy()
    signal[LEADS.index("V3")] = np.nan
    waves = delineate(replace(ecg, signal_mv=signal))
    assert waves.leads["V3"].qrs == ()
    assert len(waves.leads["V4"].qrs) == len(waves.beats) == 10


def test_pacing_spikes_are_found_and_are_no_part_of_the_qrs(drawn: DrawEcg) -> None:
    onsets_s = [0.6 + 0.9 * k for k in range(10)]
    waves = delineate(drawn(onsets_s=onsets_s, pr_ms=None, qrs_ms=160.0, qt_ms=440.0, spike_mv=0.8))
    assert len(waves.pacing_spikes) == 10
    # a spike was drawn 12 to 9 ms before each QRS
    assert all(
        abs(s / 500 - onset + 0.0105) < 0.004 for s, onset in zip(waves.pacing_spikes, onsets_s, strict=True)
    )
    assert {beat.kind for beat in waves.beats} == {"paced"}
    assert np.abs(onset_errors_ms(waves, onsets_s)).max() <= 14


def test_a_beat_after_a_long_pause_and_one_beat_alone_are_found(drawn: DrawEcg) -> None:
    assert len(delineate(drawn(onsets_s=[6.0, 7.0, 8.0, 9.0])).beats) == 4
    assert len(delineate(drawn(onsets_s=[5.0])).beats) == 1


@pytest.mark.parametrize(
    "signal_mv",
    [
        np.zeros((12, 5000)),
        np.ones((12, 5000)),
        np.full((12, 5000), np.nan),
        np.random.default_rng(3).normal(0, 0.05, (12, 5000)),
    ],
    ids=["zeros", "constant", "missing", "noise"],
)
def test_nothing_is_found_where_there_is_no_heart_beat(drawn: DrawEcg, signal_mv: np.ndarray) -> None:
    waves = delineate(replace(drawn(), signal_mv=signal_mv.astype(np.float32)))
    assert len(waves.beats) == 0
    assert set(waves.leads) == set(LEADS)
    assert waves.pacing_spikes == ()


def test_less_than_a_second_is_refused(drawn: DrawEcg) -> None:
    ecg = drawn()
    with pytest.raises(BadRecording, match="at least 1 s"):
        delineate(replace(ecg, signal_mv=ecg.signal_mv[:, :300]))


def test_clipped_and_inverted_leads_do_not_move_the_beats(drawn: DrawEcg) -> None:
    ecg = drawn()
    inverted = ecg.signal_mv.copy()
    inverted[LEADS.index("V4")] *= -1
    for signal in (inverted, np.clip(ecg.signal_mv, -0.4, 0.4)):
        waves = delineate(replace(ecg, signal_mv=signal.astype(np.float32)))
        before = [beat.qrs.onset for beat in delineate(ecg).beats]
        # 8 ms: one lead of twelve must not carry the consensus further
        assert np.abs(np.array([b.qrs.onset for b in waves.beats]) - before).max() <= 4


def test_leads_that_are_missing_or_flat_do_not_move_the_consensus(drawn: DrawEcg) -> None:
    ecg = drawn()
    signal = ecg.signal_mv.copy()
    signal[6:10] = np.nan
    signal[10] = 0.25
    before, after = delineate(ecg).beats, delineate(replace(ecg, signal_mv=signal)).beats
    # 6 ms: half the leads, the same beats
    for whole, reduced in zip(before, after, strict=True):
        assert abs(whole.qrs.onset - reduced.qrs.onset) <= 3
        assert abs(whole.qrs.offset - reduced.qrs.offset) <= 3
