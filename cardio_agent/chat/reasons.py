"""Why a finding is there: what it rests on, how sure it is, where it shows, what speaks against it.

Enters: a :class:`Query` and the report. Leaves: draft sentences. Finds nothing anew.
"""

from collections.abc import Iterable, Iterator

from cardio_agent.chat.fixed import NOT_FOUND_IS_NO_PROOF, OVER_ALL_LEADS
from cardio_agent.chat.importance import by_importance, is_abnormal
from cardio_agent.chat.selection import (
    decisive_ids,
    findings_on,
    is_answered,
    measurement_ids,
    named_findings,
    own_findings,
    statement_ids,
    topic_findings,
)
from cardio_agent.chat.sentences import (
    absence_drafts,
    finding_drafts,
    fixed_draft,
    measurement_drafts,
    record_drafts,
)
from cardio_agent.chat.understanding import Query
from cardio_agent.chat.vocabulary import LEAD_MEASURES
from cardio_agent.schema import DraftSentence, Facts, Finding

_N_FINDINGS = 3
_N_BASIS = 4
_N_STATEMENTS = 5
_PLACED = ("ischaemia", "repolarisation")


def why(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    """Each finding with what it rests on, then what the classifier relied on."""
    findings = reasoned_findings(query, facts)
    if not findings:
        yield from _not_there(query, facts)
        return
    for finding in findings[:_N_FINDINGS]:
        yield from _with_basis(finding, facts)
    yield from record_drafts(facts, statement_ids(query.codes, facts))
    yield from _attended(facts, [code for finding in findings for code in finding.codes])


def reasoned_findings(query: Query, facts: Facts) -> list[Finding]:
    """Findings that a question asks the reasons of, the most pressing first; all where it names none."""
    findings = topic_findings(query, facts)
    if not findings and (query.codes or query.measures):
        return []
    chosen = [f for f in findings if f.kind != "comparison"] or findings or list(facts.findings)
    ranked = by_importance(chosen) or chosen
    return [f for f in ranked if is_abnormal(f)] or ranked


def _with_basis(finding: Finding, facts: Facts) -> Iterator[DraftSentence]:
    yield from finding_drafts(facts, [finding])
    yield from measurement_drafts(facts, _shown(finding, facts))
    yield from record_drafts(facts, [id for id in finding.basis if not id.startswith("m-")])


def _shown(finding: Finding, facts: Facts) -> list[str]:
    """The measurements of its basis that its own sentence does not give."""
    (draft,) = finding_drafts(facts, [finding])
    return [id for id in finding.basis if id.startswith("m-") and id not in draft.cites][:_N_BASIS]


def _not_there(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    """Why something was not found: the classifier's probability and the decisive numbers."""
    if query.codes:
        # "Not found" is for what no measurement speaks of: a QTc may be long where the classifier says no.
        worded = record_drafts if query.measures else absence_drafts
        yield from worded(facts, statement_ids(query.codes, facts))
        yield from finding_drafts(facts, findings_on(query, facts, ())[:_N_FINDINGS])
    yield from measurement_drafts(facts, measurement_ids(query, facts) or decisive_ids(query.codes))


def against(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    """What does not fit a finding: contradictions, a classifier that disagrees, normal measurements."""
    findings = topic_findings(query, facts)[:1] or _foremost(query, facts)
    if not findings:
        yield from _not_there(query, facts)
        yield fixed_draft(NOT_FOUND_IS_NO_PROOF)
        return
    yield from finding_drafts(facts, findings)
    codes, asked = {code for f in findings for code in f.codes}, set(query.codes)
    doubts = [f.id for f in facts.findings if f.kind == "contradiction" and codes & set(f.codes)]
    yield from record_drafts(facts, doubts)
    yield from record_drafts(
        facts, [s.id for s in facts.statements if s.code in codes | asked and not s.present]
    )
    yield from record_drafts(facts, statement_ids([c for f in findings for c in f.codes], facts))
    yield from measurement_drafts(facts, decisive_ids(codes))


def _foremost(query: Query, facts: Facts) -> list[Finding]:
    """The most pressing finding, where the question names nothing."""
    return [] if query.codes or query.measures else by_importance(facts.findings)[:1]


def probability(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    """How sure the classifier is, and for a finding that it does not decide how sure the finding is."""
    findings = named_findings(query, facts) or ([] if query.codes else topic_findings(query, facts))
    for finding in findings[:_N_FINDINGS]:
        decided = [id for id in finding.basis if id.startswith("s-")]
        yield from record_drafts(facts, decided) if decided else _with_basis(finding, facts)
    if not findings:
        yield from record_drafts(facts, _statements_asked(query, facts)[:_N_STATEMENTS])


def _statements_asked(query: Query, facts: Facts) -> list[str]:
    """The statements that a question on probability names, or those present, the surest first."""
    by_code = {s.code: s.id for s in facts.statements}
    codes = query.codes or (("NORM",) if "normal" in query.words else ())
    named = [by_code[code] for code in codes[:1] if code in by_code] + statement_ids(codes, facts)
    present = sorted((s for s in facts.statements if s.present), key=lambda s: -s.probability)
    asked = named or [id for id in query.topic if id.startswith("s-")] or [s.id for s in present]
    return list(dict.fromkeys(asked))


def attention(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    """What the classifier relied on, for what was asked or else for what it is surest of."""
    codes = list(query.codes) or [code for f in topic_findings(query, facts) for code in f.codes]
    present = sorted((s for s in facts.statements if s.present), key=lambda s: -s.probability)
    asked = list(_attended(facts, codes))
    yield from asked or _attended(facts, [s.code for s in present])
    if not asked and codes:
        yield from record_drafts(facts, statement_ids(codes, facts))


def where(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    """The leads of a finding; of what has none, what the classifier relied on; else the values by lead."""
    ids = measurement_ids(query, facts)
    if ids and not any(name in LEAD_MEASURES for name in query.measures):
        yield from measurement_drafts(facts, ids)
        return
    found = topic_findings(query, facts)
    if query.codes and set(query.codes) & {"STE", "STD", "MI", "AMI", "IMI", "ISC", "ISCA", "ISCI"}:
        found = list(dict.fromkeys([*found, *(f for f in own_findings(facts) if f.kind in _PLACED)]))
    yield from finding_drafts(facts, found)
    unplaced = [f for f in found if not f.leads]
    if any(not set(f.codes) & facts.explanations.keys() for f in unplaced):
        yield fixed_draft(OVER_ALL_LEADS)
    yield from _attended(facts, [code for f in unplaced for code in f.codes])
    yield from measurement_drafts(facts, ids)
    if not is_answered(query, found):
        worded = record_drafts if found or ids else absence_drafts
        yield from worded(facts, statement_ids(query.codes, facts))


def _attended(facts: Facts, codes: Iterable[str]) -> Iterator[DraftSentence]:
    shares, mark = (facts.explanations, "x") if facts.explanations else (facts.attention, "a")
    looked = [f"{mark}-{code}" for code in dict.fromkeys(codes) if code in shares]
    yield from record_drafts(facts, looked[:_N_FINDINGS])
