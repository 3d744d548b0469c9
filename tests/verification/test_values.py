"""The rule of rounding, units and comparisons."""

from decimal import Decimal

import pytest

from cardio_agent.verification.atoms import Atom
from cardio_agent.verification.recognition import recognise
from cardio_agent.verification.values import matches


def _number(text: str) -> Atom:
    return next(atom for atom in recognise(text) if atom.kind == "number")


@pytest.mark.parametrize(
    ("text", "value", "unit", "holds"),
    [
        ("411 ms", 411.05, "ms", True),
        ("410 ms", 411.05, "ms", False),
        ("411.1 ms", 411.05, "ms", True),
        ("411.2 ms", 411.05, "ms", False),
        ("412 ms", 412.5, "ms", True),  # a tie may go either way
        ("413 ms", 412.5, "ms", True),
        ("150 ms", 152.0, "ms", False),
        ("about 150 ms", 152.0, "ms", True),
        ("about 150 ms", 153.8, "ms", False),  # more than 2.5% off
        ("about 150 ms", 145.9, "ms", False),
        ("about 400 ms", 405.1, "ms", False),  # tens would be 410
        ("about 151 ms", 152.0, "ms", False),
        ("about 60 bpm", 64.0, "bpm", False),
        ("about 90%", 91.0, "percent", False),
        ("0.16 s", 160, "ms", True),
        ("0.16 ms", 160, "ms", False),
        ("160 s", 160, "ms", False),
        ("2.5 mm", 0.25, "mV", True),
        ("250 µV", 0.25, "mV", True),
        ("0.25 mm", 0.25, "mV", False),
        ("92 mV", 92, "ms", False),
        ("−38°", -38.2, "deg", True),
        ("38°", -38.2, "deg", False),
        ("about 400 ms", 411, "ms", False),
        ("above 410 ms", 411, "ms", True),
        ("> 411 ms", 411, "ms", False),
        ("at least 411 ms", 411, "ms", True),
        ("411 ms or less", 411, "ms", True),
        ("under 411 ms", 411, "ms", False),
        ("between 400 and 420 ms", 411, "ms", True),
        ("400–410 ms", 411, "ms", False),
    ],
)
def test_a_number_holds_exactly_or_not(text: str, value: float, unit: str, holds: bool) -> None:
    assert matches(_number(text), value, unit) is holds


def test_a_depth_is_counted_downwards() -> None:
    assert matches(_number("0.08 mV"), -0.08, "mV", sign=-1)
    assert not matches(_number("0.08 mV"), 0.08, "mV", sign=-1)


def test_decimals_are_those_that_were_written() -> None:
    assert _number("0.250 mV").value == Decimal("0.250")
    assert not matches(_number("0.250 mV"), 0.2512, "mV")
    assert matches(_number("0.25 mV"), 0.2512, "mV")
