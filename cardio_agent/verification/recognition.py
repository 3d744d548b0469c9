"""A sentence into atoms: numbers with units, leads, quantities, concepts, cues, words.

Enters: the text of a sentence. Leaves: :class:`Atom` records in order; at each place the longest
form of any table wins. Nothing is compared here, and nothing is guessed: a word that stands in no
table comes out as ``unknown``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from importlib.resources import files

from cardio_agent.leads import LEADS, TERRITORIES
from cardio_agent.verification.lexicon import CONCEPTS, expand, load_table
from cardio_agent.verification.tokens import (
    LEAD_BY_LOWER,
    ROMAN_LEADS,
    Phrase,
    Token,
    phrase_of,
    plurals,
    tokens,
)

_LIMIT_WORDS = ("the", "a", "limit", "of", "upper", "lower", "normal", "value")


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
    "qualifier", "not_measurable", "probability", "attention", "state", "sex", "territory", "lead_group",
    "guideline", "idiom", "break", "verb", "modifier", "segment",
)  # fmt: skip


@cache
def _phrases() -> Mapping[str, tuple[tuple[Phrase, Atom], ...]]:
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
def _units() -> tuple[tuple[Phrase, str], ...]:
    rows = [
        (phrase, unit)
        for unit, forms in _terms()["unit"].items()
        for form in forms
        for phrase in plurals(phrase_of(form))
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


# ── recognition ──────────────────────────────────────────────────────────────────────────────


def recognise(text: str, quotes: Iterable[tuple[str, str]] = ()) -> list[Atom]:
    """Atoms of a sentence.

    Parameters
    ----------
    text : str
    quotes : iterable of (id, text)
        Texts of the cited records. Where the sentence repeats one of them whole, that stretch
        becomes one atom of kind ``quote`` whose key is the id; a concept of the same length wins.

    Returns
    -------
    list of Atom
    """
    spoken = tokens(text)
    quoted = [(phrase_of(quote), id) for id, quote in quotes]
    atoms: list[Atom] = []
    at = 0
    while at < len(spoken):
        atom, used = _next_atom(spoken, at, quoted)
        atoms.append(replace(atom, text=text[spoken[at].start : spoken[at + used - 1].end]))
        at += used
    return _assembled(atoms)


def _next_atom(spoken: Sequence[Token], at: int, quoted: Sequence[tuple[Phrase, str]]) -> tuple[Atom, int]:
    words = [token.word for token in spoken]
    quote, quote_len = _matching_quote(words, at, quoted)
    for special in (_lead_atom, _number_atom, _class_atom):
        found = special(spoken, at)
        if found and found[1] >= quote_len:
            return found
    for phrase, atom in _phrases().get(words[at], ()):
        if tuple(words[at : at + len(phrase)]) == phrase:
            if len(phrase) >= quote_len:
                return atom, len(phrase)
            break
    if quote_len:
        return Atom("quote", "", quote, concept=_first_concept(words[at : at + quote_len])), quote_len
    word = words[at]
    known = word in neutral_words() or not re.search(r"\w", word)
    return Atom("word" if known else "unknown", "", word), 1


def _first_concept(words: Sequence[str]) -> str:
    for at, word in enumerate(words):
        for phrase, atom in _phrases().get(word, ()):
            if atom.kind == "concept" and tuple(words[at : at + len(phrase)]) == phrase:
                return atom.key
    return ""


def _matching_quote(words: Sequence[str], at: int, quoted: Sequence[tuple[Phrase, str]]) -> tuple[str, int]:
    hits = [
        (len(phrase), id) for phrase, id in quoted if phrase and tuple(words[at : at + len(phrase)]) == phrase
    ]
    length, id = max(hits, default=(0, ""))
    return id, length


def _lead_atom(spoken: Sequence[Token], at: int) -> tuple[Atom, int] | None:
    """A lead, a range of leads ("V1–V4", "V2–4") or a run of them is one atom."""
    first = _lead(spoken[at])
    if first is None:
        return None
    if at + 2 < len(spoken) and spoken[at + 1].word in ("to", "through", "thru"):
        last = _lead(spoken[at + 2]) or LEAD_BY_LOWER.get(f"v{spoken[at + 2].word}")
        if last is not None and LEADS.index(last) > LEADS.index(first):
            return Atom("leads", "", leads=LEADS[LEADS.index(first) : LEADS.index(last) + 1]), 3
    return Atom("leads", "", leads=(first,)), 1


def _lead(token: Token) -> str | None:
    # A lone "i" may be anything, "ii" and "iii" may not.
    if token.text in ROMAN_LEADS or token.word in ("ii", "iii"):
        return token.text.upper()
    return LEAD_BY_LOWER.get(token.word)


def _number_atom(spoken: Sequence[Token], at: int) -> tuple[Atom, int] | None:
    word = spoken[at].word
    if not re.fullmatch(r"[-+]?\d+(?:\.\d+)?", word):
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word):
            return Atom("date", "", word), 1
        return None
    if word == "12" and spoken[at + 1 : at + 2] and spoken[at + 1].word in ("lead", "leads"):
        return Atom("word", "", "12 lead"), 2
    words = [token.word for token in spoken[at + 1 : at + 5]]
    for phrase, unit in _units():
        # A bare "/" may as well part two values: it must belong to a unit that is spelled out.
        if tuple(words[: len(phrase)]) == tuple(p.lower() for p in phrase):
            return Atom("number", "", value=Decimal(word), unit=unit), 1 + len(phrase)
    return Atom("number", "", value=Decimal(word)), 1


_CLASS = re.compile(r"(?:I{1,3}|1|2|3|I{2}[ab]|2[ab])(?:[ab])?", re.IGNORECASE)
_LEVEL = re.compile(r"[ABC]", re.IGNORECASE)


def _class_atom(spoken: Sequence[Token], at: int) -> tuple[Atom, int] | None:
    """ "Class IIa" and "level B-NR", with "of recommendation" or "of evidence" between."""
    word = spoken[at].word
    if word not in ("class", "level", "cor", "loe", "classes"):
        return None
    kind = "class" if word in ("class", "cor", "classes") else "level"
    skip = 1
    while at + skip < len(spoken) and spoken[at + skip].word in (
        "of",
        "recommendation",
        "evidence",
        "is",
        ":",
        "to",
    ):
        skip += 1
    if at + skip >= len(spoken):
        return None
    mark, used = spoken[at + skip].text, skip + 1
    if (
        kind == "class"
        and mark.isdigit()
        and at + used < len(spoken)
        and spoken[at + used].word in ("a", "b")
    ):
        mark, used = mark + spoken[at + used].text, used + 1
    if kind == "level" and at + used < len(spoken) and spoken[at + used].word in ("nr", "r", "ld", "eo"):
        mark, used = f"{mark}-{spoken[at + used].text}", used + 1
    pattern = _CLASS if kind == "class" else _LEVEL
    if not pattern.fullmatch(mark.split("-")[0]):
        return None
    return Atom(kind, "", mark.lower()), used


# ── numbers and leads put together ───────────────────────────────────────────────────────────


def _assembled(atoms: Sequence[Atom]) -> list[Atom]:
    """Numbers with their comparison words and ranges; neighbouring leads as one group."""
    out: list[Atom] = []
    for atom in atoms:
        if atom.kind == "comparison" and atom.key.endswith("_after") and out and out[-1].kind == "number":
            out[-1] = replace(out[-1], comparison=atom.key.removesuffix("_after"))
        elif atom.kind == "number" and _range_start(out) is not None:
            _close_range(out, atom)
        elif atom.kind == "number" and (cue := _comparison_place(out)) is not None:
            out[cue:] = [
                replace(atom, comparison=out[cue].key, text=" ".join(a.text for a in [*out[cue:], atom]))
            ]
        elif atom.kind == "number" and out and out[-1].kind == "comparison":
            out[-1] = replace(atom, comparison=out[-1].key, text=f"{out[-1].text} {atom.text}")
        elif atom.kind == "leads" and len(out) > 1 and out[-1].text in ",/and&or" and out[-2].kind == "leads":
            out[-2:] = [replace(out[-2], leads=out[-2].leads + atom.leads)]
        elif (
            atom.kind == "leads"
            and len(out) > 2
            and out[-1].text == "and"
            and out[-2].text == ","
            and out[-3].kind == "leads"
        ):
            out[-3:] = [replace(out[-3], leads=out[-3].leads + atom.leads)]
        else:
            out.append(atom)
    return [_lonely_comparison(atom) for atom in out]


def _comparison_place(out: Sequence[Atom]) -> int | None:
    """Where "below" stands in "below the upper limit of 460 ms"."""
    at = len(out) - 1
    while at >= 0 and out[at].text.lower() in _LIMIT_WORDS:
        at -= 1
    is_cue = 0 <= at < len(out) - 1 and out[at].kind == "comparison" and out[at].key in ("above", "below")
    return at if is_cue else None


def _range_start(out: Sequence[Atom]) -> int | None:
    """Index of the number that "to" or "between … and" ties to the next one."""
    if len(out) >= 2 and out[-2].kind == "number" and out[-2].high is None:
        if out[-1].text in ("–", "to"):
            return len(out) - 2
        if out[-1].text == "and" and out[-2].comparison == "between":
            return len(out) - 2
    return None


def _close_range(out: list[Atom], last: Atom) -> None:
    first = out[-2]
    joined = f"{first.text} {out[-1].text} {last.text}"
    out[-2:] = [
        replace(first, high=last.value, unit=last.unit or first.unit, comparison="between", text=joined)
    ]


def _lonely_comparison(atom: Atom) -> Atom:
    """A comparison without a number: "longer than before" tells of change, "of" tells nothing."""
    if atom.kind != "comparison":
        return atom
    if atom.key in ("above", "below"):
        return replace(atom, kind="change", key="up" if atom.key == "above" else "down")
    if atom.key == "largest":
        return replace(atom, kind="superlative")
    return replace(atom, kind="word" if atom.key in ("equal", "between") else "modifier")


def territory_leads(name: str) -> tuple[frozenset[str], ...]:
    """The leads of each part of a territory; a compound one has several parts."""
    parts = {
        "anteroseptal": ("septal", "anterior"),
        "anterolateral": ("anterior", "lateral"),
        "inferolateral": ("inferior", "lateral"),
        "extensive anterior": ("septal", "anterior", "lateral"),
    }.get(name, (name,))
    # STD-17 counts V2 to the anterior leads as well.
    wider = {"anterior": {"V2"}}
    return tuple(frozenset(TERRITORIES[part]) | wider.get(part, set()) for part in parts)
