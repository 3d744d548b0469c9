"""Whether a diagnosis is there: the findings on it, the classifier's word, the number that decides.

Enters: a :class:`Query` and the report. Leaves: draft sentences. Rules nothing out.
"""

from collections.abc import Iterator

from cardio_agent.chat.fixed import NOT_FOUND_IS_NO_PROOF, PATTERN_NOT_DEVICE
from cardio_agent.chat.selection import (
    decisive_ids,
    findings_on,
    is_answered,
    measurement_ids,
    statement_ids,
)
from cardio_agent.chat.sentences import (
    absence_drafts,
    finding_drafts,
    fixed_draft,
    measurement_drafts,
    record_drafts,
)
from cardio_agent.chat.understanding import Query
from cardio_agent.schema import DraftSentence, Facts


def diagnosis(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    """What is known of the diagnoses that a question names, present or not."""
    asked = measurement_ids(query, facts)
    findings = findings_on(query, facts, asked)
    yield from finding_drafts(facts, findings)
    if not is_answered(query, findings):
        # "Not found" is for what nothing else speaks of: ST may be raised where the classifier says no.
        speaks = [f for f in findings if f.kind not in ("rhythm", "pacing")]
        worded = record_drafts if speaks or asked else absence_drafts
        yield from worded(facts, statement_ids(query.codes, facts))
    else:
        yield from record_drafts(facts, statement_ids(query.codes, facts))
    yield from measurement_drafts(facts, asked or decisive_ids(query.codes))
    if "PACE" in query.codes and not is_answered(query, findings):
        yield fixed_draft(PATTERN_NOT_DEVICE)
    elif not findings and {"MI", "ISC", "AMI", "IMI"} & set(query.codes):
        yield fixed_draft(NOT_FOUND_IS_NO_PROOF)
