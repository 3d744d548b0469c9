"""Waves and measurements of a recording."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pydantic import Field

from cardio_agent.schema.records import Record


class Wave(NamedTuple):
    """Onset, peak and offset of one wave, in samples of the recording it was found in."""

    onset: int
    peak: int
    offset: int


@dataclass(frozen=True)
class LeadWaves:
    """The waves of one lead, in time order."""

    p: tuple[Wave, ...] = ()
    qrs: tuple[Wave, ...] = ()
    t: tuple[Wave, ...] = ()


BeatKind = Literal["sinus", "supraventricular", "ventricular", "paced", "unknown"]


@dataclass(frozen=True)
class Beat:
    """One heart beat over all leads: earliest onset, latest offset, outliers rejected."""

    qrs: Wave
    p: Wave | None = None
    t: Wave | None = None
    kind: BeatKind = "unknown"


@dataclass(frozen=True)
class Beats:
    """The beats of a recording in time order; also readable as lists of global waves."""

    items: tuple[Beat, ...] = ()

    def __iter__(self) -> Iterator[Beat]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Beat:
        return self.items[index]

    @property
    def p(self) -> tuple[Wave, ...]:
        return tuple(beat.p for beat in self.items if beat.p is not None)

    @property
    def qrs(self) -> tuple[Wave, ...]:
        return tuple(beat.qrs for beat in self.items)

    @property
    def t(self) -> tuple[Wave, ...]:
        return tuple(beat.t for beat in self.items if beat.t is not None)


AtrialPattern = Literal["flutter", "blocked", "dissociated"]


@dataclass(frozen=True)
class AtrialActivity:
    """What the atria do where they do not lead each QRS by one P wave.

    ``pattern`` is "flutter" (waves without a rest between them), "blocked" (some P waves have no QRS, the
    others a QRS at a like distance) or "dissociated" (P waves at a rate of their own). ``p_peaks`` are all
    P waves, conducted or not, in samples; empty in flutter.
    """

    pattern: AtrialPattern
    rate_bpm: float
    p_peaks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Waves:
    """Delineation of a recording: ``beats`` over all leads, ``leads[name]`` for each lead.

    ``atrial`` is None where nothing of the kind was found: that excludes nothing.
    """

    fs_hz: float
    beats: Beats
    leads: Mapping[str, LeadWaves]
    pacing_spikes: tuple[int, ...] = ()
    atrial: AtrialActivity | None = None


class Measurement(Record):
    """One number, or None with the reason why it could not be measured."""

    id: str
    name: str
    value: float | None
    unit: str
    method: str
    reason: str | None = Field(None, description="why value is None")
    lead: str | None = None
    spread: float | None = Field(None, description="median absolute deviation over beats, same unit")
    n_beats: int | None = None


def measurement_id(name: str, lead: str | None = None) -> str:
    """Id of a measurement.

    >>> measurement_id("st_j_mv", "V2")
    'm-st_j_mv-V2'
    """
    return f"m-{name}" if lead is None else f"m-{name}-{lead}"


class Measurements(tuple[Measurement, ...]):
    """All measurements of a recording, in a fixed order, with look-up by name."""

    __slots__ = ()

    def get(self, name: str, lead: str | None = None) -> Measurement:
        """The measurement of that name (and lead).

        Raises
        ------
        KeyError
            When the measurement stage knows no such name; a value that could not be measured is
            present, with ``value = None``.
        """
        wanted = measurement_id(name, lead)
        for m in self:
            if m.id == wanted:
                return m
        raise KeyError(wanted)

    def value(self, name: str, lead: str | None = None) -> float | None:
        """Its value, or None when it could not be measured."""
        return self.get(name, lead).value
