"""Names of things for readers."""

from cardio_agent.reading.vendor import FORMATS_READ
from cardio_agent.rendering.labels import FORMAT_NAMES


def test_every_format_that_is_read_has_a_name_for_people() -> None:
    assert set(FORMAT_NAMES) == {*FORMATS_READ, "wfdb", "csv", "npy", "npz"}
