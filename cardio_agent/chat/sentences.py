"""Draft sentences of a chat answer, for measurements and for any other record.

Enters: facts and ids. Leaves: drafts in the plain writer's words, values with whether they are normal.
Ids that do not exist are passed over. Does not choose what is said.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from math import isinf

from cardio_agent.findings.limits import holds, normal_range
from cardio_agent.schema import (
    Certainty,
    DraftSentence,
    Facts,
    Finding,
    Measurement,
    Statement,
    measurement_id,
)
from cardio_agent.writing import plain_sentence
from cardio_agent.writing.phrases import MEASUREMENT_NAMES, hedged, listed, percent, sentence, value_text
from cardio_agent.writing.record_sentences import finding_clause

SECTION = "answer"
FIXED_WRITER = "fixed"
_OWN_SENTENCES = ("comparison", "contradiction", "quality")  # their text speaks for itself
_SHOWS: Mapping[Certainty, str] = {"definite": "shows", "probable": "probably shows", "possible": "may show"}
_IS: Mapping[Certainty, str] = {"definite": "", "probable": "probably ", "possible": "possibly "}
_COUNTABLE = re.compile(r"^[^,:]*\b(?:pattern|interval|change|criterion|delay|pause)\b(?! \w+ V?\d)")
_VOWELS = ("a", "e", "i", "o", "u", "st–")  # by sound: "an ST–T change"
_THAN_PRIOR = " than in the prior ECG"
_DEVIATIONS = ("prolonged", "short", "fast", "slow")
_LEAD_DEVIATIONS = ("elevated", "depressed", "inverted")
_AXIS_DEVIATIONS = ("left", "right", "extreme")


def fixed_draft(text: str) -> DraftSentence:
    """A sentence that states nothing about this ECG and so cites nothing."""
    return DraftSentence(section=SECTION, text=text, cites=(), writer=FIXED_WRITER)


def plain_draft(text: str, cites: tuple[str, ...]) -> DraftSentence:
    """A clause as a sentence of the plain writer's."""
    return DraftSentence(
        section=SECTION, text=sentence(text), cites=tuple(dict.fromkeys(cites)), writer="plain"
    )


def record_drafts(facts: Facts, ids: Iterable[str]) -> Iterator[DraftSentence]:
    """One sentence for each record."""
    for id in dict.fromkeys(ids):
        draft = plain_sentence(facts, (id,))
        if draft is not None:
            yield draft.model_copy(update={"section": SECTION})


def finding_drafts(
    facts: Facts, findings: Iterable[Finding], *, with_values: bool = True
) -> Iterator[DraftSentence]:
    """One sentence for each finding, as one would say it: "The ECG probably shows …", with its values."""
    for finding in dict.fromkeys(findings):
        clause, cites = finding_clause(finding, facts)
        if not with_values:
            clause, cites = finding.text, (finding.id,)
        if finding.kind in _OWN_SENTENCES:
            yield plain_draft(clause, cites)
        elif finding.kind == "normal":
            yield plain_draft(f"This is {_IS[finding.certainty]}a {finding.text}", cites)
        else:
            said = clause.removeprefix(hedged("", finding.certainty))
            yield plain_draft(f"The ECG {_SHOWS[finding.certainty]} {_with_article(said)}", cites)


def _with_article(text: str) -> str:
    """A text with an article where its noun asks for one.

    >>> _with_article("inferior myocardial infarction pattern"), _with_article("sinus rhythm")
    ('an inferior myocardial infarction pattern', 'sinus rhythm')
    """
    noun = _COUNTABLE.search(text)
    if noun is None:
        return text
    return f"{'an' if text.lower().startswith(_VOWELS) else 'a'} {text}"


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
    by_id = {m.id: m for m in facts.measurements if m.name in MEASUREMENT_NAMES}
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


def change_draft(facts: Facts, name: str, lead: str | None = None) -> DraftSentence | None:
    """How a measurement changed from the prior ECG; None where there is none or it is not followed."""
    by_id = {m.id: m for m in facts.measurements}
    now, change = by_id.get(measurement_id(name, lead)), by_id.get(measurement_id(f"{name}_change", lead))
    if now is None or change is None:
        return None
    if now.value is None or change.value is None:
        told = f"The change of the {MEASUREMENT_NAMES[name]} from the prior ECG"
        text = f"{told} is not known as it was not measurable in both recordings"
        return plain_draft(text, (change.id,))
    found = next((f for f in facts.findings if f.kind == "comparison" and change.id in f.basis), None)
    if found is not None:
        if now.value < 0 or lead is not None:  # of a level below zero the finding's own words are plainer
            text, cites = finding_clause(found, facts)
            return plain_draft(text, (*cites, change.id))
        return plain_draft(_changed(now, change, found), (found.id, now.id, change.id))
    size = value_text(abs(change.value), change.unit)
    value = value_text(now.value, now.unit)
    text = f"{_subject(now)} is {value}, no material change from the prior ECG ({size})"
    return plain_draft(text, (now.id, change.id))


def _changed(now: Measurement, change: Measurement, finding: Finding) -> str:
    """ "The heart rate is 88 bpm, slower by 40 bpm than in the prior ECG"."""
    assert now.value is not None
    assert change.value is not None
    words = finding.text.removesuffix(_THAN_PRIOR).removeprefix("QRS axis ")
    way = words if words.startswith("further") else words.split()[0]
    value, size = value_text(now.value, now.unit), value_text(abs(change.value), change.unit)
    return f"{_subject(now)} is {value}, {way} by {size}{_THAN_PRIOR}"


def person_draft(facts: Facts) -> DraftSentence | None:
    """Sex and age of the person; None where neither is known."""
    age, sex = facts.recording.patient.age_years, facts.recording.patient.sex
    if age is None and sex is None:
        return None
    person = {"female": "a woman", "male": "a man", None: "a person"}[sex]
    aged = f" aged {age:.0f} years" if age is not None else ""
    return plain_draft(f"The ECG is from {person}{aged}", (facts.recording.id,))


def normal_range_draft(facts: Facts, name: str) -> DraftSentence | None:
    """A measurement beside its limits of normal; None where either is not known."""
    m = next((m for m in facts.measurements if m.id == measurement_id(name)), None)
    limits = normal_range(name, facts.recording.patient)
    if m is None or m.value is None or limits is None or not holds("normal", m, facts.recording.patient):
        return None
    low, high = (None if isinf(limit) else value_text(limit, m.unit) for limit in limits)
    within = f"of {low} to {high}" if low and high else f"up to {high}" if high else f"from {low}"
    text = f"{_subject(m)} is {value_text(m.value, m.unit)}, within the normal limits {within}"
    return plain_draft(text, (m.id,))


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
