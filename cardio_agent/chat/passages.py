"""Answers from the guideline corpus, and what the tracing shows beside them.

Enters: a :class:`Query` and the report. Leaves: replies whose passages are quoted, each with its class, level
and year where it has them. Advises nothing: a passage is quoted, never applied.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from cardio_agent.chat.fixed import (
    AGE_AND_SEX,
    ASSESSED,
    CODE_MEANS,
    FIXED,
    NO_PASSAGE,
    NOT_ASSESSED,
    ONE_SOCIETY,
    ONLY_ADULTS,
)
from cardio_agent.chat.glossary import asked_term
from cardio_agent.chat.intents import Intent
from cardio_agent.chat.reply import Reply, fixed_reply
from cardio_agent.chat.selection import (
    coded_findings,
    measurement_ids,
    own_findings,
    statement_ids,
    topic_findings,
)
from cardio_agent.chat.sentences import (
    finding_drafts,
    fixed_draft,
    measurement_drafts,
    normal_range_draft,
    record_drafts,
)
from cardio_agent.chat.understanding import Query
from cardio_agent.chat.vocabulary import unassessed_condition
from cardio_agent.classifier.statements import BY_CODE
from cardio_agent.retrieval import Passage, Selection, load_corpus, retrieve
from cardio_agent.schema import DraftSentence, Evidence, Facts

_N_PASSAGES = 3
_SOCIETIES = ("ESC", "ACC", "AHA")
_EUROPE, _AMERICA = frozenset({"ESC"}), frozenset({"ACC", "AHA"})

# Statements of the corpus that give the limits of normal of a measurement.
_LIMITS: Mapping[str, tuple[str, ...]] = {
    "heart_rate_bpm": ("STD-05", "STD-06"),
    "pr_ms": ("STD-01",),
    "qrs_ms": ("STD-02",),
    "qtc_bazett_ms": ("STD-04",),
    "qtc_fridericia_ms": ("STD-04",),
    "qtc_framingham_ms": ("STD-04",),
    "qtc_hodges_ms": ("STD-04",),
    "qt_ms": ("STD-04",),
    "qrs_axis_deg": ("STD-03",),
    "p_ms": ("CHM-14",),
    "p_mv": ("CHM-13",),
    "st_j_mv": ("MI-01", "MI-02"),
    "st_j60_mv": ("MI-04",),
    "t_mv": ("REP-02",),
    "q_ms": ("MI-10", "MI-11"),
    "q_mv": ("MI-11",),
    "s_mv": ("CHM-01",),
    "r_mv": ("CHM-01",),
    "longest_pause_ms": ("SYN-01",),
}
_BY_AGE_AND_SEX = ("STD-04", "MI-02", "CHM-02")
_VOLTAGE: Mapping[str, tuple[str, ...]] = {
    "sokolow": ("CHM-01", "CHM-09"),
    "cornell": ("CHM-02",),
}
_VOLTAGE_MEASURES: Mapping[str, tuple[str, ...]] = {
    "sokolow": ("m-s_mv-V1", "m-r_mv-V5", "m-r_mv-V6"),
    "cornell": ("m-r_mv-aVL", "m-s_mv-V3"),
}


def guideline(query: Query, facts: Facts) -> Reply:
    """What guidelines say of the subject."""
    if quoted := quoted_evidence(query.topic):  # "and which class is that?" asks of the passages before
        return with_passages((), quoted, facts)
    reply = with_passages((), retrieve(_subject(query, facts), k=_N_PASSAGES), facts)
    return reply if reply.drafts else fixed_reply((NO_PASSAGE, FIXED[Intent.UNKNOWN][1]), facts)


def societies(query: Query, facts: Facts) -> Reply:
    """What the European and the American societies say of the same subject."""
    subject = _subject(query, facts)
    found = [
        passage
        for society in _SOCIETIES
        for passage in retrieve(subject, k=_N_PASSAGES - 1, selection=Selection(society=society))
        if not (society != "ESC" and "ESC" in passage.society)
    ]
    by_id = list({passage.id: passage for passage in found}.values())
    sides = [set(passage.society.replace("/", " ").split()) for passage in by_id]
    has_both = any(side & _EUROPE for side in sides) and any(side & _AMERICA for side in sides)
    notes = () if has_both or not by_id else (fixed_draft(ONE_SOCIETY),)
    reply = with_passages(notes, by_id, facts)
    return reply if reply.drafts else fixed_reply((NO_PASSAGE,), facts)


def meaning(query: Query, facts: Facts) -> Reply:
    """What a term means in plain words, what guidelines say of it, and whether it applies here."""
    term = asked_term(query.words)
    codes = query.codes[:1]
    named = [fixed_draft(CODE_MEANS.format(code=code, name=BY_CODE[code].name)) for code in codes]
    opening = [fixed_draft(term.sentence)] if term else named
    found = coded_findings(query, facts)
    here = [] if found else statement_ids(query.codes, facts)
    shown = [*finding_drafts(facts, found), *record_drafts(facts, here)]
    drafts = [*opening, *shown, *measurement_drafts(facts, measurement_ids(query, facts))]
    subject = f"criteria for {BY_CODE[codes[0]].name}" if codes else query.text
    passages = retrieve(subject, k=1) if codes or not query.measures else []
    return with_passages(drafts, passages, facts)


def limits_of_normal(query: Query, facts: Facts) -> Reply:
    """The limits of normal of a measurement, with the value of this ECG beside them."""
    ids = list(dict.fromkeys(id for name in query.measures for id in _LIMITS.get(name, ())))
    if not ids:
        return guideline(query, facts)
    named = [normal_range_draft(facts, name) for name in query.measures]
    ranges = [draft for draft in named if draft is not None]
    drafts = ranges[:1] or measurement_drafts(facts, measurement_ids(query, facts)[:1])
    return with_passages(drafts, quoted_evidence(ids), facts)


def voltage(query: Query, facts: Facts) -> Reply:
    """The voltages of the criteria of hypertrophy, what was found of it, and the criteria themselves."""
    asked = [name for name in _VOLTAGE if name in query.words] or list(_VOLTAGE)
    found = [f for f in own_findings(facts) if {"LVH", "VCLVH"} & set(f.codes) or "voltage" in f.text]
    drafts = [
        *finding_drafts(facts, found),
        *record_drafts(facts, [] if found else statement_ids(("VCLVH", "LVH"), facts)),
        *measurement_drafts(facts, [id for name in asked for id in _VOLTAGE_MEASURES[name]]),
    ]
    return with_passages(drafts, quoted_evidence(id for name in asked for id in _VOLTAGE[name]), facts)


def age_and_sex(query: Query, facts: Facts) -> Reply:
    """How limits hang on age and sex, and what is known of the person."""
    drafts = [fixed_draft(AGE_AND_SEX), *record_drafts(facts, [facts.recording.id]), fixed_draft(ONLY_ADULTS)]
    ids = [id for name in query.measures for id in _LIMITS.get(name, ())] or _BY_AGE_AND_SEX
    return with_passages(drafts, quoted_evidence(ids), facts)


def unassessed(query: Query, facts: Facts) -> Reply:
    """A condition that no statement decides: what a criterion found of it, or that it is not looked for."""
    condition = unassessed_condition(query.text) or query.text
    found = [f for f in own_findings(facts) if condition.lower() in f.text.lower()]
    criteria = [c for c in facts.criteria if condition.lower() in c.name.lower()]
    text = (ASSESSED if found or criteria else NOT_ASSESSED).format(condition=condition)
    drafts = [*finding_drafts(facts, found), fixed_draft(text)]
    ids = [id for criterion in criteria for id in criterion.sources]
    return with_passages(drafts, quoted_evidence(ids) or retrieve(query.text, k=_N_PASSAGES), facts)


def unknown(query: Query, facts: Facts) -> Reply:
    """What the corpus holds on a question that no rule understands."""
    return with_passages((), retrieve(query.text, k=_N_PASSAGES), facts)


def with_passages(drafts: Iterable[DraftSentence], passages: Iterable[Evidence], facts: Facts) -> Reply:
    """Drafts, then passages, quoted."""
    passages = tuple(passages)
    held = {passage.id for passage in facts.evidence}
    new = tuple(passage for passage in passages if passage.id not in held)
    known = facts.model_copy(update={"evidence": facts.evidence + new})
    quoted = record_drafts(known, [passage.id for passage in passages])
    return Reply((*drafts, *quoted), known, passages)


def quoted_evidence(ids: Iterable[str]) -> list[Evidence]:
    """Passages of the corpus by their ids; those that it does not hold are passed over."""
    from cardio_agent.retrieval.retriever import evidence_of

    known = _passages()
    return [evidence_of(known[id], 1.0) for id in dict.fromkeys(ids) if id in known]


@cache
def _passages() -> Mapping[str, Passage]:
    return {passage.id: passage for passage in load_corpus()}


def _subject(query: Query, facts: Facts) -> str:
    """What to look up: the question, or what the answer before was about when it names nothing."""
    if not query.topic:
        return query.text
    names = [BY_CODE[code].name for code in query.codes if code in BY_CODE]
    topics = [f.text for f in topic_findings(query, facts)]
    return " ".join(names[:1] or topics or [query.text])
