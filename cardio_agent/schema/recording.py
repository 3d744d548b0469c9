"""A recording as it was read, and its quality. Arrays are (12, n) float32 in mV."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from pydantic import Field

from cardio_agent.leads import LEADS, lead_index
from cardio_agent.schema.records import Record, Sex


class Patient(Record):
    """What the file (or the user) says of the person. Absent means unknown, never a default."""

    age_years: float | None = Field(None, ge=0, le=130)
    sex: Sex | None = None
    context: str | None = Field(
        None,
        max_length=300,
        exclude_if=lambda context: context is None,
        description="why the ECG was taken, in the user's words; nothing rests on it; absent if not given",
    )


class Source(Record):
    """Where a recording came from."""

    name: str = Field(description="file name without its folder")
    format: str = Field(description="format family, e.g. 'wfdb'")
    sha256: str = Field("", description="of the file that was opened, then of those that belong to it")
    recorded_at: datetime | None = None
    device: str | None = None
    derived_leads: tuple[str, ...] = Field((), description="leads computed from others")
    notes: tuple[str, ...] = Field((), description="what reading had to convert or leave out")


@dataclass(frozen=True, eq=False)
class Ecg:
    """One 12-lead recording.

    ``signal_mv`` is float32 (12, n) in mV; a lead that was not recorded is NaN throughout and
    finite everywhere else.
    """

    signal_mv: np.ndarray
    fs_hz: float
    patient: Patient
    source: Source

    @property
    def n_samples(self) -> int:
        return int(self.signal_mv.shape[1])

    @property
    def duration_s(self) -> float:
        return self.n_samples / self.fs_hz

    @property
    def missing_leads(self) -> tuple[str, ...]:
        """Leads that were not recorded."""
        return tuple(lead for lead, row in zip(LEADS, self.signal_mv, strict=True) if np.isnan(row[0]))

    def lead(self, name: str) -> np.ndarray:
        """The (n,) row of one lead, mV."""
        return np.asarray(self.signal_mv[lead_index(name)])


# ── signal ───────────────────────────────────────────────────────────────────────────────────

LeadState = Literal["good", "noisy", "saturated", "flat", "missing"]
QualityVerdict = Literal["good", "limited", "unusable"]
NoiseKind = Literal["wander", "static", "burst", "step", "mains"]
Certainty = Literal["definite", "probable", "possible"]


class LeadQuality(Record):
    id: str
    lead: str
    state: LeadState
    reason: str = Field(description="plain words, with the number that decided")
    noise: dict[NoiseKind, float] = Field(
        default_factory=dict, description="amplitude of each kind in mV; empty where nothing was recorded"
    )


class SwapHint(Record):
    """Electrodes that seem to have changed places."""

    electrodes: tuple[str, ...] = Field(description="RA, LA, LL, RL (neutral), V1 to V6")
    certainty: Certainty
    leads: tuple[str, ...] = Field(description="leads that do not show what their name says, if it is so")
    reason: str = Field(description="plain words, with the numbers that decided")


class Quality(Record):
    id: str = "q-overall"
    verdict: QualityVerdict
    reason: str
    leads: tuple[LeadQuality, ...]
    electrode_swaps: tuple[SwapHint, ...] = ()

    def usable_leads(self) -> tuple[str, ...]:
        """Leads whose signal may be measured."""
        return tuple(q.lead for q in self.leads if q.state in ("good", "noisy"))

    def doubtful_leads(self) -> tuple[str, ...]:
        """Leads that do not show what their name says if electrodes are exchanged as is probable."""
        swaps = [swap for swap in self.electrode_swaps if swap.certainty == "probable"]
        return tuple(lead for lead in LEADS if any(lead in swap.leads for swap in swaps))
