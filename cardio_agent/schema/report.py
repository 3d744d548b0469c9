"""Sentences with their verdicts, and the report: the published format."""

from typing import Any, Literal

from pydantic import Field

from cardio_agent.schema.facts import Evidence, Facts
from cardio_agent.schema.findings import ScoreResult
from cardio_agent.schema.records import DISCLAIMER, SCHEMA_VERSION, Record


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
    scores: tuple[ScoreResult, ...] = Field((), description="risk scores from what a user gave; not citable")
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
