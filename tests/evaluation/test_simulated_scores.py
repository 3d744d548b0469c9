"""Errors of measurements against simulated truth."""

import numpy as np
import pytest

from cardio_agent.evaluation.simulated import (
    AXES,
    INTERVALS,
    SIGNALS,
    MeasuredError,
    score_simulated,
    simulated_table,
)
from cardio_agent.leads import LEADS
from cardio_agent.measurement import delineate, measure
from cardio_agent.schema import Ecg, Measurement, Measurements, measurement_id
from cardio_agent.signal import assess_quality
from cardio_agent.simulation import CONDITIONS


def analysed(ecg: Ecg) -> Measurements:
    return measure(ecg, delineate(ecg), assess_quality(ecg))


def fixed(_: Ecg) -> Measurements:
    """The same numbers for every recording: PR 170 ms, axes at 179 degrees, nothing else measured."""
    known = {"pr_ms": 170.0} | dict.fromkeys(AXES, 179.0)
    names = [(name, None) for name in (*INTERVALS, *AXES)] + [("st_j60_mv", lead) for lead in LEADS]
    return Measurements(
        Measurement(
            id=measurement_id(name, lead), name=name, lead=lead, value=known.get(name), unit="-", method="-"
        )
        for name, lead in names
    )


def test_errors_are_measured_minus_true_and_axes_go_round() -> None:
    errors = score_simulated(fixed, ("normal",), (60,))
    assert len(errors) == len(SIGNALS) * (len(INTERVALS) + len(AXES) + len(LEADS))
    of = {e.name: e.error for e in errors if (e.fs_hz, e.noise_snr_db) == SIGNALS[0]}
    assert of["pr_ms"] == pytest.approx(170 - CONDITIONS["normal"].pr_ms)
    assert of["qrs_axis_deg"] == pytest.approx(179 - CONDITIONS["normal"].axis_deg)
    assert of["qt_ms"] is None


def test_what_cannot_be_simulated_is_left_out() -> None:
    assert score_simulated(fixed, ("first_degree_avb",), (220,)) == []


def test_the_table_counts_what_was_not_measured() -> None:
    table = simulated_table(score_simulated(fixed, ("normal",), (60,)))
    assert "| 500 Hz, clean |" in table
    assert "+10.0 ± 0.0" in table
    assert "– (4/4)" in table


LIMITS = {
    "pr_ms": (5.0, 8.0),
    "qrs_ms": (5.0, 8.0),
    "qt_ms": (5.0, 8.0),
    "qrs_axis_deg": (5.0, 5.0),
    "p_axis_deg": (5.0, 5.0),
}
"""Mean and standard deviation of the errors that the project asks for."""
RHYTHMS = tuple(name for name in CONDITIONS if name != "first_degree_avb")
RATES = (45, 75, 110)


@pytest.mark.parametrize(("fs_hz", "noise_snr_db"), SIGNALS)
@pytest.mark.parametrize("name", LIMITS)
def test_intervals_and_axes_meet_the_limits_asked_for(
    name: str, fs_hz: float, noise_snr_db: float | None, all_errors: list[MeasuredError]
) -> None:
    """45, 75 and 110 beats a minute, every rhythm but first-degree block, whose P lies on the T wave at 110.

    What is asked for reaches to 150; `cardio-agent evaluate --simulated` prints all of it.
    """
    errors = own_errors(all_errors, name, fs_hz, noise_snr_db)
    mean, deviation = LIMITS[name]
    assert abs(np.mean(errors)) <= mean
    assert np.std(errors) <= deviation


@pytest.mark.parametrize(("fs_hz", "noise_snr_db"), SIGNALS)
def test_st_levels_lie_within_002_mv(
    fs_hz: float, noise_snr_db: float | None, all_errors: list[MeasuredError]
) -> None:
    """Nine of ten leads within 0.02 mV, all of them half as far from the truth on average."""
    errors = np.abs(own_errors(all_errors, "st_j60_mv", fs_hz, noise_snr_db))
    assert np.quantile(errors, 0.9) <= 0.02
    assert errors.mean() <= 0.01


def test_the_t_axis_is_right_where_no_st_shift_lies_under_the_t_wave(all_errors: list[MeasuredError]) -> None:
    """In simulated infarction T and the ST shift overlap; the truth is that of T alone, which no one sees."""
    errors = [e.error for e in all_errors if e.name == "t_axis_deg" and not e.rhythm.endswith("stemi")]
    assert abs(np.mean(errors)) <= 5  # type: ignore[arg-type]
    assert np.std(errors) <= 5  # type: ignore[arg-type]


def test_the_qrs_is_right_at_150_beats_a_minute() -> None:
    """T follows the QRS at once there; the mean and deviation asked for hold without noise."""
    errors = score_simulated(analysed, ("normal", "lbbb", "rbbb", "lvh", "anterior_stemi"), (150,))
    clean = [e.error for e in errors if e.name == "qrs_ms" and e.noise_snr_db is None]
    assert abs(np.mean(clean)) <= 5  # type: ignore[arg-type]
    assert np.std(clean) <= 8  # type: ignore[arg-type]


def own_errors(
    errors: list[MeasuredError], name: str, fs_hz: float, noise_snr_db: float | None
) -> list[float]:
    """Errors of one measurement on one kind of signal; every one of them was measured."""
    own = [e for e in errors if (e.name, e.fs_hz, e.noise_snr_db) == (name, fs_hz, noise_snr_db)]
    known = [e.error for e in own if e.error is not None]
    assert len(known) == len(own) > 0
    return known


@pytest.fixture(scope="module")
def all_errors() -> list[MeasuredError]:
    return score_simulated(analysed, RHYTHMS, RATES)
