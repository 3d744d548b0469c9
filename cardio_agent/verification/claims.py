"""Clauses into claims: what a sentence says, each piece bound to what it is said of.

Enters: clauses with scope marked. Leaves: claims. Binding is by place and unit alone; nothing is
compared with a record here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cardio_agent.verification.clauses import Clause, is_verb
from cardio_agent.verification.recognition import Atom, families, phrase_of

UNIT_OF_SUFFIX = {"ms": ("ms", "s"), "mv": ("mV", "mm", "µV"), "deg": ("deg",), "bpm": ("bpm",)}
_PLURAL = ("are", "were")


@dataclass(frozen=True)
class ValueClaim:
    """A number said of a measurement; without ``names`` it was said of nothing in particular."""

    number: Atom
    names: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    sign: int = 1
    subject: str = ""
    is_reference: bool = False


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
    values, used = _values(clause)
    judgements = list(_judgements(clause))
    presences = list(_presences(clause, used, {claim.subject for claim in values}))
    claims: list[Claim] = [*values, *judgements, *presences, *_missing(clause), *_states(clause)]
    claims += _left_over_leads(clause, used, bool(presences or judgements or list(_states(clause))))
    claims += _terms(clause)
    return claims


# ── numbers ──────────────────────────────────────────────────────────────────────────────────


def fits(unit: str, name: str) -> bool:
    """Whether a unit is one in which a measurement may be given; no unit fits any."""
    return not unit or unit in UNIT_OF_SUFFIX[name.rsplit("_", 1)[1]]


def _values(clause: Clause) -> tuple[list[ValueClaim], set[int]]:
    """Number claims, and the places of the leads that they took."""
    at_numbers = [k for k, atom in enumerate(clause) if atom.kind == "number"]
    paired = _paired_lists(clause, at_numbers)
    claims: list[ValueClaim] = []
    used_names: set[int] = set()
    used_leads: set[int] = set()
    subject: Atom | None = None
    for order, at in enumerate(at_numbers):
        start = at_numbers[order - 1] + 1 if order else 0
        end = at_numbers[order + 1] if order + 1 < len(at_numbers) else len(clause)
        number = _with_superlative(clause, _with_shared_unit(clause, at, at_numbers[order + 1 :]))
        place = paired.get(at, _subject_place(clause, number, at, start, end, used_names))
        if place is not None:
            used_names.add(place)
            subject = clause[place]
        elif subject is not None and not any(fits(number.unit, name) for name in subject.names):
            subject = None
        names = _by_formula(subject.names if subject else (), _formula(clause, at, start))
        names = tuple(name for name in names if fits(number.unit, name)) or names
        if not names and number.unit == "bpm":
            names = ("heart_rate_bpm",)
        lead_place = _lead_place(clause, at, start, end, used_leads)
        used_leads |= {lead_place} if lead_place is not None else set()
        claims.append(
            ValueClaim(
                number,
                names,
                clause[lead_place].leads if lead_place is not None else (),
                _sign(subject) if names else 1,
                subject.text if subject else "",
                _is_reference(clause, at),
            )
        )
    return claims, used_leads


def _sign(subject: Atom | None) -> int:
    from cardio_agent.verification.lexicon import CONCEPTS

    return CONCEPTS[subject.key].sign if subject is not None and subject.kind == "concept" else 1


def _paired_lists(clause: Clause, at_numbers: Sequence[int]) -> dict[int, int]:
    """"PR, QRS and QTc are 160, 92 and 412 ms": as many names in a row as numbers in a row."""
    if len(at_numbers) < 2:
        return {}
    names = [k for k in range(at_numbers[0]) if clause[k].kind == "quantity"]
    between = [clause[k] for k in range(at_numbers[0], at_numbers[-1]) if k not in at_numbers]
    in_row = all(atom.kind in ("break", "word") for atom in between)
    return dict(zip(at_numbers, names, strict=True)) if in_row and len(names) == len(at_numbers) else {}


def _with_shared_unit(clause: Clause, at: int, later: Sequence[int]) -> Atom:
    """A number without unit takes that of the next number in the clause: "PR 160, QRS 92 ms"."""
    number = clause[at]
    if number.unit or not later:
        return number
    return replace(number, unit=next((clause[k].unit for k in later if clause[k].unit), ""))


def _with_superlative(clause: Clause, number: Atom) -> Atom:
    """"The maximum ST elevation is 0.31 mV": the number is the largest one."""
    has_superlative = any(atom.kind == "superlative" for atom in clause)
    return replace(number, comparison="largest") if has_superlative and not number.comparison else number


def _subject_place(
    clause: Clause, number: Atom, at: int, start: int, end: int, used: set[int]
) -> int | None:
    places = [*range(at - 1, start - 1, -1), *range(at + 1, end)]
    for k in places:
        if k not in used and any(fits(number.unit, name) for name in clause[k].names):
            return k
    # A name whose unit does not fit is still what the number was said of, when it stands right before it.
    for k in range(at - 1, start - 1, -1):
        if clause[k].kind == "quantity" and k not in used:
            return k
    return None


def _formula(clause: Clause, at: int, start: int) -> str:
    """The QTc formula named right after a number, else before it; not one that ends the value before."""
    following = (atom for atom in clause[at + 1 :] if atom.kind != "word" and atom.key != "open")
    if (after := next(following, None)) is not None and after.kind == "formula":
        return after.key
    between = [k for k in range(start, at) if clause[k].kind == "formula"]
    names = [k for k in range(start, at) if clause[k].kind == "quantity"]
    own = [k for k in between if start == 0 or (names and k > names[0])]
    return clause[own[-1]].key if own else ""


def _by_formula(names: tuple[str, ...], formula: str) -> tuple[str, ...]:
    """A formula narrows QTc down, and makes a bare "corrected to 411 ms" a QTc."""
    return (formula,) if formula and (formula in names or names == ("qt_ms",)) else names


def _narrowed(clause: Clause, names: tuple[str, ...]) -> tuple[str, ...]:
    formulas = [atom.key for atom in clause if atom.kind == "formula"]
    return tuple(name for name in names if name in formulas) or names


def _lead_place(clause: Clause, at: int, start: int, end: int, used: set[int]) -> int | None:
    def is_free(k: int) -> bool:
        return clause[k].kind == "leads" and k not in used

    after = [k for k in range(at + 1, end) if clause[k].kind not in ("word", "break") or clause[k].key == "soft"]
    follows = bool(after) and clause[after[0]].kind == "leads"
    order = [*range(at - 1, start - 1, -1), *range(at + 1, end)]
    if follows:
        order = [after[0], *order]
    return next((k for k in order if is_free(k)), None)


def _is_reference(clause: Clause, at: int) -> bool:
    """"(normal 120–200 ms)": the number is a limit of normal, not a value."""
    before = [atom for atom in clause[:at] if atom.kind != "word" or atom.key in ("limit", "limits", "range")]
    return bool(before) and (before[-1].key == "normal" or before[-1].key in ("limit", "limits", "range"))


# ── judgements ───────────────────────────────────────────────────────────────────────────────


def _judgements(clause: Clause) -> Iterator[JudgementClaim | PresenceClaim]:
    for at, atom in enumerate(clause):
        if atom.kind != "qualifier" or _is_limit(clause, at):
            continue
        leads = tuple(lead for other in clause if other.kind == "leads" for lead in other.leads)
        for k in _judged(clause, at):
            yield from _judgement(clause, k, atom, leads)


def _is_limit(clause: Clause, at: int) -> bool:
    """Whether "normal" belongs to a range of reference that follows it."""
    following = [atom for atom in clause[at + 1 :] if atom.kind != "word"]
    return bool(following) and following[0].kind == "number" and bool(following[0].comparison) and (
        following[0].comparison != "equal"
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
            other.key for j, other in enumerate(clause) if other.kind == "territory" and _territory_owner(places, j) == k
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
    leads = tuple(lead for atom in clause if atom.kind == "leads" for lead in atom.leads)
    has_concept = any(atom.kind == "concept" for atom in clause)
    for atom in clause:
        if atom.kind == "state" and not (atom.key == "missing" and has_concept):
            is_negated = any(other.kind == "negation" for other in clause)
            of_recording = atom.key in ("limited", "unusable")
            yield StateClaim(atom.key, () if of_recording else leads, is_negated, atom.text)


def _terms(clause: Clause) -> Iterator[TermClaim]:
    is_denied = any(atom.is_negated for atom in clause)
    has_number = any(atom.kind == "number" for atom in clause)
    bound = {k for at, atom in enumerate(clause) if atom.kind == "qualifier" for k in [at] if _judged(clause, at)}
    for k, atom in enumerate(clause):
        if atom.kind == "superlative" and has_number:
            continue
        is_loose = atom.kind == "qualifier" and k not in bound and not _is_limit(clause, k)
        if is_loose or atom.kind in ("unknown", "modifier", "superlative", "sex", "date", "lead_group", "class", "level"):
            yield TermClaim("unknown" if is_loose else atom.kind, atom.key or atom.text.lower(), atom.text, is_denied)
        elif atom.kind == "territory" and not any(other.kind in ("concept", "quote") for other in clause):
            yield TermClaim("territory", atom.key, atom.text, is_denied)


def has_verb(clause: Clause) -> bool:
    """Whether a clause is a statement of its own."""
    return any(map(is_verb, clause))
