"""From a file's channels to the twelve leads.

Enters: the channels that a reader decoded, with what the file says of them, and what the caller
declares. Leaves: an `Ecg`: twelve rows in fixed order, float32, mV. One place for rates, units and
derived leads, whatever the format. Does not open files and does not judge the signal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np

from cardio_agent.errors import BadRecording, UnknownUnits
from cardio_agent.leads import LEADS, derive_limb_leads, standard_name
from cardio_agent.reading.demographics import patient_of, recorded_at_of
from cardio_agent.reading.labels import mv_per_unit
from cardio_agent.schema import Ecg, Source

_SAME_RATE = 1e-3  # relative difference under which two rates are the same rate, rounded


@dataclass(frozen=True, eq=False)
class Channel:
    """One channel as its file holds it; None for a unit or rate that the file does not state."""

    label: str
    samples: np.ndarray
    unit: str | None
    fs_hz: float | None


@dataclass(frozen=True, eq=False)
class Recording:
    """What a reader hands over: the channels and everything else that the file says."""

    format: str
    channels: Sequence[Channel]
    age: object = None
    sex: object = None
    recorded_at: datetime | None = None
    device: str | None = None
    notes: tuple[str, ...] = ()
    companions: tuple[Path, ...] = ()
    """Files that belong to the one that was opened."""


@dataclass(frozen=True)
class Declared:
    """What the caller says of a file that does not say it itself."""

    fs_hz: float | None = None
    units: str | None = None


@dataclass
class _Notes:
    """Notes collected on the way, each once."""

    items: list[str] = field(default_factory=list)

    def add(self, *texts: str) -> None:
        self.items += [text for text in texts if text not in self.items]


def assemble(recording: Recording, declared: Declared, *, name: str, sha256: str) -> Ecg:
    """Twelve leads in fixed order from the channels of a file.

    Parameters
    ----------
    recording : Recording
    declared : Declared
        Fills in a rate or unit that the file leaves open; where the file states another, the file is
        believed and a note says so.
    name : str
        File name for messages and for the source.
    sha256 : str

    Returns
    -------
    Ecg
        (12, n) C-contiguous float32 in mV. III, aVR, aVL and aVF are derived where they are absent and
        I and II are there; a lead that is neither recorded nor derivable is NaN throughout.

    Raises
    ------
    UnknownUnits
        A rate or unit is neither stated nor declared, or is no voltage.
    BadRecording
        No channel is a standard lead, or the leads differ in rate or length.
    """
    notes = _Notes(list(recording.notes))
    leads = _standard_leads(recording.channels, name, notes)
    fs_hz = _sampling_rate(leads, declared, name, notes)
    with np.errstate(over="ignore", invalid="ignore"):  # infinities are the gate's to refuse
        rows = {lead: _in_mv(lead, channel, declared, name, notes) for lead, channel in leads.items()}
        rows = _drop_empty(rows, notes)
        full = derive_limb_leads(rows)
        signal_mv = _matrix(full)
    patient, patient_notes = patient_of(recording.age, recording.sex)
    notes.add(*patient_notes)
    source = Source(
        name=name,
        format=recording.format,
        sha256=sha256,
        recorded_at=recorded_at_of(recording.recorded_at),
        device=recording.device or None,
        derived_leads=tuple(lead for lead in LEADS if lead in full and lead not in rows),
        notes=tuple(notes.items),
    )
    return Ecg(signal_mv, fs_hz, patient, source)


def order_notes(rows: np.ndarray) -> tuple[str, ...]:
    """What to say of twelve unnamed rows: that their order is assumed, and whether it can be right.

    The slopes of I + III - II and of aVR + (I + II) / 2 vanish in the standard order. Their relative
    size is under 0.01 in 1,500 PTB-XL recordings and over 0.13 when leads are shuffled.
    Source: Einthoven's law and Goldberger's definition of aVR; data as named.
    """
    notes = ["leads are not named: taken in the order I, II, III, aVR, aVL, aVF, V1–V6"]
    with np.errstate(all="ignore"):
        i, ii, iii, avr = np.diff(rows[:4].astype(np.float64), axis=1)
        size = i.std() + ii.std() + iii.std() + avr.std()
        contradiction = max((i + iii - ii).std(), (avr + (i + ii) / 2).std()) / size if size > 0 else 0.0
    if contradiction > 0.1:
        notes.append("the limb leads contradict Einthoven's law in that order: check the order of the leads")
    return tuple(notes)


def _matrix(rows: dict[str, np.ndarray]) -> np.ndarray:
    n_samples = len(next(iter(rows.values())))
    signal_mv = np.full((len(LEADS), n_samples), np.nan, dtype=np.float32)
    for i, lead in enumerate(LEADS):
        if lead in rows:
            signal_mv[i] = rows[lead]
    return signal_mv


def _standard_leads(channels: Sequence[Channel], name: str, notes: _Notes) -> dict[str, Channel]:
    """The channels that are standard leads, by lead; of two with one name the first."""
    leads: dict[str, Channel] = {}
    extra: list[str] = []
    for channel in channels:
        lead = standard_name(channel.label)
        if lead is None or lead in leads:
            extra.append(_printable(channel.label))
        else:
            leads[lead] = channel
    if not leads:
        raise BadRecording(
            f"{name!r}: none of the {len(channels)} channels ({_listed(extra)}) is one of the standard 12 "
            "leads; name them I, II, III, aVR, aVL, aVF, V1–V6"
        )
    if extra:
        notes.add(f"channels left out, not among the standard 12 leads: {_listed(extra)}")
    lengths = {lead: len(channel.samples) for lead, channel in leads.items()}
    if len(set(lengths.values())) > 1:
        seen = ", ".join(f"{lead} {n}" for lead, n in lengths.items())
        raise BadRecording(
            f"{name!r}: the leads differ in length (samples: {seen}); "
            "export them simultaneously and at one rate"
        )
    return leads


def _sampling_rate(leads: dict[str, Channel], declared: Declared, name: str, notes: _Notes) -> float:
    stated = {lead: channel.fs_hz for lead, channel in leads.items() if channel.fs_hz is not None}
    if not stated:
        if declared.fs_hz is None:
            raise UnknownUnits(
                f"{name!r}: the file does not say its sampling rate; declare it (fs_hz=500), or add a time "
                "column or the line '# fs_hz: 500'"
            )
        notes.add(f"sampling rate of {declared.fs_hz:g} Hz as declared, not from the file")
        return float(declared.fs_hz)
    fs_hz = next(iter(stated.values()))
    if any(abs(rate - fs_hz) > _SAME_RATE * fs_hz for rate in stated.values()):
        seen = ", ".join(f"{lead} {rate:g} Hz" for lead, rate in stated.items())
        raise BadRecording(f"{name!r}: the leads differ in sampling rate ({seen}); resample them to one rate")
    if declared.fs_hz is not None and abs(declared.fs_hz - fs_hz) > _SAME_RATE * fs_hz:
        notes.add(f"declared rate of {declared.fs_hz:g} Hz not used: the file states {fs_hz:g} Hz")
    return float(fs_hz)


def _in_mv(lead: str, channel: Channel, declared: Declared, name: str, notes: _Notes) -> np.ndarray:
    unit = channel.unit or declared.units
    if unit is None:
        raise UnknownUnits(
            f"{name!r}: the file does not say its unit; declare it (units='mV' or 'uV'), or write it in the "
            "column headings, e.g. 'I (mV)'"
        )
    factor = mv_per_unit(unit)
    if factor is None:
        raise UnknownUnits(
            f"{name!r}: lead {lead} is in {_printable(unit)!r}, which is not a calibrated voltage; "
            "export it in mV or µV"
        )
    if channel.unit is None:
        notes.add(f"unit {unit} as declared, not from the file")
    elif declared.units is not None and mv_per_unit(declared.units) != factor:
        notes.add(f"declared unit {declared.units} not used: the file states {unit}")
    if factor != 1.0:
        notes.add(f"converted from {unit} to mV")
    return np.asarray(channel.samples, dtype=np.float64) * factor


def _drop_empty(rows: dict[str, np.ndarray], notes: _Notes) -> dict[str, np.ndarray]:
    """Leave out leads that have a place in the file but no sample."""
    kept = {lead: row for lead, row in rows.items() if not np.isnan(row).all()}
    if kept and len(kept) < len(rows):
        notes.add(
            f"not recorded (no sample in the file): {', '.join(lead for lead in rows if lead not in kept)}"
        )
    return kept or rows


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text.strip())[:40]


def _listed(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - 8} more" if len(labels) > 8 else ""
    return ", ".join(repr(label) for label in labels[:8]) + more
