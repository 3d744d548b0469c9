"""Which leads PTB-XL's readers noted as noisy.

Enters: the notes of PTB-XL's table, free text such as " , I-AVR,  " or "v4-6". Leaves: lead names. Reads
strictly: a note that is not understood whole says nothing.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cardio_agent.datasets.labelled import read_table
from cardio_agent.datasets.ptbxl import DATABASE
from cardio_agent.errors import TrainingError
from cardio_agent.leads import LEADS

METADATA = "metadata.csv"
NOTE_COLUMNS = ("baseline_drift", "static_noise", "burst_noise")

_ALL = frozenset({"ALLES", "ALLE"})
# How much, not where: "slight", "moderate", "strong".
_GRADES = re.compile(r"LEICHT|MITTEL|STARK|NOISY RECORDING|NOISE")
_NAME = r"I{1,3}|AV[RLF]|V?[1-6]"
_PART = re.compile(rf"({_NAME})(?:-({_NAME}))?")
_ORDER = [lead.upper() for lead in LEADS]


def noted_leads(note: str) -> frozenset[str] | None:
    """The leads that a note names; None when it cannot be read, empty when there is no note.

    "alles" names all leads, a hyphen a range in the order I to V6, and a number after a chest lead another
    chest lead. Grades are passed over. A note that then names no lead, or holds anything else, is not read.

    >>> sorted(noted_leads(" , I-AVR,  "))
    ['I', 'II', 'III', 'aVR']
    >>> sorted(noted_leads("v4,6 stark"))
    ['V4', 'V6']
    >>> noted_leads("V1???") is None, noted_leads(" , mittel,  ") is None, noted_leads("")
    (True, True, frozenset())
    """
    if not note.strip():
        return frozenset()
    parts = [part for part in re.split("[,.]", _GRADES.sub("", note.upper()).replace(" ", "")) if part]
    named: set[str] = set()
    last = ""
    for part in parts:
        if part in _ALL:
            named |= set(LEADS)
            continue
        leads = _range(part, last)
        if leads is None:
            return None
        named |= set(leads)
        last = leads[-1]
    return frozenset(named) if named else None


def _range(part: str, last: str) -> tuple[str, ...] | None:
    """Leads of "II", "I-AVF", "V4-6" or, after a chest lead, "6"; None when it is none of these."""
    match = _PART.fullmatch(part)
    if match is None:
        return None
    first = _full(match[1], last)
    final = _full(match[2], first) if match[2] else first
    if first not in _ORDER or final not in _ORDER or _ORDER.index(final) < _ORDER.index(first):
        return None
    return LEADS[_ORDER.index(first) : _ORDER.index(final) + 1]


def _full(name: str, before: str) -> str:
    """A bare number as the chest lead that it means after another chest lead."""
    return f"V{name}" if name.isdigit() and before.startswith("V") else name


def read_notes(folder: Path, ids: npt.NDArray[np.int64]) -> Mapping[str, npt.NDArray[np.float64]]:
    """Noted leads of some records: for each column (n, 12), 1 noted, 0 not, NaN unknown.

    Raises
    ------
    TrainingError
        The folder holds no table with the notes.
    """
    path = next((folder / name for name in (METADATA, DATABASE) if (folder / name).is_file()), None)
    if path is None:
        raise TrainingError(f"{folder}: holds no noise notes: looked for {METADATA} and {DATABASE}")
    rows = {row["ecg_id"]: row for row in read_table(path, ("ecg_id", *NOTE_COLUMNS))}
    return {
        column: np.array([_row(rows[str(i)][column]) if str(i) in rows else _UNKNOWN for i in ids])
        for column in NOTE_COLUMNS
    }


_UNKNOWN = [float("nan")] * len(LEADS)


def _row(note: str) -> list[float]:
    leads = noted_leads(note)
    return _UNKNOWN if leads is None else [float(lead in leads) for lead in LEADS]
