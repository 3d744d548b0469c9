"""Reading: from a file in any of the known formats to an `Ecg` in twelve leads and millivolts."""

from cardio_agent.reading.formats import FORMATS, Format
from cardio_agent.reading.reader import read_ecg

__all__ = ["FORMATS", "Format", "read_ecg"]
