"""The plain wording of single records: a finding, a measurement, a passage, where the classifier looked.

Enters: one record and, where its numbers stand in others, the facts. Leaves: a clause or a sentence
without ids. Does not choose what is reported.
"""

import re
from collections.abc import Iterator, Mapping

from cardio_agent.findings.limits import QTC_NAMES
from cardio_agent.leads import LEADS
from cardio_agent.schema import (
    AttentionSummary,
    Evidence,
    Facts,
    Finding,
    LeadQuality,
    Measurement,
    Quality,
    Recording,
    Statement,
)
from cardio_agent.writing.phrases import (
    SEGMENT_NAMES,
    hedged,
    lead_list,
    listed,
    named_value,
    percent,
    sentence,
    value_text,
)

_N_LEADS = 3
_N_POOR_LEADS = 2  # of more, the verdict on the recording names the leads; their reasons stand in the record
_DID = {True: "looked most at", False: "relied most on"}
_STANDS_OUT = 1.5  # the leading leads' share, as a multiple of an even one, from which they are worth naming
_NUMBER_WITH_UNIT = re.compile(r"\d\s?(?:ms|mV|mm|bpm|°)")
_LEAD_NAME = re.compile(r"\b(?:" + "|".join(sorted(LEADS, key=len, reverse=True)) + r")\b")
_ST_SHIFT = re.compile(r"\bST (?:elevation|depression)\b")
_CLAUSE_KINDS = ("contradiction",)  # their text is a whole clause, which takes no certainty
_PLACED_KINDS = (
    "ischaemia",
    "repolarisation",
)  # elsewhere leads tell what a finding rests on, not where it is


# ── the recording ────────────────────────────────────────────────────────────────────────────


def technique_sentences(facts: Facts) -> Iterator[tuple[str, str]]:
    """Sentences on the recording and its quality, each with the id that it rests on."""
    recording = facts.recording
    yield recording_sentence(recording), recording.id
    if recording.missing_leads:
        verb = "were" if len(recording.missing_leads) > 1 else "was"
        yield f"{lead_list(recording.missing_leads)} {verb} not recorded.", recording.id
    if recording.derived_leads:
        verb = "were" if len(recording.derived_leads) > 1 else "was"
        yield f"{lead_list(recording.derived_leads)} {verb} derived from other leads.", recording.id
    for note in recording.notes:
        yield sentence(f"note on reading: {note}"), recording.id
    yield quality_sentence(facts.quality), facts.quality.id
    poor = [lead for lead in facts.quality.leads if lead.state not in ("good", "missing")]
    if facts.quality.verdict != "unusable" and len(poor) <= _N_POOR_LEADS:
        for lead in poor:
            yield f"{_lead_clause(lead)}.", lead.id


def recording_sentence(recording: Recording) -> str:
    """What was recorded, when and from whom, as far as the file says.

    Source of the wording: STD-14 (what a complete report gives).
    """
    text = f"ECG of {recording.duration_s:.3g} s at {recording.fs_hz:g} Hz"
    if recording.recorded_at is not None:
        text += f", recorded on {recording.recorded_at:%Y-%m-%d}"
    age, sex = recording.patient.age_years, recording.patient.sex
    if age is None and sex is None:
        return f"{text}; age and sex are not known."
    person = {"female": "a woman", "male": "a man", None: "a person"}[sex]
    return f"{text}, from {person}" + (f" aged {age:.0f} years." if age is not None else ", age not known.")


def quality_sentence(quality: Quality) -> str:
    """Verdict on the recording, with its reason unless all is well."""
    if quality.verdict == "good":
        return "Recording quality is good."
    return f"Recording quality is {quality.verdict}: {quality.reason.rstrip('.')}."


def _lead_clause(lead: LeadQuality) -> str:
    return f"Lead {lead.lead} is {lead.state}: {lead.reason.rstrip('.')}"


# ── findings ─────────────────────────────────────────────────────────────────────────────────


def finding_clause(finding: Finding, facts: Facts) -> tuple[str, tuple[str, ...]]:
    """A finding with its certainty, leads and the values that show it.

    Returns
    -------
    (str, tuple of str)
        The clause without a full stop, and the ids that it rests on.
    """
    if finding.kind in _CLAUSE_KINDS:
        return finding.text, (finding.id,)
    if finding.kind == "comparison":
        amounts = [m for m in facts.measurements if m.id in finding.basis and m.name.endswith("_change")]
        by = "".join(f" (by {value_text(abs(m.value), m.unit)})" for m in amounts if m.value is not None)
        return hedged(finding.text, finding.certainty) + by, (finding.id, *(m.id for m in amounts))
    text = hedged(with_leads(finding), finding.certainty)
    shown = _values_shown(finding, facts)
    if not shown:
        return text, (finding.id,)
    if shown[0].lead is None:
        return f"{text}: {', '.join(named_value(m) for m in shown)}", (finding.id, *(m.id for m in shown))
    largest = max(shown, key=lambda m: abs(m.value or 0.0))
    value = value_text(abs(largest.value or 0.0), largest.unit)
    return f"{text}, largest {value} in {largest.lead}", (finding.id, *(m.id for m in shown))


def with_leads(finding: Finding) -> str:
    """Text of an ST, T or Q finding with its leads, unless the text names them itself."""
    if finding.kind not in _PLACED_KINDS or not finding.leads or _LEAD_NAME.search(finding.text):
        return finding.text
    return f"{finding.text} in {lead_list(finding.leads)}"


def _values_shown(finding: Finding, facts: Facts) -> list[Measurement]:
    """Measurements worth giving beside a finding: an interval, an axis, or the ST shifts themselves."""
    if _NUMBER_WITH_UNIT.search(finding.text):
        return []
    basis = [m for m in facts.measurements if m.id in finding.basis and m.value is not None]
    if finding.kind in ("intervals", "axis"):
        corrected = any(m.name in QTC_NAMES for m in basis)
        return [m for m in basis if m.lead is None and not (corrected and m.name == "qt_ms")]
    if shift := _ST_SHIFT.search(finding.text):
        sign = -1 if shift[0].endswith("depression") else 1
        shifted = [m for m in basis if m.name == "st_j_mv" and sign * (m.value or 0.0) > 0]
        return shifted if len(shifted) > 1 else []
    return []


# ── guidelines and attention ─────────────────────────────────────────────────────────────────


def evidence_sentence(passage: Evidence) -> str:
    """A passage with where it stands; class and level as the society writes them, never altered."""
    title = passage.short or passage.guideline
    particulars = [
        passage.society if passage.society.strip("-– ") and passage.society not in title else "",
        str(passage.year) if passage.year and str(passage.year) not in title else "",
        f"class {passage.class_of_recommendation}" if passage.class_of_recommendation else "",
        f"level {passage.level_of_evidence}" if passage.level_of_evidence else "",
        "unchecked" if _is_unchecked(passage) else "",
    ]
    given = ", ".join(part for part in particulars if part)
    source = f"{title} ({given})" if given else title
    return f"{source}: “{passage.text}”"


def _is_unchecked(passage: Evidence) -> bool:
    """Whether the passage, or the class that is given with it, rests on memory."""
    return not passage.checked or (bool(passage.class_of_recommendation) and not passage.class_checked)


def attention_sentence(name: str, summary: AttentionSummary) -> str:
    """What the classifier relied on for one statement, or where it looked: leads that stand out, segment."""
    looked = summary.method == "attention"
    largest = _largest(summary.leads, _N_LEADS)
    leads = [f"{lead} ({percent(share)})" for lead, share in largest]
    if sum(share for _, share in largest) >= _STANDS_OUT * _N_LEADS / len(LEADS):
        text = f"For {name} the classifier {_DID[looked]} leads {listed(leads)}"
    else:
        what = "the attention of the classifier" if looked else "what the classifier relied on"
        text = f"For {name} {what} was spread across the leads, largest in {leads[0]}"
    for segment, share in _largest(summary.segments, 1):
        name = SEGMENT_NAMES.get(segment, segment)
        text += f", and most {'at' if looked else 'on'} the {name} ({percent(share)})"
    return f"{text}."


def _largest(shares: Mapping[str, float], n: int) -> list[tuple[str, float]]:
    return sorted(shares.items(), key=lambda item: -item[1])[:n]


# ── any record ───────────────────────────────────────────────────────────────────────────────


def record_sentence(facts: Facts, id: str) -> str:
    """What one record says, as a clause.

    Raises
    ------
    KeyError
        When the facts hold no such record.
    """
    match record := facts.records()[id]:
        case Finding():
            return finding_clause(record, facts)[0]
        case Measurement():
            reason = f": {record.reason}" if record.value is None and record.reason else ""
            return named_value(record) + reason
        case Statement():
            return statement_clause(record)
        case Evidence():
            return evidence_sentence(record)
        case Quality():
            return quality_sentence(record)
        case LeadQuality():
            return _lead_clause(record)
        case Recording():
            return recording_sentence(record)
        case AttentionSummary():
            code = id[2:]
            name = next((s.name for s in facts.statements if s.code == code), code)
            return attention_sentence(name, record)
        case _:
            raise KeyError(id)


def statement_clause(statement: Statement) -> str:
    """The classifier's probability for a statement, on which side of its threshold, and if barely."""
    side = "above" if statement.present else "below"
    threshold = percent(statement.threshold)
    return (
        f"the classifier gives {statement.name} a probability of {percent(statement.probability)}, "
        f"{side} its threshold of {threshold}" + ", too close to call" * bool(statement.is_uncertain)
    )
