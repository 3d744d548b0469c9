"""The classifier's answer, decided, and what its statements rest on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import Field

from cardio_agent.schema.records import Record

StatementGroup = Literal["superclass", "subclass", "rhythm", "form"]
RiskTier = Literal["low", "moderate", "high"]


@dataclass(frozen=True, eq=False)
class Classification:
    """The network's answer for one recording.

    ``probabilities`` are calibrated, one a statement code. ``attention[code]`` is (12, n_steps),
    non-negative, sums to 1 over leads and time; step k is centred on ``k * step_s``
    of the recording.
    """

    probabilities: Mapping[str, float]
    attention: Mapping[str, np.ndarray]
    step_s: float


class Statement(Record):
    """One of the classifier's statements, decided."""

    id: str
    code: str
    name: str
    group: StatementGroup
    probability: float = Field(ge=0, le=1)
    threshold: float = Field(ge=0, le=1)
    present: bool
    risk: RiskTier
    is_uncertain: bool | None = Field(
        None, description="the 90% conformal set singles out neither verdict; None where none was fitted"
    )


class AttentionSummary(Record):
    """Shares of leads and segments in one statement; each sums to 1 (segments empty without beats)."""

    leads: dict[str, float]
    segments: dict[str, float]
    method: str = Field("attention", description="of explanation; 'attention': the network's own weighting")


@dataclass(frozen=True, eq=False)
class Explanation:
    """Which parts of the trace speak for a statement, by one method.

    ``map`` is float32 (12, n) in the recording's time base: above 0 speaks for the statement, below 0
    against it; leads that are missing or flat are 0. The shares are of its part above 0 (``settings``
    says so where they are of something else): ``leads`` sums to 1 over the twelve leads, ``segments`` to 1
    over P, PR, QRS, ST, T and TP, ``lead_segments`` to 1 over both; the latter two are empty without beats.
    ``settings`` holds what shapes the result: baseline, steps, samples, seed.
    """

    code: str
    method: str
    settings: Mapping[str, Any]
    map: np.ndarray
    leads: Mapping[str, float]
    segments: Mapping[str, float]
    lead_segments: Mapping[str, Mapping[str, float]]
