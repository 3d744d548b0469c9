"""Guideline sentences: society, year, class, level, thresholds and words exactly as in the passage.

Enters: the clauses that speak of a guideline, and the context. Leaves: one outcome. One cited passage
must bear out everything that is said; a passage repeated whole passes by itself, a paraphrase may use
only the passage's own words, neutral words and the same concepts.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from cardio_agent.schema import Evidence
from cardio_agent.verification.atoms import Atom, neutral_words
from cardio_agent.verification.clauses import Clause
from cardio_agent.verification.context import (
    Context,
    Outcome,
    contradicted,
    passage_texts,
    supported,
    unsupported,
)
from cardio_agent.verification.lexicon import CONCEPTS, implied
from cardio_agent.verification.passage_numbers import (
    exchanged_numbers,
    misplaced_numbers,
    numbers_of_other_sex,
    same_values,
)
from cardio_agent.verification.passage_order import is_denial, strange_denial, turned_round
from cardio_agent.verification.recognition import recognise
from cardio_agent.verification.tokens import phrase_of, stem

_ARABIC = {"i": "1", "iia": "2a", "iib": "2b", "ii": "2", "iii": "3"}
_ASSERTING = frozenset(
    ["present", "seen", "found", "detected", "observed", "noted", "visible", "evident", "absent", "here"]
)
# How strongly a class recommends. Source: the societies' common wording of classes of recommendation.
_GENERIC = frozenset(["criterion", "criteria", "change", "changes", "pattern", "morphology", "rhythm"])
_ADVICE = ("advises", "advise", "advised")
_VERB_OF_CLASS = {
    "1": ("recommended", "recommends", "recommend", "indicated", *_ADVICE),
    "2a": ("should", "considered", "reasonable"),
    "2b": ("may", "considered", "might"),
    "3": ("recommended", "recommends", "indicated"),
}
_STRONG = ("recommended", "recommends", "recommend", "indicated", "should", "must", *_ADVICE)
_ALL = frozenset(["all", "every", "any", "always", "each", "everyone", "everybody", "never", "only"])
PERSON = re.compile(r"\b(?:this|the|our|his|her|your) (?:patient|person|case|man|woman)\b", re.IGNORECASE)
_FREE_KINDS = ("break", "verb", "comparison", "guideline", "certainty", "negation", "prior", "probability")


def is_guideline_clause(clause: Clause, context: Context) -> bool:
    """Whether a clause speaks of a cited guideline rather than of the recording."""
    if not context.passages:
        return False
    if all(id in {p.id for p in context.passages} for id in context.ids):
        return True
    societies = {word for passage in context.passages for word in phrase_of(passage.society)}
    return any(
        "cut" in atom.text.lower()
        or atom.kind in ("class", "level", "guideline")
        or (atom.kind == "unknown" and atom.key in societies)
        for atom in clause
    )


def check_passages(clauses: Sequence[Clause], context: Context) -> Outcome:
    """All guideline clauses of a sentence against the cited passages."""
    results = [(passage, list(_objections(clauses, passage))) for passage in context.passages]
    passage, objections = min(
        results, key=lambda row: (len(row[1]), row[1] and row[1][0].verdict == "unsupported")
    )
    if not objections:
        return supported(f"As in [{passage.id}].")
    return next((o for o in objections if o.verdict == "contradicted"), objections[0])


def check_marks(clause: Clause, passage: Evidence) -> Outcome | None:
    """Class, level, strength and thresholds of a clause that holds a measurement against a passage."""
    plain = [replace(a, comparison="") if a.kind == "number" and a.unit else a for a in clause]
    marks = [atom for atom in plain if atom.kind in ("class", "level", "number")]
    objections = [_objection(atom, passage) for atom in marks]
    objections += _strength_objections(clause, passage)
    objections += misplaced_numbers([tuple(plain)], passage)
    objections += numbers_of_other_sex([tuple(plain)], passage)
    return next((objection for objection in objections if objection), None)


def _objections(clauses: Sequence[Clause], passage: Evidence) -> Iterator[Outcome]:
    if not _says_something(clauses, passage):
        yield unsupported(f"The sentence says nothing that is particular to [{passage.id}].")
    for clause in clauses:
        for atom in clause:
            if objection := _objection(atom, passage):
                yield objection
        yield from _strength_objections(clause, passage)
    if passage.checked and passage.class_checked and _says_unchecked(clauses):
        yield contradicted(f"[{passage.id}] has been checked in its source.")
    if not passage.checked and not _says_unchecked(clauses):
        yield unsupported(f"[{passage.id}] is unchecked, and the sentence does not say so.")
    yield from misplaced_numbers(clauses, passage)
    yield from exchanged_numbers(clauses, passage)
    yield from turned_round(clauses, passage)
    yield from numbers_of_other_sex(clauses, passage)


def _says_something(clauses: Sequence[Clause], passage: Evidence) -> bool:
    """Whether a sentence speaks of the guideline, rather than of the recording with a guideline cited."""
    atoms = [atom for clause in clauses for atom in clause]
    if any(atom.kind == "quote" for atom in atoms):
        return True
    outright = [atom for clause in clauses if not _is_conditional(clause) for atom in clause]
    asserts = {word for atom in outright for word in phrase_of(atom.text)} & _ASSERTING - passage_words(
        passage
    )
    asserts |= {"here"} & {word for atom in atoms for word in phrase_of(atom.text)}
    marks = [a for a in atoms if a.kind in ("class", "level", "guideline", "number")]
    content = [a for a in atoms if a.kind in ("unknown", "modifier", "qualifier")]
    n_concepts = sum(atom.kind == "concept" for atom in atoms)
    return not asserts and (bool(marks) or len(content) > 1 or (len(content) == 1 and n_concepts > 1))


def _says_unchecked(clauses: Sequence[Clause]) -> bool:
    words = {word for clause in clauses for atom in clause for word in phrase_of(atom.text)}
    return bool(words & {"unchecked", "unverified"})


def _is_conditional(clause: Clause) -> bool:
    """ "When LBBB is present": no statement on this recording."""
    return any(atom.text.lower() in ("if", "when", "whenever", "once") for atom in clause)


def _objection(atom: Atom, passage: Evidence) -> Outcome | None:
    match atom.kind:
        case "class":
            return _check_mark(atom, passage.class_of_recommendation, "class", passage)
        case "level":
            return _check_mark(atom, passage.level_of_evidence, "level", passage)
        case "number":
            return _check_number(atom, passage)
        case "quote":
            same = atom.key == passage.id
            return None if same else unsupported(f"The words quoted are not those of [{passage.id}].")
        case "concept":
            return _check_concept(atom, passage)
        case "idiom" if atom.key == "aside":
            return None
        case "leads":
            known = {lead for other in _said(passage) for lead in other.leads}
            missing = set(atom.leads) - known
            return unsupported(f"[{passage.id}] does not speak of {atom.text}.") if missing else None
        case kind if kind in _FREE_KINDS:
            return None
        case _:
            return _check_words(atom, passage)


def _check_mark(atom: Atom, own: str, what: str, passage: Evidence) -> Outcome | None:
    """Class or level as the society writes it; Roman and Arabic numerals count as the same."""
    if atom.key and _arabic(atom.key) == _arabic(own):
        return None
    beside = {
        mark.lower() for pair in re.findall(r"\((I{1,3}[ab]?) ([ABC])\)", passage.text) for mark in pair
    }
    if atom.key in beside:
        return None
    if not own:
        return unsupported(f"[{passage.id}] has no {what}; the sentence gives {atom.text}.")
    return contradicted(f"[{passage.id}] has {what} {own}, not {atom.text}.")


def _arabic(mark: str) -> str:
    return _ARABIC.get(mark.lower(), mark.lower())


@cache
def _atoms(passage: Evidence) -> tuple[Atom, ...]:
    return tuple(atom for field in passage_texts(passage) for atom in recognise(field))


@cache
def _said(passage: Evidence) -> tuple[Atom, ...]:
    """What the passage itself says, without where it stands: "Part III" is no lead."""
    return tuple(
        atom for field in (passage.text, passage.thresholds, passage.id) for atom in recognise(field)
    )


def numbers_of(passage: Evidence) -> list[Atom]:
    """Numbers of the passage's own text."""
    return [atom for atom in _said(passage) if atom.kind == "number"]


def _check_number(atom: Atom, passage: Evidence) -> Outcome | None:
    if not atom.unit and atom.value == passage.year:
        return None
    if _is_year(atom):
        return contradicted(f"[{passage.id}] is of {passage.year or 'no year'}, not {atom.value}.")
    same = [n for n in _said(passage) if n.kind == "number" and same_values(n, atom)]
    if not same:
        return contradicted(f"“{atom.text}” does not stand in [{passage.id}].")
    comparisons = {n.comparison for n in same} - {"", "equal"}
    side = "at_most" if atom.text.lower().startswith("up to") else atom.comparison
    if side in ("", "equal") or not comparisons or side in comparisons:
        return None
    return contradicted(f"[{passage.id}] puts {atom.value} {atom.unit} differently than “{atom.text}”.")


def _is_year(atom: Atom) -> bool:
    return not atom.unit and atom.value is not None and 1990 <= atom.value <= 2035 and atom.value % 1 == 0


def _check_concept(atom: Atom, passage: Evidence) -> Outcome | None:
    known = {key for other in _atoms(passage) if other.kind == "concept" for key in implied(other.key)}
    qualified = {(n, q.key) for q in _atoms(passage) if q.kind == "qualifier" for n in _named(passage)}
    if (
        qualified & {*CONCEPTS[atom.key].shown_by}
        or atom.key in known
        or {*phrase_of(atom.text)} - _GENERIC <= passage_words(passage)
    ):
        return None
    return unsupported(f"[{passage.id}] does not speak of {atom.text}.")


def _check_words(atom: Atom, passage: Evidence) -> Outcome | None:
    for word in phrase_of(atom.text):
        if (
            re.search(r"\w", word)
            and stem(word) not in _stems(passage)
            and stem(word) not in _neutral_stems()
        ):
            return unsupported(f"“{word}” does not stand in [{passage.id}].")
    return None


@cache
def _neutral_stems() -> frozenset[str]:
    # A number in words is the passage's own, not a neutral word.
    return frozenset(map(stem, neutral_words() - {"two"}))


@cache
def _stems(passage: Evidence) -> frozenset[str]:
    return frozenset(map(stem, passage_words(passage)))


@cache
def _named(passage: Evidence) -> frozenset[str]:
    return frozenset(name for atom in _atoms(passage) if atom.kind == "quantity" for name in atom.names)


@cache
def passage_words(passage: Evidence) -> frozenset[str]:
    """Every word of a passage and of where it stands."""
    return frozenset(word for field in passage_texts(passage) for word in phrase_of(field))


@cache
def _title_words(passage: Evidence) -> frozenset[str]:
    return frozenset(phrase_of(f"{passage.short} {passage.guideline} {passage.society}"))


def _strength_objections(clause: Clause, passage: Evidence) -> Iterator[Outcome]:
    """A paraphrase may neither turn a recommendation round nor make it stronger or wider."""
    spoken = [atom for atom in clause if atom.kind not in ("quote", "idiom")]
    words = {word for atom in spoken for word in phrase_of(atom.text)}
    if wider := sorted(words & _ALL - passage_words(passage)):
        yield contradicted(f"[{passage.id}] does not say “{wider[0]}”.")
    quotes = any(atom.kind == "quote" for atom in clause)
    own = _title_words(passage) if quotes else passage_words(passage)
    denied = [stem(word) for atom in spoken for word in phrase_of(atom.text)]
    told = " ".join((passage.short, passage.guideline, "" if quotes else passage.text))
    if strange_denial(denied, list(map(stem, phrase_of(told)))):
        yield contradicted(f"[{passage.id}] does not deny what the sentence denies.")
    if any(atom.kind in ("class", "level") for atom in spoken) and not words & set(_STRONG):
        return
    denies = any(is_denial(word) for word in words)
    own_class = _arabic(passage.class_of_recommendation)
    if words & set(_STRONG):
        if own_class == "3" and not denies:
            yield contradicted(
                f"[{passage.id}] is of class {passage.class_of_recommendation}: it advises against."
            )
        allowed = own | set(_VERB_OF_CLASS.get(own_class, ())) | ({"must"} if "only" in own else set())
        if own_class == "1" and "considered" not in words:
            allowed |= {"should"}  # "should be acquired" is what class I asks; "should be considered" is IIa
        if strange := sorted((words & set(_STRONG)) - allowed):
            yield contradicted(f"[{passage.id}] does not say “{strange[0]}”.")
