"""Answers in plain sentences: for each kind of question, which records answer it.

Enters: a :class:`Query` and the report. Leaves: draft sentences with the ids that they rest on, and
the guideline passages that were sought for them. Does not check them and does not talk to a model.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from cardio_agent.chat import passages
from cardio_agent.chat.changes import change_drafts, comparison
from cardio_agent.chat.diagnosis import diagnosis
from cardio_agent.chat.fixed import FIXED, READINGS, SEEK_CARE, UNCLEAR, VERSION
from cardio_agent.chat.importance import by_importance, is_abnormal
from cardio_agent.chat.intents import Intent
from cardio_agent.chat.plain_words import patient_drafts
from cardio_agent.chat.premises import correct_premises
from cardio_agent.chat.reasons import against, attention, probability, reasoned_findings, where, why
from cardio_agent.chat.reply import Reply, fixed_reply
from cardio_agent.chat.scoring import score_reply
from cardio_agent.chat.selection import measurement_ids, own_findings, resting_on, statement_ids
from cardio_agent.chat.sentences import (
    finding_drafts,
    fixed_draft,
    measurement_drafts,
    person_draft,
    plain_draft,
    record_drafts,
)
from cardio_agent.chat.signal_quality import noise, quality, reversal
from cardio_agent.chat.understanding import Query
from cardio_agent.chat.vocabulary import mentioned
from cardio_agent.schema import DraftSentence, Facts, Finding, Report, measurement_id
from cardio_agent.writing import PlainWriter
from cardio_agent.writing.phrases import value_text
from cardio_agent.writing.record_sentences import technique_sentences

_N_FINDINGS = 3
_N_LEADS = 4
_N_SOURCES = 2
_N_HASH = 8
_REGULAR = ("SR",)
_ON_MEASUREMENTS = ("intervals", "axis", "quality", "conduction", "rhythm")
_SYMPTOMATIC = ("chest pain", "syncope", "faint", "breathless", "short of breath", "collapse")


def answer(query: Query, facts: Report) -> Reply:
    """The plain answer to a question.

    Parameters
    ----------
    query : Query
    facts : Report

    Returns
    -------
    Reply
        Never empty: what cannot be answered is said to be so. What the question wrongly takes for granted
        is put right first.

    Raises
    ------
    IndexUnavailable
        When guideline passages are wanted and the index cannot be opened.
    """
    if query.intent is Intent.VERSION:
        return _version(facts)
    if query.intent is Intent.UNCLEAR:
        first, second = (READINGS[intent] for intent in query.readings)
        return fixed_reply([UNCLEAR.format(first=first, second=second)], facts)
    if query.intent in FIXED and query.intent is not Intent.UNKNOWN:
        refusal = fixed_reply(FIXED[query.intent], facts)
        if query.intent is not Intent.TREATMENT:
            return refusal
        return Reply((*correct_premises(query, facts), *refusal.drafts), facts)
    reply = _reply(query, facts)
    before = list(correct_premises(query, facts))
    corrected = {draft.cites for draft in before}
    if any(symptom in query.words for symptom in _SYMPTOMATIC):
        before.insert(0, fixed_draft(SEEK_CARE))
    if not reply.drafts and not before:
        return fixed_reply(FIXED[Intent.UNKNOWN], facts)
    rest = [draft for draft in reply.drafts if draft.cites not in corrected]
    return Reply((*before, *rest), reply.facts, reply.evidence)


def _reply(query: Query, facts: Facts) -> Reply:
    if query.intent in _FROM_FACTS:
        return Reply(tuple(_FROM_FACTS[query.intent](query, facts)), facts)
    return _FROM_PASSAGES[query.intent](query, facts)


def _version(report: Report) -> Reply:
    made = report.provenance
    text = VERSION.format(
        program=made.cardio_agent,
        classifier=made.classifier,
        weights=made.classifier_sha256[:_N_HASH],
        writer=made.writer,
        corpus=made.corpus_sha256[:_N_HASH],
    )
    return fixed_reply([text], report)


# ── measurements ─────────────────────────────────────────────────────────────────────────────


def _measurement(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    ids = measurement_ids(query, facts)
    yield from measurement_drafts(facts, ids)
    # The value already names the axis, unless electrodes are probably exchanged.
    unsaid = facts.quality.doubtful_leads()
    resting = [
        f for f in resting_on(facts, ids)
        if (f.kind != "axis" or unsaid) and (f.kind in _ON_MEASUREMENTS or query.leads)
    ]  # fmt: skip
    yield from finding_drafts(
        facts, [f for f in resting if _tells_of(f, query)][:_N_FINDINGS], with_values=False
    )


def _tells_of(finding: Finding, query: Query) -> bool:
    """Whether a finding on an interval names one that is asked about: a long QTc also rests on the QRS."""
    named = mentioned(finding.text).measures
    return finding.kind != "intervals" or not set(query.measures).isdisjoint(named)


def _all_measurements(_: Query, facts: Facts) -> Iterator[DraftSentence]:
    yield from measurement_drafts(facts, [m.id for m in facts.measurements if m.lead is None and m.unit])


def _not_measurable(_: Query, facts: Facts) -> Iterator[DraftSentence]:
    measured = [m for m in facts.measurements if m.lead is None and not m.name.endswith("_change")]
    missing = [m.id for m in measured if m.value is None]
    yield from measurement_drafts(facts, missing)
    if not missing:
        yield plain_draft("Every interval and axis could be measured", tuple(m.id for m in measured))
    leads = [q.id for q in facts.quality.leads if q.state in ("flat", "missing", "saturated")]
    yield from record_drafts(facts, leads)


def _regularity(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    if "heart_rate_bpm" in query.measures:
        yield from measurement_drafts(facts, ["m-heart_rate_bpm"])
    rhythm = [f for f in facts.findings if f.kind in ("rhythm", "pacing", "ectopy")]
    if [f.codes for f in rhythm] == [_REGULAR] and rhythm[0].certainty == "definite":
        yield plain_draft(f"The rhythm is regular: {rhythm[0].text}", (rhythm[0].id,))
    else:
        yield from finding_drafts(facts, rhythm)
    by_id = {m.id: m for m in facts.measurements}
    mean, sd = by_id["m-rr_ms"], by_id["m-rr_sd_ms"]
    if mean.value is None or sd.value is None:
        yield from measurement_drafts(facts, [sd.id])
        return
    text = (
        f"The RR interval is {value_text(mean.value, mean.unit)} on average, with a standard deviation of "
        f"{value_text(sd.value, sd.unit)}"
    )
    yield plain_draft(text, (mean.id, sd.id))


# ── findings ─────────────────────────────────────────────────────────────────────────────────


def _normal(_: Query, facts: Facts) -> Iterator[DraftSentence]:
    normal = [f for f in facts.findings if f.kind == "normal"]
    yield from finding_drafts(facts, [*normal, *filter(is_abnormal, by_importance(facts.findings))])
    if not normal:
        yield from record_drafts(facts, statement_ids(("NORM",), facts))
    yield from _limits_of_quality(facts)


def _abnormal(_: Query, facts: Facts) -> Iterator[DraftSentence]:
    found = [f for f in by_importance(facts.findings) if is_abnormal(f)]
    normal = [f for f in facts.findings if f.kind == "normal"]
    yield from finding_drafts(facts, found + normal)
    if not found + normal:
        yield from record_drafts(facts, [facts.quality.id])


def _important(_: Query, facts: Facts) -> Iterator[DraftSentence]:
    first = by_importance(facts.findings)[:1]
    yield from finding_drafts(facts, first)
    values = [id for f in first for id in f.basis if id.startswith("m-") and id.count("-") == 1]
    yield from measurement_drafts(facts, [id for id in values if _is_unsaid(id, facts)][:_N_FINDINGS])
    yield from _limits_of_quality(facts)
    if not first:
        yield from record_drafts(facts, [facts.quality.id])


def _is_unsaid(id: str, facts: Facts) -> bool:
    """Whether a finding on this measurement does not already give its value."""
    return not any(f.kind in ("intervals", "axis") and id in f.basis for f in facts.findings)


def _summary(_: Query, facts: Facts) -> Iterator[DraftSentence]:
    """The conclusion and the intervals of the plain report, then what changed."""
    yield from _limits_of_quality(facts)
    report = list(PlainWriter().write(facts))
    yield from (_own(draft) for draft in report if draft.section == "conclusion")
    yield from measurement_drafts(facts, ["m-heart_rate_bpm"])
    yield from (_own(draft) for draft in report if draft.section == "intervals")
    yield from change_drafts(facts)


def _own(draft: DraftSentence) -> DraftSentence:
    return plain_draft(draft.text, draft.cites)


def _rhythm(_: Query, facts: Facts) -> Iterator[DraftSentence]:
    found = [f for f in facts.findings if f.kind in ("rhythm", "ectopy", "pacing")]
    rhythms = [s.id for s in facts.statements if s.group == "rhythm" and s.present]
    yield from finding_drafts(facts, found)
    yield from record_drafts(facts, rhythms if not found else [])
    yield from measurement_drafts(facts, ["m-heart_rate_bpm", "m-rr_sd_ms"])


def _recording(_: Query, facts: Facts) -> Iterator[DraftSentence]:
    about = [(text, id) for text, id in technique_sentences(facts) if id == facts.recording.id]
    yield from (plain_draft(text, (id,)) for text, id in about)


def _person(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    draft = person_draft(facts)
    asks_recording = re.search(r"\bwhen\b|\bhow long\b|\brecorded\b", query.words)
    if draft is not None and not asks_recording:
        yield draft
    else:
        yield from _recording(query, facts)


def _leads(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    leads = query.leads[:_N_LEADS]
    yield from finding_drafts(facts, [f for f in own_findings(facts) if set(f.leads) & set(leads)])
    for lead in leads:
        yield from record_drafts(facts, [f"q-{lead}"])
        yield from measurement_drafts(facts, [measurement_id(name, lead) for name in ("st_j_mv", "t_mv")])


def _limits_of_quality(facts: Facts) -> Iterator[DraftSentence]:
    if facts.quality.verdict != "good":
        yield from record_drafts(facts, [facts.quality.id])


def _why(query: Query, facts: Facts) -> Reply:
    """The reasons, then the criterion of the first finding as its source has it."""
    sources = [id for finding in reasoned_findings(query, facts)[:1] for id in finding.sources]
    drafts = why(query, facts)
    return passages.with_passages(drafts, passages.quoted_evidence(sources[:_N_SOURCES]), facts)


# ── the table ────────────────────────────────────────────────────────────────────────────────


_FROM_FACTS: Mapping[Intent, Callable[[Query, Facts], Iterator[DraftSentence]]] = {
    Intent.MEASUREMENT: _measurement,
    Intent.ALL_MEASUREMENTS: _all_measurements,
    Intent.NOT_MEASURABLE: _not_measurable,
    Intent.REGULARITY: _regularity,
    Intent.DIAGNOSIS: diagnosis,
    Intent.PROBABILITY: probability,
    Intent.ATTENTION: attention,
    Intent.WHERE: where,
    Intent.AGAINST: against,
    Intent.NORMAL: _normal,
    Intent.ABNORMAL: _abnormal,
    Intent.IMPORTANT: _important,
    Intent.SUMMARY: _summary,
    Intent.PATIENT_WORDS: patient_drafts,
    Intent.RHYTHM: _rhythm,
    Intent.QUALITY: quality,
    Intent.NOISE: noise,
    Intent.REVERSAL: reversal,
    Intent.PATIENT: _person,
    Intent.RECORDING: _recording,
    Intent.LEADS: _leads,
    Intent.COMPARISON: comparison,
}
_FROM_PASSAGES: Mapping[Intent, Callable[[Query, Facts], Reply]] = {
    Intent.SCORE: score_reply,
    Intent.WHY: _why,
    Intent.GUIDELINE: passages.guideline,
    Intent.SOCIETIES: passages.societies,
    Intent.MEANING: passages.meaning,
    Intent.LIMITS_OF_NORMAL: passages.limits_of_normal,
    Intent.VOLTAGE: passages.voltage,
    Intent.AGE_AND_SEX: passages.age_and_sex,
    Intent.UNASSESSED: passages.unassessed,
    Intent.UNKNOWN: passages.unknown,
}
