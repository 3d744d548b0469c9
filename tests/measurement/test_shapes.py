"""Shapes of waves on drawn beats, and the progression of R over the chest."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from cardio_agent.leads import LEADS, PRECORDIAL_LEADS, lead_index
from cardio_agent.measurement import delineate, measure
from cardio_agent.measurement.representative import RepresentativeBeat
from cardio_agent.measurement.shapes import METHODS, OVERALL, V1_METHODS, measure_progression, measure_shapes
from cardio_agent.schema import Ecg, Measurement, Quality, Wave
from cardio_agent.simulation import simulate

ONSET, OFFSET = 230, 279


def beat_of(shapes: Mapping[str, np.ndarray]) -> RepresentativeBeat:
    beat = np.zeros((12, 650))
    for lead, shape in shapes.items():
        beat[lead_index(lead), ONSET : ONSET + len(shape)] = shape
    return RepresentativeBeat(beat, 9, Wave(ONSET, 250, OFFSET), None, None)


def rs(r_mv: float, s_mv: float) -> np.ndarray:
    return np.concatenate([r_mv * np.hanning(22)[1:-1], -s_mv * np.hanning(22)[1:-1]])


def chest(*r_and_s: tuple[float, float]) -> RepresentativeBeat:
    return beat_of({lead: rs(r, s) for lead, (r, s) in zip(PRECORDIAL_LEADS, r_and_s, strict=True)})


def overall(beat: RepresentativeBeat | None, **unusable: str) -> dict[str, Measurement]:
    return {m.name: m for m in measure_progression(beat, unusable)}


USUAL = ((0.2, 1.0), (0.4, 1.2), (0.8, 0.8), (1.3, 0.5), (1.2, 0.2), (0.9, 0.1))


def test_r_outgrows_s_in_a_lead_or_between_two() -> None:
    assert overall(chest(*USUAL))["r_transition_lead"].value == 3.0
    # Net -0.6 mV in V3 and +0.2 mV in V4: three quarters of the way.
    late = (*USUAL[:2], (0.2, 0.8), (0.7, 0.5), *USUAL[4:])
    assert overall(chest(*late))["r_transition_lead"].value == pytest.approx(3.75, abs=0.06)
    assert overall(chest(*[(1.0, 0.2)] * 6))["r_transition_lead"].value == 1.0


def test_without_a_transition_the_reason_is_given() -> None:
    never = overall(chest(*[(0.2, 1.0)] * 6))["r_transition_lead"]
    assert (never.value, never.reason) == (None, "R is lower than S up to V6")
    absent = overall(chest(*USUAL), V3="V3 is flat")["r_transition_lead"]
    assert (absent.value, absent.reason) == (None, "V3 cannot be used")
    assert {m.reason for m in overall(None).values()} == {"fewer than 3 beats"}


def test_a_delta_wave_lengthens_the_upstroke() -> None:
    plain = np.concatenate([np.linspace(0, 1, 10), np.linspace(1, 0, 10)])
    slurred = np.concatenate(
        [np.linspace(0, 0.3, 20), 0.3 + 0.7 * np.linspace(0, 1, 7), np.linspace(1, 0, 10)]
    )
    short, long = (
        overall(beat_of(dict.fromkeys(LEADS, s)))["qrs_upstroke_ms"].value for s in (plain, slurred)
    )
    assert short is not None
    assert long is not None
    assert short < 6
    assert long == pytest.approx(40, abs=4)


def shapes_of(beat: RepresentativeBeat | None) -> dict[tuple[str, str | None], Measurement]:
    return {(m.name, m.lead): m for m in measure_shapes(beat, {})}


def test_p_and_t_shapes_are_missing_with_a_reason_where_there_is_no_p_or_t() -> None:
    found = shapes_of(chest(*USUAL))
    assert found["p_terminal_mm_s", "V1"].value is None
    assert found["p_terminal_mm_s", "V1"].reason
    assert found["t_notch_mv", "V2"].reason == "no T wave was found"
    assert found["r_plateau_ms", "V5"].value is not None


def test_p_terminal_force_of_a_biphasic_p() -> None:
    beat = np.zeros((12, 650))
    # Up for 50 ms, then 0.1 mV down for 60 ms with steep flanks.
    beat[lead_index("V1"), 120:145] = 0.08 * np.sin(np.pi * np.arange(25) / 25)
    beat[lead_index("V1"), 145:175] = -0.1
    waves = Wave(120, 140, 176)
    drawn = RepresentativeBeat(beat, 9, Wave(ONSET, 250, OFFSET), waves, None)
    force = shapes_of(drawn)["p_terminal_mm_s", "V1"]
    assert (force.value, force.unit) == (pytest.approx(0.06, abs=0.004), "mm·s")


def test_a_notched_t_and_a_biphasic_one() -> None:
    beat = np.zeros((12, 650))
    t = np.arange(650)
    beat[lead_index("V2")] += 0.3 * np.sin(np.pi * np.clip((t - 330) / 60, 0, 1)) ** 2
    beat[lead_index("V2")] -= 0.15 * np.sin(np.pi * np.clip((t - 390) / 50, 0, 1)) ** 2
    beat[lead_index("V4"), 330:440] = np.interp(np.arange(110), [0, 35, 50, 65, 109], [0, 0.3, 0.2, 0.28, 0])
    drawn = RepresentativeBeat(beat, 9, Wave(230, 240, 270), None, Wave(325, 370, 445))
    found = shapes_of(drawn)
    assert found["t_terminal_mv", "V2"].value == pytest.approx(-0.15, abs=0.02)
    assert found["t_notch_mv", "V2"].value == 0.0
    assert found["t_notch_mv", "V4"].value == pytest.approx(0.08, abs=0.02)
    assert found["t_terminal_mv", "V4"].value == pytest.approx(0.3, abs=0.03)


def test_every_lead_has_every_name_and_v1_the_terminal_force(
    drawn: Callable[..., Ecg], quality_with: Callable[..., Quality]
) -> None:
    ecg = drawn()
    found = measure(ecg, delineate(ecg), quality_with(V3="flat"))
    shapes = [m for m in found if m.name in METHODS]
    assert len(shapes) == len(METHODS) * len(LEADS)
    assert [m.lead for m in found if m.name in V1_METHODS] == ["V1"]
    assert [m.name for m in found if m.name in OVERALL] == list(OVERALL)
    assert {m.reason for m in shapes if m.lead == "V3"} == {"V3 is flat"}
    assert len({m.id for m in found}) == len(found)


def test_a_simulated_lbbb_has_a_broad_r_and_a_normal_beat_has_not(
    quality_with: Callable[..., Quality],
) -> None:
    broad, normal = (
        measure(ecg, delineate(ecg), quality_with()).value("r_plateau_ms", "V6")
        for ecg in (simulate("lbbb").ecg, simulate("normal").ecg)
    )
    assert broad is not None
    assert normal is not None
    assert broad > 1.4 * normal
