"""Waves and weights over the sheet: where construction put them."""

import numpy as np
import pytest

from cardio_agent.leads import LEADS
from cardio_agent.rendering.layout import LAYOUTS
from cardio_agent.rendering.sheet import draw_sheet
from cardio_agent.rendering.sheet_marks import Weights, with_waves, with_weights
from cardio_agent.rendering.svg import sheet_svg
from cardio_agent.schema import Beat, Beats, Ecg, LeadWaves, Patient, Source, Wave, Waves
from tests.rendering.outline import EVIL, Outline

FS_HZ = 500.0
LEFT_MM = 15.0  # where traces begin


@pytest.fixture
def ecg() -> Ecg:
    signal = np.zeros((12, 5000), dtype=np.float32)
    return Ecg(signal, FS_HZ, Patient(), Source(name="flat.csv", format="csv"))


def waves_of(onset_s: float, offset_s: float) -> Waves:
    wave = Wave(*(round(s * FS_HZ) for s in (onset_s, (onset_s + offset_s) / 2, offset_s)))
    return Waves(FS_HZ, Beats((Beat(wave),)), {"II": LeadWaves(qrs=(wave,))})


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_wave_is_coloured_where_it_is_in_every_lead_that_is_shown_then(ecg: Ecg, layout: str) -> None:
    sheet = with_waves(draw_sheet(ecg, layout=layout), waves_of(1.0, 1.1))
    coloured = [line.points for line in sheet.lines if line.ink == "qrs" and len(line.points) > 2]
    shown = {"3x4": 4, "6x2": 6, "12x1": 12}[layout]  # rows that show second one
    assert len(coloured) == shown
    for points in coloured:
        assert (points[0, 0], points[-1, 0]) == pytest.approx((LEFT_MM + 25.0, LEFT_MM + 27.5))


def test_onset_peak_and_offset_have_ticks(ecg: Ecg) -> None:
    sheet = with_waves(draw_sheet(ecg, layout="12x1"), waves_of(2.0, 2.2))
    ticks = [line.points[0, 0] for line in sheet.lines if line.ink == "qrs" and len(line.points) == 2]
    assert sorted(set(np.round(ticks, 6))) == pytest.approx([LEFT_MM + 50, LEFT_MM + 52.5, LEFT_MM + 55])


def test_a_weight_shades_its_lead_at_its_time(ecg: Ecg) -> None:
    weights = np.zeros((12, 100))
    weights[LEADS.index("V1"), 60] = 1.0  # V1 stands from 5 s to 7.5 s
    sheet = with_weights(draw_sheet(ecg), Weights("Blue: why", weights, 0.1), FS_HZ)
    [shade] = sheet.shades
    peak_s = (shade.left - LEFT_MM + shade.width * shade.opacities.argmax() / (len(shade.opacities) - 1)) / 25
    assert peak_s == pytest.approx(6.0, abs=0.05)  # s; a step is a tenth
    assert "Blue: why" in [word.text for word in sheet.words]


def test_no_weight_no_shade(ecg: Ecg) -> None:
    assert with_weights(draw_sheet(ecg), Weights("none", np.zeros((12, 10)), 1.0), FS_HZ).shades == ()


def test_the_svg_is_well_formed_and_closed_to_markup(ecg: Ecg) -> None:
    weights = Weights(EVIL, np.ones((12, 10)), 1.0)
    sheet = with_waves(with_weights(draw_sheet(ecg), weights, FS_HZ), waves_of(1, 2))
    outline = Outline(sheet_svg(sheet, EVIL, key="a"))
    assert "script" not in outline.tags
    assert EVIL in outline.text
    names = [a["id"] for a in outline.attributes if "id" in a]
    assert len(names) == len(set(names)) == len(sheet.shades)
