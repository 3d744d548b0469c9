"""What a writer may say and a verifier checks against, guideline passages included."""

from datetime import datetime

from pydantic import Field

from cardio_agent.schema.classification import AttentionSummary, Statement
from cardio_agent.schema.findings import CriterionResult, Finding
from cardio_agent.schema.measurement import Measurement
from cardio_agent.schema.recording import Patient, Quality
from cardio_agent.schema.records import Record


class Evidence(Record):
    """A guideline passage that bears on a finding or a question."""

    id: str
    text: str
    guideline: str
    short: str = ""
    year: int | None
    society: str
    section: str
    class_of_recommendation: str
    level_of_evidence: str
    thresholds: str = ""
    citation: str = ""
    doi: str = ""
    topic: str = ""
    checked: bool = Field(True, description="False: rests on memory or an unreviewed source")
    class_checked: bool = Field(True, description="False: class and level are from memory")
    is_own: bool = Field(False, description="from a document that the user added")
    score: float
    finding_ids: tuple[str, ...] = ()


# ── facts ────────────────────────────────────────────────────────────────────────────────────


class Recording(Record):
    """What the report says of the recording itself. No name, no patient id."""

    id: str = "r-recording"
    file: str
    format: str
    fs_hz: float
    duration_s: float
    missing_leads: tuple[str, ...]
    derived_leads: tuple[str, ...]
    recorded_at: datetime | None
    patient: Patient
    notes: tuple[str, ...]


class Facts(Record):
    """All that a writer may say and a verifier checks against: the report without its words."""

    recording: Recording
    quality: Quality
    statements: tuple[Statement, ...]
    measurements: tuple[Measurement, ...]
    findings: tuple[Finding, ...]
    attention: dict[str, AttentionSummary]
    explanations: dict[str, AttentionSummary] = Field(
        default_factory=dict, description="what the classifier relied on, by statement; empty: not asked for"
    )
    criteria: tuple[CriterionResult, ...] = Field((), description="published criteria; not citable")
    evidence: tuple[Evidence, ...]

    def records(self) -> "dict[str, Record]":
        """Every citable record by its id."""
        quality = {self.quality.id: self.quality, **{q.id: q for q in self.quality.leads}}
        statements = {s.id: s for s in self.statements}
        measurements = {m.id: m for m in self.measurements}
        findings = {f.id: f for f in self.findings}
        attention = {f"a-{code}": share for code, share in self.attention.items()}
        explanations = {f"x-{code}": share for code, share in self.explanations.items()}
        evidence = {e.id: e for e in self.evidence}
        recording = {self.recording.id: self.recording}
        shares = {**attention, **explanations}
        return {**recording, **quality, **statements, **measurements, **findings, **shares, **evidence}
