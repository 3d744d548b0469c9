"""What changed from the earlier ECG, and which measurements turned normal or abnormal.

Enters: a :class:`Query` and a report that holds a comparison. Leaves: draft sentences. Compares nothing anew:
the earlier value is this one less its change.
"""

import re
from collections.abc import Iterator
from typing import Literal

from cardio_agent.chat.diagnosis import diagnosis
from cardio_agent.chat.fixed import NO_CHANGE, NO_PRIOR, NONE_TURNED
from cardio_agent.chat.selection import measurement_ids
from cardio_agent.chat.sentences import (
    change_draft,
    finding_drafts,
    fixed_draft,
    measurement_drafts,
    plain_draft,
)
from cardio_agent.chat.understanding import Query
from cardio_agent.findings.limits import holds
from cardio_agent.schema import DraftSentence, Facts, Measurement
from cardio_agent.writing.phrases import hedged

Turn = Literal["now normal", "now abnormal", "still abnormal"]

_NEW = ", not found in the prior ECG"
_SUFFIX = "_change"
_MEASURED = re.compile(r"\b(?:numeric\w*|measurements?|values?|intervals?|parameters?)\b")
_STILL = re.compile(r"\b(?:still|remain\w*|persist\w*|continu\w*)\b")
_RECOVERED = re.compile(r"\bfrom abnormal to normal|\b(?:return|recover|normali)\w*")
_ABNORMAL = re.compile(
    r"\b(?:abnormal\w*|unusual|irregular|atypical|deviat\w+|not (?:still )?normal|outside)\b"
)
_NORMAL = re.compile(r"\b(?:normal|typical|standard|stable|regular|usual)\b")


def comparison(query: Query, facts: Facts) -> Iterator[DraftSentence]:
    """All that changed, or what the question asks of: one measurement, one diagnosis."""
    if not _has_prior(facts):
        yield fixed_draft(NO_PRIOR)
        yield from measurement_drafts(facts, measurement_ids(query, facts)[:1])
        return
    changes = [draft for name in query.measures if (draft := change_draft(facts, name)) is not None]
    if changes:
        yield from changes
        yield from measurement_drafts(
            facts, [id for id in measurement_ids(query, facts) if _is_unsaid_in(id, changes)]
        )
        return
    if not query.codes and (wanted := _turn_asked(query)):
        yield from _turned(facts, wanted)
        return
    if query.codes:
        about = [f for f in facts.findings if f.kind == "comparison" and set(f.codes) & set(query.codes)]
        yield from finding_drafts(facts, about)
        yield from diagnosis(query, facts)
        return
    yield from change_drafts(facts)
    yield fixed_draft(NO_CHANGE)


def _has_prior(facts: Facts) -> bool:
    return any(m.name.endswith(_SUFFIX) for m in facts.measurements) or any(
        f.kind == "comparison" for f in facts.findings
    )


def change_drafts(facts: Facts) -> Iterator[DraftSentence]:
    """Measured changes and what is gone, one by one; what is new in one sentence."""
    compared = [f for f in facts.findings if f.kind == "comparison"]
    new = [f for f in compared if f.id.startswith("f-new_") and f.text.endswith(_NEW)]
    yield from _measured_changes(facts)
    if new:
        texts = [hedged(f.text.removesuffix(_NEW), f.certainty) for f in new]
        yield plain_draft(f"Not found in the prior ECG: {'; '.join(texts)}", tuple(f.id for f in new))
    rest = [f for f in compared if f not in new and not f.id.startswith("f-change_")]
    yield from finding_drafts(facts, rest)


def _measured_changes(facts: Facts) -> Iterator[DraftSentence]:
    """One sentence for each measurement that changed."""
    by_id = {m.id: m for m in facts.measurements}
    for finding in facts.findings:
        if finding.kind != "comparison" or not finding.id.startswith("f-change_"):
            continue
        changes = [by_id[id] for id in finding.basis if id in by_id and _SUFFIX in id]
        told = [change_draft(facts, m.name.removesuffix(_SUFFIX), m.lead) for m in changes[:1]]
        yield from (draft for draft in told if draft is not None)


def _is_unsaid_in(id: str, drafts: list[DraftSentence]) -> bool:
    return not any(id in draft.cites for draft in drafts)


# ── turned normal or abnormal ────────────────────────────────────────────────────────────────


def _turn_asked(query: Query) -> Turn | None:
    """Which turn of its measurements a question asks about; None where it asks of none."""
    words = query.words
    if not _MEASURED.search(words):
        return None
    if _STILL.search(words):
        return "still abnormal"
    if _ABNORMAL.search(words) and not _RECOVERED.search(words):
        return "now abnormal"
    return "now normal" if _NORMAL.search(words) or _RECOVERED.search(words) else None


def _turned(facts: Facts, wanted: Turn) -> Iterator[DraftSentence]:
    names = [name for name, turn in _turns(facts) if turn == wanted]
    for name in names:
        yield from measurement_drafts(facts, [f"m-{name}"])
    yield from (draft for name in names if (draft := change_draft(facts, name)) is not None)
    if not names:
        yield fixed_draft(NONE_TURNED)


def _turns(facts: Facts) -> Iterator[tuple[str, Turn]]:
    """Each compared measurement that was or is abnormal; undecided ones are passed over."""
    by_id = {m.id: m for m in facts.measurements}
    for change in facts.measurements:
        if change.lead is not None or not change.name.endswith(_SUFFIX):
            continue
        now = by_id[change.id.removesuffix(_SUFFIX)]
        is_normal, was_normal = _is_normal(now, facts), _was_normal(now, change, facts)
        if was_normal is False and is_normal is not None:
            yield now.name, "now normal" if is_normal else "still abnormal"
        elif was_normal and is_normal is False:
            yield now.name, "now abnormal"


def _is_normal(m: Measurement, facts: Facts) -> bool | None:
    return holds("normal", m, facts.recording.patient)


def _was_normal(now: Measurement, change: Measurement, facts: Facts) -> bool | None:
    if now.value is None or change.value is None:
        return None
    return _is_normal(now.model_copy(update={"value": now.value - change.value}), facts)
