"""Criteria of hypertrophy, atria and voltage, at and beside their thresholds."""

import pytest

from cardio_agent.leads import LEADS
from cardio_agent.schema import (
    Patient,
    Sex,
)
from tests.findings.criteria_cases import LAFB, MAN, WOMAN, in_leads, results, state


@pytest.mark.parametrize(("r_v5", "expected"), [(1.5, "met"), (1.49, "not met")])
def test_sokolow_lyon_is_35_mm(r_v5: float, expected: str) -> None:
    result = results({"s_mv V1": -2.0, "r_mv V5": r_v5})["sokolow_lyon"]
    assert result.state == expected
    assert result.numbers == {
        "m-s_mv-V1": -2.0,
        "m-r_mv-V5": r_v5,
        "sokolow_lyon_mv": pytest.approx(2 + r_v5),
    }


def test_sokolow_lyon_with_a_missing_lead_is_met_or_cannot_be_told() -> None:
    one = {"s_mv V1": -2.0, "r_mv V5": None}
    assert state("sokolow_lyon", one | {"r_mv V6": 1.6}) == "met"
    assert results(one)["sokolow_lyon"].missing == ("m-r_mv-V5",)
    young = results({"s_mv V1": -2.0, "r_mv V5": 2.0}, Patient(age_years=39, sex="male"))["sokolow_lyon"]
    assert young.state == "not measurable"
    assert "40" in (young.reason or "")


@pytest.mark.parametrize(
    ("sex", "total_mv", "expected"),
    [("male", 2.8, "met"), ("male", 2.7, "not met"), ("female", 2.0, "met"), ("female", 1.9, "not met"),
     (None, 2.4, "not measurable"), (None, 2.8, "met"), (None, 1.9, "not met")],
)  # fmt: skip
def test_cornell_voltage_hangs_on_sex(sex: Sex | None, total_mv: float, expected: str) -> None:
    measured = {"r_mv aVL": 1.0, "s_mv V3": 1.0 - total_mv}
    assert state("cornell_voltage", measured, Patient(age_years=60, sex=sex)) == expected


def test_cornell_is_not_told_beside_left_anterior_fascicular_block() -> None:
    tall = {"r_mv aVL": 1.6, "s_mv V3": -1.6}
    assert state("cornell_voltage", tall) == "met"
    result = results(tall | LAFB)["cornell_voltage"]
    assert (result.state, "fascicular" in (result.reason or "")) == ("not measurable", True)
    assert state("cornell_product", tall | LAFB) == "not measurable"


def test_cornell_product_by_hand() -> None:
    # (10 mm + 14 mm) x 100 ms = 2400 mm·ms in a man; (24 + 8) x 100 = 3200 in a woman.
    measured = {"r_mv aVL": 1.0, "s_mv V3": -1.4, "qrs_ms": 100.0}
    man, woman = (results(measured, patient)["cornell_product"] for patient in (MAN, WOMAN))
    assert (man.state, man.numbers["cornell_product_mm_ms"]) == ("not met", 2400)
    assert (woman.state, woman.numbers["cornell_product_mm_ms"]) == ("met", 3200)


def test_peguero_lo_presti_takes_the_deepest_s_of_all_leads() -> None:
    measured = {"s_mv V2": -1.5, "s_mv V4": -1.0}
    result = results(measured, WOMAN)["peguero_lo_presti"]
    assert (result.state, result.leads, result.checked) == ("met", ("V2", "V4"), False)
    assert state("peguero_lo_presti", measured, MAN) == "not met"


def test_romhilt_estes_gives_a_range_until_every_item_is_measured() -> None:
    # Voltage 3, left axis 2, QRS of 90 ms 1: 6 points whatever the atrium and the R-peak time.
    firm = {"r_mv V5": 3.1, "qrs_axis_deg": -40.0}
    result = results(firm)["romhilt_estes"]
    assert (result.state, result.numbers["points_at_least"], result.numbers["points_at_most"]) == (
        "met",
        6,
        10,
    )
    open_ = results({"qrs_ms": 92.0})["romhilt_estes"]
    assert (open_.state, open_.numbers["points_at_most"]) == ("not measurable", 5)
    rest = {"p_terminal_mm_s V1": 0.02} | in_leads("V5 V6", r_peak_time_ms=40.0)
    assert state("romhilt_estes", rest) == "not met"


def test_right_sided_chambers() -> None:
    assert state("rvh", {"qrs_axis_deg": 110.0, "r_mv V1": 0.7}) == "met"
    assert state("rvh", {"qrs_axis_deg": 109.0, "r_mv V1": 0.7}) == "not met"
    assert state("right_atrial", {"p_mv III": 0.25}) == state("right_atrial", {"p_mv V1": 0.16}) == "met"
    assert state("right_atrial", {"p_mv II": 0.24, "p_mv V1": 0.15}) == "not met"


def test_low_voltage_is_peak_to_peak_in_all_leads_of_a_group() -> None:
    low = in_leads("I II III aVR aVL aVF", r_mv=0.3, s_mv=-0.1)
    assert results(low)["low_voltage"].leads == LEADS[:6]
    assert state("low_voltage", low | {"r_mv II": 0.45}) == "not met"
