"""How many leads: "two leads are flat", "10 of 12 leads are good".

Enters: a clause and the context. Leaves: outcomes. Which leads are meant stands in the clause; else all that
are in the state said are counted.
"""

from collections.abc import Iterator

from cardio_agent.leads import LEADS, LIMB_LEADS, PRECORDIAL_LEADS
from cardio_agent.verification.atoms import Atom
from cardio_agent.verification.claim_types import Claim, StateClaim, TermClaim, ValueClaim
from cardio_agent.verification.clauses import Clause
from cardio_agent.verification.context import Context, Outcome, contradicted, supported, unsupported
from cardio_agent.verification.remaining import is_in_state

_WORDS = {"one": 1, "two": 2}
_OF_RECORDING = ("limited", "unusable", "repeat")
_JOINING = ("of", "the", "all")
_GROUPS = {"limb": LIMB_LEADS, "precordial": PRECORDIAL_LEADS}


def check_counts(clause: Clause, context: Context) -> Iterator[Outcome]:
    """The number of leads said to be in a state, or in one of several, against the quality of each."""
    states = _states(clause)
    is_denied = any(atom.kind == "negation" and atom.key == "either" for atom in clause)
    for at in range(len(clause)):
        group = _counted_leads(clause, at)
        if not states or not group:
            continue
        named = {lead for atom in clause for lead in atom.leads}
        such = {lead for lead in group if any(is_in_state(lead, s, context) for s in states) != is_denied}
        count = _count(clause[at])
        if at and clause[at].text.lower().startswith("of ") and _count(clause[at - 1]) is not None:
            if count != len(group):
                yield contradicted(f"There are {len(group)} leads, not {count}.")
            continue
        if len(named or such) != count:
            yield contradicted(
                f"So are {len(named or such)} leads, not {count} [{context.facts.quality.id}]."
            )
        elif not named and context.facts.quality.id not in context.cited:
            yield unsupported(f"The sentence does not cite [{context.facts.quality.id}].")
        else:
            yield supported(f"{count} leads are so.")


def is_counted(claim: Claim, clause: Clause) -> bool:
    """Whether a claim is only the number or the state of the leads that a clause counts."""
    if not _states(clause) or not any(_counted_leads(clause, at) for at in range(len(clause))):
        return False
    match claim:
        case StateClaim():
            return not claim.leads
        case ValueClaim():
            return not claim.number.unit
        case TermClaim():
            return claim.kind in ("count", "lead_group", "only")
        case _:
            return False


def _states(clause: Clause) -> list[str]:
    """States of leads; "limited" and the like are of the recording."""
    return [atom.key for atom in clause if atom.kind == "state" and atom.key not in _OF_RECORDING]


def _count(atom: Atom) -> int | None:
    is_bare = atom.kind == "count" or (atom.kind == "number" and not atom.unit)
    return int(atom.value) if is_bare and atom.value is not None else _WORDS.get(atom.text.lower())


def _counted_leads(clause: Clause, at: int) -> tuple[str, ...]:
    """The leads among which are counted; empty where the atom counts none."""
    if _count(clause[at]) is None:
        return ()
    rest = [atom for atom in clause[at + 1 :] if atom.text.lower() not in _JOINING]
    if not rest:
        return ()
    if rest[0].kind == "lead_group":
        return _GROUPS.get(rest[0].key, LEADS)
    return LEADS if rest[0].text.lower().split()[-1] in ("lead", "leads") else ()
