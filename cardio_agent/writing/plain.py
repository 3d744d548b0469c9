"""The plain writer: deterministic sentences from facts, the reference and the fallback.

Enters: :class:`Facts`. Leaves: draft sentences in reading order, each with the ids of all it rests
on. Says only what the records say: it finds nothing, judges nothing but a value against its limits
of normal, and never words advice as an order.
"""

from collections.abc import Iterable, Iterator

from cardio_agent.findings.limits import holds
from cardio_agent.leads import LEADS
from cardio_agent.schema import DraftSentence, Facts, Measurements, Quality
from cardio_agent.writing.closing_sentences import (
    attention_sentences,
    conclusion_sentences,
    guideline_sentences,
    undecided_sentences,
)
from cardio_agent.writing.drafts import CERTAINTIES, NAME, draft_of, is_paced, not_measurable, of_kinds
from cardio_agent.writing.interval_sentences import interval_sentences
from cardio_agent.writing.phrases import SECTION_OF_KIND, hedged, listed, sentence, value_text
from cardio_agent.writing.record_sentences import record_sentence, technique_sentences

_SECTION_OF_PREFIX = {
    "r": "technique",
    "q": "technique",
    "m": "intervals",
    "a": "evidence",
    "x": "evidence",
    "s": "evidence",
}

# Pertinent negatives: said only when the classifier finds none of these statements, no finding of
# these kinds exists, and the measurements named are normal or missing. Those of the second half rest
# on the shape in single leads: they are said only when every lead could be read.
_NEED_ALL_LEADS = ("chambers", "ischaemia")
_NEGATIVES = (
    ("conduction", "no conduction disturbance", ("conduction",), ("pr_ms", "qrs_ms"),
     ("CD", "AVB", "CLBBB", "CRBBB", "ILBBB", "IRBBB", "LAFB/LPFB", "IVCD", "WPW", "LPR")),
    ("chambers", "no sign of atrial abnormality or ventricular hypertrophy", ("chambers",), (),
     ("HYP", "LVH", "RVH", "SEHYP", "LAO/LAE", "RAO/RAE", "VCLVH")),
    ("ischaemia", "no sign of infarction or ischaemia", ("ischaemia", "repolarisation"), (),
     ("MI", "AMI", "IMI", "LMI", "PMI", "ISC", "ISCA", "ISCI")),
)  # fmt: skip


class PlainWriter:
    """Writes a report without a language model. Always available."""

    name = NAME

    def write(self, facts: Facts) -> Iterator[DraftSentence]:
        """Sentences of the report in reading order.

        Parameters
        ----------
        facts : Facts

        Yields
        ------
        DraftSentence
            Each text once. An unusable recording gets its quality and a neutral word on a repeat
            recording, and nothing else.
        """
        sentences = _unusable(facts) if facts.quality.verdict == "unusable" else _full_report(facts)
        said: set[str] = set()
        for draft in sentences:
            if draft.text not in said:
                said.add(draft.text)
                yield draft


def plain_sentence(facts: Facts, ids: Iterable[str]) -> DraftSentence | None:
    """The plain sentence for some records: what stands in for a sentence that failed its check.

    Parameters
    ----------
    facts : Facts
    ids : iterable of str
        Ids that the failed sentence cited; those that do not exist are passed over.

    Returns
    -------
    DraftSentence or None
        None when none of the ids exists: there is nothing to say. When findings are among the
        records, the statements and measurements that these rest on are left to them.
    """
    records = facts.records()
    cited = [id for id in dict.fromkeys(ids) if id in records]
    covered = {basis for f in facts.findings if f.id in cited for basis in f.basis}
    kept = [id for id in cited if id not in covered]
    if not kept:
        return None
    clauses = [record_sentence(facts, id) for id in kept]
    text = sentence("; ".join(clause.rstrip(".") for clause in clauses))
    return draft_of(_section_of(facts, kept[0]), text, kept)


def _section_of(facts: Facts, id: str) -> str:
    """Section that a sentence about this record belongs to."""
    for finding in facts.findings:
        if finding.id == id:
            return SECTION_OF_KIND[finding.kind]
    return _SECTION_OF_PREFIX.get(id.split("-")[0], "guidelines")


# ── the report ───────────────────────────────────────────────────────────────────────────────


def _unusable(facts: Facts) -> Iterator[DraftSentence]:
    yield from _technique(facts)
    for finding in facts.findings:
        if finding.kind == "quality":
            yield draft_of("conclusion", sentence(finding.text), (finding.id,))
    repeat = "A repeat recording would be needed for interpretation."
    yield draft_of("conclusion", repeat, (facts.quality.id,))


def _full_report(facts: Facts) -> Iterator[DraftSentence]:
    yield from _technique(facts)
    yield from of_kinds(facts, "quality")
    yield from _rhythm(facts)
    yield from interval_sentences(facts)
    yield from of_kinds(facts, "conduction")
    yield from _negative(facts, "conduction")
    yield from of_kinds(facts, "chambers")
    yield from _negative(facts, "chambers")
    yield from of_kinds(facts, "ischaemia", "repolarisation")
    yield from _negative(facts, "ischaemia")
    yield from of_kinds(facts, "ectopy", "other", "contradiction")
    yield from of_kinds(facts, "comparison")
    yield from attention_sentences(facts)
    yield from undecided_sentences(facts)
    yield from guideline_sentences(facts)
    yield from conclusion_sentences(facts)


def _technique(facts: Facts) -> Iterator[DraftSentence]:
    for text, id in technique_sentences(facts):
        yield draft_of("technique", text, (id,))


def _rhythm(facts: Facts) -> Iterator[DraftSentence]:
    """Rhythm findings of one certainty in one sentence, the first with the rate."""
    rate = Measurements(facts.measurements).get("heart_rate_bpm")
    rest = f" at {value_text(rate.value, rate.unit)}" if rate.value is not None else ""
    for certainty in CERTAINTIES:
        group = [f for f in facts.findings if f.kind in ("rhythm", "pacing") and f.certainty == certainty]
        if group:
            first, *others = (f.text for f in group)
            text = hedged(first, certainty) + (f" with {listed(others)}" if others else "") + rest
            yield draft_of("rhythm", sentence(text), [f.id for f in group] + [rate.id] * bool(rest))
            rest = ""
    if rest:
        yield draft_of("rhythm", f"The ventricular rate is{rest.removeprefix(' at')}.", (rate.id,))
    yield from _atrial_rate(facts)
    yield from not_measurable([rate], "rhythm")


def _atrial_rate(facts: Facts) -> Iterator[DraftSentence]:
    """Said only where the atria have a rate of their own."""
    for m in facts.measurements:
        if m.name == "atrial_rate_bpm" and m.value is not None:
            yield draft_of("rhythm", f"The atrial rate is {value_text(m.value, m.unit)}.", (m.id,))


# ── negatives ────────────────────────────────────────────────────────────────────────────────


def _negative(facts: Facts, section: str) -> Iterator[DraftSentence]:
    known = Measurements(facts.measurements)
    for where, text, kinds, names, codes in _NEGATIVES:
        statements = [s for s in facts.statements if s.code in codes]
        is_clear = (
            where == section
            and len(statements) == len(codes)
            and not any(s.present for s in statements)
            and not is_paced(facts)
            and (where not in _NEED_ALL_LEADS or _all_leads_stand(facts.quality))
            and not any(f.kind in kinds for f in facts.findings)
            and all(holds("normal", known.get(name), facts.recording.patient) is not False for name in names)
        )
        if is_clear:
            yield draft_of(section, sentence(text), [s.id for s in statements])


def _all_leads_stand(quality: Quality) -> bool:
    """Whether every lead can be read and shows what its name says."""
    return len(quality.usable_leads()) == len(LEADS) and not quality.doubtful_leads()
