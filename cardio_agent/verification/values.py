"""Numbers against measurements.

Enters: a claim and the context. Leaves: outcomes. The rule of rounding: a number written with k
decimals must equal the record's value rounded to k decimals, in the unit that it is written with;
a tie may go either way. "About" allows whole tens of ms, bpm or degrees within 2.5%: "about 150" of 152.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cardio_agent.findings.limits import normal_range
from cardio_agent.schema import Measurement, Recording
from cardio_agent.verification.atoms import Atom
from cardio_agent.verification.claim_types import ValueClaim
from cardio_agent.verification.context import (
    Context,
    Outcome,
    contradicted,
    supported,
    text_clauses,
    unsupported,
)
from cardio_agent.verification.number_claims import UNITLESS, fits
from cardio_agent.verification.numerals import ROUNDED
from cardio_agent.writing.phrases import named_value

# Factors into the unit of the record. Source: STD-07 (10 mm to 1 mV).
_FACTOR = {("s", "ms"): 1000.0, ("mm", "mV"): 0.1, ("µV", "mV"): 0.001}
MAGNITUDES = ("s_mv", "q_mv")  # depths: written with or without their minus sign
_LONGEST_S = 10  # what is written in seconds and longer than this was meant in milliseconds
_EPSILON = 1e-9
_IN_TENS = ("ms", "bpm", "deg")
_NEAR = 0.025  # of whole tens after "about", within which the value lies; never more than rounding to tens


def check_value(claim: ValueClaim, context: Context) -> Outcome:
    """A number against the measurement that it is said of."""
    is_time = claim.number.unit == "s" and any(name.endswith("_ms") for name in claim.names)
    if is_time and claim.number.value is not None and abs(claim.number.value) >= _LONGEST_S:
        return contradicted(f"“{claim.number.text}” is no time within a beat.")
    if claim.is_reference and claim.names:
        return _check_reference(claim, context)
    if not claim.names:
        return _check_unnamed(claim, context)
    cited = context.measured(claim.names, claim.leads)
    if not cited:
        return _check_uncited(claim, context)
    if "limit" in claim.number.text and (wrong := _check_reference(claim, context)).verdict != "supported":
        return wrong
    if not claim.number.unit and cited[0].unit not in UNITLESS:
        return unsupported(f"“{claim.number.text}” has no unit ({named_value(cited[0])} [{cited[0].id}]).")
    missing_leads = set(claim.leads) - {m.lead for m in cited if m.lead} if cited[0].lead else set()
    if missing_leads:
        return _check_uncited(claim, context, tuple(sorted(missing_leads)))
    return _compare_largest(claim, cited, context) if _is_superlative(claim) else _compare(claim, cited)


def matches(number: Atom, value: float, unit: str, sign: int = 1) -> bool:
    """Whether a written number holds of a value.

    Parameters
    ----------
    number : Atom
        With unit and comparison.
    value : float
        Of the record, in ``unit``.
    sign : {1, -1}
        -1 where the number counts downwards (depth of an ST depression).
    """
    factor = 1.0 if number.unit in ("", unit) else _FACTOR.get((number.unit, unit))
    if factor is None or number.value is None:
        return False
    written, target = float(number.value) * factor, sign * value
    if sign < 0:
        written = abs(written)
    half = _half_step(number) * factor + _EPSILON
    match number.comparison:
        case "above":
            return target > written
        case "below":
            return target < written
        case "at_least":
            return target >= written
        case "at_most":
            return target <= written
        case "between" if number.high is not None:
            low, high = sorted((written, float(number.high) * factor))
            return low - half <= target <= high + half
        case _:
            return abs(target - written) <= half


def _half_step(number: Atom) -> float:
    """Half a unit of the last decimal that was written, or of the tens after "about"."""
    assert number.value is not None
    exponent = number.value.as_tuple().exponent
    half = 0.5 * 10.0 ** (exponent if isinstance(exponent, int) else 0)
    if number.key == ROUNDED and number.unit in _IN_TENS and not number.value % 10:
        return max(half, min(5.0, _NEAR * abs(float(number.value))))
    return half


def _holds(claim: ValueClaim, m: Measurement) -> bool:
    if m.value is None:
        return False
    is_size = m.name in MAGNITUDES and claim.sign > 0 and (claim.number.value or 0) > 0
    value = abs(m.value) if is_size else m.value
    is_true = matches(claim.number, value, m.unit, claim.sign)
    return not is_true if claim.number.is_negated else is_true


def _compare(claim: ValueClaim, cited: Sequence[Measurement]) -> Outcome:
    by_lead: dict[str | None, list[Measurement]] = {}
    for m in cited:
        by_lead.setdefault(m.lead, []).append(m)
    # Several formulas or ST points may be cited: the number has to hold of one of them, in each lead named.
    checked = by_lead.values() if claim.leads else [list(cited)]
    for group in checked:
        if not any(_holds(claim, m) for m in group):
            return contradicted(f"{as_recorded(group[0])}, not {claim.number.text} [{group[0].id}].")
    if claim.is_of_all and (strange := next((m for m in cited if not _holds(claim, m)), None)):
        return contradicted(f"{as_recorded(strange)}, not {claim.number.text} [{strange.id}].")
    agreeing = next(m for m in cited if _holds(claim, m))
    return supported(f"{as_recorded(agreeing)} [{agreeing.id}].")


def _is_superlative(claim: ValueClaim) -> bool:
    return claim.number.comparison == "largest"


def _compare_largest(claim: ValueClaim, cited: Sequence[Measurement], context: Context) -> Outcome:
    """The largest value of several leads named, else of those cited, else of all leads."""
    rows = list(cited)
    if len(claim.leads) == 1:
        same = [m for m in context.measurements if m.name in claim.names]
        rows = same if len(same) > 1 else context.known([m.name for m in cited])
    values = [m for m in rows if m.value is not None]
    if not values:
        return contradicted(f"{as_recorded(rows[0])} [{rows[0].id}].")
    largest = max(values, key=lambda m: claim.sign * (m.value or 0.0))
    in_place = not claim.leads or any(m.lead in claim.leads for m in values if m.value == largest.value)
    if in_place and _holds(claim, largest):
        return supported(f"{as_recorded(largest)} [{largest.id}].")
    return contradicted(f"The largest is {as_recorded(largest)}, not {claim.number.text} [{largest.id}].")


def as_recorded(m: Measurement) -> str:
    """A measurement in words, with the reason where it has no value."""
    text = named_value(m)
    reason = f" ({m.reason})" if m.value is None and m.reason else ""
    return f"{text[:1].upper()}{text[1:]}{reason}"


def _check_uncited(claim: ValueClaim, context: Context, leads: tuple[str, ...] = ()) -> Outcome:
    """The measurement is not among those cited: false is contradicted, true is without support."""
    if any(_same_number(claim, other) for other in _numbers_in_texts(claim, context)):
        return supported(f"“{claim.number.text}” stands in a cited record.")
    known = context.known(claim.names, leads or claim.leads)
    if not known:
        return unsupported(f"The report holds no measurement for “{claim.subject or claim.number.text}”.")
    if not claim.number.unit and known[0].unit not in UNITLESS:
        return unsupported(f"“{claim.number.text}” has no unit.")
    if not any(_holds(claim, m) for m in known):
        return contradicted(f"{as_recorded(known[0])}, not {claim.number.text} [{known[0].id}].")
    right = next(m for m in known if _holds(claim, m))
    return unsupported(f"{as_recorded(right)}, but the sentence does not cite [{right.id}].")


def _numbers_in_texts(claim: ValueClaim, context: Context) -> Iterator[Atom]:
    """Numbers in the words of cited findings and of the quality of the leads that are spoken of."""
    leads = [q for q in context.qualities if not claim.leads or q.lead in claim.leads]
    for text in (*(f.text for f in context.findings), *(q.reason for q in leads)):
        for clause in text_clauses(text):
            yield from (atom for atom in clause if atom.kind == "number")


def _same_number(claim: ValueClaim, other: Atom) -> bool:
    mine = claim.number
    plain = ("", "equal")
    same_comparison = mine.comparison == other.comparison or {mine.comparison, other.comparison} <= {*plain}
    if not same_comparison or claim.names or (mine.high, mine.unit) != (other.high, other.unit):
        return False
    is_rounded = mine.comparison in plain and mine.high is None and other.value is not None
    return mine.value == other.value or (is_rounded and matches(mine, float(other.value or 0), other.unit))


def _check_reference(claim: ValueClaim, context: Context) -> Outcome:
    """A limit of normal against the table of limits."""
    number = claim.number
    assert number.value is not None
    expected = normal_range(claim.names[0], context.facts.recording.patient)
    if expected is None:
        return unsupported(f"No limit of normal is known for “{claim.subject}”.")
    written = (float(number.value), float(number.high)) if number.high is not None else (float(number.value),)
    sides = {"lower": expected[:1], "upper": expected[1:]}
    side = next((word for word in sides if word in number.text.lower().split()), "")
    is_right = written == expected if len(written) == 2 else written[0] in sides.get(side, expected)
    if not is_right:
        return contradicted(
            f"The limits of normal are {expected[0]:g} and {expected[1]:g}, not {number.text}."
        )
    return supported(f"{number.text} is the limit of normal.")


# ── numbers said of nothing in particular ────────────────────────────────────────────────────


def _check_unnamed(claim: ValueClaim, context: Context) -> Outcome:
    number = claim.number
    if claim.is_reference and (outcome := _check_unnamed_limit(claim, context)):
        return outcome
    rows = [m for m in context.measurements if number.unit and fits(number.unit, m.name)]
    rows = [m for m in rows if not claim.leads or m.lead in claim.leads]
    if any(_holds(claim, m) for m in rows):
        right = next(m for m in rows if _holds(claim, m))
        return supported(f"{as_recorded(right)} [{right.id}].")
    if any(_same_number(claim, other) for other in _numbers_in_texts(claim, context)):
        return supported(f"“{number.text}” stands in a cited record.")
    others = list(_other_values(context))
    plain = replace(number, comparison="")  # "over 10 s" is during them
    same = [what for unit, value, what in others if unit == number.unit and matches(plain, value, unit)]
    if same and number.is_negated:
        return contradicted(f"The {same[0]} is as the sentence denies: “{number.text}”.")
    if same:
        return supported(f"“{number.text}” is as recorded.")
    if rows:
        return contradicted(f"{as_recorded(rows[0])}, not {number.text} [{rows[0].id}].")
    for unit, value, what in others:
        if unit == number.unit:
            return contradicted(f"The {what} is {value:g}, not {number.text}.")
    return unsupported(f"No cited record carries the number “{number.text}”.")


def _check_unnamed_limit(claim: ValueClaim, context: Context) -> Outcome | None:
    """ "…: 469 ms against a limit of 450 ms", where all that is cited in that unit has the same limits."""
    patient = context.facts.recording.patient
    rows = [m for m in context.measurements if m.unit == claim.number.unit and m.value is not None]
    limits = {normal_range(m.name, patient): m.name for m in rows if normal_range(m.name, patient)}
    return _check_reference(replace(claim, names=(*limits.values(),)), context) if len(limits) == 1 else None


def _other_values(context: Context) -> Iterator[tuple[str, float, str]]:
    """(unit, value, what) of the recording, the classifier and the beats."""
    recording: Recording | None = context.recording
    if recording is not None:
        yield "s", recording.duration_s, "duration"
        yield "Hz", recording.fs_hz, "sampling rate"
        if recording.patient.age_years is not None:
            yield "years", recording.patient.age_years, "age"
            yield "", recording.patient.age_years, "age"
    for statement in context.statements:
        yield "percent", 100 * statement.probability, f"probability of {statement.name}"
    for m in context.measurements:
        if m.n_beats is not None:
            yield "beats", m.n_beats, "number of beats"
