"""Clauses into claims: what a sentence says, each piece bound to what it is said of.

Enters: clauses with scope marked. Leaves: claims. Binding is by place and unit alone; nothing is
compared with a record here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cardio_agent.verification.clauses import Clause
from cardio_agent.verification.number_claims import ValueClaim, values_of
from cardio_agent.verification.recognition import Atom, families
from cardio_agent.verification.tokens import phrase_of

_PLURAL = ("are", "were")
_WHOLE = ("ecg", "ekg", "electrocardiogram", "tracing", "trace")


@dataclass(frozen=True)
class JudgementClaim:
    """A measurement is called normal, prolonged, wide …"""

    names: tuple[str, ...]
    word: str
    is_negated: bool
    leads: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class PresenceClaim:
    """A concept, or a whole finding in its own words, is said to be present or absent."""

    key: str
    text: str
    is_quote: bool = False
    is_negated: bool = False
    certainty: int | None = None
    leads: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    is_only: bool = False
    is_valued: bool = False
    by_classifier: bool = False


@dataclass(frozen=True)
class MissingClaim:
    """A measurement is said not to be measurable."""

    names: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class StateClaim:
    """The recording, or some leads of it, are said to be good, noisy, missing …"""

    state: str
    leads: tuple[str, ...]
    is_negated: bool
    text: str


@dataclass(frozen=True)
class LeadsClaim:
    """Leads are named, and nothing else in the clause takes them up."""

    leads: tuple[str, ...]


@dataclass(frozen=True)
class TermClaim:
    """A sex, a date or a word that only a cited record can bear out."""

    kind: str
    key: str
    text: str
    is_denied: bool = False


Claim = ValueClaim | JudgementClaim | PresenceClaim | MissingClaim | StateClaim | LeadsClaim | TermClaim


def claims_of(clause: Clause) -> list[Claim]:
    """Claims of a clause that speaks of the recording itself.

    Numbers take the measurement named nearest before them, else after them, if the units agree;
    leads go to the number beside them, else to the concept before them, else after it.
    """
    values, used = values_of(clause)
    judgements = list(_judgements(clause))
    presences = list(_presences(clause, used, {claim.subject for claim in values}))
    claims: list[Claim] = [*values, *judgements, *presences, *_missing(clause), *_states(clause)]
    claims += _left_over_leads(clause, used, bool(presences or judgements or list(_states(clause))))
    claims += _terms(clause)
    return claims


# ── judgements ───────────────────────────────────────────────────────────────────────────────


def _judgements(clause: Clause) -> Iterator[JudgementClaim | PresenceClaim]:
    for at, atom in enumerate(clause):
        if atom.kind != "qualifier" or _is_limit(clause, at):
            continue
        leads = tuple(lead for other in clause if other.kind == "leads" for lead in other.leads)
        judged = _judged(clause, at)
        for k in judged:
            yield from _judgement(clause, k, atom, leads)
        if not judged and _judges_whole(clause, at):
            says_normal = (atom.key == "normal") != atom.is_negated
            yield PresenceClaim("normal_ECG", atom.text, is_negated=not says_normal)


def _is_limit(clause: Clause, at: int) -> bool:
    """Whether "normal" belongs to a range of reference that follows it."""
    following = [atom for atom in clause[at + 1 :] if atom.kind != "word"]
    return (
        bool(following)
        and following[0].kind == "number"
        and bool(following[0].comparison)
        and (following[0].comparison != "equal")
    )


def _judges_whole(clause: Clause, at: int) -> bool:
    """ "The ECG is not normal": the tracing as a whole."""
    return clause[at].key in ("normal", "abnormal") and any(
        atom.text.lower() in _WHOLE for atom in clause[:at]
    )


def _judged(clause: Clause, at: int) -> list[int]:
    """Places of the measurements that a qualifier is said of."""
    if at + 1 < len(clause) and _is_judgeable(clause[at + 1]):
        return _row_of_names(clause, at + 1)
    is_plural = any(atom.text.lower() in _PLURAL for atom in clause[:at])
    found: list[int] = []
    for k in range(at - 1, -1, -1):
        atom = clause[k]
        if found and (atom.kind == "qualifier" or (atom.kind == "number" and not is_plural)):
            break
        if _is_judgeable(atom):
            found.append(k)
    return found or [k for k in range(at + 1, len(clause)) if _is_judgeable(clause[k])][:1]


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
    names = _narrowed(clause, subject.names)
    word, flipped = ("normal", not is_negated) if qualifier.key == "abnormal" else (qualifier.key, is_negated)
    yield JudgementClaim(names, word, flipped, leads, text)


def _narrowed(clause: Clause, names: tuple[str, ...]) -> tuple[str, ...]:
    formulas = [atom.key for atom in clause if atom.kind == "formula"]
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
            if other.kind == "leads" and j not in used_leads and _owner(places, j) == k
            for lead in other.leads
        )
        territories = tuple(
            other.key
            for j, other in enumerate(clause)
            if other.kind == "territory" and _territory_owner(places, j) == k
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


def _territory_owner(places: Sequence[int], at: int) -> int:
    """A territory right before a concept belongs to it, as an adjective does."""
    return at + 1 if at + 1 in places else _owner(places, at)


def _left_over_leads(clause: Clause, used: set[int], are_taken: bool) -> Iterator[LeadsClaim]:
    for k, atom in enumerate(clause):
        if atom.kind == "leads" and k not in used and not are_taken:
            yield LeadsClaim(atom.leads)


# ── the rest ─────────────────────────────────────────────────────────────────────────────────


def _missing(clause: Clause) -> Iterator[MissingClaim]:
    cues = [atom for atom in clause if atom.kind == "not_measurable"]
    is_denied = any(atom.kind == "negation" for atom in clause)
    if any(cue.key == "not_measurable" or is_denied for cue in cues):
        for atom in clause:
            if atom.kind == "quantity":
                yield MissingClaim(_narrowed(clause, atom.names), atom.text)


def _states(clause: Clause) -> Iterator[StateClaim]:
    has_concept = any(atom.kind == "concept" for atom in clause)
    is_negated = any(atom.kind == "negation" for atom in clause)
    start = 0
    for at, atom in enumerate(clause):
        if atom.kind == "state" and not (atom.key == "missing" and has_concept):
            of_recording = atom.key in ("limited", "unusable")
            leads = _leads_in(clause[start:at]) or _leads_in(clause[at:])
            yield StateClaim(atom.key, () if of_recording else leads, is_negated, atom.text)
            start = at


def _leads_in(atoms: Sequence[Atom]) -> tuple[str, ...]:
    return tuple(lead for atom in atoms if atom.kind == "leads" for lead in atom.leads)


def _terms(clause: Clause) -> Iterator[TermClaim]:
    is_denied = any(atom.is_negated for atom in clause)
    has_number = any(atom.kind == "number" for atom in clause)
    for k, atom in enumerate(clause):
        if atom.kind == "superlative" and has_number:
            continue
        is_loose = atom.kind == "qualifier" and not (
            _judged(clause, k) or _judges_whole(clause, k) or _is_limit(clause, k)
        )
        if is_loose and atom.is_negated:
            yield TermClaim("denied", "", atom.text)
        elif is_loose or atom.kind in (
            "unknown",
            "modifier",
            "superlative",
            "sex",
            "date",
            "lead_group",
            "class",
            "level",
        ):
            yield TermClaim(
                "unknown" if is_loose else atom.kind, atom.key or atom.text.lower(), atom.text, is_denied
            )
        elif atom.kind == "territory" and not any(other.kind in ("concept", "quote") for other in clause):
            yield TermClaim("territory", atom.key, atom.text, is_denied)
