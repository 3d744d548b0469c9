"""A sentence into atoms: numbers with units, leads, quantities, concepts, cues, words.

Enters: the text of a sentence. Leaves: :class:`~cardio_agent.verification.atoms.Atom` records in order;
at each place the longest form of any table wins. Nothing is compared here, and nothing is guessed: a
word that stands in no table comes out as ``unknown``.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cardio_agent.leads import LEADS, TERRITORIES
from cardio_agent.verification.atoms import Atom, neutral_words, phrases
from cardio_agent.verification.numerals import assembled, number_atom
from cardio_agent.verification.tokens import LEAD_BY_LOWER, ROMAN_LEADS, Phrase, Token, phrase_of, tokens

# Marks that say nothing; any other ("≠", "¬") is as strange as an unknown word.
_MARKS = frozenset(".,;:!?()/&'\"“”‘’-–—+=<>≥≤%°~≈•…*")


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
    words = tuple(token.word for token in spoken)
    quoted = [(phrase_of(quote), id) for id, quote in quotes]
    atoms: list[Atom] = []
    at = 0
    while at < len(spoken):
        atom, used = _next_atom(spoken, words, at, quoted)
        atoms.append(replace(atom, text=text[spoken[at].start : spoken[at + used - 1].end]))
        at += used
    return assembled(atoms)


def _next_atom(
    spoken: Sequence[Token], words: Phrase, at: int, quoted: Sequence[tuple[Phrase, str]]
) -> tuple[Atom, int]:
    quote, quote_len = _matching_quote(words, at, quoted)
    for special in (_query_atom, _lead_atom, number_atom, _class_atom):
        found = special(spoken, at)
        if found and found[1] >= quote_len:
            return found
    for phrase, atom in phrases().get(words[at], ()):
        if words[at : at + len(phrase)] == phrase:
            if len(phrase) >= quote_len:
                return atom, len(phrase)
            break
    if quote_len:
        return Atom("quote", "", quote, concept=_first_concept(words[at : at + quote_len])), quote_len
    word = words[at]
    known = word in neutral_words() or word in _MARKS
    return Atom("word" if known else "unknown", "", word), 1


def _first_concept(words: Phrase) -> str:
    for at, word in enumerate(words):
        for phrase, atom in phrases().get(word, ()):
            if atom.kind == "concept" and words[at : at + len(phrase)] == phrase:
                return atom.key
    return ""


def _matching_quote(words: Phrase, at: int, quoted: Sequence[tuple[Phrase, str]]) -> tuple[str, int]:
    hits = [(len(phrase), id) for phrase, id in quoted if phrase and words[at : at + len(phrase)] == phrase]
    length, id = max(hits, default=(0, ""))
    return id, length


def _query_atom(spoken: Sequence[Token], at: int) -> tuple[Atom, int] | None:
    """The question mark before a word, as in "?inferior infarct"."""
    if spoken[at].word == "?" and spoken[at + 1 : at + 2] and spoken[at + 1].joined:
        return Atom("certainty", "", "possible"), 1
    return None


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


_CLASS = re.compile(r"(?:I{1,3}|1|2|3|I{2}[ab]|2[ab])(?:[ab])?", re.IGNORECASE)
_LEVEL = re.compile(r"[ABC]", re.IGNORECASE)


def _class_atom(spoken: Sequence[Token], at: int) -> tuple[Atom, int] | None:
    """ "Class IIa" and "level B-NR", with "of recommendation" or "of evidence" between."""
    word = spoken[at].word
    if word in ("iia", "iib"):
        return Atom("class", "", word), 1
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


def with_groups(atoms: Sequence[Atom]) -> list[Atom]:
    """Atoms with "the other leads" spelled out and "all leads but V1" read as all except V1."""
    return _with_exceptions(_with_other_leads(atoms))


def _with_other_leads(atoms: Sequence[Atom]) -> list[Atom]:
    """ "V1 is flat, the other leads are good": the others are those not named before."""
    named = {lead for atom in atoms for lead in atom.leads}
    others = tuple(lead for lead in LEADS if lead not in named)
    is_reference = [bool(named) and atom.kind == "lead_group" and atom.key == "others" for atom in atoms]
    return [
        replace(atom, kind="leads", leads=others) if refers else atom
        for atom, refers in zip(atoms, is_reference, strict=True)
    ]


def _with_exceptions(atoms: Sequence[Atom]) -> list[Atom]:
    """ "All leads but V1" are all except V1."""
    around = zip([None, *atoms], atoms, [*atoms[1:], None], strict=False)
    return [
        replace(atom, key="with", text="except") if _excepts(before, atom, after) else atom
        for before, atom, after in around
    ]


def _excepts(before: Atom | None, atom: Atom, after: Atom | None) -> bool:
    is_between = (
        before is not None and before.kind == "lead_group" and after is not None and bool(after.leads)
    )
    return atom.text.lower() == "but" and is_between


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
