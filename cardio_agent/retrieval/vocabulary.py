"""Words of the field: one spelling, one name a concept, tokens for the word index.

Enters: free text (a question or a statement). Leaves: the same text with spellings and
abbreviations unified, and its tokens. Does not rank and knows no statement; the words themselves
stand in ``guidelines/vocabulary.toml``.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from cardio_agent.errors import CorpusError
from cardio_agent.resources import resource_dir

# Function words and words of questions that tell nothing about what is asked.
_STOP_WORDS = frozenset(
    """
    a about after all also an and any are as at be been before being but by can complains could did do
    does during each ecg either else every find for found from get give given had has have he her his
    how i if in into is it its just make may me mean means must my next now of often on one or our out
    patient patients per please pt say seen she should show shown shows so some still such tell that the
    their them then there these they thing this those to up us use used was we well were what whats when
    where which while who whom why will with would year years yo you your
    """.split()  # noqa: SIM905 (read as a text, not as a list)
)
_WORD = re.compile(r"[a-z0-9]+(?:[.'][a-z0-9]+)*")
_SHORTEST_TYPO = 5
_LONG_WORD = 8  # a longer word may hold more than one slip
_TYPO_SIMILARITY = 0.88


class Vocabulary:
    """Unifies spelling and abbreviations; the same for questions and statements.

    Parameters
    ----------
    spelling : mapping
        Part of a word to how it is written.
    terms : mapping
        Term to its other forms.
    outside : collection of str
        Words and phrases of questions that the corpus does not answer.
    """

    def __init__(
        self,
        spelling: Mapping[str, str],
        terms: Mapping[str, Collection[str]],
        outside: Collection[str] = (),
    ) -> None:
        self._spelling = dict(spelling)
        self._term_of = {
            self._plain(form): self._plain(term) for term, forms in terms.items() for form in (term, *forms)
        }
        self._forms = _any_of(self._term_of)
        self._outside = _any_of(map(self.unify, outside))

    def unify(self, text: str) -> str:
        """Lower case, one spelling, every known form replaced by its term.

        >>> Vocabulary({"aemi": "emi"}, {"atrial fibrillation": ["AF"]}).unify("AF and ischaemia")
        'atrial fibrillation and ischemia'
        """
        return self._forms.sub(lambda match: self._term_of[match[1]], self._plain(text))

    def tokens(self, text: str) -> list[str]:
        """Stems of the telling words of a text, and one token for each known term in it."""
        unified = self.unify(text)
        words = [_stem(word) for word in _WORD.findall(unified) if word not in _STOP_WORDS]
        return words + [f"#{match[1]}" for match in self._forms.finditer(unified)]

    def known_words(self, texts: Iterable[str]) -> dict[str, list[str]]:
        """The words of some texts and of the vocabulary, all forms by their stem, for :meth:`correct`."""
        plain = [*self._term_of, *map(self.unify, texts)]
        known: dict[str, list[str]] = {}
        for word in dict.fromkeys(word for text in plain for word in _WORD.findall(text)):
            known.setdefault(_stem(word), []).append(word)
        return known

    def is_outside(self, text: str) -> bool:
        """Whether a text asks for something that the corpus says it does not cover."""
        return bool(self._outside.search(self.unify(text)))

    def correct(self, text: str, known: Mapping[str, Collection[str]]) -> str:
        """The unified text with misspelt words replaced by the known word that is almost the same.

        Short words and numbers are never touched; the first letter must agree.
        """

        def corrected(match: re.Match[str]) -> str:
            word = match[0]
            if (
                len(word) < _SHORTEST_TYPO
                or not word.isalpha()
                or word in _STOP_WORDS
                or _stem(word) in known
            ):
                return word
            forms = (form for stem in known.values() for form in stem)
            alike = [form for form in forms if form[0] == word[0]]  # "irregular" is not "regular"
            near = [other for other in alike if _one_slip_apart(word, other)]
            if not near and len(word) >= _LONG_WORD:
                near = get_close_matches(word, alike, n=1, cutoff=_TYPO_SIMILARITY)
            return near[0] if near else word

        return self.unify(_WORD.sub(corrected, self.unify(text)))

    def _plain(self, text: str) -> str:
        plain = re.sub(r"(?<=[a-z])[-\u2010-\u2013](?=[a-z])", " ", text.lower().replace("’", "'"))
        for part, written in self._spelling.items():
            plain = plain.replace(part, written)
        return plain


@lru_cache(maxsize=4)
def load_vocabulary(folder: Path | None = None) -> Vocabulary:
    """The vocabulary of a corpus folder; an empty one where the folder has none.

    Raises
    ------
    CorpusError
        When ``vocabulary.toml`` is not valid TOML of the known tables.
    """
    path = (folder or resource_dir("guidelines")) / "vocabulary.toml"
    if not path.is_file():
        return Vocabulary({}, {})
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise CorpusError(f"{path.name}: {exc}; correct the file") from exc
    unknown = set(tables) - {"spelling", "terms", "outside"}
    if unknown:
        raise CorpusError(
            f"{path.name}: table '{unknown.pop()}' is not known; use [spelling], [terms] and [outside]"
        )
    outside = [word for words in tables.get("outside", {}).values() for word in words]
    return Vocabulary(tables.get("spelling", {}), tables.get("terms", {}), outside)


def _any_of(forms: Iterable[str]) -> re.Pattern[str]:
    """Any of these as whole words, the longest first, with or without a plural s."""
    longest_first = sorted(forms, key=len, reverse=True)
    any_form = "|".join(map(re.escape, longest_first)) or r"(?!)"
    return re.compile(rf"(?<![a-z0-9])({any_form})s?(?![a-z0-9])")


def _one_slip_apart(word: str, other: str) -> bool:
    """Whether one letter added, left out or mistaken, or two exchanged, turns one word into the other.

    >>> [_one_slip_apart("point", other) for other in ("piont", "poin", "points", "paint", "print", "pints")]
    [True, True, True, True, True, False]
    """
    if abs(len(word) - len(other)) > 1:
        return False
    start = next((k for k, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), None)
    if start is None:
        return True
    one, two = word[start:], other[start:]
    return one[1:] == two or one == two[1:] or one[1:] == two[1:] or one[1::-1] + one[2:] == two


def _stem(word: str) -> str:
    """Cut the common English endings; the stem need not be a word.

    >>> [_stem(word) for word in ("wave", "waves", "pacing", "prolonged", "studies", "loss")]
    ['wav', 'wav', 'pac', 'prolong', 'study', 'loss']
    """
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
