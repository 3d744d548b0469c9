"""What is left of a sentence: states of the recording, bare leads, sex, dates, words.

Enters: claims and the context. Leaves: outcomes. A word that no table knows passes only when a cited
record has it; a word that narrows a claim down passes as well where the claim is denied.
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace

from cardio_agent.findings.limits import QTC_NAMES
from cardio_agent.schema import Finding, LeadQuality, Measurement, Recording
from cardio_agent.verification.claim_types import LeadsClaim, StateClaim, TermClaim
from cardio_agent.verification.clauses import Clause
from cardio_agent.verification.context import Context, Outcome, contradicted, supported, unsupported
from cardio_agent.verification.places import lies_in
from cardio_agent.verification.presence import mentions
from cardio_agent.verification.tokens import phrase_of, stem
from cardio_agent.verification.values import as_recorded
from cardio_agent.writing.phrases import lead_list

_EVIDENCE = frozenset(["measurement", "measurements", "measured", "interval", "intervals", "values"])
_AGREEING = frozenset(
    ["agree", "back", "bear", "borne", "confirm", "corroborate", "favour", "fit", "match", "support"]
)
_OPPOSING = frozenset(
    ["conflict", "contradict", "disagree", "inconsistent", "odds", "oppose", "refute", "dispute"]
)
_DENYING = ("either", "forward", "backward")
_DENIED_OTHERWISE = ("not_measurable", "state", "probability", "attention", "prior", "change", "only")
_KNOWN = frozenset(["known", "unknown", "given", "stated", "missing", "available"])
_VERDICTS = ("good", "limited", "unusable")
_LEAD_STATES = ("noisy", "saturated", "flat", "missing", "derived")


def check_state(claim: StateClaim, context: Context) -> Outcome:
    """ "Quality is limited", "lead V3 is noisy" against the quality records."""
    if claim.leads:
        return _check_lead_states(claim, context)
    quality = context.facts.quality
    if claim.state == "repeat":
        if quality.verdict == "good" or quality.id not in context.cited:
            return unsupported("No cited record asks for another recording.")
        if claim.is_negated:
            return contradicted(f"Recording quality is {quality.verdict} [{quality.id}].")
        return supported(f"Recording quality is {quality.verdict} [{quality.id}].")
    if claim.state == "unmeasured":
        return _check_unmeasured(context)
    if claim.is_negated and claim.state in _LEAD_STATES:
        return _check_no_lead(claim, context)
    if claim.state == "impaired" and not claim.is_negated and context.qualities:
        return _check_lead_states(replace(claim, leads=tuple(q.lead for q in context.qualities)), context)
    if claim.state == "impaired":
        return check_state(replace(claim, state="good", is_negated=not claim.is_negated), context)
    if claim.state in _VERDICTS:
        if (quality.verdict == claim.state) == claim.is_negated:
            return contradicted(f"Recording quality is {quality.verdict} [{quality.id}].")
        if quality.id in context.cited:
            return supported(f"Recording quality is {quality.verdict} [{quality.id}].")
        return unsupported("The sentence does not cite the quality of the recording.")
    if claim.text.lower() in context.words and not claim.is_negated:
        return supported(f"“{claim.text}” stands in a cited record.")
    return unsupported(f"No cited record says “{claim.text}”.")


def _check_unmeasured(context: Context) -> Outcome:
    """ "No measurements could be made" against all of them."""
    quality = context.facts.quality
    if known := next((m for m in context.facts.measurements if m.value is not None), None):
        return contradicted(f"{as_recorded(known)} [{known.id}].")
    if quality.id not in context.cited:
        return unsupported(f"The sentence does not cite [{quality.id}].")
    return supported(f"No measurement has a value; {quality.reason} [{quality.id}].")


def _check_no_lead(claim: StateClaim, context: Context) -> Outcome:
    """ "No lead is noisy" against all of them."""
    facts = context.facts
    such = [q.lead for q in facts.quality.leads if is_in_state(q.lead, claim.state, context)]
    if such:
        return contradicted(f"{lead_list(such)}: {claim.text} [{facts.quality.id}].")
    if not {facts.quality.id, facts.recording.id} & context.cited.keys():
        return unsupported(f"The sentence does not cite [{facts.quality.id}].")
    return supported(f"No lead is {claim.text} [{facts.quality.id}].")


def is_in_state(lead: str, state: str, context: Context) -> bool:
    """Whether a lead is in a state of the quality records, or derived."""
    recording = context.facts.recording
    known = next(q for q in context.facts.quality.leads if q.lead == lead)
    if state == "impaired":
        return known.state != "good"
    if state == "unused":
        return known.state not in ("good", "noisy")
    if state == "derived":
        return lead in recording.derived_leads
    return known.state == state or (state == "missing" and lead in recording.missing_leads)


def _check_lead_states(claim: StateClaim, context: Context) -> Outcome:
    for lead in claim.leads:
        objection = _lead_objection(lead, claim, context)
        if objection is not None:
            return objection
    for lead in claim.excepted:
        if is_in_state(lead, claim.state, context) != claim.is_negated:
            return contradicted(f"Lead {lead} is no exception [{context.facts.quality.id}].")
    return supported(f"{lead_list(claim.leads)}: {claim.text}.")


def _lead_objection(lead: str, claim: StateClaim, context: Context) -> Outcome | None:
    known = next(q for q in context.facts.quality.leads if q.lead == lead)
    if is_in_state(lead, claim.state, context) == claim.is_negated:
        return contradicted(f"Lead {lead} is {known.state} [{known.id}].")
    carriers = {known.id, context.facts.quality.id, context.facts.recording.id}
    if not carriers & context.cited.keys():
        return unsupported(f"The sentence does not cite [{known.id}].")
    return None


def check_agreement(clause: Clause, context: Context) -> Iterator[Outcome]:
    """ "The measurements support this" against a cited finding that they do not."""
    words = {word for atom in clause if atom.kind != "quote" for word in phrase_of(atom.text)}
    denied = any(atom.kind == "negation" for atom in clause)
    against = next((f for f in context.findings if f.kind == "contradiction"), None)
    tells = words & _EVIDENCE or any(atom.kind == "quantity" for atom in clause)
    if against and not denied and tells and {*map(stem, words)} & {*map(stem, _AGREEING)}:
        yield contradicted(f"{against.text[:1].upper()}{against.text[1:]} [{against.id}].")


def refuted(clause: Clause, context: Context) -> dict[str, Finding]:
    """Concepts that the measurements do not support by a cited finding, where the clause says so too."""
    words = {stem(word) for atom in clause for word in phrase_of(atom.text)}
    denied = any(atom.kind == "negation" for atom in clause)
    is_refused = denied and bool(words & {*map(stem, (*_AGREEING, *_OPPOSING, "against"))})
    if not is_refused and not any(atom.key == "doubtful" for atom in clause):
        return {}
    against = [f for f in context.findings if f.kind == "contradiction"]
    concepts = [atom.key for atom in clause if atom.kind == "concept"]
    return {key: finding for key in concepts for finding in against if mentions(finding, key)}


def denies_agreement(clause: Clause) -> bool:
    """ "Not borne out by the QRS of 94 ms": what is denied is that the records agree."""
    return any(
        atom.kind == "negation"
        and not {*map(stem, phrase_of(following.text))}.isdisjoint(map(stem, _AGREEING))
        for atom, following in itertools.pairwise(clause)
    )


def check_person(clause: Clause, context: Context) -> Iterator[Outcome]:
    """ "Age and sex are not known" against the recording."""
    words = {word for atom in clause for word in phrase_of(atom.text)}
    patient = context.facts.recording.patient
    others = [a for a in clause if a.kind == "sex" and patient.sex and a.key != patient.sex]
    if others and "limit" in words and not context.passages:
        yield contradicted(f"The limit is for the other sex [{context.facts.recording.id}].")
    if not words & _KNOWN:
        return
    is_denied = "unknown" in words or any(atom.kind == "negation" for atom in clause)
    for word, value in (("age", patient.age_years), ("sex", patient.sex)):
        if word in words and (value is None) != is_denied:
            yield contradicted(f"The {word} is {'not known' if value is None else 'known'}.")
        elif word in words and context.recording is None:
            yield unsupported(f"The sentence does not cite [{context.facts.recording.id}] for the {word}.")


def check_denials(clause: Clause, context: Context) -> Iterator[Outcome]:
    """A denial that reaches nothing: "is not blocked", where only the words of a record are repeated."""
    cue = next((a for a in clause if a.kind == "negation" and a.key in _DENYING), None)
    reaches = any(a.is_negated or a.kind in _DENIED_OTHERWISE for a in clause)
    is_of_person = bool({"age", "sex"} & {word for a in clause for word in phrase_of(a.text)})
    is_of_model = bool(context.attention) or any(f.kind == "contradiction" for f in context.findings)
    if cue is not None and not (reaches or is_of_person or is_of_model):
        yield unsupported(f"It is not clear what “{cue.text}” denies.")
    if doubled := _doubled_denial(clause):
        yield unsupported(f"“{doubled}” denies a denial; say plainly what is there or is not.")


def _doubled_denial(clause: Clause) -> str:
    """ "Not no LBBB", "no absence of LBBB": a denial with nothing to deny before the next one; else ""."""
    denials = [atom for atom in clause if atom.kind == "negation"]
    if [atom.key for atom in denials] == ["forward", "either", "backward"]:  # "no LBBB is not absent"
        return " … ".join(atom.text for atom in denials)
    open_denial = ""
    for atom in clause:
        if atom.kind == "negation" and atom.key in ("forward", "either") and open_denial:
            return f"{open_denial} … {atom.text}"
        if atom.text.lower() == "cannot" or (atom.kind == "negation" and atom.key in ("forward", "either")):
            open_denial = atom.text
        elif atom.kind not in ("word", "verb", "prior"):
            open_denial = ""
    return ""


def check_leads(claim: LeadsClaim, context: Context) -> Outcome:
    """Leads that nothing in the clause takes up: some cited record has to speak of each."""
    spoken = {lead for record in context.cited.values() for lead in _leads_of(record)}
    missing = [lead for lead in claim.leads if lead not in spoken]
    if missing:
        return unsupported(f"No cited record speaks of {lead_list(missing)}.")
    return supported(f"The cited records speak of {lead_list(claim.leads)}.")


def _leads_of(record: object) -> tuple[str, ...]:
    match record:
        case Finding():
            return record.leads
        case Measurement() if record.lead:
            return (record.lead,)
        case LeadQuality():
            return (record.lead,)
        case Recording():
            return record.missing_leads + record.derived_leads
        case _:
            return ()


def check_term(claim: TermClaim, context: Context) -> Outcome:
    """A sex, a date, a territory or a word against the cited records."""
    match claim.kind:
        case "sex":
            return _check_sex(claim, context)
        case "date":
            return _check_date(claim, context)
        case "count":
            return _check_count(claim, context)
        case "certain":
            return _check_certain(claim, context)
        case "denied":
            return unsupported(f"It is not clear what is said not to be {claim.text}.")
        case "modifier" | "lead_group" | "territory" if claim.is_denied:
            return supported(f"“{claim.text}” only narrows down what is denied.")
    words = set(claim.text.lower().split())
    is_placed = claim.kind == "territory" and any(
        f.territory and lies_in(claim.key, f) for f in context.findings
    )
    in_other_words = {*phrase_of(claim.key)} <= context.words
    if {*map(stem, words)} <= context.stems or in_other_words or is_placed:
        return supported(f"“{claim.text}” stands in a cited record.")
    return unsupported(f"No cited record bears out “{claim.text}”.")


def _check_certain(claim: TermClaim, context: Context) -> Outcome:
    """ "This is definite", said of whatever is cited."""
    doubtful = next((f for f in context.findings if f.certainty != "definite"), None)
    if doubtful is not None:
        return contradicted(f"The finding “{doubtful.text}” is {doubtful.certainty} [{doubtful.id}].")
    return supported(f"“{claim.text}” is as recorded.")


def _check_count(claim: TermClaim, context: Context) -> Outcome:
    """ "Three leads are noisy": the leads in that state, or those of a cited finding, have to be as many."""
    states = [lead.state for lead in context.facts.quality.leads]
    names = [m.name for m in context.measurements]
    known = {*(str(states.count(state)) for state in states), *(str(len(f.leads)) for f in context.findings)}
    known |= {str(len({m.lead for m in context.measurements if m.lead}))}
    known |= {str(sum(name in QTC_NAMES for name in names))}
    words = claim.text.lower().split()
    if claim.key in known or context.words.issuperset(words):
        return supported(f"“{claim.text}” is as recorded.")
    return unsupported(f"No cited record bears out “{claim.text}”.")


def _check_sex(claim: TermClaim, context: Context) -> Outcome:
    known = context.facts.recording.patient.sex
    if known is None:
        return unsupported("The recording does not give the sex.")
    if known != claim.key:
        return contradicted(f"The recording gives the sex as {known} [{context.facts.recording.id}].")
    if context.recording is None:
        return unsupported(f"The sentence does not cite [{context.facts.recording.id}] for the sex.")
    return supported(f"The recording gives the sex as {known}.")


def _check_date(claim: TermClaim, context: Context) -> Outcome:
    recording = context.recording
    recorded_at = recording.recorded_at if recording is not None else None
    if recorded_at is None:
        return unsupported(f"No cited record gives the date {claim.text}.")
    if f"{recorded_at:%Y-%m-%d}" != claim.text:
        return contradicted(f"The recording was made on {recorded_at:%Y-%m-%d}, not on {claim.text}.")
    return supported(f"The recording was made on {claim.text}.")
