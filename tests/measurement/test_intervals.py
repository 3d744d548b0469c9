"""Intervals: hand-made waves give the numbers that were put in, or a reason."""

from collections.abc import Sequence

import pytest

from cardio_agent.measurement.intervals import measure_intervals
from cardio_agent.schema import Beat, BeatKind, Beats, LeadWaves, Measurement, Wave, Waves


def beat(onset: int, *, p: bool = True, t: bool = True, kind: BeatKind = "sinus", qrs: int = 45) -> Beat:
    """At 500 Hz: PR 160 ms, P 100 ms, QRS 90 ms, QT 400 ms."""
    return Beat(
        qrs=Wave(onset, onset + 20, onset + qrs),
        p=Wave(onset - 80, onset - 55, onset - 30) if p else None,
        t=Wave(onset + 110, onset + 160, onset + 200) if t else None,
        kind=kind,
    )


def measured(beats: Sequence[Beat], name: str) -> Measurement:
    waves = Waves(500.0, Beats(tuple(beats)), {"II": LeadWaves()})
    return next(m for m in measure_intervals(waves, N_SAMPLES) if m.name == name)


N_SAMPLES = 4200
STEADY = [beat(200 + 400 * k) for k in range(10)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("heart_rate_bpm", 75.0),
        ("rr_ms", 800.0),
        ("rr_sd_ms", 0.0),
        ("p_ms", 100.0),
        ("pr_ms", 160.0),
        ("qrs_ms", 90.0),
        ("qt_ms", 400.0),
        ("qtc_bazett_ms", 447.2),
        ("qtc_fridericia_ms", 430.9),
        ("qtc_framingham_ms", 430.8),
        ("qtc_hodges_ms", 426.2),
    ],
)
def test_a_steady_rhythm_gives_the_intervals_put_in(name: str, value: float) -> None:
    m = measured(STEADY, name)
    # 0.1: values are given with one decimal
    assert m.value == pytest.approx(value, abs=0.1)
    assert m.reason is None


def test_extrasystoles_take_no_part_in_intervals_but_count_in_the_rate() -> None:
    early = beat(200 + 1600 - 130, p=False, kind="ventricular", qrs=80)
    beats = [*STEADY[:4], early, *STEADY[5:]]
    assert measured(beats, "qrs_ms").value == 90.0
    assert measured(beats, "rr_ms").value == 800.0
    assert measured(beats, "heart_rate_bpm").value == 75.0
    assert measured(beats, "qrs_ms").n_beats == 9


def test_spread_is_the_median_absolute_deviation() -> None:
    beats = [beat(200 + 400 * k, qrs=45 + (5 if k % 2 else -5)) for k in range(10)]
    assert measured(beats, "qrs_ms").spread == 10.0


def test_without_p_waves_pr_is_none_and_says_so() -> None:
    m = measured([beat(200 + 400 * k, p=False, kind="supraventricular") for k in range(10)], "pr_ms")
    assert m.value is None
    assert m.reason == "no P waves were found"


def test_p_waves_before_few_beats_are_not_a_pr_interval() -> None:
    m = measured([beat(200 + 400 * k, p=k < 3) for k in range(10)], "pr_ms")
    assert m.value is None
    assert m.reason == "P waves before only 3 of 10 beats"


def test_without_a_visible_t_end_neither_qt_nor_qtc_is_given() -> None:
    beats = [beat(200 + 400 * k, t=False) for k in range(10)]
    for name in ("qt_ms", "qtc_bazett_ms", "qtc_hodges_ms"):
        m = measured(beats, name)
        assert m.value is None
        assert m.reason == "QT not measured: the end of the T wave was not visible"


@pytest.mark.parametrize("n_beats", [0, 1, 2])
def test_fewer_than_three_beats_give_nothing_but_reasons(n_beats: int) -> None:
    waves = Waves(500.0, Beats(tuple(STEADY[:n_beats])), {})
    measurements = [m for m in measure_intervals(waves, N_SAMPLES) if m.name != "longest_pause_ms"]
    assert [m.value for m in measurements] == [None] * 11
    assert all(m.reason == "fewer than 3 beats" for m in measurements)


@pytest.mark.parametrize(
    ("beats", "pause_ms"),
    [(STEADY, 800.0), (STEADY[:4], 5600.0), (STEADY[7:], 6000.0), ([*STEADY[:3], *STEADY[8:]], 4800.0)],
    ids=["steady", "silent end", "silent start", "silent middle"],
)
def test_a_pause_at_the_ends_of_the_recording_counts(beats: list[Beat], pause_ms: float) -> None:
    assert measured(beats, "longest_pause_ms").value == pause_ms


def test_without_beats_there_is_no_pause_to_measure() -> None:
    assert measured([], "longest_pause_ms").reason == "no beats were found"
