"""Draft sentences of a chat answer, for measurements and for any other record.

Enters: facts and ids. Leaves: drafts in the plain writer's words, values with whether they are normal.
Ids that do not exist are passed over. Does not choose what is said.
"""

from collections.abc import Iterable, Iterator

from cardio_agent.findings.limits import holds
from cardio_agent.schema import DraftSentence, Facts, Measurement, Statement
from cardio_agent.writing import plain_sentence
from cardio_agent.writing.phrases import MEASUREMENT_NAMES, listed, percent, sentence, value_text

SECTION = "answer"
FIXED_WRITER = "fixed"
_DEVIATIONS = ("prolonged", "short", "fast", "slow")
_LEAD_DEVIATIONS = ("elevated", "depressed", "inverted")
_AXIS_DEVIATIONS = ("left", "right", "extreme")


def fixed_draft(text: str) -> DraftSentence:
    """A sentence that states nothing about this ECG and so cites nothing."""
    return DraftSentence(section=SECTION, text=text, cites=(), writer=FIXED_WRITER)


def plain_draft(text: str, cites: tuple[str, ...]) -> DraftSentence:
    """A clause as a sentence of the plain writer's."""
    return DraftSentence(section=SECTION, text=sentence(text), cites=cites, writer="plain")


def record_drafts(facts: Facts, ids: Iterable[str]) -> Iterator[DraftSentence]:
    """One sentence for each record."""
    for id in dict.fromkeys(ids):
        draft = plain_sentence(facts, (id,))
        if draft is not None:
            yield draft.model_copy(update={"section": SECTION})


def absence_drafts(facts: Facts, ids: Iterable[str]) -> Iterator[DraftSentence]:
    """One sentence for each statement; those below their threshold are said not to have been found."""
    by_id = {s.id: s for s in facts.statements}
    for id in dict.fromkeys(ids):
        if id in by_id and not by_id[id].present:
            yield plain_draft(_absent(by_id[id]), (id,))
        else:
            yield from record_drafts(facts, (id,))


def _absent(statement: Statement) -> str:
    verb = "were" if statement.name.endswith("s") else "was"
    probability, threshold = percent(statement.probability), percent(statement.threshold)
    return (
        f"{statement.name} {verb} not found: the classifier gives it a probability of {probability}, "
        f"below its threshold of {threshold}"
    )


def measurement_drafts(facts: Facts, ids: Iterable[str]) -> Iterator[DraftSentence]:
    """One sentence for each measurement; several leads of one name share a sentence."""
    by_id = {m.id: m for m in facts.measurements}
    wanted = [by_id[id] for id in dict.fromkeys(ids) if id in by_id]
    for name in dict.fromkeys(m.name for m in wanted):
        group = [m for m in wanted if m.name == name and m.value is not None]
        if len(group) == 1:
            yield plain_draft(_one(group[0], facts), (group[0].id,))
        elif group:
            yield plain_draft(_several(group), tuple(m.id for m in group))
        for m in wanted:
            if m.name == name and m.value is None:
                yield plain_draft(
                    f"{_subject(m)} is not measurable{f': {m.reason}' if m.reason else ''}", (m.id,)
                )


def _subject(m: Measurement) -> str:
    name = MEASUREMENT_NAMES[m.name]
    return f"The {name} in {m.lead}" if m.lead else f"The {name}"


def _one(m: Measurement, facts: Facts) -> str:
    assert m.value is not None
    subject, value, patient = _subject(m), value_text(m.value, m.unit), facts.recording.patient
    if m.unit == "deg" and facts.quality.doubtful_leads():
        return f"{subject} is {value}"  # what it means is uncertain: electrodes are probably exchanged
    if holds("normal", m, patient):
        return f"{subject} is {value}, within normal limits"
    for word in _DEVIATIONS:
        if holds(word, m, patient):
            return f"{subject} is {word} at {value}"
    for word in _AXIS_DEVIATIONS:
        if holds(word, m, patient):
            return f"{subject} is {value} ({word} axis deviation)"
    for word in _LEAD_DEVIATIONS:
        if holds(word, m, patient):
            return f"{subject} is {value} ({word})"
    return f"{subject} is {value}"


def _several(group: list[Measurement]) -> str:
    values = [f"{value_text(m.value, m.unit)} in {m.lead}" for m in group if m.value is not None]
    return f"The {MEASUREMENT_NAMES[group[0].name]} is {listed(values)}"
