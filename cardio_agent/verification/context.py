"""What a sentence is checked against: the records it cites, what these rest on, and all the others.

Enters: facts and cited ids. Leaves: :class:`Context`, the one view of the records that the checks
share, and what a finding asserts when its own text is read by the same rules as a sentence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from cardio_agent.schema import (
    AttentionSummary,
    Certainty,
    Evidence,
    Facts,
    Finding,
    LeadQuality,
    Measurement,
    Quality,
    Record,
    Recording,
    Statement,
    VerdictKind,
)
from cardio_agent.verification.clauses import CERTAIN, POSSIBLE, PROBABLE, Clause, clauses_of
from cardio_agent.verification.lexicon import CONCEPTS, implied
from cardio_agent.verification.tokens import phrase_of, stem

CEILING: dict[Certainty, int] = {"definite": CERTAIN, "probable": PROBABLE, "possible": POSSIBLE}
# Findings of these kinds tell of the records or of an earlier tracing; they do not
# assert that the concepts in their text are present.
SILENT_KINDS = ("contradiction", "comparison")


@dataclass(frozen=True)
class Outcome:
    """What one comparison came to."""

    verdict: VerdictKind
    reason: str


def supported(reason: str) -> Outcome:
    return Outcome("supported", reason)


def contradicted(reason: str) -> Outcome:
    return Outcome("contradicted", reason)


def unsupported(reason: str) -> Outcome:
    return Outcome("unsupported", reason)


@dataclass(frozen=True)
class Assertion:
    """A concept that a finding says to be present or absent."""

    key: str
    is_negated: bool
    ceiling: int
    finding: Finding

    def implies(self, key: str) -> bool:
        return not self.is_negated and key in implied(self.key)


@cache
def text_clauses(text: str) -> tuple[Clause, ...]:
    """Clauses of a record's own text."""
    return tuple(clauses_of(text))


def assertions(finding: Finding) -> Iterator[Assertion]:
    """What a finding asserts, read from its text."""
    if finding.kind in SILENT_KINDS:
        return
    for clause in text_clauses(finding.text):
        for atom in clause:
            if atom.kind == "concept":
                opposite = CONCEPTS[atom.key].opposite_of
                ceiling = min(CEILING[finding.certainty], atom.certainty or CERTAIN)
                yield Assertion(opposite or atom.key, atom.is_negated != bool(opposite), ceiling, finding)


@dataclass(frozen=True)
class Context:
    """The facts as seen from one sentence's citations."""

    facts: Facts
    ids: tuple[str, ...]

    @cached_property
    def records(self) -> dict[str, Record]:
        """Every record of the facts by its id."""
        return self.facts.records()

    @cached_property
    def cited(self) -> dict[str, Record]:
        """Cited records, and those that the cited findings rest on."""
        records = self.records
        direct = {id: records[id] for id in self.ids if id in records}
        basis = [id for r in direct.values() if isinstance(r, Finding) for id in r.basis]
        return direct | {id: records[id] for id in basis if id in records and id not in direct}

    @property
    def measurements(self) -> list[Measurement]:
        return [r for r in self.cited.values() if isinstance(r, Measurement)]

    @property
    def statements(self) -> list[Statement]:
        return [r for r in self.cited.values() if isinstance(r, Statement)]

    @property
    def findings(self) -> list[Finding]:
        return [r for r in self.cited.values() if isinstance(r, Finding)]

    @property
    def qualities(self) -> list[LeadQuality]:
        return [r for r in self.cited.values() if isinstance(r, LeadQuality)]

    @property
    def passages(self) -> list[Evidence]:
        return [r for r in self.cited.values() if isinstance(r, Evidence)]

    @property
    def attention(self) -> dict[str, AttentionSummary]:
        """Shares of the cited statements; what was relied on stands before where the network looked."""
        shares = {id: r for id, r in self.cited.items() if isinstance(r, AttentionSummary)}
        return {id[2:]: shares[id] for id in sorted(shares)}  # "a-" before "x-", which so has the last word

    @property
    def recording(self) -> Recording | None:
        return next((r for r in self.cited.values() if isinstance(r, Recording)), None)

    @cached_property
    def asserted(self) -> list[Assertion]:
        """What all findings assert, cited or not."""
        return [a for finding in self.facts.findings for a in assertions(finding)]

    @cached_property
    def quotes(self) -> list[tuple[str, str]]:
        """Texts of cited records that a sentence may repeat whole."""
        return [(id, text) for id, r in self.cited.items() for text in _quotable(r) if text]

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the cited records."""
        texts = [text for r in self.cited.values() for text in _texts(r)]
        return frozenset(word for text in texts for word in phrase_of(text))

    @cached_property
    def stems(self) -> frozenset[str]:
        """The same, without their regular endings."""
        return frozenset(map(stem, self.words))

    def known(self, names: Sequence[str], leads: Sequence[str] = ()) -> list[Measurement]:
        """All measurements of these names, cited or not."""
        return _chosen(self.facts.measurements, names, leads)

    def measured(self, names: Sequence[str], leads: Sequence[str] = ()) -> list[Measurement]:
        """Cited measurements of these names and leads."""
        return _chosen(self.measurements, names, leads)


def _chosen(rows: Sequence[Measurement], names: Sequence[str], leads: Sequence[str]) -> list[Measurement]:
    return [m for m in rows if m.name in names and (not leads or m.lead is None or m.lead in leads)]


def _quotable(record: Record) -> tuple[str, ...]:
    match record:
        case Finding() | Evidence():
            return (record.text,)
        case Measurement():
            return (record.reason or "",)
        case Quality() | LeadQuality():
            return (record.reason.rstrip("."),)
        case Recording():
            return tuple(note.rstrip(".") for note in record.notes)
        case _:
            return ()


def passage_texts(passage: Evidence) -> tuple[str, ...]:
    """Everything that a passage says, and where it stands."""
    return (
        passage.text,
        passage.thresholds,
        passage.short,
        passage.guideline,
        passage.society,
        passage.citation,
        passage.section,
        passage.id,
        "" if passage.checked and passage.class_checked else "unchecked",
    )


def _texts(record: Record) -> tuple[str, ...]:
    match record:
        case Finding():
            return (record.text, record.territory or "")
        case Evidence():
            return passage_texts(record)
        case Measurement():
            return (record.method, record.reason or "", record.name.replace("_", " "), record.id)
        case Statement():
            return (record.name, record.code, record.group, f"{record.risk} risk")
        case Quality():
            electrodes = (name for swap in record.electrode_swaps for name in swap.electrodes)
            return (record.reason, record.verdict, *electrodes)
        case LeadQuality():
            return (record.reason, record.state)
        case Recording():
            # Neither file name nor notes: what a file brings along may not lend words to a sentence.
            return (record.format,)
        case _:
            return ()
