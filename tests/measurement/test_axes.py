"""Axes: the drawn direction is found, and none where there is none."""

from collections.abc import Callable

import numpy as np
import pytest

from cardio_agent.measurement import delineate
from cardio_agent.measurement.axes import measure_axes
from cardio_agent.measurement.representative import RepresentativeBeat, representative_beat
from cardio_agent.schema import Ecg, Wave


@pytest.mark.parametrize("axis_deg", [-150, -90, -45, 0, 40, 90, 120, 179])
def test_the_qrs_axis_is_the_one_drawn(drawn: Callable[..., Ecg], axis_deg: float) -> None:
    ecg = drawn(axis_deg=axis_deg)
    qrs = measure_axes(representative_beat(ecg, delineate(ecg)), ())[1]
    assert qrs.value is not None
    assert -180 <= qrs.value <= 180
    assert abs((qrs.value - axis_deg + 180) % 360 - 180) <= 5


def equiphasic() -> RepresentativeBeat:
    beat = np.zeros((12, 650))
    beat[[0, 5], 230:250], beat[[0, 5], 250:270] = 1.0, -1.0
    return RepresentativeBeat(beat, 9, Wave(229, 240, 271), None, None)


def test_an_equiphasic_qrs_has_no_axis_and_says_so() -> None:
    p, qrs, t = measure_axes(equiphasic(), ())
    assert qrs.value is None
    assert qrs.reason == "indeterminate: the QRS is equiphasic in I and aVF"
    assert (p.reason, t.reason) == ("no P waves were found", "no T wave was found")


def test_without_lead_one_there_is_no_axis() -> None:
    assert [m.value for m in measure_axes(equiphasic(), {"I"})] == [None] * 3
    assert "I cannot be used" in str(measure_axes(equiphasic(), {"I"})[0].reason)
