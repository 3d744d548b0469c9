"""Other ways to say what a sheet says, drawn at random from ``wordings.toml``.

Enters: a sheet of plain sentences without values. Leaves: lines as a model is to write them, each with
the numbers of the sentences that it rests on. A plain sentence that no form knows is left as it is.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from random import Random

from cardio_agent.writing.sheets import Sheet

_HEDGED = re.compile(r"^(Probable |Possible |probable |possible )?(.+)$")
_CERTAINTY = {"": "definite", "probable": "probable", "possible": "possible"}
_ADJECTIVES = {
    "definite": ("",),
    "probable": ("probable ", "probable ", "likely "),
    "possible": ("possible ",),
}
_IN_LEADS = re.compile(r"^(.*?)( in \{\d[a-z]\})$")
_SLOT = re.compile(r"\{(\d[a-z])\}")
_P_JOINED = 0.35  # of two neighbouring findings said in one sentence


@dataclass(frozen=True)
class Form:
    """A plain sentence with variables, and its ways."""

    pattern: re.Pattern[str]
    slots: tuple[str, ...]
    ways: tuple[str, ...]


@dataclass(frozen=True)
class Wordings:
    """``wordings.toml``, ready for use."""

    names: Mapping[str, tuple[str, ...]]
    frames: Mapping[str, tuple[str, ...]]
    forms: Mapping[str, tuple[Form, ...]]


@lru_cache(maxsize=1)
def load_wordings() -> Wordings:
    """The table that travels with the package."""
    table = tomllib.loads((files(__package__) / "wordings.toml").read_text(encoding="utf-8"))
    forms: dict[str, list[Form]] = {}
    for entry in table["forms"]:
        forms.setdefault(entry["section"], []).append(_form(entry["plain"], entry["ways"]))
    return Wordings(
        names={name: tuple(others) for name, others in table["names"].items()},
        frames={certainty: tuple(frames) for certainty, frames in table["frames"].items()},
        forms={section: tuple(group) for section, group in forms.items()},
    )


def _form(plain: str, ways: Sequence[str]) -> Form:
    """``{a}`` matches a slot, ``{X}`` and the other capitals any text."""
    slots = tuple(re.findall(r"\{([a-z])\}", plain))
    pattern = re.escape(plain)
    for slot in slots:
        pattern = pattern.replace(rf"\{{{slot}\}}", rf"(?P<{slot}>\{{\d[a-z]\}})")
    pattern = re.sub(r"\\\{([A-Z])\\\}", r"(?P<\1>.+?)", pattern)
    return Form(re.compile(f"^{pattern}$"), slots, tuple(ways))


def reworded(sheet: Sheet, random: Random) -> list[str]:
    """The sheet said in other words, one sentence a line with its numbers in brackets."""
    clauses = [_clause(sheet.section, line, random) for line in sheet.lines]
    lines: list[str] = []
    k = 0
    while k < len(clauses):
        joined = k + 1 < len(clauses) and _may_join(sheet, k) and random.random() < _P_JOINED
        if joined:
            glue = random.choice(("; ", ", and ", "; also ", " and "))
            second = clauses[k + 1]
            text = clauses[k] + glue + (second if second[1:2].isupper() else second[:1].lower() + second[1:])
            lines.append(f"{_sentence(text)} [{k + 1}][{k + 2}]")
        else:
            # A passage brings its own full stop, inside its quotation marks.
            ends = sheet.section == "guidelines"
            lines.append(f"{clauses[k] if ends else _sentence(clauses[k])} [{k + 1}]")
        k += 1 + joined
    return lines


def _may_join(sheet: Sheet, k: int) -> bool:
    """Short sentences of the sections that list findings may share a line."""
    return sheet.section in ("rhythm", "conduction", "chambers", "ischaemia", "other") and all(
        len(sheet.lines[j]) < 70 for j in (k, k + 1)
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _clause(section: str, line: str, random: Random) -> str:
    wordings = load_wordings()
    for form in wordings.forms.get(section, ()):
        if match := form.pattern.match(line):
            return _filled(random.choice(form.ways), match, random)
    return _finding(line.removesuffix("."), random) or line.removesuffix(".")


def _filled(way: str, match: re.Match[str], random: Random) -> str:
    values = {name: text for name, text in match.groupdict().items() if text is not None}
    if "X" in values:
        certainty, name = _split(values["X"])
        noun = random.choice(load_wordings().names.get(name, (name,)))
        values["H"] = random.choice(_ADJECTIVES[certainty]) + noun
    if "L" in values:
        values["L"] = "; ".join(_summary_part(part, random) for part in values["L"].split("; "))
    return re.sub(r"\{([A-Za-z])\}", lambda m: values[m[1]], way)


def _summary_part(part: str, random: Random) -> str:
    """One part of the conclusion, its findings by other names."""
    certainty, name = _split(part)
    names = load_wordings().names
    if name not in names:
        return part
    return random.choice(_ADJECTIVES[certainty]) + random.choice(names[name])


def _finding(text: str, random: Random) -> str | None:
    """A finding, with its leads if any, in a frame of its certainty; None for anything else."""
    certainty, rest = _split(text)
    leads = _IN_LEADS.match(rest)
    name, place = (leads[1], leads[2]) if leads else (rest, "")
    wordings = load_wordings()
    if name not in wordings.names:
        return None
    noun = random.choice(wordings.names.get(name, (name,)))
    frame = random.choice(wordings.frames[certainty])
    is_plural = noun.endswith("s") and not noun.endswith(("ss", "sis"))
    return (
        frame.replace("{X}", noun)
        .replace("{in}", place)
        .replace("{is}", "are" if is_plural else "is")
        .replace("{s}", "" if is_plural else "s")
    )


def _split(text: str) -> tuple[str, str]:
    """Certainty and name; the name as a clause begins it."""
    match = _HEDGED.match(text)
    assert match is not None  # any text matches
    name = match[2]
    if name[1:2].islower() or name[1:2] == "-":
        name = name[:1].lower() + name[1:] if not name.startswith(("ST", "T-", "QTc")) else name
    return _CERTAINTY[(match[1] or "").strip().lower()], name
