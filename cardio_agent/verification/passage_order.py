"""Order of a guideline sentence: what is preferred to what, what is denied, how many of a thing are meant.

Enters: the clauses of a sentence and a passage. Leaves: objections to what stands the other way round.
"""

from collections.abc import Iterable, Iterator, Sequence

from cardio_agent.schema import Evidence
from cardio_agent.verification.atoms import Atom
from cardio_agent.verification.clauses import Clause
from cardio_agent.verification.context import Outcome, contradicted
from cardio_agent.verification.recognition import recognise
from cardio_agent.verification.tokens import phrase_of, stem

_PREFERENCE, _TO = "prefer", ("to", "over")
_PIVOTS = ("rather", "instead", "before", "after")
_EVERY = ("every", "all", "each", "any")
_SOME = ("some", "several", "few", "many", "most", "half")
_NEGATIONS = ("not", "no", "avoid", "without", "neither", "nor", "never", "cannot")
_REACH = 4  # words after a negation that it may deny
_ALIKE = ("atrial_fibrillation", "atrial_flutter")
_BODY_SIDES = ("left", "right")
_SHORT = 2  # letters of words that are no operands


def turned_round(clauses: Sequence[Clause], passage: Evidence) -> Iterator[Outcome]:
    """ "Fibrinolysis is preferred to PCI" where the passage prefers PCI; "some P waves" for "every P"."""
    spoken = [word for clause in clauses for atom in clause for word in phrase_of(atom.text)]
    own = list(phrase_of(passage.text))
    mine, theirs = _sides(spoken), _sides(own)
    if mine and theirs and mine[0] & (theirs[1] - theirs[0]) and mine[1] & (theirs[0] - theirs[1]):
        yield contradicted(f"[{passage.id}] has it the other way round.")
    if any(not pair[1] & _after(own, pair[0]) for pair in _sided(spoken) if pair[0] in own):
        yield contradicted(f"[{passage.id}] puts left or right to something else.")
    named = _rhythms(atom for clause in clauses for atom in clause)
    told = _rhythms(recognise(passage.text))
    if len(named) == len(told) == len(_ALIKE) and named != told:
        yield contradicted(f"[{passage.id}] names flutter and fibrillation the other way round.")
    strange = [word for word in spoken if word in _SOME and word not in own]
    if strange and any(word in _EVERY for word in own):
        yield contradicted(f"[{passage.id}] does not say “{strange[0]}”.")


def _rhythms(atoms: Iterable[Atom]) -> list[str]:
    """Flutter and fibrillation in the order in which they are first named."""
    return list(dict.fromkeys(atom.key for atom in atoms if atom.kind == "concept" and atom.key in _ALIKE))


def _sided(words: Sequence[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Each "left" or "right" with what follows it."""
    for at, word in enumerate(words):
        if word in _BODY_SIDES and words[at + 1 :]:
            yield word, _operands([stem(other) for other in words[at + 1 : at + 3]])


def _after(words: Sequence[str], side: str) -> frozenset[str]:
    """What follows a side anywhere in the passage."""
    return frozenset().union(*(told for own, told in _sided(words) if own == side))


def _sides(words: Sequence[str]) -> tuple[frozenset[str], frozenset[str]] | None:
    """Words before and after the one that weighs them against each other; None where there is none."""
    stems = [stem(word) for word in words]
    at = next((k for k, word in enumerate(stems) if word in _PIVOTS), None)
    if _PREFERENCE in stems:
        start = stems.index(_PREFERENCE)
        at = next((k for k in range(start, len(words)) if words[k] in _TO), None)
    if at is None:
        return None
    return _operands(stems[:at]), _operands(stems[at + 1 :])


def _operands(stems: Sequence[str]) -> frozenset[str]:
    return frozenset(word for word in stems if len(word) > _SHORT)


def is_denial(word: str) -> bool:
    """Whether a word denies."""
    return word in _NEGATIONS or word.endswith("n't")


def strange_denial(spoken: Sequence[str], own: Sequence[str]) -> bool:
    """Whether a sentence denies what its passage does not; both as stems."""
    known = frozenset().union(*_denied(own))
    return any(not words & known for words in _denied(spoken))


def _denied(stems: Sequence[str]) -> Iterator[frozenset[str]]:
    """The words right after each negation."""
    for at, word in enumerate(stems):
        if is_denial(word):
            yield _operands([w for w in stems[at + 1 :] if len(w) > _SHORT][:_REACH])
