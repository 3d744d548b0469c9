"""The types that pass between stages, in flow order. All are frozen.

Records that hold arrays are dataclasses; records that leave the program in a report are pydantic
models. Signals are always (12, n) float32 in mV, leads in the order of :data:`cardio_agent.leads.LEADS`.
Nothing here computes anything clinical.

Ids are what sentences cite in square brackets. They are unique within a report:

=====================  ===========================================================
``s-CLBBB``            classifier statement
``m-qt_ms``            measurement; with a lead ``m-st_j_mv-V2``
``f-first_degree_avb`` finding
``r-recording``        the recording itself: file, duration, sampling rate, age, sex
``q-overall``          quality of the recording; of a lead ``q-V3``
``a-CLBBB``            where the classifier looked for that statement
``x-CLBBB``            what it relied on, by the method of explanation that the settings name
``MI-02``              guideline passage, the corpus's own id
=====================  ===========================================================
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from cardio_agent.leads import LEADS, lead_index

SCHEMA_VERSION = "1.0"
DISCLAIMER = (
    "For research and education only. Not a medical device: not for diagnosis or treatment. "
    "A clinician must read the tracing."
)

Sex = Literal["female", "male"]


class Record(BaseModel):
    """Base of every record that leaves the program: frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# ── reading ──────────────────────────────────────────────────────────────────────────────────


class Patient(Record):
    """What the file (or the user) says of the person. Absent means unknown, never a default."""

    age_years: float | None = Field(None, ge=0, le=130)
    sex: Sex | None = None


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


# ── classifier ───────────────────────────────────────────────────────────────────────────────

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


# ── measurement ──────────────────────────────────────────────────────────────────────────────


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


@dataclass(frozen=True)
class Waves:
    """Delineation of a recording: ``beats`` over all leads, ``leads[name]`` for each lead."""

    fs_hz: float
    beats: Beats
    leads: Mapping[str, LeadWaves]
    pacing_spikes: tuple[int, ...] = ()


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


# ── explanation ──────────────────────────────────────────────────────────────────────────────


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


# ── findings ─────────────────────────────────────────────────────────────────────────────────

CriterionState = Literal["met", "not met", "not measurable"]


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


# ── retrieval ────────────────────────────────────────────────────────────────────────────────


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


# ── writing and verification ─────────────────────────────────────────────────────────────────


class DraftSentence(Record):
    """A sentence before it is checked; ``text`` carries no ids, ``cites`` does."""

    section: str
    text: str
    cites: tuple[str, ...]
    writer: str


VerdictKind = Literal["supported", "contradicted", "unsupported"]


class Verdict(Record):
    """What the check of one sentence came to."""

    text: str
    cites: tuple[str, ...]
    verdict: VerdictKind
    reason: str


class Sentence(Record):
    """A checked sentence of the report."""

    text: str
    cites: tuple[str, ...]
    verdict: VerdictKind
    reason: str
    writer: str

    @classmethod
    def judged(cls, draft: DraftSentence, verdict: Verdict) -> "Sentence":
        """A draft with the verdict on it."""
        return cls(
            text=draft.text,
            cites=draft.cites,
            verdict=verdict.verdict,
            reason=verdict.reason,
            writer=draft.writer,
        )


class NarrativeSection(Record):
    section: str
    sentences: tuple[Sentence, ...]


# ── report ───────────────────────────────────────────────────────────────────────────────────


class Provenance(Record):
    """Versions and hashes of everything that shapes the result."""

    cardio_agent: str
    classifier: str
    classifier_sha256: str
    writer: str
    corpus_sha256: str
    embeddings: str
    prompts_sha256: str
    input_sha256: str
    settings: dict[str, Any]
    notes: tuple[str, ...] = ()


class Report(Facts):
    """The whole report; its JSON is the published format."""

    schema_version: str = SCHEMA_VERSION
    disclaimer: str = DISCLAIMER
    narrative: tuple[NarrativeSection, ...]
    provenance: Provenance


class Answer(Record):
    """A chat answer: its sentences checked like those of a report."""

    question: str
    sentences: tuple[Sentence, ...]
    evidence: tuple[Evidence, ...] = ()

    @property
    def text(self) -> str:
        """The answer as one paragraph, without ids."""
        return " ".join(sentence.text for sentence in self.sentences)
