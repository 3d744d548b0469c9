"""An answer before it is checked.

Enters: draft sentences and the facts that they rest on. Leaves: a :class:`Reply`. Checks nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cardio_agent.chat.sentences import fixed_draft
from cardio_agent.schema import DraftSentence, Evidence, Facts


@dataclass(frozen=True)
class Reply:
    """An answer before it is checked; ``facts`` are the report's and the passages sought for it."""

    drafts: tuple[DraftSentence, ...]
    facts: Facts
    evidence: tuple[Evidence, ...] = ()

    def ids(self) -> tuple[str, ...]:
        """Ids of all that the answer rests on; empty for fixed texts."""
        return tuple(dict.fromkeys(cite for draft in self.drafts for cite in draft.cites))


def fixed_reply(texts: Iterable[str], facts: Facts) -> Reply:
    """An answer of fixed texts alone."""
    return Reply(tuple(fixed_draft(text) for text in texts), facts)


def joined(replies: Sequence[Reply]) -> Reply:
    """The answers to the parts of a question, one after the other, nothing said twice."""
    if len(replies) == 1:
        return replies[0]
    drafts: list[DraftSentence] = []
    for draft in (draft for reply in replies for draft in reply.drafts):
        if not any(set(draft.cites) <= set(said.cites) if draft.cites else draft == said for said in drafts):
            drafts.append(draft)
    evidence = {passage.id: passage for reply in replies for passage in reply.evidence}
    held = {passage.id: passage for reply in replies for passage in reply.facts.evidence}
    facts = replies[0].facts.model_copy(update={"evidence": tuple(held.values())})
    return Reply(tuple(drafts), facts, tuple(evidence.values()))
