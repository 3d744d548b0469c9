"""One ECG of a batch: its file, and what the user says of it beside the file."""

import json
from dataclasses import dataclass
from typing import NamedTuple

from cardio_agent.schema.records import Sex


class Key(NamedTuple):
    """What a row is of: a file, and what was said of it. Said otherwise, it is another row."""

    file: str
    request: str | None


@dataclass(frozen=True)
class Item:
    """One ECG to examine.

    Parameters
    ----------
    file : str
        Path of the recording.
    id : str, optional
        The user's name for it; unique in a batch.
    age_years, sex : optional
        In place of what the file says.
    prior : str, optional
        Path of an earlier recording of the same person, to compare with.
    """

    file: str
    id: str | None = None
    age_years: float | None = None
    sex: Sex | None = None
    prior: str | None = None

    @property
    def key(self) -> Key:
        """By which the row of this item is found again.

        >>> Item("a.hea").key
        Key(file='a.hea', request=None)
        >>> Item("a.hea", age_years=62.0).key.request
        '{"age_years": 62.0}'
        """
        names = ("id", "age_years", "sex", "prior")
        said = {name: value for name in names if (value := getattr(self, name)) is not None}
        return Key(shown(self.file), shown(json.dumps(said, ensure_ascii=False)) if said else None)


def shown(text: str) -> str:
    """Text as it can be stored: one line, with the bytes of a name that is not Unicode spelled out.

    >>> shown("caf\\udce9.hea")
    'caf\\\\udce9.hea'
    """
    return " ".join(text.encode(errors="backslashreplace").decode().splitlines())
