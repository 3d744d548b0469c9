"""Criteria, findings, and everything known of a recording before a word is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from cardio_agent.schema.classification import AttentionSummary, Classification, Explanation, Statement
from cardio_agent.schema.measurement import Measurements, Waves
from cardio_agent.schema.recording import Certainty, Ecg, Quality
from cardio_agent.schema.records import Record

CriterionState = Literal["met", "not met", "not measurable"]


class ScoreResult(Record):
    """A risk score as far as the inputs go.

    ``total`` is None while an input is missing; it then lies from ``at_least`` to ``at_most``.
    ``points`` holds the items that are decided.
    """

    score: str
    name: str
    total: float | None
    at_least: float
    at_most: float
    points: dict[str, float]
    inputs: dict[str, float | str]
    origins: dict[str, str]
    missing: tuple[str, ...]
    sources: tuple[str, ...]
    checked: bool
    origin: str


class CriterionResult(Record):
    """One published criterion applied to one recording.

    ``missing`` names what was needed and not known when ``state`` is "not measurable": ids of
    measurements, fields of the patient or of the rhythm; ``reason`` says it in words.
    """

    id: str = Field(description="'c-' and the criterion's name in the table")
    name: str
    state: CriterionState
    basis: tuple[str, ...] = Field((), description="ids of the measurements it was decided on")
    numbers: dict[str, float] = Field(
        default_factory=dict, description="their values by id, then what was computed of them"
    )
    leads: tuple[str, ...] = ()
    territory: str | None = None
    missing: tuple[str, ...] = ()
    reason: str | None = None
    sources: tuple[str, ...] = Field((), description="corpus ids")
    checked: bool = Field(True, description="False: rests on memory or an unreviewed source")

    @property
    def met(self) -> bool:
        return self.state == "met"


FindingKind = Literal[
    "quality",
    "rhythm",
    "conduction",
    "intervals",
    "axis",
    "chambers",
    "ischaemia",
    "repolarisation",
    "ectopy",
    "pacing",
    "normal",
    "contradiction",
    "comparison",
    "other",
]


class Finding(Record):
    """Something said of the ECG, with what it rests on.

    ``text`` is one plain clause without a full stop ("complete left bundle branch block").
    ``basis`` are ids of statements and measurements; ``sources`` are corpus ids of the criterion.
    """

    id: str
    kind: FindingKind
    text: str
    certainty: Certainty
    basis: tuple[str, ...] = Field(min_length=1)
    leads: tuple[str, ...] = ()
    territory: str | None = None
    codes: tuple[str, ...] = Field((), description="PTB-XL statement codes that it bears on")
    sources: tuple[str, ...] = ()
    query: str = Field("", description="what retrieval asks for; empty: no passage is sought")


@dataclass(frozen=True, eq=False)
class Analysis:
    """Everything known of a recording before any word is written. No language model took part."""

    ecg: Ecg
    quality: Quality
    statements: tuple[Statement, ...]
    waves: Waves
    measurements: Measurements
    findings: tuple[Finding, ...]
    classification: Classification
    attention: Mapping[str, AttentionSummary] = field(default_factory=dict)
    explanations: Mapping[str, Explanation] = field(default_factory=dict)
    criteria: tuple[CriterionResult, ...] = ()
    prior: "Analysis | None" = None
    operating_point: Literal["balanced", "screening"] | None = None
    """Of the statements; None: that of the settings."""
