"""The least certain ECG comes first."""

import pytest

from cardio_agent.feedback import rank


def test_candidates_stand_by_entropy_and_name_what_is_in_doubt() -> None:
    sure = {"NORM": 0.99, "MI": 0.01, "CD": 0.0}
    torn = {"NORM": 0.5, "MI": 0.5, "CD": 1.0}
    half = {"NORM": 0.9, "MI": 0.5, "CD": 0.02}
    first, second, third = rank([("sure", sure), ("torn", torn), ("half", half)])
    assert (first.name, second.name, third.name) == ("torn", "half", "sure")
    assert first.entropy_bits == pytest.approx(2.0)  # two fair coins
    assert first.doubtful[:2] == (("MI", 0.5), ("NORM", 0.5))
    assert second.doubtful[0] == ("MI", 0.5)


def test_equal_candidates_stand_by_name() -> None:
    same = {"NORM": 0.3}
    assert [c.name for c in rank([("b", same), ("a", same)])] == ["a", "b"]
