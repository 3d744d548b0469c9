"""What terms mean, in plain words that are the same for every ECG.

Enters: a question, or a finding. Leaves: a sentence from ``glossary.toml``. States nothing about a recording.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cardio_agent.schema import Finding


@dataclass(frozen=True)
class Term:
    """A term: what it is called, by which words and statement codes it is known, and what it is."""

    name: str
    plain: str
    forms: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What it is, as a sentence."""
        return f"{self.name} {self.plain}"


@cache
def terms() -> tuple[Term, ...]:
    """All terms, the more specific first."""
    text = (files(__package__) / "glossary.toml").read_text(encoding="utf-8")
    return tuple(
        Term(row["name"], row["plain"], tuple(row.get("forms", ())), tuple(row.get("codes", ())))
        for row in tomllib.loads(text)["term"]
    )


def asked_term(words: str) -> Term | None:
    """The term that a question in lower case names: the one with the longest words; None for none."""
    found = [(len(match[0]), term) for term in terms() if (match := _match(term, words))]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def term_of(finding: Finding) -> Term | None:
    """The term that a finding is: by its text, else by its codes; None where the glossary has neither."""
    text = finding.text.lower()
    named = [(match.start(), -len(match[0]), term) for term in terms() if (match := _match(term, text))]
    if named:
        return min(named, key=lambda row: row[:2])[2]
    return next((term for term in terms() if set(term.codes) & set(finding.codes)), None)


def _match(term: Term, text: str) -> re.Match[str] | None:
    if not term.forms:
        return None
    return re.search(rf"(?<!\w)(?:{'|'.join(term.forms)})(?!\w)", text)
