"""Amplitudes: signs and levels are those drawn."""

from collections.abc import Callable

import numpy as np
import pytest

from cardio_agent.leads import LEADS
from cardio_agent.measurement import delineate, measure
from cardio_agent.measurement.amplitudes import NAMES, measure_amplitudes
from cardio_agent.measurement.representative import RepresentativeBeat
from cardio_agent.schema import Ecg, Quality, Wave

TOLERANCE_MV = 0.03  # asked of ST; less than a third of the smallest square


@pytest.mark.parametrize("st_mv", [-0.15, 0.0, 0.25])
def test_st_is_measured_against_the_pr_segment(
    drawn: Callable[..., Ecg], quality_with: Callable[..., Quality], st_mv: float
) -> None:
    ecg = drawn(st_mv=st_mv)
    found = measure(ecg, delineate(ecg), quality_with())
    assert found.value("st_j60_mv", "V3") == pytest.approx(st_mv, abs=TOLERANCE_MV)
    assert found.value("st_j60_mv", "V5") == pytest.approx(0.0, abs=TOLERANCE_MV)


def test_p_t_and_r_have_the_drawn_height_and_sign(
    drawn: Callable[..., Ecg], quality_with: Callable[..., Quality]
) -> None:
    ecg = drawn(p_mv=0.2, t_mv=0.4, r_mv=1.0, axis_deg=40.0)
    found = measure(ecg, delineate(ecg), quality_with())
    in_one, in_avr = np.cos(np.deg2rad(40)), np.sqrt(3) / 2 * np.cos(np.deg2rad(40 + 150))
    assert found.value("r_mv", "I") == pytest.approx(in_one, abs=0.05)
    assert found.value("t_mv", "I") == pytest.approx(0.4 * in_one, abs=TOLERANCE_MV)
    assert found.value("t_mv", "aVR") == pytest.approx(0.4 * in_avr, abs=TOLERANCE_MV)
    assert found.value("p_mv", "II") == pytest.approx(0.2 * np.cos(np.deg2rad(10)), abs=TOLERANCE_MV)


def value(shape: np.ndarray, name: str) -> float | None:
    beat = np.zeros((12, 650))
    beat[0, 230 : 230 + len(shape)] = shape
    representative = RepresentativeBeat(beat, 9, Wave(230, 240, 230 + len(shape)), None, None)
    return next(m.value for m in measure_amplitudes(representative, {}) if (m.name, m.lead) == (name, "I"))


QRS = np.concatenate((np.full(10, -0.2), np.full(20, 1.0), np.full(12, -0.4)))
QS = np.full(40, -0.9)


@pytest.mark.parametrize(
    ("shape", "name", "expected"),
    [
        (QRS, "q_mv", -0.2),
        (QRS, "q_ms", 20.0),
        (QRS, "r_mv", 1.0),
        (QRS, "s_mv", -0.4),
        (QRS, "r_ms", 40.0),
        (QRS, "s_ms", 24.0),
        (QRS, "r_peak_time_ms", 20.0),
        (QS, "r_ms", 0.0),
        (QS, "s_ms", 80.0),
        (QS, "q_mv", -0.9),
        (QS, "q_ms", 80.0),
        (QS, "s_mv", -0.9),
        (QS, "r_mv", 0.0),
    ],
)
def test_q_r_and_s_are_told_apart(shape: np.ndarray, name: str, expected: float) -> None:
    assert value(shape, name) == pytest.approx(expected, abs=0.001)


def test_without_an_r_wave_there_is_no_r_peak_time() -> None:
    beat = np.zeros((12, 650))
    beat[0, 230:270] = QS
    representative = RepresentativeBeat(beat, 9, Wave(230, 240, 270), None, None)
    found = {(m.name, m.lead): m for m in measure_amplitudes(representative, {})}
    assert found["r_peak_time_ms", "I"].value is None
    assert found["r_peak_time_ms", "I"].reason == "this lead has no R wave"


def test_st_slope_and_its_level_at_80_ms() -> None:
    beat = np.zeros((12, 650))
    beat[:, 270:] = np.arange(380) * 0.001  # 0.5 mV/s from the J point on
    representative = RepresentativeBeat(beat, 9, Wave(230, 240, 270), None, None)
    found = {(m.name, m.lead): m for m in measure_amplitudes(representative, {})}
    assert found["st_j80_mv", "V5"].value == pytest.approx(0.04, abs=0.002)
    assert found["st_slope_mv_per_s", "V5"].value == pytest.approx(0.5, abs=0.03)
    assert found["st_slope_mv_per_s", "V5"].unit == "mV/s"


@pytest.mark.parametrize(("second_mv", "expected"), [(0.0, 0.0), (-0.15, -0.15)], ids=["upright", "biphasic"])
def test_the_second_phase_of_a_biphasic_t_wave(second_mv: float, expected: float) -> None:
    beat = np.zeros((12, 650))
    t = np.arange(650)
    beat += 0.3 * np.sin(np.pi * np.clip((t - 330) / 60, 0, 1)) ** 2
    beat += second_mv * np.sin(np.pi * np.clip((t - 390) / 50, 0, 1)) ** 2
    representative = RepresentativeBeat(beat, 9, Wave(230, 240, 270), None, Wave(325, 360, 445))
    found = {(m.name, m.lead): m for m in measure_amplitudes(representative, {})}
    assert found["t_second_mv", "V2"].value == pytest.approx(expected, abs=0.02)
    assert found["t_mv", "V2"].value == pytest.approx(0.3, abs=0.02)


@pytest.mark.parametrize(
    ("state", "reason"),
    [("missing", "V3 was not recorded"), ("flat", "V3 is flat"), ("saturated", "V3 is saturated")],
)
def test_a_lead_that_cannot_be_used_says_why(
    drawn: Callable[..., Ecg], quality_with: Callable[..., Quality], state: str, reason: str
) -> None:
    ecg = drawn()
    found = measure(ecg, delineate(ecg), quality_with(V3=state))
    of_v3 = [m for m in found if m.lead == "V3" and m.name in NAMES]
    assert len(of_v3) == len(NAMES)
    assert {(m.value, m.reason) for m in of_v3} == {(None, reason)}
    assert found.value("r_mv", "V4") is not None


def test_every_lead_has_every_name(drawn: Callable[..., Ecg], quality_with: Callable[..., Quality]) -> None:
    ecg = drawn()
    found = measure(ecg, delineate(ecg), quality_with())
    assert len([m for m in found if m.name in NAMES]) == len(NAMES) * len(LEADS)
    assert len({m.id for m in found}) == len(found)
