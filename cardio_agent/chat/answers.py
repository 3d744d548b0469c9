"""Answers in plain sentences: for each kind of question, which records answer it.

Enters: a :class:`Query` and the report. Leaves: draft sentences with the ids that they rest on, and
the guideline passages that were sought for them. Does not check them and does not talk to a model.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from cardio_agent.chat.fixed import FIXED, NO_PASSAGE, NO_PRIOR, NOT_ASSESSED, STANDS_FOR
from cardio_agent.chat.intents import Intent
from cardio_agent.chat.sentences import absence_drafts, fixed_draft, measurement_drafts, record_drafts
from cardio_agent.chat.understanding import Query
from cardio_agent.chat.vocabulary import LEAD_MEASURES, unassessed_condition
from cardio_agent.classifier.statements import BY_CODE
from cardio_agent.retrieval import retrieve
from cardio_agent.schema import DraftSentence, Evidence, Facts, Finding, measurement_id

_N_PASSAGES = 3
_N_FINDINGS = 3
_N_BASIS = 4
_N_STATEMENTS = 5
_N_LEADS = 4
_KEY_MEASURES = ("heart_rate_bpm", "pr_ms", "qrs_ms", "qtc_fridericia_ms", "qrs_axis_deg")
_PLAIN_RHYTHM = ("SR",)  # a finding that bears on nothing but this is no abnormality


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
    ids = _measurement_ids(query, facts)
    yield from measurement_drafts(facts, ids)
    resting = [f.id for f in _resting_on(facts, ids) if f.kind != "axis"]  # the value already names the axis
    yield from record_drafts(facts, resting[:_N_FINDINGS])


def _diagnosis(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    ids = _measurement_ids(query, facts)
    findings = [f for f in facts.findings if set(f.codes) & set(query.codes)]
    findings += [f for f in _resting_on(facts, ids) if f not in findings]
    yield from record_drafts(facts, [f.id for f in findings])
    yield from measurement_drafts(facts, ids)
    # "Not found" is for what nothing else speaks of: an ST level may be high where the classifier says no.
    is_settled_elsewhere = bool(findings or ids)
    worded = record_drafts if is_settled_elsewhere else absence_drafts
    yield from worded(facts, _statement_ids(query.codes, facts))


def _probability(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    ids = _statement_ids(query.codes, facts)
    if not ids:
        basis = [id for f in _topic_findings(query, facts) for id in f.basis]
        ids = [s.id for s in facts.statements if s.id in basis or s.id in query.topic]
    if not ids:
        present = sorted((s for s in facts.statements if s.present), key=lambda s: -s.probability)
        ids = [s.id for s in present]
    yield from record_drafts(facts, ids[:_N_STATEMENTS])


def _why(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    """Each finding with what it rests on, then where the classifier looked."""
    findings = _topic_findings(query, facts) or _abnormal_findings(facts) or list(facts.findings)
    codes = [code for finding in findings for code in finding.codes] + list(query.codes)
    for finding in findings[:_N_FINDINGS]:
        yield from record_drafts(facts, [finding.id])
        yield from measurement_drafts(facts, [id for id in finding.basis if id.startswith("m-")][:_N_BASIS])
        yield from record_drafts(facts, [id for id in finding.basis if not id.startswith("m-")])
    if not findings:
        yield from record_drafts(facts, _statement_ids(query.codes, facts))
    looked = [f"a-{code}" for code in dict.fromkeys(codes) if code in facts.attention]
    yield from record_drafts(facts, looked[:_N_FINDINGS])


def _normal(_: Query, facts: Facts) -> Iterator[DraftSentence]:
    normal = [f.id for f in facts.findings if f.kind == "normal"]
    yield from record_drafts(facts, normal or _statement_ids(("NORM",), facts))
    if not normal:
        yield from _abnormal(_, facts)
    yield from _limits_of_quality(facts)


def _abnormal(_: Query, facts: Facts) -> Iterator[DraftSentence]:
    found = _abnormal_findings(facts) or [f for f in facts.findings if f.kind == "normal"]
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
    yield from record_drafts(facts, asked or [facts.quality.id, *limited])


def _recording(_: Query, facts: Facts) -> Iterator[DraftSentence]:
    yield from record_drafts(facts, [facts.recording.id])


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


# ── what the questions lean on ───────────────────────────────────────────────────────────────


def _measurement_ids(query: Query, facts: Facts) -> list[str]:
    ids: list[str] = []
    for name in query.measures:
        if name in LEAD_MEASURES:
            leads = query.leads or _leads_of_interest(name, facts)
            ids += [measurement_id(name, lead) for lead in leads]
        else:
            ids.append(measurement_id(name))
    return ids


def _leads_of_interest(name: str, facts: Facts) -> list[str]:
    """Leads of a measurement that findings rest on; else those with the largest values."""
    basis = {id for finding in facts.findings for id in finding.basis}
    measured = [m for m in facts.measurements if m.name == name and m.lead and m.value is not None]
    chosen = [m for m in measured if m.id in basis]
    if not chosen:
        chosen = sorted(measured, key=lambda m: -abs(m.value or 0))[:_N_LEADS]
    return [m.lead for m in chosen if m.lead]


def _statement_ids(codes: Iterable[str], facts: Facts) -> list[str]:
    """Statements of these codes that are present; the first of them when none is."""
    by_code = {s.code: s for s in facts.statements}
    known = [by_code[code] for code in codes if code in by_code]
    return [s.id for s in known if s.present] or [s.id for s in known[:1]]


def _resting_on(facts: Facts, ids: Iterable[str]) -> list[Finding]:
    wanted = set(ids)
    return [f for f in facts.findings if wanted.intersection(f.basis)]


def _topic_findings(query: Query, facts: Facts) -> list[Finding]:
    """Findings that a question names, else those of the answer before."""
    ids = _measurement_ids(query, facts)
    named = [f for f in facts.findings if set(f.codes) & set(query.codes)] or _resting_on(facts, ids)
    return named or [f for f in facts.findings if f.id in query.topic]


def _abnormal_findings(facts: Facts) -> list[Finding]:
    return [f for f in facts.findings if f.kind != "normal" and f.codes != _PLAIN_RHYTHM]


def _limits_of_quality(facts: Facts) -> Iterator[DraftSentence]:
    if facts.quality.verdict != "good":
        yield from record_drafts(facts, [facts.quality.id])


# ── with guideline passages ──────────────────────────────────────────────────────────────────


def _guideline(query: Query, facts: Facts) -> Reply:
    reply = _with_passages(_subject(query, facts), (), facts)
    return reply if reply.drafts else _fixed((NO_PASSAGE,), facts)


def _meaning(query: Query, facts: Facts) -> Reply:
    """What a term means: its name, what guidelines say of it, and whether it applies here."""
    named = [fixed_draft(STANDS_FOR.format(code=code, name=BY_CODE[code].name)) for code in query.codes[:1]]
    subject = f"criteria for {BY_CODE[query.codes[0]].name}" if query.codes else _subject(query, facts)
    here = record_drafts(facts, _statement_ids(query.codes, facts))
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
