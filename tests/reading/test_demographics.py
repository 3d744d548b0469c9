"""Age, sex and time of recording: a possible value or none."""

from datetime import datetime

import pytest

from cardio_agent.reading.demographics import patient_of, recorded_at_of


@pytest.mark.parametrize(
    ("age", "years"),
    [(61, 61.0), ("61", 61.0), (61.5, 61.5), ("63 years", 63.0), ("045Y", 45.0), (0, 0.0), ("7 y", 7.0)],
)
def test_ages(age: object, years: float) -> None:
    assert patient_of(age, None)[0].age_years == years


@pytest.mark.parametrize("age", [None, "", "NaN", "Unknown", float("nan"), "?"])
def test_absent_age_is_not_remarked_on(age: object) -> None:
    patient, notes = patient_of(age, None)
    assert (patient.age_years, notes) == (None, ())


@pytest.mark.parametrize("age", [300, -1, ">89", "old", "6 months", "1e9", float("inf")])
def test_impossible_age_is_left_out_with_a_note(age: object) -> None:
    patient, notes = patient_of(age, None)
    assert patient.age_years is None
    assert "left out" in notes[0]


@pytest.mark.parametrize(
    ("sex", "expected"), [("M", "male"), ("female", "female"), (" F ", "female"), ("U", None), (None, None)]
)
def test_sex(sex: object, expected: str | None) -> None:
    patient, notes = patient_of(None, sex)
    assert (patient.sex, notes) == (expected, ())


def test_code_for_a_sex_is_not_interpreted() -> None:
    patient, notes = patient_of(None, "1")  # PTB-XL: female; other sets: male
    assert patient.sex is None
    assert notes == ("sex '1' left out: not one of M, F",)


def test_filler_dates_are_no_dates() -> None:
    assert recorded_at_of(datetime(1, 1, 1)) is None
    assert recorded_at_of(datetime(1985, 1, 1)) is None  # EDF+ without a date
    assert recorded_at_of(datetime(2010, 1, 19, 15, 19)) == datetime(2010, 1, 19, 15, 19)
