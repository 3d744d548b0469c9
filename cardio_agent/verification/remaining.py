"""What is left of a sentence: states of the recording, bare leads, sex, dates, words.

Enters: claims and the context. Leaves: outcomes. A word that no table knows passes only when a cited
record has it; a word that narrows a claim down passes as well where the claim is denied.
"""

from cardio_agent.schema import Finding, LeadQuality, Measurement, Recording
from cardio_agent.verification.claims import LeadsClaim, StateClaim, TermClaim
from cardio_agent.verification.context import Context, Outcome, contradicted, supported, unsupported
from cardio_agent.writing.phrases import lead_list

_VERDICTS = ("good", "limited", "unusable")


def check_state(claim: StateClaim, context: Context) -> Outcome:
    """ "Quality is limited", "lead V3 is noisy" against the quality records."""
    if claim.leads:
        return _check_lead_states(claim, context)
    quality = context.facts.quality
    if claim.state in _VERDICTS:
        if (quality.verdict == claim.state) == claim.is_negated:
            return contradicted(f"Recording quality is {quality.verdict} [{quality.id}].")
        if quality.id in context.cited:
            return supported(f"Recording quality is {quality.verdict} [{quality.id}].")
        return unsupported("The sentence does not cite the quality of the recording.")
    if claim.text.lower() in context.words:
        return supported(f"“{claim.text}” stands in a cited record.")
    return unsupported(f"No cited record says “{claim.text}”.")


def _check_lead_states(claim: StateClaim, context: Context) -> Outcome:
    for lead in claim.leads:
        objection = _lead_objection(lead, claim, context)
        if objection is not None:
            return objection
    return supported(f"{lead_list(claim.leads)}: {claim.text}.")


def _lead_objection(lead: str, claim: StateClaim, context: Context) -> Outcome | None:
    recording = context.facts.recording
    known = next(q for q in context.facts.quality.leads if q.lead == lead)
    if claim.state == "derived":
        is_so = lead in recording.derived_leads
    elif claim.state == "missing":
        is_so = lead in recording.missing_leads or known.state == "missing"
    else:
        is_so = known.state == claim.state
    if is_so == claim.is_negated:
        return contradicted(f"Lead {lead} is {known.state} [{known.id}].")
    carriers = {known.id, context.facts.quality.id, recording.id}
    if not carriers & context.cited.keys():
        return unsupported(f"The sentence does not cite [{known.id}].")
    return None


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
        case "denied":
            return unsupported(f"It is not clear what is said not to be {claim.text}.")
        case "modifier" | "lead_group" | "territory" if claim.is_denied:
            return supported(f"“{claim.text}” only narrows down what is denied.")
    words = set(claim.text.lower().split())
    territories = {f.territory for f in context.findings}
    if words <= context.words or claim.key in context.words or claim.key in territories:
        return supported(f"“{claim.text}” stands in a cited record.")
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
