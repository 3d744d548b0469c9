"""The language of a writer: what it learnt is covered, other orders of the same words are not."""

from pathlib import Path

import pytest

from cardio_agent.errors import WriterUnavailable
from cardio_agent.writing.taught import Taught, load_taught

LINES = ("Sinus rhythm at {1a}. [1]", "The rhythm is sinus, rate {2a}; LBBB is present. [2][3]")


@pytest.mark.parametrize(
    ("line", "covered"),
    [
        ("Sinus rhythm at {1a}. [1]", True),
        ("sinus rhythm at {4c}. [7]", True),  # slots and numbers by another name
        ("The rhythm is sinus, rate {1a}; LBBB is present. [1][2]", True),
        ("Sinus rhythm at {1a}", False),  # no end
        ("Sinus at rhythm {1a}. [1]", False),
        ("The rhythm is LBBB. [1]", False),
    ],
)
def test_a_line_is_covered_when_all_its_neighbours_were_neighbours(line: str, covered: bool) -> None:
    assert Taught.of(LINES).covers(line) is covered


def test_the_file_beside_the_model_holds_the_same(tmp_path: Path) -> None:
    taught = Taught.of(LINES)
    taught.save(tmp_path)
    assert load_taught(tmp_path) == taught


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "taught.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WriterUnavailable, match="train or install it again"):
        load_taught(tmp_path)
