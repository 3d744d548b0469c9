"""Words such as "normal" or "prolonged", each bound to the measurements or the part of the tracing it judges.

Enters: a clause. Leaves: judgement claims, or claims of presence where a part of the tracing is judged
("repolarisation is normal"). Holds nothing against the records.
"""

import itertools
from collections.abc import Iterator, Sequence

from cardio_agent.verification.atoms import Atom, families
from cardio_agent.verification.claim_types import JudgementClaim, PresenceClaim
from cardio_agent.verification.clauses import LEVELS, Clause
from cardio_agent.verification.tokens import phrase_of

_PLURAL = ("are", "were")
_WHOLE = ("ecg", "ekg", "electrocardiogram", "tracing", "trace", "recording", "study")
_DISTURBED = ("abnormal", "prolonged", "slow")  # said of conduction or the like as a whole


def judgements_of(clause: Clause) -> Iterator[JudgementClaim | PresenceClaim]:
    """What the qualifiers of a clause claim."""
    for at, atom in enumerate(clause):
        if atom.kind != "qualifier" or is_limit(clause, at) or _is_measured(clause, at):
            continue
        if is_graded_denial(clause, at):
            continue
        leads = _leads_of(clause, at)
        judged = judged_places(clause, at)
        for k in judged:
            yield from _judgement(clause, k, atom, leads)
        if not judged and judges_whole(clause, at):
            says_normal = (atom.key == "normal") != atom.is_negated
            yield PresenceClaim(
                "normal_ECG", atom.text, is_negated=not says_normal, certainty=_certainty_in(clause)
            )


def _leads_of(clause: Clause, at: int) -> tuple[str, ...]:
    """Leads of a qualifier; of several ("raised in V1, lowered in III") each has those that follow it."""
    places = [k for k, atom in enumerate(clause) if atom.kind == "qualifier"]
    end = next((k for k in places if k > at), len(clause))
    own = _named_leads(clause[at:end])
    is_one_of_several = len(places) > 1 or any(atom.kind == "concept" for atom in clause[:at])
    return own if own and is_one_of_several else _named_leads(clause)


def _named_leads(atoms: Sequence[Atom]) -> tuple[str, ...]:
    return tuple(lead for atom in atoms if atom.kind == "leads" for lead in atom.leads)


def _certainty_in(clause: Clause) -> int | None:
    return next((LEVELS[a.key] for a in clause if a.kind == "certainty" and a.key in LEVELS), None)


def is_limit(clause: Clause, at: int) -> bool:
    """Whether "normal" belongs to a range of reference that follows it."""
    following = [atom for atom in clause[at + 1 :] if atom.kind != "word"]
    return (
        not clause[at].text.lower().startswith("within")
        and clause[at].key == "normal"
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


def is_graded_denial(clause: Clause, at: int) -> bool:
    """ "Not markedly prolonged": the degree is denied, not that it is prolonged."""
    before = clause[at - 1] if at else None
    is_graded = before is not None and before.kind == "degree" and before.key != "significant"
    return is_graded and clause[at].is_negated


def judges_whole(clause: Clause, at: int) -> bool:
    """ "The ECG is not normal": the tracing as a whole."""
    return clause[at].key in ("normal", "abnormal") and any(
        atom.text.lower() in _WHOLE for atom in clause[:at]
    )


def judged_places(clause: Clause, at: int) -> list[int]:
    """Places of the measurements that a qualifier is said of."""
    if at + 1 < len(clause) and _is_judgeable(clause[at + 1]):
        return _row_of_names(clause, at + 1)
    is_plural = any(atom.text.lower() in _PLURAL for atom in clause[:at]) or _is_all(clause, at - 1)
    found: list[int] = []
    for k in range(at - 1, -1, -1):
        atom = clause[k]
        if not found and atom.text.lower() in _WHOLE and clause[at].key in ("normal", "abnormal"):
            return []
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
    of_family = ("normal", *_DISTURBED) if subject.kind == "family" else ("normal", "abnormal")
    if family and qualifier.key in of_family:
        says_absent = (qualifier.key == "normal") != is_negated
        certainty = None if says_absent else _certainty_in(clause)
        yield PresenceClaim(family, text, is_negated=says_absent, leads=leads, certainty=certainty)
        return
    names = narrowed(clause, place)
    word, flipped = ("normal", not is_negated) if qualifier.key == "abnormal" else (qualifier.key, is_negated)
    yield JudgementClaim(names, word, flipped, leads, text)


def narrowed(clause: Clause, place: int) -> tuple[str, ...]:
    """Measurements that a name stands for, by the formula that follows it or else stands before it."""
    names = clause[place].names
    following = list(itertools.takewhile(lambda atom: atom.kind != "quantity", clause[place + 1 :]))
    formulas = [atom.key for atom in following if atom.kind == "formula"]
    formulas = formulas or [atom.key for atom in clause[:place] if atom.kind == "formula"]
    return tuple(name for name in names if name in formulas) or names
