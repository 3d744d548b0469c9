"""Deflections of drawn QRS complexes and waves: heights, order, notches and breadth are those drawn."""

import numpy as np
import pytest

from cardio_agent.measurement.deflections import (
    last_phase_mv,
    notch_mv,
    qrs_parts,
    r_shape,
    second_phase_mv,
    terminal_force_mm_s,
)


def peaks(*heights_mv: float, each: int = 12) -> np.ndarray:
    """Half sines of these heights, one after another, 24 ms each."""
    return np.concatenate([height * np.sin(np.pi * (np.arange(each) + 0.5) / each) for height in heights_mv])


@pytest.mark.parametrize("level_mv", [0.1, 0.3])
def test_a_qs_complex_whose_st_segment_is_raised_stays_a_qs_complex(level_mv: float) -> None:
    rising = np.concatenate([peaks(-1.5, each=40), np.linspace(0.01, level_mv, 10)])
    parts = qrs_parts(rising)
    assert (parts.r_mv, parts.r_ms) == (0.0, 0.0)
    assert parts.s_mv == parts.q_mv == pytest.approx(-1.5, abs=0.01)
    assert np.isnan(parts.r_peak_time_ms)


def test_an_r_whose_st_segment_is_low_has_no_s() -> None:
    parts = qrs_parts(np.concatenate([peaks(1.0), np.linspace(-0.01, -0.15, 10)]))
    assert parts.s_mv == 0.0
    assert parts.r_mv == pytest.approx(1.0, abs=0.01)


def test_a_late_r_that_has_turned_back_is_one() -> None:
    cut = peaks(-0.8, 0.6)[:20]  # the QRS is said to end while R' falls
    assert qrs_parts(cut).r_mv == pytest.approx(0.6, abs=0.02)


def test_q_r_and_s_of_a_plain_complex() -> None:
    parts = qrs_parts(peaks(-0.2, 1.0, -0.4))
    assert (parts.q_mv, parts.r_mv, parts.s_mv) == pytest.approx((-0.2, 1.0, -0.4), abs=0.01)
    assert (parts.q_ms, parts.r_ms, parts.s_ms) == (24.0, 24.0, 24.0)
    assert parts.r_peak_time_ms == pytest.approx(36.0, abs=2)


@pytest.mark.parametrize(
    ("heights", "second"),
    [
        ((0.2, -0.9, 0.5), 0.5),
        ((0.9, -0.4, 0.3), 0.3),
        ((1.0, -0.4), 0.0),
        ((-0.2, 1.0), 0.0),
        ((-0.9,), 0.0),
    ],
)
def test_r_prime_is_the_r_after_an_s(heights: tuple[float, ...], second: float) -> None:
    assert r_shape(peaks(*heights)).r_second_mv == pytest.approx(second, abs=0.01)


def test_a_notched_r_is_broad_and_a_pointed_one_is_not() -> None:
    pointed = r_shape(peaks(1.0))
    notched = r_shape(np.interp(np.arange(50), [0, 10, 20, 30, 49], [0.01, 1.0, 0.8, 0.95, 0.01]))
    assert pointed.r_notch_mv == 0.0
    assert notched.r_notch_mv == pytest.approx(0.15, abs=0.01)
    # 24 ms of half a sine stand above three quarters for acos(0.75) / (pi / 2) = 46 % of it.
    assert pointed.r_plateau_ms == pytest.approx(0.46 * 24, abs=2)
    assert notched.r_plateau_ms == pytest.approx(2 * (34 - 7.5), abs=2)


def test_ripple_is_no_notch() -> None:
    assert notch_mv(np.array([0.0, 1.0, 0.985, 1.0, 0.0])) == 0.0


@pytest.mark.parametrize(("heights", "last"), [((0.3, -0.2), -0.2), ((-0.2, 0.3), 0.3), ((-0.3, 0.2), 0.2)])
def test_the_last_phase_of_a_biphasic_wave(heights: tuple[float, float], last: float) -> None:
    wave = peaks(*heights, each=40)
    peak = max(heights, key=abs)
    second = second_phase_mv(wave, peak)
    assert second == pytest.approx(min(heights, key=abs), abs=0.01)
    assert last_phase_mv(wave, peak, second) == pytest.approx(last, abs=0.01)
    assert last_phase_mv(peaks(peak), peak, 0.0) == peak


def test_terminal_force_is_depth_by_duration() -> None:
    flat_end = np.concatenate([peaks(0.1, each=20), np.full(20, -0.1)])  # 1 mm for 40 ms
    assert terminal_force_mm_s(flat_end) == pytest.approx(0.04)
    assert terminal_force_mm_s(peaks(0.1, each=40)) == 0.0
    assert terminal_force_mm_s(peaks(-0.1, 0.1, each=20)) == 0.0  # it ends upright
