"""Numbers told with a change: its size, the value then and the way from one value to the other."""

import pytest

from cardio_agent.schema import Measurement
from cardio_agent.verification.atoms import Atom
from cardio_agent.verification.change_numbers import is_course, is_past, is_size
from cardio_agent.verification.recognition import recognise

NOW = Measurement(id="m-pr_ms", name="pr_ms", value=166.1, unit="ms", method="")
CHANGE = Measurement(id="m-pr_ms_change", name="pr_ms_change", value=-73.7, unit="ms", method="")


def _number(text: str) -> Atom:
    return next(atom for atom in recognise(text) if atom.kind == "number")


@pytest.mark.parametrize(
    ("text", "holds"),
    [("74 ms", True), ("-74 ms", True), ("+74 ms", False), ("73 ms", False), ("240 to 166 ms", False)],
)
def test_a_sign_counts_where_it_is_written(text: str, holds: bool) -> None:
    assert is_size(_number(text), [CHANGE]) is holds


@pytest.mark.parametrize(("text", "holds"), [("240 ms", True), ("166 ms", False), ("92 ms", False)])
def test_the_value_then_is_that_of_now_less_the_change(text: str, holds: bool) -> None:
    assert is_past(_number(text), [CHANGE], [NOW]) is holds


@pytest.mark.parametrize(
    ("text", "holds"), [("240 to 166 ms", True), ("166 to 240 ms", False), ("230 to 166 ms", False)]
)
def test_a_course_goes_from_then_to_now(text: str, holds: bool) -> None:
    assert is_course(_number(text), [CHANGE], [NOW]) is holds


def test_a_course_of_another_measurement_is_not_taken() -> None:
    other = Measurement(id="m-qrs_ms", name="qrs_ms", value=166.1, unit="ms", method="")
    assert not is_course(_number("240 to 166 ms"), [CHANGE], [other])
