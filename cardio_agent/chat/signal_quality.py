"""Questions on the recording's quality: noise in leads, exchanged electrodes.

Enters: a :class:`Query` and the report. Leaves: draft sentences. Measures nothing anew.
"""

from collections.abc import Iterator

from cardio_agent.chat.fixed import LOOKED_FOR_EXCHANGE
from cardio_agent.chat.sentences import fixed_draft, plain_draft, record_drafts
from cardio_agent.chat.understanding import Query
from cardio_agent.schema import DraftSentence, Facts, LeadQuality
from cardio_agent.writing.phrases import listed

_N_REASONS = 3  # leads whose reason is told one by one


def quality(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    """The verdict on the recording, the leads that limit it, electrodes that may be exchanged."""
    asked = [q.id for q in facts.quality.leads if q.lead in query.leads]
    yield from record_drafts(facts, asked or [facts.quality.id])
    yield from _poor_leads([] if asked else _poor(facts), facts)
    yield from _exchanged(facts)


def noise(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    """The leads asked about, or else all that are not good."""
    asked = [q.id for q in facts.quality.leads if q.lead in query.leads]
    yield from record_drafts(facts, asked)
    if not asked:
        poor = _poor(facts)
        yield from _poor_leads(poor, facts)
        if not poor:
            yield from record_drafts(facts, [facts.quality.id])


def reversal(_: Query, facts: Facts) -> Iterator[DraftSentence]:
    """What suggests exchanged electrodes; where nothing does, the quality as it stands."""
    exchanged = list(_exchanged(facts))
    yield from exchanged
    if not exchanged:
        yield fixed_draft(LOOKED_FOR_EXCHANGE)
    yield from record_drafts(facts, [facts.quality.id])


def _poor(facts: Facts) -> list[LeadQuality]:
    return [lead for lead in facts.quality.leads if lead.state != "good"]


def _poor_leads(poor: list[LeadQuality], facts: Facts) -> Iterator[DraftSentence]:
    """Few leads with their reasons, many in one sentence a state."""
    if len(poor) <= _N_REASONS:
        yield from record_drafts(facts, [lead.id for lead in poor])
        return
    for state in dict.fromkeys(lead.state for lead in poor):
        group = [lead for lead in poor if lead.state == state]
        noun, verb = ("Leads", "are") if len(group) > 1 else ("Lead", "is")
        text = f"{noun} {listed([lead.lead for lead in group])} {verb} {state}"
        yield plain_draft(text, tuple(lead.id for lead in group))


def _exchanged(facts: Facts) -> Iterator[DraftSentence]:
    yield from record_drafts(facts, [f.id for f in facts.findings if f.kind == "quality"])
