"""Copies of recordings from which nobody can tell whose they are.

Enters: paths of ECG files. Leaves: WFDB records under new names. A copy is written anew from what reading
keeps of the file, so that a field nobody thought of cannot slip through: the recorded standard leads, their
rate, age and sex, and the time of recording only where that is asked for. Everything else stays behind:
names, numbers, dates of birth, places, devices, comments, annotations, further channels.
The original is never changed.

Limits: samples are rounded to 1 µV and cut at ±32.767 mV; leads that were not recorded are not written, and
those that follow from others are derived again on reading. An ECG itself can be recognised by whoever has
another of the same person: this removes identifiers, it is no proof of anonymity.
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import numpy as np

from cardio_agent.errors import BadRequest
from cardio_agent.leads import LEADS
from cardio_agent.reading import read_ecg
from cardio_agent.schema import Ecg, Patient

Dates = Literal["drop", "shift", "keep"]

_ADU_PER_MV = 1000
_LARGEST_ADU = 32767
# Older people are few enough to be known by their age.
# Source: 45 CFR 164.514(b)(2)(i)(C), "safe harbor": ages over 89 are one group of 90 or older (unchecked).
_OLDEST_TOLD_YEARS = 90
_MOST_DAYS = 3650
_SIMULATED = "simulated ECG"  # a note of reading; what no heart made must go on saying so


@dataclass(frozen=True)
class Copy:
    """One recording without identifiers: where it came from and where it is now."""

    original: Path
    header: Path
    format: str
    """Of the original; the copy is WFDB."""


def anonymise(paths: Iterable[Path], folder: Path, *, dates: Dates = "drop") -> Iterator[Copy]:
    """Write recordings anew without identifiers, one after the other.

    Parameters
    ----------
    paths : iterable of Path
        ECG files of any format that is read.
    folder : Path
        Made when absent. Nothing in it is overwritten.
    dates : {"drop", "shift", "keep"}
        What becomes of the time of recording. "shift" moves it into the past by a number of days that is
        drawn anew for each call and kept nowhere, so that the intervals between its files remain.

    Yields
    ------
    Copy
        As soon as it is written. Names are drawn at random: neither the old name nor the order tells on them.

    Raises
    ------
    InputError
        A file cannot be read; those before it are written.
    BadRequest
        The folder cannot be made or written to.
    """
    shift = timedelta(days=1 + secrets.randbelow(_MOST_DAYS))
    for path in paths:
        ecg = read_ecg(path)
        recorded_at = _told_time(ecg.source.recorded_at, dates, shift)
        header = _write_copy(ecg, recorded_at, folder, f"ecg-{secrets.token_hex(6)}")
        yield Copy(path, header, ecg.source.format)


def _told_time(recorded_at: datetime | None, dates: Dates, shift: timedelta) -> datetime | None:
    if recorded_at is None or dates == "drop":
        return None
    return recorded_at if dates == "keep" else recorded_at - shift


def _write_copy(ecg: Ecg, recorded_at: datetime | None, folder: Path, name: str) -> Path:
    """The record as ``name.hea`` and ``name.dat``: 16 bits, 1 µV a step, recorded leads only."""
    not_recorded = {*ecg.missing_leads, *ecg.source.derived_leads}
    leads = [lead for lead in LEADS if lead not in not_recorded]
    rows = np.stack([ecg.lead(lead) for lead in leads])
    adu = np.clip(np.round(rows * _ADU_PER_MV), -_LARGEST_ADU, _LARGEST_ADU).astype("<i2")
    header = folder / f"{name}.hea"
    _write_new(header.with_suffix(".dat"), adu.T.tobytes())
    _write_new(header, _header(ecg, recorded_at, name, leads, adu).encode("ascii"))
    return header


def _header(ecg: Ecg, recorded_at: datetime | None, name: str, leads: list[str], adu: np.ndarray) -> str:
    """Source: WFDB Applications Guide, header(5)."""
    when = "" if recorded_at is None else f" {recorded_at:%H:%M:%S %d/%m/%Y}"
    lines = [f"{name} {len(leads)} {ecg.fs_hz:.10g} {ecg.n_samples}{when}"]
    for lead, row in zip(leads, adu, strict=True):
        checksum = (int(row.astype(np.int64).sum()) + 2**15) % 2**16 - 2**15
        lines.append(f"{name}.dat 16 {_ADU_PER_MV}(0)/mV 16 0 {row[0]} {checksum} 0 {lead}")
    origin = ["#Simulated: yes"] if _SIMULATED in ecg.source.notes else []
    return "\n".join([*lines, *_told_person(ecg.patient), *origin]) + "\n"


def _told_person(patient: Patient) -> list[str]:
    lines = []
    if patient.age_years is not None:
        age = min(patient.age_years, _OLDEST_TOLD_YEARS)
        lines.append(f"#Age: {int(age) if age >= 1 else round(age, 2):g}")
    if patient.sex is not None:
        lines.append(f"#Sex: {patient.sex.capitalize()}")
    return lines


def _write_new(path: Path, content: bytes) -> None:
    """Write a file that must not be there yet."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
    except OSError as exc:
        raise BadRequest(f"cannot write {path}: {exc.strerror}; choose another --out") from exc
