"""Other ways to say what a sheet says, from the tables in ``wordings/``.

Enters: a sheet of plain sentences without values, and a style for each. Leaves: lines as a model
is to write them, each with the numbers of the sentences that it rests on. A plain sentence that no form knows
is left as it is.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import product
from random import Random

from cardio_agent.findings.rules import FALLBACKS, RULES
from cardio_agent.schema import Certainty
from cardio_agent.training.writer.nouns import Finding, finding_of, hedged_noun, noun_of
from cardio_agent.writing.phrases import listed
from cardio_agent.writing.sheets import STYLES, Sheet

_CHOICE = re.compile(r"<([^<>]*)>")
_VARIABLE = re.compile(r"\{([A-Za-z]+)\}")
_ADVERBS: Mapping[Certainty, tuple[str, ...]] = {
    "definite": ("",),
    "probable": ("probably", "probably", "likely"),
    "possible": ("possibly",),
}
_P_TOGETHER = 0.6  # that neighbours which can share a line do
_MOST_TOGETHER = 3
_OF_A_DIAGNOSIS = "_diagnosis"  # frames that suit a diagnosis, not a sign
_STRIDE = 11  # a second try in a style is far from the first
_FINDING_SECTIONS = ("conduction", "chambers", "ischaemia", "other")


@dataclass(frozen=True)
class Form:
    """One plain sentence, or several neighbours, with variables; and their ways."""

    pattern: re.Pattern[str]
    n_lines: int
    ways: tuple[str, ...]
    hedged: tuple[str, ...]


@dataclass(frozen=True)
class Wordings:
    """The tables of ``wordings/``, ready for use."""

    names: Mapping[str, tuple[str, ...]]
    frames: Mapping[str, tuple[str, ...]]
    signs: frozenset[str]
    verdicts: Mapping[str, tuple[str, ...]]
    openings: tuple[str, ...]
    forms: Mapping[str, tuple[Form, ...]]


@lru_cache(maxsize=1)
def load_wordings() -> Wordings:
    """The tables that travel with the package."""
    folder = files(__package__) / "wordings"
    tables = [
        tomllib.loads(file.read_text(encoding="utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    ]
    whole = {key: value for table in tables for key, value in table.items() if key != "forms"}
    forms: dict[str, list[Form]] = {}
    for entry in (entry for table in tables for entry in table.get("forms", ())):
        forms.setdefault(entry["section"], []).append(
            _form(entry["plain"], entry["ways"], entry.get("hedged", ()))
        )
    names = {text: (text,) for text in _finding_texts()}
    return Wordings(
        names=names | {name: tuple(others) for name, others in whole["names"].items()},
        frames={name: _expanded(frames) for name, frames in whole["frames"].items()},
        signs=frozenset(whole["signs"]["names"]),
        verdicts={text: _expanded(ways) for text, ways in whole["verdicts"].items()},
        openings=_expanded(whole["openings"]["conclusion"]),
        forms={section: tuple(group) for section, group in forms.items()},
    )


def _finding_texts() -> Iterator[str]:
    """Every finding that has no words of its own in the tables is at least known by its name."""
    for rule in RULES:
        stem = rule.text.removesuffix(" in {leads}")
        if "{" not in stem:
            yield stem
    yield from (fallback.text for fallback in FALLBACKS)


def _form(plain: str | Sequence[str], ways: Sequence[str], hedged: Sequence[str]) -> Form:
    """``{a}`` matches a slot, ``{X}`` and the other capitals any text of one line."""
    lines = [plain] if isinstance(plain, str) else list(plain)
    pattern = re.sub(r"\\\{([a-z])\\\}", r"(?P<\1>\\{\\d[a-z]\\})", re.escape("\n".join(lines)))
    pattern = re.sub(r"\\\{([A-Z])\\\}", r"(?P<\1>.+?)", pattern)
    return Form(re.compile(pattern), len(lines), _expanded(ways), _expanded(hedged))


def _expanded(ways: Sequence[str]) -> tuple[str, ...]:
    """Every way that choices leave open.

    >>> _expanded(["<The |>QRS is <wide|broad>"])
    ('The QRS is wide', 'The QRS is broad', 'QRS is wide', 'QRS is broad')
    """
    drawn = ("".join(parts) for way in ways for parts in product(*_options(way)))
    return tuple(" ".join(text.split()) for text in drawn)


def _options(way: str) -> Iterator[list[str]]:
    for k, piece in enumerate(_CHOICE.split(way)):
        yield piece.split("|") if k % 2 else [piece]


class _Manner:
    """What a style decides: which way of several, evenly spread, and every smaller choice."""

    def __init__(self, style: str, attempt: int) -> None:
        self._place = (STYLES.index(style) + attempt * _STRIDE) % len(STYLES)
        self.random = Random(f"{style}{attempt}")

    def way(self, ways: Sequence[str]) -> str:
        return ways[self._place * len(ways) // len(STYLES)]

    def name(self, name: str) -> str:
        return self.random.choice(load_wordings().names.get(name, (name,)))


# ── a sheet ──────────────────────────────────────────────────────────────────────────────────


def reworded(sheet: Sheet, styles: str, attempt: int = 0) -> list[str]:
    """The sheet said in other words, one sentence a line with its numbers in brackets.

    The same styles and attempt always give the same words; another attempt gives others.
    """
    lines: list[str] = []
    at = 0
    while at < len(sheet.lines):
        text, n = _worded(sheet, at, _Manner(styles[at], attempt))
        numbers = "".join(f"[{k}]" for k in range(at + 1, at + n + 1))
        # A passage brings its own full stop, inside its quotation marks.
        lines.append(f"{text if sheet.section == 'guidelines' else _sentence(text)} {numbers}")
        at += n
    return lines


def _worded(sheet: Sheet, at: int, manner: _Manner) -> tuple[str, int]:
    """Words for one sentence or for several, and for how many."""
    matches = list(_matches(sheet.section, sheet.lines[at:]))
    together = [found for found in matches if found[0].n_lines > 1]
    alone = [found for found in matches if found[0].n_lines == 1]
    share = manner.random.random() < _P_TOGETHER
    if together and share:
        form, match = manner.random.choice(together)
        return _filled(form, match, manner), form.n_lines
    if alone:
        form, match = alone[0]
        return _filled(form, match, manner), 1
    if findings := _findings(sheet, at):
        n = manner.random.randint(2, len(findings)) if len(findings) > 1 and share else 1
        return _framed(findings[:n], manner), n
    if sheet.section == "conclusion" and (summary := _summary(sheet.lines[at], manner)):
        return summary, 1
    return sheet.lines[at].removesuffix("."), 1


def _matches(section: str, lines: Sequence[str]) -> Iterator[tuple[Form, re.Match[str]]]:
    for form in load_wordings().forms.get(section, ()):
        if match := form.pattern.fullmatch("\n".join(lines[: form.n_lines])):
            yield form, match


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


# ── forms ────────────────────────────────────────────────────────────────────────────────────


def _filled(form: Form, match: re.Match[str], manner: _Manner) -> str:
    random = manner.random
    values = {name: text for name, text in match.groupdict().items() if text is not None}
    ways = form.ways
    if "X" in values:
        found = finding_of(values["X"])
        noun = manner.name(found.name)
        values |= {
            "H": hedged_noun(noun, found.certainty, random),
            "h": hedged_noun(noun, found.certainty, random, article=False),
            "x": noun_of(noun).bare,
            "P": random.choice(_ADVERBS[found.certainty]),
            "is": noun_of(noun).verb,
        }
        ways = form.hedged if form.hedged and found.certainty != "definite" else form.ways
    if "Y" in values:
        others = re.split(r", | and ", values["Y"])
        values["Y"] = listed([noun_of(manner.name(other)).bare for other in others])
    return _VARIABLE.sub(lambda variable: values[variable[1]], manner.way(ways))


# ── findings ─────────────────────────────────────────────────────────────────────────────────


def _findings(sheet: Sheet, at: int) -> list[Finding]:
    """The finding of a sentence, and those after it that may stand in one list with it."""
    names = load_wordings().names
    found: list[Finding] = []
    for line in sheet.lines[at : at + _MOST_TOGETHER]:
        finding = finding_of(line.removesuffix("."))
        if finding.name not in names or (found and any(True for _ in _matches(sheet.section, [line]))):
            break
        if found and (sheet.section not in _FINDING_SECTIONS or not finding.may_follow(found[-1])):
            break
        found.append(finding)
    return found


def _framed(findings: Sequence[Finding], manner: _Manner) -> str:
    """Findings in a frame of their certainty; of several certainties, each with a word of its own."""
    frames, signs = load_wordings().frames, load_wordings().signs
    names = [manner.name(finding.name) for finding in findings]
    certainty = findings[0].certainty
    if all(finding.certainty == certainty for finding in findings):
        are_diagnoses = signs.isdisjoint(finding.name for finding in findings)
        suiting = frames.get(certainty + _OF_A_DIAGNOSIS, ()) if are_diagnoses else ()
        frame = manner.way(frames[certainty] + suiting)
        articled = [noun_of(name).articled for name in names]
        bare = [noun_of(name).bare for name in names]
    else:
        endings = ("{X}{in}", "{x}{in}")
        frame = manner.way([frame for frame in frames["definite"] if frame.endswith(endings)])
        pairs = list(zip(names, findings, strict=True))
        articled = [hedged_noun(name, finding.certainty, manner.random) for name, finding in pairs]
        bare = [hedged_noun(name, finding.certainty, manner.random, article=False) for name, finding in pairs]
    is_one = len(findings) == 1
    places = [finding.place for finding in findings]
    values = {
        "X": listed(articled if is_one else [a + place for a, place in zip(articled, places, strict=True)]),
        "x": listed(bare if is_one else [b + place for b, place in zip(bare, places, strict=True)]),
        "in": places[0] if is_one else "",
        "is": noun_of(names[0]).verb if is_one else "are",
        "there": noun_of(names[0]).verb,
        "s": "s" if is_one and noun_of(names[0]).verb == "is" else "",
    }
    return _VARIABLE.sub(lambda variable: values[variable[1]], frame)


# ── the conclusion ───────────────────────────────────────────────────────────────────────────


def _summary(line: str, manner: _Manner) -> str | None:
    """The conclusion: its findings, which are slots, and the last word on normality after them."""
    if not line.startswith("In summary: "):
        return None
    wordings = load_wordings()
    parts = line.removeprefix("In summary: ").removesuffix(".").split("; ")
    verdict = manner.random.choice(wordings.verdicts[parts.pop()]) if parts[-1] in wordings.verdicts else ""
    text = f"{'; '.join(parts)}{verdict}" if parts else verdict.lstrip(";, ")
    return manner.way(wordings.openings).replace("{L}", text)
