"""Example questions of each kind, from which understanding is learned.

Enters: ``examples.toml``. Leaves: texts with the kinds that they are of. Understands no question.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cardio_agent.chat.intents import Intent
from cardio_agent.findings.rules import RULES

# Findings as they stand in reports: an example on "{finding}" is one on some of these, in turn.
_FINDINGS = (
    *(rule.text for rule in RULES if "{" not in rule.text),
    *("ST depression in II, III and aVF", "ST elevation in V2 and V3", "normal ECG", "the finding"),
)
_N_OF_EACH = 3


@dataclass(frozen=True)
class Kind:
    """A kind of question: ``names`` are the measurements or codes that it is about by itself."""

    intent: Intent
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Example:
    """A question and its kind."""

    kind: Kind
    text: str


@cache
def examples() -> tuple[Example, ...]:
    """All example questions, in the order of the file."""
    table = tomllib.loads((files(__package__) / "examples.toml").read_text(encoding="utf-8"))
    return tuple(
        Example(Kind(Intent(row["kind"]), tuple(row.get("names", ()))), text)
        for row in table["example"]
        for number, question in enumerate(row["questions"])
        for text in _with_findings(question, number)
    )


def _with_findings(question: str, number: int) -> tuple[str, ...]:
    if "{finding}" not in question:
        return (question,)
    chosen = (_FINDINGS[(_N_OF_EACH * number + k) % len(_FINDINGS)] for k in range(_N_OF_EACH))
    return tuple(question.replace("{finding}", finding) for finding in chosen)
