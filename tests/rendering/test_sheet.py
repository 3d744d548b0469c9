"""The sheet of ECG paper: true to scale by construction, within its height, complete."""

import numpy as np
import pytest

from cardio_agent.leads import LEADS
from cardio_agent.rendering.sheet import Line, draw_sheet, grid_positions
from cardio_agent.schema import Ecg, Measurements, Patient, Source
from tests.facts import facts_lbbb

FS_HZ = 500.0


def square_ecg(height_mv: float = 1.0, duration_s: float = 10.0, missing: str = "") -> Ecg:
    """Zero but for one pulse each second, from 0.5 s to 0.7 s of it, in every recorded lead."""
    time_s = np.arange(round(duration_s * FS_HZ)) / FS_HZ % 1
    pulse = np.where((time_s >= 0.5) & (time_s < 0.7), height_mv, 0.0)
    signal = np.tile(pulse, (12, 1)).astype(np.float32)
    if missing:
        signal[LEADS.index(missing)] = np.nan
    return Ecg(signal, FS_HZ, Patient(), Source(name="square.csv", format="csv"))


@pytest.fixture
def measurements() -> Measurements:
    return Measurements(facts_lbbb().measurements)


def traces(lines: tuple[Line, ...]) -> list[np.ndarray]:
    return [line.points for line in lines if len(line.points) > 100]


def test_a_millivolt_is_ten_millimetres_and_a_second_twenty_five(measurements: Measurements) -> None:
    rhythm_strip = traces(draw_sheet(square_ecg(), measurements).lines)[-1]
    assert np.ptp(rhythm_strip[:, 1]) == pytest.approx(10.0, abs=1e-3)
    rises = rhythm_strip[1:, 0][np.diff(rhythm_strip[:, 1]) > 5]
    assert np.diff(rises) == pytest.approx(25.0)


def test_the_calibration_pulse_is_one_millivolt_and_200_ms(measurements: Measurements) -> None:
    pulse = draw_sheet(square_ecg(), measurements).lines[0].points
    top = pulse[pulse[:, 1] == pulse[:, 1].max(), 0]
    assert (np.ptp(pulse[:, 1]), np.ptp(top)) == pytest.approx((10.0, 5.0))


def test_every_lead_is_named_once_and_the_rhythm_strip_again(measurements: Measurements) -> None:
    names = [word.text for word in draw_sheet(square_ecg(), measurements).words]
    assert {lead: names.count(lead) for lead in LEADS} == {lead: 2 if lead == "II" else 1 for lead in LEADS}


def test_a_lead_that_was_not_recorded_says_so_and_is_a_dashed_line(measurements: Measurements) -> None:
    sheet = draw_sheet(square_ecg(missing="V3"), measurements)
    assert "V3 not recorded" in [word.text for word in sheet.words]
    assert sum(line.is_dashed for line in sheet.lines) == 1
    assert all(np.isfinite(line.points).all() for line in sheet.lines)


@pytest.mark.parametrize("height_mv", [0.5, 3.0, 8.0])
def test_tall_waves_do_not_leave_the_height_that_is_there(
    height_mv: float, measurements: Measurements
) -> None:
    sheet = draw_sheet(square_ecg(height_mv), measurements, tallest_grid_mm=158)
    _, foot, _, height = sheet.grid
    assert height <= 158
    ys = np.concatenate([points[:, 1] for points in traces(sheet.lines)])
    assert foot - 1e-6 <= ys.min()
    assert ys.max() <= foot + height + 1e-6


def test_the_ruling_is_of_one_and_five_millimetres_from_the_corner(measurements: Measurements) -> None:
    sheet = draw_sheet(square_ecg(), measurements)
    left, foot, width, height = sheet.grid
    xs, ys = grid_positions(sheet, 5)
    assert (xs[0], ys[0], xs[-1], ys[-1]) == (left, foot, left + width, foot + height)
    assert set(np.diff(xs)) == {5.0}


def test_a_long_recording_shows_its_first_ten_seconds_and_says_so(measurements: Measurements) -> None:
    sheet = draw_sheet(square_ecg(duration_s=30), measurements)
    assert any("0–10 s of 30 s" in word.text for word in sheet.words)
