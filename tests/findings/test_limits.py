"""Limits of normal against the guideline corpus's own numbers (ids in the module)."""

import pytest

from cardio_agent.findings.limits import holds, normal_range
from cardio_agent.schema import Patient, Sex
from tests.facts import measurement


@pytest.mark.parametrize(
    ("name", "value", "word", "expected"),
    [
        ("pr_ms", 120, "normal", True),
        ("pr_ms", 200, "normal", True),
        ("pr_ms", 201, "prolonged", True),
        ("pr_ms", 119, "short", True),
        ("qrs_ms", 110, "normal", True),
        ("qrs_ms", 111, "prolonged", True),
        ("qrs_ms", 119, "wide", False),
        ("qrs_ms", 120, "wide", True),
        ("qrs_ms", 120, "narrow", False),
        ("heart_rate_bpm", 59.9, "slow", True),
        ("heart_rate_bpm", 100.1, "fast", True),
        ("qrs_axis_deg", -30, "normal", True),
        ("qrs_axis_deg", -31, "left", True),
        ("qrs_axis_deg", 91, "right", True),
        ("qrs_axis_deg", -120, "extreme", True),
        ("pr_ms", 160, "wide", None),
        ("pr_ms", None, "normal", None),
    ],
)
def test_words_for_values(name: str, value: float | None, word: str, expected: bool | None) -> None:
    assert holds(word, measurement(name, value), Patient()) is expected


@pytest.mark.parametrize(
    ("value", "sex", "expected"),
    [
        (449, "male", False), (450, "male", True), (459, "female", False), (460, "female", True),
        (449, None, False), (455, None, None), (460, None, True),
    ],
)  # fmt: skip
def test_a_long_qtc_hangs_on_sex(value: float, sex: Sex | None, expected: bool | None) -> None:
    assert holds("prolonged", measurement("qtc_bazett_ms", value), Patient(sex=sex)) is expected


@pytest.mark.parametrize(
    ("lead", "value", "age", "sex", "expected"),
    [
        ("V4", 0.1, 50, "male", True), ("V2", 0.2, 50, "male", True), ("V2", 0.2, 30, "male", False),
        ("V3", 0.15, None, "female", True), ("V2", 0.2, None, "male", None), ("V2", 0.3, None, None, True),
    ],
)  # fmt: skip
def test_st_cut_points_hang_on_lead_sex_and_age(
    lead: str, value: float, age: float | None, sex: Sex | None, expected: bool | None
) -> None:
    m = measurement("st_j_mv", value, lead)
    assert holds("elevated", m, Patient(age_years=age, sex=sex)) is expected


def test_ranges() -> None:
    assert normal_range("pr_ms", Patient()) == (120, 200)
    assert normal_range("qtc_bazett_ms", Patient()) is None
    assert normal_range("qtc_bazett_ms", Patient(sex="female")) == (360, 460)
    assert normal_range("r_mv", Patient()) is None
