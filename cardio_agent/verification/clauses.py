"""A sentence into clauses, each atom marked with the negation and the certainty that govern it.

Enters: the atoms of a sentence. Leaves: clauses. The rules of scope, in full:

* ``;``, ``:``, "but", "although" … end a clause; "," and "and" end one only where both sides have a
  verb of their own.
* "no", "without", "rather than" … deny what follows, up to the end of the clause, a parenthesis,
  "with", the next denial, "is" or the like after what is denied, or a comma after which no "or" or
  "and" continues the list.
* "absent", "ruled out" … deny what came before, back to the verb before their own; as an adjective
  ("absent P waves") the one thing after them.
* "not" denies what follows if anything there can be denied, else what came before.
* A word of certainty governs what follows up to the next such word, else what came before; the other
  way round as a predicate ("LVH is possible").
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from cardio_agent.verification.atoms import Atom, verb_words
from cardio_agent.verification.recognition import recognise, with_groups

Clause = tuple[Atom, ...]
DEFINITE, PROBABLE, POSSIBLE = 3, 2, 1
CERTAIN = 4  # said in so many words ("definite", "confirmed")
LEVELS = {"definite": CERTAIN, "probable": PROBABLE, "possible": POSSIBLE}
_CLAIMS = ("concept", "quote")
_DENIABLE = ("undecided", "called_present", "called_absent")
_PLURAL_VERBS = ("are", "were", "have", "show", "do")
_ADVERBS = ("now", "thus", "therefore", "hence", "so", "then", "consequently", "i", "e", ".")
_COPULAS = ("is", "are", "was", "were", "remains", "remain", "seems", "seem", "appears", "appear")
_HEDGES = (
    "probable",
    "possible",
    "probably",
    "possibly",
    "presumably",
    "likely",
    "most likely",
    "perhaps",
    "may",
    "might",
    "could",
)
_CAUSES = (
    "due to", "secondary", "caused", "cause", "explained", "explain", "account", "because", "reason",
    "explanation",
)  # fmt: skip
_PREPOSITIONS = (" with", " of", " for", " to", " by")
_ANSWER = re.compile(r"^(?:yes|no)[.,!]\s+", re.IGNORECASE)


def clauses_of(text: str, quotes: Sequence[tuple[str, str]] = ()) -> list[Clause]:
    """Clauses of a sentence, scope marked.

    Parameters
    ----------
    text : str
    quotes : sequence of (id, text)
        Texts of the cited records, see :func:`recognise`.
    """
    atoms = with_groups(recognise(_ANSWER.sub("", text), quotes))
    clauses = _with_subjects(_split(atoms))
    return [_with_certainty(_with_negation(clause)) for clause in clauses]


def is_verb(atom: Atom) -> bool:
    """Whether an atom brings a finite verb with it."""
    return any(word in verb_words() for word in atom.text.lower().split())


def is_copula(atom: Atom) -> bool:
    """Whether an atom is "is" or the like."""
    return atom.text.lower() in _COPULAS


# ── splitting ────────────────────────────────────────────────────────────────────────────────


def _split(atoms: Sequence[Atom]) -> list[Clause]:
    parts: list[list[Atom]] = [[]]
    for k, atom in enumerate(atoms):
        if _is_break(atom, "hard") and not _introduces_value(atoms, k):
            parts.append([])
        elif _is_break(atom, "soft") and _parts_two_statements(parts[-1], atoms[k + 1 :]):
            parts.append(_subjects_taken_from(parts[-1], atoms[k + 1 :]))
        parts[-1].append(atom)
    return [tuple(part) for part in parts if part]


def _is_break(atom: Atom, key: str) -> bool:
    return atom.kind == "break" and atom.key == key


def _introduces_value(atoms: Sequence[Atom], at: int) -> bool:
    """Whether a colon stands as in "PR: 160 ms", "LBBB: probability 91%", "PR 160, QRS 92 ms: normal"."""
    if atoms[at].text not in (":", ";"):
        return False
    following = [atom for atom in _chunk(atoms[at + 1 :]) if atom.kind != "word"]
    if following and all(atom.kind in ("qualifier", "negation", "degree") for atom in following):
        return True
    is_label = atoms[at].text == ":" and not any(map(is_verb, atoms[:at]))
    kinds = [atom.kind for atom in following]
    if kinds == ["leads"]:
        return True
    judges = at > 0 and (atoms[at - 1].kind == "qualifier" or atoms[at - 1].key == "undecided")
    return is_label and (kinds[:1] == ["number"] or judges or bool({"probability", "attention"} & {*kinds}))


def _chunk(rest: Sequence[Atom]) -> Sequence[Atom]:
    """What follows, up to the next comma, "and" or end of clause."""
    ends = [k for k, atom in enumerate(rest) if _is_break(atom, "soft") or _is_break(atom, "hard")]
    return rest[: ends[0]] if ends else rest


def _parts_two_statements(left: Sequence[Atom], rest: Sequence[Atom]) -> bool:
    """Whether both neighbours of a comma or an "and" have a verb of their own, or "there is" follows it."""
    chunk = _chunk(rest)
    opens = [atom.text.lower() for atom in chunk[:1]] == ["there"]
    that = next((k for k in range(len(left) - 1, -1, -1) if left[k].text.lower() == "that"), None)
    if that is not None and any(atom.kind == "certainty" for atom in left[:that]):
        left = left[that:]  # "it is likely that A and B were exchanged"
    return (opens or any(map(is_verb, left))) and any(map(is_verb, chunk))


def _subjects_taken_from(left: list[Atom], rest: Sequence[Atom]) -> list[Atom]:
    """Subjects of a plural verb that stand before its "and": "…, and AF, flutter and SVT are absent"."""
    if not any(atom.text.lower().split()[0] in _PLURAL_VERBS for atom in _chunk(rest) if is_verb(atom)):
        return []
    start = len(left)
    for k in range(len(left) - 1, -1, -1):
        if _is_break(left[k], "soft"):
            start = k
        elif left[k].kind not in (*_CLAIMS, "quantity") and left[k].text.lower() not in ("the", "a", "any"):
            break
    moved = left[start:]
    del left[start:]
    return moved


def _with_subjects(clauses: Sequence[Clause]) -> list[Clause]:
    """A clause that opens with its verb ("… and is normal") keeps the measurement named before it."""
    out: list[Clause] = []
    for clause in clauses:
        opening = [atom for atom in clause if atom.kind != "break" and atom.text.lower() not in _ADVERBS]
        if opening and opening[0].kind == "qualifier" and out and not any(atom.names for atom in clause):
            # "T waves are inverted in aVL but upright in III": the measurement, not what was said of it
            named = [replace(a, kind="quantity", key=" ".join(a.names)) for a in out[-1] if a.names]
            out.append((*named[-1:], *clause))
            continue
        lacks_subject = bool(opening) and (is_verb(opening[0]) or opening[0].text.lower() in ("which", "it"))
        has_number = any(atom.kind == "number" for atom in clause)
        kinds = ("quantity", "concept") if has_number else ("quantity",)
        named = [atom for atom in out[-1] if atom.kind in kinds and atom.names] if out else []
        out.append((*named[-1:], *clause) if lacks_subject else clause)
    return out


# ── negation ─────────────────────────────────────────────────────────────────────────────────


def _with_negation(clause: Clause) -> Clause:
    atoms = list(clause)
    for at, atom in enumerate(clause):
        if atom.kind == "negation":
            scope = _denied(clause, at)
        elif atom.kind == "certainty" and atom.key == "doubtful":
            scope = [*_before(clause, at, _is_claim)] or [*_after(clause, at, _is_claim)]
        elif atom.kind == "state" and atom.key == "missing":
            scope = [*_before(clause, at, _is_claim)]
        else:
            continue
        for k in scope:
            atoms[k] = replace(atoms[k], is_negated=not atoms[k].is_negated)
    return tuple(atoms)


def _denied(clause: Clause, at: int) -> list[int]:
    key = clause[at].key
    if key == "opposing":
        return _after(clause, at, _is_claim)
    if key == "forward":
        is_pair = clause[at].text.lower() in ("neither", "nor")
        claims = _after(clause, at, _can_be_denied if is_pair else _is_claim)
        claims = [*(k for k in range(at + 1, at + 2) if _is_noun(clause[k : k + 1])), *claims]
        return claims or _after(clause, at, lambda atom: atom.kind == "number")
    if key == "backward":
        return _before(clause, at, _is_claim) or _after(clause, at, _is_claim)[:1]
    return _after(clause, at, _can_be_denied) or _before(clause, at, _is_claim)


def _is_noun(following: Clause) -> bool:
    """ "No widening", "without prolongation"."""
    return any(a.kind == "qualifier" and a.text.lower().endswith(("ing", "ation")) for a in following)


def _is_claim(atom: Atom) -> bool:
    return atom.kind in _CLAIMS


def _can_be_denied(atom: Atom) -> bool:
    return atom.kind in (*_CLAIMS, "qualifier", "number", "change", "degree") or atom.key in _DENIABLE


def _after(clause: Clause, at: int, wanted: Callable[[Atom], bool]) -> list[int]:
    found: list[int] = []
    for k in range(at + 1, len(clause)):
        atom = clause[k]
        if atom.kind == "negation" or (atom.kind == "break" and atom.key in ("open", "close", "with")):
            break
        if atom.text == "," and not _list_goes_on(clause[k + 1 :]):
            break
        if found and wanted is _is_claim and is_copula(atom):
            break
        if wanted(atom):
            found.append(k)
    return found


def _list_goes_on(rest: Sequence[Atom]) -> bool:
    """Whether a comma is one of a list that "or" or "and" will close."""
    for atom in rest:
        if is_verb(atom) or atom.kind in ("negation", "certainty"):
            return False
        if atom.kind == "break" and (atom.key == "or" or atom.text.lower() == "and"):
            return True
    return False


def _before(clause: Clause, at: int, wanted: Callable[[Atom], bool]) -> list[int]:
    start = at - 1
    # "is not absent": both denials reach what came before.
    while start >= 0 and (is_verb(clause[start]) or clause[start].key == "either"):
        start -= 1
    found: list[int] = []
    for k in range(start, -1, -1):
        if is_verb(clause[k]) or clause[k].kind == "negation":
            break
        if clause[k].text == "," and found and not _list_goes_on(clause[k + 1 : at]):
            break
        if wanted(clause[k]):
            found.append(k)
    return found


# ── certainty ────────────────────────────────────────────────────────────────────────────────


def _with_certainty(clause: Clause) -> Clause:
    atoms = list(clause)
    cues = [k for k, atom in enumerate(clause) if atom.kind == "certainty" and atom.key in LEVELS]
    for cue, following in zip(cues, [*cues, len(clause)][1:], strict=True):
        level = LEVELS[clause[cue].key]
        for k in _governed(clause, cue, following):
            known = atoms[k].certainty
            atoms[k] = replace(atoms[k], certainty=level if known is None else min(level, known))
    return tuple(atoms)


def is_cause(atom: Atom) -> bool:
    """ "Is probably due to …", "is the likely cause of …": the doubt is about both sides."""
    return atom.text.lower() in _CAUSES


def _governed(clause: Clause, cue: int, following: int) -> list[int]:
    """Places that a word of certainty speaks of."""
    before = [k for k in range(cue) if _is_claim(clause[k])]
    after = [k for k in range(cue + 1, following) if _is_claim(clause[k])]
    if clause[cue].text.lower() in _HEDGES and before and any(map(is_cause, clause[cue + 1 : following])):
        return [*before, *after]
    is_predicate = cue > 0 and is_copula(clause[cue - 1]) and not clause[cue].text.endswith(_PREPOSITIONS)
    is_noun = [a.text.lower() for a in clause[cue + 1 : cue + 2]] in (["a"], ["an"]) and cue + 2 in after
    return (before or after) if is_predicate and not is_noun else (after or before)
