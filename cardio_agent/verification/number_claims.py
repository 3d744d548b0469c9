"""Numbers of a clause, each bound to the measurement, the leads and the formula it is said of.

Enters: a clause. Leaves: number claims. A number takes the measurement named nearest before it, else
after it, if the units agree; "PR, QRS and QTc are 160, 92 and 411 ms" pairs rows of the same length.
"""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from cardio_agent.leads import PRECORDIAL_LEADS
from cardio_agent.verification.atoms import Atom
from cardio_agent.verification.claim_types import ValueClaim
from cardio_agent.verification.clauses import Clause
from cardio_agent.verification.lexicon import CONCEPTS

UNIT_OF_SUFFIX = {
    "ms": ("ms", "s"),
    "mv": ("mV", "mm", "µV"),
    "s": ("mV/s", "mm·s"),
    "deg": ("deg",),
    "bpm": ("bpm",),
    "lead": (),
}
UNITLESS = ("bpm", "lead")  # units of the record that a sentence may leave out
_LEAD_NAMES = ("st_", "t_m", "t_second", "t_terminal", "r_m", "r_peak", "s_m", "q_m", "p_mv", "p_lead")
_DURATIONS = {"q_mv": "q_ms", "r_mv": "r_ms", "s_mv": "s_ms", "t_mv": "t_ms"}
_DOWNWARDS = ("depressed", "inverted")
_LIMITS = ("normal", "abnormal", "above normal", "below normal")
_ALL = ("all", "both", "each", "every")
_COUNTS = ("beats", "years", "Hz", "percent", "minutes", "hours")  # units of no measurement of the trace


def fits(unit: str, name: str) -> bool:
    """Whether a unit is one in which a measurement may be given; no unit fits any."""
    return not unit or unit in UNIT_OF_SUFFIX[name.removesuffix("_change").rsplit("_", 1)[1]]


def values_of(clause: Clause) -> tuple[list[ValueClaim], set[int]]:
    """Number claims, and the places of the leads that they took."""
    binder = _Binder(clause)
    return [binder.claim(order) for order in range(len(binder.at_numbers))], binder.used_leads


class _Binder:
    """Binds the numbers of one clause from left to right; each name and each lead is taken once."""

    def __init__(self, clause: Clause) -> None:
        self.at_numbers = [k for k, atom in enumerate(clause) if atom.kind == "number"]
        self.used_leads: set[int] = set()
        self._clause = clause
        self._paired = _paired_lists(clause, self.at_numbers)
        self._used_names: set[int] = set()
        self._subject: Atom | None = None
        self._rows = _lead_rows(clause, self.at_numbers)

    def claim(self, order: int) -> ValueClaim:
        """The claim of the number in that place of the row."""
        clause, at = self._clause, self.at_numbers[order]
        start = self.at_numbers[order - 1] + 1 if order else 0
        end = self.at_numbers[order + 1] if order + 1 < len(self.at_numbers) else len(clause)
        number = _with_shared_unit(clause, at, self.at_numbers[order + 1 :])
        number = _with_superlative(clause, number)
        if at and clause[at - 1].kind == "idiom" and clause[at - 1].key == "limit":
            number = replace(number, text=f"{clause[at - 1].text} {number.text}")
        subject = self._take_subject(number, at, start, end)
        names = _names(number, subject, self._formula_of(at, start))
        return ValueClaim(
            number=replace(number, comparison="") if number.unit in _COUNTS else number,
            names=names,
            leads=() if names and not any(map(has_leads, names)) else self._take_leads(at, start, end),
            sign=self._sign_of(number, subject) if names else 1,
            subject=subject.text if subject else "",
            is_reference=_is_reference(clause, at),
            is_of_all=any(atom.text.lower().split()[0] in _ALL for atom in clause[start:at]),
        )

    def _formula_of(self, at: int, start: int) -> str:
        """The QTc formula of a number; in rows of names and numbers the one right after the name."""
        place = self._paired.get(at)
        if place is None:
            return _formula(self._clause, at, start)
        following = [atom for atom in self._clause[place + 1 :] if atom.kind != "word" and atom.key != "open"]
        if following and following[0].kind == "formula":
            return following[0].key
        return "" if self._clause[place].key == "qt_ms" else _formula(self._clause, at, start)

    def _sign_of(self, number: Atom, subject: Atom | None) -> int:
        """-1 where a size counts downwards: "2 mm deep", "depressed by 1 mm", ST depression of 1 mm."""
        is_down = any(atom.kind == "qualifier" and atom.key in _DOWNWARDS for atom in self._clause)
        is_level = subject is not None and subject.kind == "quantity" and (number.value or 0) > 0
        return -1 if number.key == "depth" or (is_down and is_level) else _sign(subject)

    def _take_subject(self, number: Atom, at: int, start: int, end: int) -> Atom | None:
        """What a number is said of: a name beside it, else that of the number before it if the unit fits."""
        place = self._paired.get(at)
        if self._goes_on(number, at, start):
            return self._subject
        if place is None:
            place = _subject_place(self._clause, number, at, start, end, self._used_names)
        if place is not None:
            self._used_names.add(place)
            self._subject = self._clause[place]
        elif self._subject is not None and not any(fits(number.unit, n) for n in self._subject.names):
            self._subject = None
        return self._subject

    def _goes_on(self, number: Atom, at: int, start: int) -> bool:
        """ "0.15 mV in III and 0.11 mV in aVF, with …": the subject stays; a later name is another."""
        if self._subject is None or not any(fits(number.unit, name) for name in self._subject.names):
            return False
        between = self._clause[start:at]
        follows = [atom for atom in self._clause[at + 1 :] if atom.kind != "word"][:2]
        is_placed = [atom.kind for atom in follows] == ["leads", "break"]
        return is_placed and not any(atom.names for atom in between)

    def _take_leads(self, at: int, start: int, end: int) -> tuple[str, ...]:
        if at in self._rows:
            place, lead = self._rows[at]
            self.used_leads.add(place)
            return (lead,)
        found = _lead_place(self._clause, at, start, end, self.used_leads)
        if found is None:
            return ()
        self.used_leads.add(found)
        return self._clause[found].leads


def _names(number: Atom, subject: Atom | None, formula: str) -> tuple[str, ...]:
    """Measurements that a number may be of: those of its subject, narrowed down by formula and unit."""
    if number.unit in _COUNTS:
        return ()
    names = _by_formula(subject.names if subject else (), formula)
    if number.unit in UNIT_OF_SUFFIX["ms"] and {*names} <= {*_DURATIONS}:
        names = tuple(_DURATIONS[name] for name in names)  # "the S wave lasts 74 ms"
    names = tuple(name for name in names if fits(number.unit, name)) or names
    return names or (("heart_rate_bpm",) if number.unit == "bpm" else ())


def with_transition(clause: Clause) -> Clause:
    """ "R transition between V3 and V4": the leads are the value, counted along the chest."""
    atoms = list(clause)
    at = next((k for k, atom in enumerate(clause) if atom.names == ("r_transition_lead",)), len(clause))
    for k in range(at + 1, len(clause)):
        places = [PRECORDIAL_LEADS.index(lead) + 1 for lead in clause[k].leads if lead in PRECORDIAL_LEADS]
        if places:
            atoms[k] = Atom("number", clause[k].text, value=Decimal(places[0]))
            if len(places) > 1:
                low, high = Decimal(f"{places[0]}.0"), Decimal(places[-1])
                atoms[k] = replace(atoms[k], value=low, high=high, comparison="between")
        if clause[k].kind == "number" or places:
            break
    return tuple(atoms)


def has_leads(name: str) -> bool:
    """Whether a measurement is made in each lead."""
    return name.startswith(_LEAD_NAMES)


def _sign(subject: Atom | None) -> int:
    return CONCEPTS[subject.about].sign if subject is not None and subject.about else 1


def _paired_lists(clause: Clause, at_numbers: Sequence[int]) -> dict[int, int]:
    """ "PR, QRS and QTc are 160, 92 and 412 ms": as many names in a row as numbers in a row."""
    pairs: dict[int, int] = {}
    for run in _runs(clause, at_numbers):
        names: list[int] = []
        for k in range(run[0] - 1, -1, -1):
            if clause[k].kind == "quantity":
                names.insert(0, k)
            elif clause[k].kind not in ("break", "word", "verb", "qualifier", "formula"):
                break
        # A shorter tail is not taken: "PR 160, QRS and QTc are 92 and 411 ms" pairs by its own run.
        if len(run) > 1 and len(names) == len(run):
            pairs |= dict(zip(run, names, strict=True))
    return pairs


def _lead_rows(clause: Clause, at_numbers: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Place and lead of each number in "0.25 and 0.31 mV in V2 and V3": rows of the same length."""
    rows: dict[int, tuple[int, str]] = {}
    for run in _runs(clause, at_numbers):
        after = [k for k in range(run[-1] + 1, len(clause)) if clause[k].kind != "word"][:1]
        before = [k for k in range(run[0]) if clause[k].kind == "leads"][-1:]
        for place in after if after and clause[after[0]].leads else before:
            if len(run) > 1 and len(clause[place].leads) == len(run):
                rows |= {at: (place, lead) for at, lead in zip(run, clause[place].leads, strict=True)}
    return rows


def _runs(clause: Clause, at_numbers: Sequence[int]) -> list[list[int]]:
    """Numbers with nothing but separators between them."""
    runs: list[list[int]] = []
    for at in at_numbers:
        in_row = bool(runs) and all(atom.kind in ("break", "word") for atom in clause[runs[-1][-1] + 1 : at])
        if in_row:
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs


def _with_shared_unit(clause: Clause, at: int, later: Sequence[int]) -> Atom:
    """A number without unit takes that of the next number in the clause: "PR 160, QRS 92 ms"."""
    number = clause[at]
    before = [atom for atom in clause[:at] if atom.names]
    unit = next((clause[k].unit for k in later if clause[k].unit), "")
    if number.unit or not before or not any(fits(unit, name) for name in before[-1].names):
        return number
    return replace(number, unit=unit)


def _with_superlative(clause: Clause, number: Atom) -> Atom:
    """ "The maximum ST elevation is 0.31 mV": the number is the largest one."""
    has_superlative = any(atom.kind == "superlative" for atom in clause)
    return replace(number, comparison="largest") if has_superlative and not number.comparison else number


def _subject_place(clause: Clause, number: Atom, at: int, start: int, end: int, used: set[int]) -> int | None:
    for k in itertools.chain(range(at - 1, start - 1, -1), range(at + 1, end)):
        if k not in used and any(fits(number.unit, name) for name in clause[k].names):
            return k
    # A name whose unit does not fit is still what the number was said of, when it stands right before it.
    for k in range(at - 1, start - 1, -1):
        if clause[k].kind == "quantity" and k not in used:
            return k
    return None


def _formula(clause: Clause, at: int, start: int) -> str:
    """The QTc formula named right after a number, else before it; not one that ends the value before."""
    following = (atom for atom in clause[at + 1 :] if atom.kind != "word" and atom.key != "open")
    if (after := next(following, None)) is not None and after.kind == "formula":
        return after.key
    between = [k for k in range(start, at) if clause[k].kind == "formula"]
    names = [k for k in range(start, at) if clause[k].kind == "quantity"]
    is_corrected = any(atom.text.lower() in ("corrected", "corrects") for atom in clause[start:at])
    own = [k for k in between if start == 0 or is_corrected or not names or k > names[0]]
    return clause[own[-1]].key if own else ""


def _by_formula(names: tuple[str, ...], formula: str) -> tuple[str, ...]:
    """A formula narrows QTc down, and makes a bare "corrected to 411 ms" a QTc."""
    is_own = formula in names or names in ((), ("qt_ms",))
    return (formula,) if formula and is_own else names


def _lead_place(clause: Clause, at: int, start: int, end: int, used: set[int]) -> int | None:
    def is_free(k: int) -> bool:
        return clause[k].kind == "leads" and k not in used

    after = [
        k for k in range(at + 1, end) if clause[k].kind not in ("word", "break") or clause[k].key == "soft"
    ]
    follows = bool(after) and clause[after[0]].kind == "leads"
    order = [*range(at - 1, start - 1, -1), *range(at + 1, end)]
    if follows:
        order = [after[0], *order]
    return next(filter(is_free, order), None)


def _is_side(atom: Atom) -> bool:
    """ "Above the upper limit of normal"."""
    return "limit" in atom.text and ("upper" in atom.text or "lower" in atom.text)


def _is_reference(clause: Clause, at: int) -> bool:
    """ "(normal 120–200 ms)": the number is a limit of normal, not a value."""
    before = [atom for atom in clause[:at] if atom.kind != "word" or atom.key in ("limit", "limits", "range")]
    if before and before[-1].key == "open" and before[-2:-1] and _is_side(before[-2]):
        before.pop()
    return bool(before) and (before[-1].key in _LIMITS or before[-1].key in ("limit", "limits", "range"))
