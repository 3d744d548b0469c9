"""The findings in words for a patient: what was found, what the term means, and whom to ask.

Enters: a :class:`Query` and the report. Leaves: draft sentences: verified ones on this ECG, each followed by
its term from the glossary, which says nothing of it. Gives no reassurance, no diagnosis and no advice but to
ask a doctor.
"""

from collections.abc import Iterator

from cardio_agent.chat.fixed import ASK_DOCTOR, SEEK_CARE
from cardio_agent.chat.glossary import asked_term, term_of
from cardio_agent.chat.importance import by_importance
from cardio_agent.chat.sentences import finding_drafts, fixed_draft, plain_draft, record_drafts
from cardio_agent.chat.understanding import Query
from cardio_agent.schema import DraftSentence, Facts
from cardio_agent.writing.phrases import value_text

_LEFT_OUT = ("comparison",)


def patient_drafts(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    """Plain words for what the answer before was about, else for all findings, the most pressing first."""
    asked = [f for f in facts.findings if f.id in query.topic and f.kind not in _LEFT_OUT]
    if query.topic and not asked and (term := asked_term(query.words)):
        yield fixed_draft(term.sentence)
    if facts.quality.verdict != "good":
        yield from record_drafts(facts, [facts.quality.id])
    explained: set[str] = set()
    for finding in asked or by_importance(facts.findings):
        yield from finding_drafts(facts, [finding], with_values=False)
        term = term_of(finding)
        if term is not None and term.name not in explained:
            explained.add(term.name)
            yield fixed_draft(term.sentence)
    if not asked:
        yield from _rate(facts)
    yield fixed_draft(ASK_DOCTOR)
    yield fixed_draft(SEEK_CARE)


def _rate(facts: Facts) -> Iterator[DraftSentence]:
    rate = next((m for m in facts.measurements if m.id == "m-heart_rate_bpm" and m.value is not None), None)
    if rate is not None and rate.value is not None:
        number = value_text(rate.value, "").strip()
        yield plain_draft(f"The heart rate is {number} beats per minute", (rate.id,))
