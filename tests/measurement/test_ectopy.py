"""Arrangement of premature beats."""

import pytest

from cardio_agent.measurement.ectopy import Ectopy, ectopy
from cardio_agent.schema import BeatKind

KIND: dict[str, BeatKind] = {"N": "sinus", "V": "ventricular", "S": "supraventricular"}


@pytest.mark.parametrize(
    ("beats", "expected"),
    [
        ("", Ectopy()),
        ("NNNNNNNN", Ectopy()),
        ("NNNVNNNN", Ectopy(1, 0, 1)),
        ("NNVVNNVVN", Ectopy(4, 2, 2)),
        ("NNVVVVNN", Ectopy(4, 0, 4)),
        ("VNVNVNVN", Ectopy(4, 0, 1, "bigeminy")),
        ("NNVNNVNNVN", Ectopy(3, 0, 1, "trigeminy")),
        ("NNNVNNNVNNNV", Ectopy(3, 0, 1)),
        ("NVNVNNNNN", Ectopy(2, 0, 1)),
        ("NVSVNVSV", Ectopy(4, 0, 1, "bigeminy")),
        ("VNVNV", Ectopy(3, 0, 1, "bigeminy")),
        ("VNNVNNV", Ectopy(3, 0, 1, "trigeminy")),
    ],
)
def test_arrangements_are_named(beats: str, expected: Ectopy) -> None:
    assert ectopy([KIND[letter] for letter in beats], "ventricular") == expected


def test_kinds_are_counted_apart() -> None:
    assert ectopy([KIND[letter] for letter in "NSNVNS"], "supraventricular") == Ectopy(2, 0, 1)
