"""Where something is said to be: leads and territories of a claim against those of the records.

Enters: a presence claim, the findings that carry it, and the context. Leaves: an objection or nothing.
"""

from collections.abc import Sequence
from functools import cache

from cardio_agent.findings.limits import holds
from cardio_agent.leads import TERRITORIES
from cardio_agent.schema import Finding, Measurement
from cardio_agent.verification.claim_types import PresenceClaim
from cardio_agent.verification.claims import claims_of
from cardio_agent.verification.context import Context, Outcome, contradicted, text_clauses, unsupported
from cardio_agent.verification.lexicon import CONCEPTS, implied, narrower
from cardio_agent.verification.recognition import territory_leads
from cardio_agent.verification.voltages import met_by
from cardio_agent.writing.phrases import lead_list


def showing(claim: PresenceClaim, context: Context) -> list[Measurement]:
    """Cited measurements that show a concept by the limits of normal, or by a value given with it."""
    if claim.is_valued and any(name.endswith("_mv") for name in CONCEPTS[claim.key].quantity):
        return context.measured(CONCEPTS[claim.key].quantity)
    if claim.key == "P_waves":
        return [m for m in context.measured(("p_ms", "p_mv", "pr_ms")) if m.value is not None]
    if voltages := met_by(narrower(claim.key), context):
        return voltages
    pairs = [pair for key in narrower(claim.key) for pair in CONCEPTS[key].shown_by]
    return [
        m for name, word in pairs for m in context.measured((name,), claim.leads) if is_so(word, m, context)
    ]


def is_so(word: str, m: Measurement, context: Context) -> bool:
    """Whether a word such as "prolonged" is true of a measurement beyond doubt."""
    return holds(word, m, context.facts.recording.patient) is True


def check_place(claim: PresenceClaim, findings: Sequence[Finding], context: Context) -> Outcome | None:
    """An objection to the leads or the territory that a claim names, or None."""
    if claim.leads and (objection := _check_leads(claim, findings, context)):
        return objection
    for territory in claim.territories:
        if objection := _check_territory(territory, claim, findings):
            return objection
    return None


def _check_leads(claim: PresenceClaim, findings: Sequence[Finding], context: Context) -> Outcome | None:
    named = set(claim.leads)
    placed = [finding for finding in findings if finding.leads]
    if any(named == set(f.leads) if claim.is_only else named <= set(f.leads) for f in placed):
        return None
    if any(claim.key in implied(key) and named <= leads for f in findings for key, leads in _told(f.text)):
        return None
    shown = set() if claim.is_quote else {m.lead for m in showing(claim, context)}
    if named <= shown and not claim.is_only:
        return None
    if placed:
        finding = placed[0]
        return contradicted(
            f"{finding.text}: {lead_list(finding.leads)}, not {lead_list(claim.leads)} [{finding.id}]."
        )
    return unsupported(f"No cited record places {claim.text} in {lead_list(claim.leads)}.")


@cache
def _told(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Concepts of a finding's own text, each with the leads that stand with it."""
    claims = [claim for clause in text_clauses(text) for claim in claims_of(clause)]
    return tuple((claim.key, frozenset(claim.leads)) for claim in claims if isinstance(claim, PresenceClaim))


def lies_in(territory: str, finding: Finding) -> bool:
    """Whether a finding is told of a territory, or its leads are in each part of it."""
    parts = territory_leads(territory)
    leads = set(finding.leads)
    in_leads = len(leads & frozenset().union(*parts)) >= 2 and all(leads & part for part in parts)
    return (
        territory in (finding.territory, *(finding.territory or "").split(), *finding.text.split())
        or in_leads
    )


def _check_territory(territory: str, claim: PresenceClaim, findings: Sequence[Finding]) -> Outcome | None:
    if claim.leads and set(claim.leads) <= frozenset().union(*territory_leads(territory)):
        return None
    placed = [finding for finding in findings if finding.leads or finding.territory or " or " in finding.text]
    for finding in placed:
        words = (finding.territory or "").split() + finding.text.split()
        if "or" in words and any(name in words and name not in claim.territories for name in TERRITORIES):
            continue  # "anterior or lateral" bears out neither alone
        if lies_in(territory, finding):
            return None
    if placed:
        where = placed[0].territory or lead_list(placed[0].leads)
        return contradicted(f"{placed[0].text} is {where}, not {territory} [{placed[0].id}].")
    return unsupported(f"No cited record places it in the {territory} leads.")
