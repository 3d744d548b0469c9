"""Atoms, the meaningful pieces of a sentence, and the tables that they come from.

Enters: the tables ``concepts.toml``, ``terms.toml`` and ``neutral.txt``. Leaves: forms by their first
word, units, and sets of words. Reads no sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from cardio_agent.verification.lexicon import CONCEPTS, expand, load_table
from cardio_agent.verification.tokens import Phrase, phrase_of, plurals


@dataclass(frozen=True)
class Atom:
    """One meaningful piece of a sentence.

    ``kind`` names the table it comes from ("concept", "quantity", "number", "leads", "unknown", …),
    ``key`` its entry there; ``concept`` is what a quote is about. Numbers carry ``value`` as written,
    ``unit`` and ``comparison``.
    """

    kind: str
    text: str
    key: str = ""
    value: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""
    comparison: str = ""
    leads: tuple[str, ...] = ()
    concept: str = ""
    is_negated: bool = False
    certainty: int | None = None

    @property
    def about(self) -> str:
        """The concept that an atom is or, as a quote, speaks of first."""
        return self.key if self.kind == "concept" else self.concept

    @property
    def names(self) -> tuple[str, ...]:
        """Measurements that a quantity or a concept stands for."""
        if concept := self.about:
            return CONCEPTS[concept].quantity
        return tuple(self.key.split()) if self.kind == "quantity" else ()


# ── the tables ───────────────────────────────────────────────────────────────────────────────


@cache
def _terms() -> Mapping[str, Mapping[str, list[str]]]:
    return load_table("terms.toml")  # type: ignore[return-value]


@cache
def neutral_words() -> frozenset[str]:
    """Words that claim nothing by themselves."""
    text = (files(__package__) / "neutral.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return frozenset(word for line in lines for form in line.split() for word in phrase_of(form))


@cache
def verb_words() -> frozenset[str]:
    """Finite verbs: what makes a stretch of words a statement of its own."""
    return frozenset(_terms()["verb"]["verb"])


# In order of precedence: where a phrase stands in two tables, the first one has it.
_PHRASE_KINDS = (
    "quantity", "formula", "family", "only", "comparison", "negation", "certainty", "change", "prior",
    "course", "qualifier", "not_measurable", "probability", "attention", "state", "sex", "territory",
    "lead_group", "guideline", "idiom", "break", "verb", "dimension", "degree", "modifier", "segment",
)  # fmt: skip


@cache
def phrases() -> Mapping[str, tuple[tuple[Phrase, Atom], ...]]:
    """Forms by their first word, longest first; on a tie the table that is named first."""
    rows: dict[Phrase, Atom] = {}
    for key, concept in CONCEPTS.items():
        for form in concept.forms:
            _add(rows, form, Atom("concept", "", key))
    for kind in _PHRASE_KINDS:
        for key, forms in _terms()[kind].items():
            for form in forms:
                _add(rows, form, Atom(kind, "", key))
    by_first: dict[str, list[tuple[Phrase, Atom]]] = {}
    for phrase, atom in rows.items():
        by_first.setdefault(phrase[0], []).append((phrase, atom))
    return {first: tuple(sorted(group, key=lambda row: -len(row[0]))) for first, group in by_first.items()}


def _add(rows: dict[Phrase, Atom], form: str, atom: Atom) -> None:
    for spelling in expand(form):
        for phrase in plurals(phrase_of(spelling)):
            rows.setdefault(phrase, atom)


@cache
def units() -> tuple[tuple[Phrase, str], ...]:
    """Units in all their spellings, the longest first."""
    rows = [
        (tuple(word.lower() for word in phrase), unit)
        for unit, forms in _terms()["unit"].items()
        for form in forms
        for spelling in expand(form)
        for phrase in plurals(phrase_of(spelling))
    ]
    return tuple(sorted(rows, key=lambda row: -len(row[0])))


@cache
def families() -> Mapping[Phrase, str]:
    """Parts of the tracing that may be called normal, with the concept that is then absent."""
    return _keys_by_phrase("family")


@cache
def segments() -> Mapping[Phrase, str]:
    """Segments of the beat by their names."""
    return _keys_by_phrase("segment")


def _keys_by_phrase(table: str) -> Mapping[Phrase, str]:
    return {
        phrase: key
        for key, forms in _terms()[table].items()
        for form in forms
        for spelling in expand(form)
        for phrase in plurals(phrase_of(spelling))
    }
