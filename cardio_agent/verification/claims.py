"""Clauses into claims: what a sentence says, each piece bound to what it is said of.

Enters: clauses with scope marked. Leaves: claims. Binding is by place and unit alone; nothing is
compared with a record here.
"""

import itertools
from collections.abc import Iterator, Sequence

from cardio_agent.leads import LEADS, LIMB_LEADS, PRECORDIAL_LEADS
from cardio_agent.verification.atoms import Atom, families
from cardio_agent.verification.claim_types import (
    Claim,
    ExtremeClaim,
    JudgementClaim,
    LeadsClaim,
    MissingClaim,
    PresenceClaim,
    StateClaim,
    TermClaim,
)
from cardio_agent.verification.clauses import CERTAIN, LEVELS, Clause
from cardio_agent.verification.lexicon import CONCEPTS
from cardio_agent.verification.number_claims import has_leads, values_of, with_transition
from cardio_agent.verification.recognition import territory_leads
from cardio_agent.verification.tokens import phrase_of

_EXCEPT = ("except", "except for", "apart from", "aside from", "other than")
_GROUPS = {"all": LEADS, "limb": LIMB_LEADS, "precordial": PRECORDIAL_LEADS}
_JOINING = (",", "and", "or")
_TERM_KINDS = (
    "unknown", "modifier", "superlative", "sex", "date", "lead_group", "count", "class", "level",
)  # fmt: skip
_PLURAL = ("are", "were")
_WHOLE = ("ecg", "ekg", "electrocardiogram", "tracing", "trace")


def claims_of(clause: Clause) -> list[Claim]:
    """Claims of a clause that speaks of the recording itself.

    Numbers take the measurement named nearest before them, else after them, if the units agree;
    leads go to the number beside them, else to the concept before them, else after it.
    """
    clause = with_transition(clause)
    values, used = values_of(clause)
    judgements = list(_judgements(clause))
    presences = list(_presences(clause, used, {claim.subject for claim in values}))
    claims: list[Claim] = [*values, *judgements, *presences, *_missing(clause), *_states(clause)]
    claims += _extremes(clause)
    claims += _left_over_leads(clause, used, bool(presences or judgements or list(_states(clause))))
    claims += _terms(clause)
    return claims


# ── judgements ───────────────────────────────────────────────────────────────────────────────


def _judgements(clause: Clause) -> Iterator[JudgementClaim | PresenceClaim]:
    for at, atom in enumerate(clause):
        if atom.kind != "qualifier" or _is_limit(clause, at) or _is_measured(clause, at):
            continue
        leads = tuple(lead for other in clause if other.kind == "leads" for lead in other.leads)
        judged = _judged(clause, at)
        for k in judged:
            yield from _judgement(clause, k, atom, leads)
        if not judged and _judges_whole(clause, at):
            says_normal = (atom.key == "normal") != atom.is_negated
            level = next((LEVELS[a.key] for a in clause if a.kind == "certainty" and a.key in LEVELS), None)
            yield PresenceClaim("normal_ECG", atom.text, is_negated=not says_normal, certainty=level)


def _is_limit(clause: Clause, at: int) -> bool:
    """Whether "normal" belongs to a range of reference that follows it."""
    following = [atom for atom in clause[at + 1 :] if atom.kind != "word"]
    return (
        clause[at].key == "normal"
        and bool(following)
        and following[0].kind == "number"
        and bool(following[0].comparison)
        and (following[0].comparison != "equal")
    )


def _is_measured(clause: Clause, at: int) -> bool:
    """ "Elevated by 1.7 mm": the number says how much, whatever counts as elevated."""
    following = clause[at + 1 : at + 3]
    is_level = clause[at].key in ("elevated", "depressed") and not clause[at].is_negated
    return is_level and [atom.text.lower() for atom in following[:1]] == ["by"] and following[-1].unit != ""


def _judges_whole(clause: Clause, at: int) -> bool:
    """ "The ECG is not normal": the tracing as a whole."""
    return clause[at].key in ("normal", "abnormal") and any(
        atom.text.lower() in _WHOLE for atom in clause[:at]
    )


def _judged(clause: Clause, at: int) -> list[int]:
    """Places of the measurements that a qualifier is said of."""
    if at + 1 < len(clause) and _is_judgeable(clause[at + 1]):
        return _row_of_names(clause, at + 1)
    is_plural = any(atom.text.lower() in _PLURAL for atom in clause[:at]) or _is_all(clause, at - 1)
    found: list[int] = []
    for k in range(at - 1, -1, -1):
        atom = clause[k]
        if found and (atom.kind == "qualifier" or (atom.kind == "number" and not is_plural)):
            break
        if _is_judgeable(atom):
            found.append(k)
    return found or [k for k in range(at + 1, len(clause)) if _is_judgeable(clause[k])][:1]


def _is_all(clause: Clause, at: int) -> bool:
    return at >= 0 and clause[at].text.lower() in ("all", "both")


def _is_judgeable(atom: Atom) -> bool:
    return atom.kind in ("quantity", "family") or (atom.kind == "concept" and bool(atom.names))


def _row_of_names(clause: Clause, start: int) -> list[int]:
    found = [start]
    for k in range(start + 1, len(clause)):
        if clause[k].kind == "quantity":
            found.append(k)
        elif clause[k].kind not in ("break", "word") or clause[k].key in ("open", "close", "with"):
            break
    return found


def _judgement(
    clause: Clause, place: int, qualifier: Atom, leads: tuple[str, ...]
) -> Iterator[JudgementClaim | PresenceClaim]:
    subject = clause[place]
    is_negated = qualifier.is_negated
    family = families().get(phrase_of(subject.text))
    text = f"{subject.text} {qualifier.text}"
    if family and qualifier.key in ("normal", "abnormal"):
        says_present = (qualifier.key == "abnormal") != is_negated
        yield PresenceClaim(family, text, is_negated=not says_present, leads=leads)
        return
    names = _narrowed(clause, place)
    word, flipped = ("normal", not is_negated) if qualifier.key == "abnormal" else (qualifier.key, is_negated)
    yield JudgementClaim(names, word, flipped, leads, text)


def _narrowed(clause: Clause, place: int) -> tuple[str, ...]:
    """Measurements that a name stands for, by the formula that follows it or else stands before it."""
    names = clause[place].names
    following = list(itertools.takewhile(lambda atom: atom.kind != "quantity", clause[place + 1 :]))
    formulas = [atom.key for atom in following if atom.kind == "formula"]
    formulas = formulas or [atom.key for atom in clause[:place] if atom.kind == "formula"]
    return tuple(name for name in names if name in formulas) or names


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
            yield MissingClaim(_narrowed(clause, place), _leads_in(clause), is_measured, atom.text)


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
    group = tuple(lead for atom in atoms if atom.kind == "lead_group" for lead in _GROUPS.get(atom.key, ()))
    if named and any(atom.kind == "break" and atom.text.lower() in _EXCEPT for atom in atoms):
        return tuple(lead for lead in group or LEADS if lead not in named)
    return tuple(dict.fromkeys((*named, *group)))


def _extremes(clause: Clause) -> Iterator[ExtremeClaim]:
    """ "ST elevation is largest in V3": whose value is the largest of all leads."""
    leads = _leads_in(clause)
    named = [atom for atom in clause if any(map(has_leads, atom.names))]
    is_plain = not any(atom.kind in ("number", "negation", "attention") for atom in clause)
    superlative = next((atom for atom in clause if atom.kind == "superlative"), None)
    if superlative and leads and len(named) == 1 and is_plain:
        sign = CONCEPTS[named[0].about].sign if named[0].about else 1
        yield ExtremeClaim(named[0].names, leads, sign, f"{superlative.text} {named[0].text}")


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
        if is_taken or _is_plural_sex(atom) or _spans_leads(atom, clause):
            continue
        is_loose = atom.kind == "qualifier" and not (
            _judged(clause, k) or _judges_whole(clause, k) or _is_limit(clause, k)
        )
        if is_loose and atom.is_negated:
            yield TermClaim("denied", "", atom.text)
        elif is_loose or atom.kind in _TERM_KINDS:
            yield TermClaim(
                "unknown" if is_loose else atom.kind, atom.key or atom.text.lower(), atom.text, is_denied
            )
        elif atom.kind == "territory" and not any(other.kind in ("concept", "quote") for other in clause):
            yield TermClaim("territory", atom.key, atom.text, is_denied)
