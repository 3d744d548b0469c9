"""Answers in plain sentences: for each kind of question, which records answer it.

Enters: a :class:`Query` and the report. Leaves: draft sentences with the ids that they rest on, and
the guideline passages that were sought for them. Does not check them and does not talk to a model.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from cardio_agent.chat.fixed import CODE_MEANS, FIXED, NO_PASSAGE, NO_PRIOR, NOT_ASSESSED
from cardio_agent.chat.intents import Intent
from cardio_agent.chat.selection import (
    abnormal_findings,
    decisive_ids,
    findings_on,
    measurement_ids,
    resting_on,
    statement_ids,
    topic_findings,
)
from cardio_agent.chat.sentences import (
    absence_drafts,
    fixed_draft,
    measurement_drafts,
    plain_draft,
    record_drafts,
)
from cardio_agent.chat.understanding import Query
from cardio_agent.chat.vocabulary import unassessed_condition
from cardio_agent.classifier.statements import BY_CODE
from cardio_agent.retrieval import retrieve
from cardio_agent.schema import DraftSentence, Evidence, Facts, measurement_id
from cardio_agent.writing.record_sentences import technique_sentences

_N_PASSAGES = 3
_N_FINDINGS = 3
_N_BASIS = 4
_N_STATEMENTS = 5
_N_LEADS = 4
_KEY_MEASURES = ("heart_rate_bpm", "pr_ms", "qrs_ms", "qtc_fridericia_ms", "qrs_axis_deg")


@dataclass(frozen=True)
class Reply:
    """An answer before it is checked; ``facts`` are the report's and the passages sought for it."""

    drafts: tuple[DraftSentence, ...]
    facts: Facts
    evidence: tuple[Evidence, ...] = ()

    def ids(self) -> tuple[str, ...]:
        """Ids of all that the answer rests on; empty for fixed texts."""
        return tuple(dict.fromkeys(cite for draft in self.drafts for cite in draft.cites))


def answer(query: Query, facts: Facts) -> Reply:
    """The plain answer to a question.

    Parameters
    ----------
    query : Query
    facts : Facts
        The report.

    Returns
    -------
    Reply
        Never empty: what cannot be answered is said to be so.

    Raises
    ------
    IndexUnavailable
        When guideline passages are wanted and the index cannot be opened.
    """
    if query.intent in _FROM_FACTS:
        reply = Reply(tuple(_FROM_FACTS[query.intent](query, facts)), facts)
    elif query.intent in _FROM_PASSAGES:
        reply = _FROM_PASSAGES[query.intent](query, facts)
    else:
        return _fixed(FIXED[query.intent], facts)
    return reply if reply.drafts else _fixed(FIXED[Intent.UNKNOWN], facts)


def _fixed(texts: Iterable[str], facts: Facts) -> Reply:
    return Reply(tuple(fixed_draft(text) for text in texts), facts)


# ── from the report alone ────────────────────────────────────────────────────────────────────


def _measurement(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    ids = measurement_ids(query, facts)
    yield from measurement_drafts(facts, ids)
    # The value already names the axis, unless electrodes are probably exchanged.
    unsaid = facts.quality.doubtful_leads()
    resting = [f.id for f in resting_on(facts, ids) if f.kind != "axis" or unsaid]
    yield from record_drafts(facts, resting[:_N_FINDINGS])


def _diagnosis(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    asked = measurement_ids(query, facts)
    findings = findings_on(query, facts, asked)
    yield from record_drafts(facts, [f.id for f in findings])
    # "Not found" is for what nothing else speaks of: an ST level may be high where the classifier says no.
    worded = record_drafts if findings or asked else absence_drafts
    yield from worded(facts, statement_ids(query.codes, facts))
    yield from measurement_drafts(facts, asked or decisive_ids(query))


def _probability(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    ids = statement_ids(query.codes, facts)
    if not ids:
        basis = [id for f in topic_findings(query, facts) for id in f.basis]
        ids = [s.id for s in facts.statements if s.id in basis or s.id in query.topic]
    if not ids:
        present = sorted((s for s in facts.statements if s.present), key=lambda s: -s.probability)
        ids = [s.id for s in present]
    yield from record_drafts(facts, ids[:_N_STATEMENTS])


def _why(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    """Each finding with what it rests on, then where the classifier looked."""
    findings = topic_findings(query, facts)
    if not findings and (query.codes or query.measures):
        yield from _diagnosis(query, facts)
        return
    findings = findings or abnormal_findings(facts) or list(facts.findings)
    for finding in findings[:_N_FINDINGS]:
        yield from record_drafts(facts, [finding.id])
        yield from measurement_drafts(facts, [id for id in finding.basis if id.startswith("m-")][:_N_BASIS])
        yield from record_drafts(facts, [id for id in finding.basis if not id.startswith("m-")])
    yield from _attended(facts, [code for finding in findings for code in finding.codes])


def _attention(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    """Where the classifier looked, for what was asked or else for what it is surest of."""
    codes = list(query.codes) or [code for f in topic_findings(query, facts) for code in f.codes]
    present = sorted((s for s in facts.statements if s.present), key=lambda s: -s.probability)
    asked = list(_attended(facts, codes))
    yield from asked or _attended(facts, [s.code for s in present])
    if not asked and codes:
        yield from record_drafts(facts, statement_ids(codes, facts))


def _attended(facts: Facts, codes: Iterable[str]) -> Iterator[DraftSentence]:
    shares, mark = (facts.explanations, "x") if facts.explanations else (facts.attention, "a")
    looked = [f"{mark}-{code}" for code in dict.fromkeys(codes) if code in shares]
    yield from record_drafts(facts, looked[:_N_FINDINGS])


def _normal(_: Query, facts: Facts) -> Iterator[DraftSentence]:
    normal = [f.id for f in facts.findings if f.kind == "normal"]
    yield from record_drafts(facts, normal or statement_ids(("NORM",), facts))
    if not normal:
        yield from _abnormal(_, facts)
    yield from _limits_of_quality(facts)


def _abnormal(_: Query, facts: Facts) -> Iterator[DraftSentence]:
    found = abnormal_findings(facts) or [f for f in facts.findings if f.kind == "normal"]
    yield from record_drafts(facts, [f.id for f in found] or [facts.quality.id])


def _summary(_: Query, facts: Facts) -> Iterator[DraftSentence]:
    yield from _limits_of_quality(facts)
    if facts.quality.verdict != "unusable":
        told = {id for f in facts.findings if f.kind in ("intervals", "axis") for id in f.basis}
        yield from record_drafts(facts, [f.id for f in facts.findings])
        yield from measurement_drafts(
            facts, [id for id in map(measurement_id, _KEY_MEASURES) if id not in told]
        )


def _rhythm(_: Query, facts: Facts) -> Iterator[DraftSentence]:
    found = [f.id for f in facts.findings if f.kind in ("rhythm", "ectopy", "pacing")]
    rhythms = [s.id for s in facts.statements if s.group == "rhythm" and s.present]
    yield from record_drafts(facts, found or rhythms)
    yield from measurement_drafts(facts, ["m-heart_rate_bpm", "m-rr_sd_ms"])


def _quality(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    asked = [q.id for q in facts.quality.leads if q.lead in query.leads]
    limited = [q.id for q in facts.quality.leads if q.state != "good"]
    exchanged = [f.id for f in facts.findings if f.kind == "quality"]
    yield from record_drafts(facts, [*(asked or [facts.quality.id, *limited]), *exchanged])


def _recording(_: Query, facts: Facts) -> Iterator[DraftSentence]:
    about = [(text, id) for text, id in technique_sentences(facts) if id == facts.recording.id]
    yield from (plain_draft(text, (id,)) for text, id in about)


def _comparison(_: Query, facts: Facts) -> Iterator[DraftSentence]:
    compared = [f.id for f in facts.findings if f.kind == "comparison"]
    yield from record_drafts(facts, compared)
    if not compared:
        yield fixed_draft(NO_PRIOR)


def _leads(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    leads = query.leads[:_N_LEADS]
    yield from record_drafts(facts, [f.id for f in facts.findings if set(f.leads) & set(leads)])
    for lead in leads:
        yield from record_drafts(facts, [f"q-{lead}"])
        yield from measurement_drafts(facts, [measurement_id(name, lead) for name in ("st_j_mv", "t_mv")])


def _limits_of_quality(facts: Facts) -> Iterator[DraftSentence]:
    if facts.quality.verdict != "good":
        yield from record_drafts(facts, [facts.quality.id])


# ── with guideline passages ──────────────────────────────────────────────────────────────────


def _guideline(query: Query, facts: Facts) -> Reply:
    reply = _with_passages(_subject(query, facts), (), facts)
    return reply if reply.drafts else _fixed((NO_PASSAGE,), facts)


def _meaning(query: Query, facts: Facts) -> Reply:
    """What a term means: its name, what guidelines say of it, and whether it applies here."""
    named = [fixed_draft(CODE_MEANS.format(code=code, name=BY_CODE[code].name)) for code in query.codes[:1]]
    subject = f"criteria for {BY_CODE[query.codes[0]].name}" if query.codes else _subject(query, facts)
    here = record_drafts(facts, statement_ids(query.codes, facts))
    return _with_passages(subject, (*named, *here), facts)


def _unassessed(query: Query, facts: Facts) -> Reply:
    notice = fixed_draft(NOT_ASSESSED.format(condition=unassessed_condition(query.text)))
    return _with_passages(query.text, (notice,), facts)


def _unknown(query: Query, facts: Facts) -> Reply:
    return _with_passages(query.text, (), facts)


def _with_passages(subject: str, drafts: Iterable[DraftSentence], facts: Facts) -> Reply:
    """Drafts, then the passages on a subject."""
    passages = tuple(retrieve(subject, k=_N_PASSAGES))
    held = {passage.id for passage in facts.evidence}
    new = tuple(passage for passage in passages if passage.id not in held)
    known = facts.model_copy(update={"evidence": facts.evidence + new})
    quoted = record_drafts(known, [passage.id for passage in passages])
    return Reply((*drafts, *quoted), known, passages)


def _subject(query: Query, facts: Facts) -> str:
    """What to look up: the question, or what the answer before was about when it names nothing."""
    if not query.topic:
        return query.text
    names = [BY_CODE[code].name for code in query.codes if code in BY_CODE]
    return " ".join(names[:1] or [f.text for f in facts.findings if f.id in query.topic] or [query.text])


_FROM_FACTS: Mapping[Intent, Callable[[Query, Facts], Iterator[DraftSentence]]] = {
    Intent.MEASUREMENT: _measurement,
    Intent.DIAGNOSIS: _diagnosis,
    Intent.PROBABILITY: _probability,
    Intent.ATTENTION: _attention,
    Intent.WHY: _why,
    Intent.NORMAL: _normal,
    Intent.ABNORMAL: _abnormal,
    Intent.SUMMARY: _summary,
    Intent.RHYTHM: _rhythm,
    Intent.QUALITY: _quality,
    Intent.PATIENT: _recording,
    Intent.RECORDING: _recording,
    Intent.LEADS: _leads,
    Intent.COMPARISON: _comparison,
}
_FROM_PASSAGES: Mapping[Intent, Callable[[Query, Facts], Reply]] = {
    Intent.GUIDELINE: _guideline,
    Intent.MEANING: _meaning,
    Intent.UNASSESSED: _unassessed,
    Intent.UNKNOWN: _unknown,
}
