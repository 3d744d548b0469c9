"""Numbers in digits and in words, with unit, sign, comparison and range."""

from decimal import Decimal

import pytest

from cardio_agent.verification.atoms import Atom
from cardio_agent.verification.recognition import recognise


def _numbers(text: str) -> list[Atom]:
    return [atom for atom in recognise(text) if atom.kind == "number"]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("sixty-four beats per minute", "64", "bpm"),
        ("one hundred and five bpm", "105", "bpm"),
        ("a QRS of ninety-two milliseconds", "92", "ms"),
        ("half a millimetre", "0.5", "mm"),
        ("one and a half mm", "1.5", "mm"),
        ("two point five millimetres", "2.5", "mm"),
        ("minus 79 degrees", "-79", "deg"),
        ("−38°", "-38", "deg"),
        ("0.25 millivolts", "0.25", "mV"),
        ("1.2 mm deep", "1.2", "mm"),
    ],
)
def test_a_number_is_read_with_its_unit(text: str, value: str, unit: str) -> None:
    (number,) = _numbers(text)
    assert (number.value, number.unit) == (Decimal(value), unit)


@pytest.mark.parametrize("text", ["one of them", "two contiguous leads", "a 12-lead ECG", "second-degree"])
def test_words_without_unit_are_no_values(text: str) -> None:
    assert _numbers(text) == []


def test_many_of_something_is_a_count_that_has_to_be_borne_out() -> None:
    assert [atom.key for atom in recognise("five leads") if atom.kind == "count"] == ["5"]


@pytest.mark.parametrize(
    ("text", "comparison"),
    [
        ("more than half a millimetre", "above"),
        ("at least 120 ms", "at_least"),
        ("120 ms or less", "at_most"),
        ("with a maximum of 0.1 mV", "largest"),
        ("between 120 and 200 ms", "between"),
    ],
)
def test_a_number_keeps_its_comparison(text: str, comparison: str) -> None:
    assert _numbers(text)[0].comparison == comparison
