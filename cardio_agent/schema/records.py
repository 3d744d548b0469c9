"""The base of every record that leaves the program, and words that several stages share."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

SCHEMA_VERSION = "1.0"
DISCLAIMER = (
    "For research and education only. Not a medical device: not for diagnosis or treatment. "
    "A clinician must read the tracing."
)

Sex = Literal["female", "male"]


class Record(BaseModel):
    """Base of every record that leaves the program: frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
