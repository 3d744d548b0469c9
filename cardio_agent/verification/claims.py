"""Clauses into claims: what a sentence says, each piece bound to what it is said of.

Enters: clauses with scope marked. Leaves: claims. Binding is by place and unit alone; nothing is
compared with a record here.
"""

from collections.abc import Iterator, Sequence

from cardio_agent.leads import LEADS, LIMB_LEADS, PRECORDIAL_LEADS
from cardio_agent.verification.atoms import Atom
from cardio_agent.verification.claim_types import (
    Claim,
    ExtremeClaim,
    LeadsClaim,
    MissingClaim,
    PresenceClaim,
    StateClaim,
    TermClaim,
)
from cardio_agent.verification.clauses import CERTAIN, LEVELS, Clause
from cardio_agent.verification.lexicon import CONCEPTS
from cardio_agent.verification.number_claims import has_leads, values_of, with_transition
from cardio_agent.verification.qualifiers import (
    is_limit,
    judged_places,
    judgements_of,
    judges_whole,
    narrowed,
)
from cardio_agent.verification.recognition import territory_leads

_EXCEPT = ("except", "except for", "apart from", "aside from", "other than")
_GROUPS = {"all": LEADS, "limb": LIMB_LEADS, "precordial": PRECORDIAL_LEADS}
_LEVELS = ("elevated", "depressed", "inverted", "upright")
_JOINING = (",", "and", "or")
_TERM_KINDS = (
    "unknown", "modifier", "superlative", "sex", "date", "lead_group", "count", "class", "level",
)  # fmt: skip


def claims_of(clause: Clause) -> list[Claim]:
    """Claims of a clause that speaks of the recording itself.

    Numbers take the measurement named nearest before them, else after them, if the units agree;
    leads go to the number beside them, else to the concept before them, else after it.
    """
    clause = with_transition(clause)
    values, used = values_of(clause)
    judgements = list(judgements_of(clause))
    presences = list(_presences(clause, used, {claim.subject for claim in values}))
    claims: list[Claim] = [*values, *judgements, *presences, *_missing(clause), *_states(clause)]
    claims += _extremes(clause)
    claims += _left_over_leads(clause, used, bool(presences or judgements or list(_states(clause))))
    claims += _terms(clause)
    return claims


# ── presence ─────────────────────────────────────────────────────────────────────────────────


def _presences(clause: Clause, used_leads: set[int], valued: set[str]) -> Iterator[PresenceClaim]:
    reports = any(atom.kind == "probability" and atom.key == "reports" for atom in clause)
    only = any(atom.kind == "only" for atom in clause)
    places = [k for k, atom in enumerate(clause) if atom.kind in ("concept", "quote")]
    for k in places:
        atom = clause[k]
        leads = tuple(
            lead
            for j, other in enumerate(clause)
            if other.kind == "leads"
            and j not in used_leads
            and not _tells_state(clause, j)
            and not _is_of_qualifier(clause, k, j)
            and _owner(places, j) == k
            for lead in other.leads
        )
        territories = tuple(
            other.key
            for j, other in enumerate(clause)
            if other.kind == "territory" and _territory_owner(clause, places, j) == k
        )
        yield PresenceClaim(
            atom.key,
            atom.text,
            atom.kind == "quote",
            atom.is_negated,
            atom.certainty,
            leads,
            territories,
            only,
            atom.text in valued,
            reports,
        )


def _owner(places: Sequence[int], at: int) -> int:
    """The concept that leads belong to: the nearest before them, else the first after."""
    before = [k for k in places if k < at]
    return before[-1] if before else places[0]


def _is_of_qualifier(clause: Clause, concept: int, at: int) -> bool:
    """ "ST elevated in III, depressed in V3": the second lead is of the second word."""
    return any(atom.kind == "qualifier" and atom.key in _LEVELS for atom in clause[concept:at])


def _tells_state(clause: Clause, at: int) -> bool:
    """Whether leads stand as in "noise in V4"."""
    before = [atom for atom in clause[:at] if atom.kind != "word"]
    return bool(before) and before[-1].kind == "state"


def _territory_owner(clause: Clause, places: Sequence[int], at: int) -> int:
    """Territories right before a concept belong to it, as adjectives do."""
    after = at + 1
    while after < len(clause) and (clause[after].kind == "territory" or clause[after].text in _JOINING):
        after += 1
    return after if after in places else _owner(places, at)


def _left_over_leads(clause: Clause, used: set[int], are_taken: bool) -> Iterator[LeadsClaim]:
    for k, atom in enumerate(clause):
        if atom.kind == "leads" and k not in used and not are_taken:
            yield LeadsClaim(atom.leads)


# ── the rest ─────────────────────────────────────────────────────────────────────────────────


def _missing(clause: Clause) -> Iterator[MissingClaim]:
    cues = [atom for atom in clause if atom.kind == "not_measurable"]
    is_denied = any(atom.kind == "negation" for atom in clause)
    for place, atom in enumerate(clause if cues else ()):
        if atom.kind == "quantity":
            is_measured = cues[0].key == "if_denied" and not is_denied
            yield MissingClaim(narrowed(clause, place), _leads_in(clause), is_measured, atom.text)


def _states(clause: Clause) -> Iterator[StateClaim]:
    has_concept = any(atom.kind == "concept" for atom in clause)
    is_negated = any(atom.kind == "negation" for atom in clause)
    start = 0
    for at, atom in enumerate(clause):
        if atom.kind == "state" and not (atom.key == "missing" and has_concept):
            of_recording = atom.key in ("limited", "unusable")
            excepts = any(other.text.lower() in _EXCEPT for other in clause)
            leads = _leads_in(clause) if excepts else _leads_in(clause[start:at]) or _leads_in(clause[at:])
            excluded = tuple(lead for lead in LEADS if excepts and lead not in leads)
            yield StateClaim(atom.key, () if of_recording else leads, is_negated, atom.text, excluded)
            start = at


def _leads_in(atoms: Sequence[Atom]) -> tuple[str, ...]:
    """Leads named, one by one or as a group; "all except V5" are the eleven others."""
    named = tuple(lead for atom in atoms if atom.kind == "leads" for lead in atom.leads)
    if named and any(_lists_group(atoms, k) for k in range(len(atoms))):
        return named
    group = tuple(lead for atom in atoms if atom.kind == "lead_group" for lead in _GROUPS.get(atom.key, ()))
    if named and any(atom.kind == "break" and atom.text.lower() in _EXCEPT for atom in atoms):
        return tuple(lead for lead in group or LEADS if lead not in named)
    return tuple(dict.fromkeys((*named, *group)))


def _lists_group(atoms: Sequence[Atom], at: int) -> bool:
    """ "Three limb leads (I, III and aVL)": the leads of the group that are meant follow it."""
    is_group = atoms[at].kind == "lead_group" and atoms[at].key in _GROUPS
    return is_group and any(atom.kind == "count" for atom in atoms[:at]) and bool(_leads_after(atoms, at))


def _leads_after(atoms: Sequence[Atom], at: int) -> tuple[str, ...]:
    following = [atom for atom in atoms[at + 1 :] if atom.kind != "break"][:1]
    return following[0].leads if following else ()


def _extremes(clause: Clause) -> Iterator[ExtremeClaim]:
    """ "ST elevation is largest in V3": whose value is the largest of all leads."""
    leads = _ranked_leads(clause) or _leads_in(clause)
    named = [atom for atom in clause if any(map(has_leads, atom.names))]
    is_plain = not any(atom.kind in ("number", "negation", "attention") for atom in clause)
    superlative = next((atom for atom in clause if atom.kind == "superlative"), None)
    if superlative and leads and len(named) == 1 and is_plain:
        sign = CONCEPTS[named[0].about].sign if named[0].about else 1
        yield ExtremeClaim(named[0].names, leads, sign, f"{superlative.text} {named[0].text}")


def _ranked_leads(clause: Clause) -> tuple[str, ...]:
    """ "Among the precordial leads V3 has the largest": V3, which is one of them; empty for none such."""
    named = tuple(lead for atom in clause for lead in atom.leads)
    groups = [_GROUPS.get(atom.key, ()) for atom in clause if atom.kind == "lead_group"]
    return named if groups and all({*named} <= {*group} for group in groups) else ()


def _is_plural_sex(atom: Atom) -> bool:
    """ "In women": whom a limit is for, not who this is."""
    return atom.kind == "sex" and atom.text.lower() in ("men", "women", "males", "females")


def _spans_leads(atom: Atom, clause: Clause) -> bool:
    """ "The lateral leads I and V6": the leads bear the territory out."""
    named = {lead for other in clause for lead in other.leads}
    return atom.kind == "territory" and bool(named) and named <= frozenset().union(*territory_leads(atom.key))


def _terms(clause: Clause) -> Iterator[TermClaim]:
    is_denied = any(atom.is_negated for atom in clause)
    if not any(atom.about for atom in clause):
        yield from (TermClaim("certain", "", a.text) for a in clause if LEVELS.get(a.key) == CERTAIN)
    ranks = any(atom.kind == "number" for atom in clause) or any(_extremes(clause))
    has_state = any(atom.kind == "state" for atom in clause)
    for k, atom in enumerate(clause):
        is_taken = (atom.kind == "superlative" and ranks) or (atom.kind == "lead_group" and has_state)
        is_taken |= atom.kind == "lead_group" and bool(_ranked_leads(clause)) and any(_extremes(clause))
        if is_taken or _is_plural_sex(atom) or _spans_leads(atom, clause):
            continue
        is_loose = atom.kind == "qualifier" and not (
            judged_places(clause, k) or judges_whole(clause, k) or is_limit(clause, k)
        )
        if is_loose and atom.is_negated:
            yield TermClaim("denied", "", atom.text)
        elif is_loose or atom.kind in _TERM_KINDS:
            yield TermClaim(
                "unknown" if is_loose else atom.kind, atom.key or atom.text.lower(), atom.text, is_denied
            )
        elif atom.kind == "territory" and not any(other.kind in ("concept", "quote") for other in clause):
            yield TermClaim("territory", atom.key, atom.text, is_denied)
