"""Degrees: "markedly prolonged", "slightly to the left", "well above 500 ms", "considerably longer".

Enters: a clause and the context. Leaves: outcomes. Each word of degree stands for a range of values of
what it is said of; where no range is known it is refused. Whether it is prolonged at all is asked elsewhere.

Limits: where no guideline grades a deviation the ranges are a convention of this program, marked "unchecked".
"""

from collections.abc import Iterator, Mapping, Sequence

from cardio_agent.findings.limits import QTC_NAMES, Bounds
from cardio_agent.schema import Measurement, Statement
from cardio_agent.verification.atoms import Atom
from cardio_agent.verification.clauses import Clause
from cardio_agent.verification.context import Context, Outcome, contradicted, supported, unsupported
from cardio_agent.verification.lexicon import CONCEPTS, implied
from cardio_agent.verification.number_claims import values_of
from cardio_agent.verification.qualifiers import judged_places, narrowed
from cardio_agent.verification.values import as_recorded
from cardio_agent.writing.phrases import percent

_LONG_QTC = {
    "slight": Bounds("QT-01", below=480),
    "moderate": Bounds("QT-07", at_least=470, at_most=500),
    "marked": Bounds("QT-06", above=500),
}
# How far a word reaches, by measurement and by what is said of it; sources are ids of the guideline corpus.
_RANGES: Mapping[tuple[str, str], Mapping[str, Bounds]] = {
    ("heart_rate_bpm", "fast"): {
        "slight": Bounds("unchecked", at_most=115),
        "moderate": Bounds("unchecked", at_least=110, at_most=140),
        "marked": Bounds("unchecked", at_least=130),
    },
    ("heart_rate_bpm", "slow"): {
        "slight": Bounds("unchecked", at_least=50),
        "moderate": Bounds("unchecked", at_least=40, below=50),
        "marked": Bounds("unchecked", below=40),
    },
    ("pr_ms", "prolonged"): {
        "slight": Bounds("unchecked", at_most=240),
        "moderate": Bounds("BRD-27", at_least=220, at_most=300),
        "marked": Bounds("BRD-27", above=300),
    },
    ("qrs_ms", "wide"): {
        "slight": Bounds("HF-04", below=130),
        "moderate": Bounds("HF-04", at_least=130, below=150),
        "marked": Bounds("unchecked", at_least=140),
    },
    ("qrs_axis_deg", "left"): {
        "slight": Bounds("STD-03", at_least=-45),
        "moderate": Bounds("STD-03", at_least=-45),
        "marked": Bounds("STD-03", below=-45),
    },
    ("qrs_axis_deg", "right"): {
        "slight": Bounds("STD-03", at_most=120),
        "moderate": Bounds("STD-03", at_most=120),
        "marked": Bounds("STD-03", above=120),
    },
    ("t_mv", "inverted"): {
        "slight": Bounds("REP-02", above=-0.5),
        "marked": Bounds("REP-02", at_most=-0.5),
        "deep": Bounds("REP-02", at_most=-0.5),
    },
    ("st_j_mv", "elevated"): {
        "slight": Bounds("unchecked", below=0.2),
        "marked": Bounds("unchecked", at_least=0.3),
    },
    ("st_j_mv", "depressed"): {
        "slight": Bounds("unchecked", above=-0.1),
        "marked": Bounds("unchecked", at_most=-0.2),
        "deep": Bounds("unchecked", at_most=-0.2),
    },
    ("rr_sd_ms", ""): {"slight": Bounds("unchecked", below=50), "marked": Bounds("unchecked", at_least=100)},
    ("r_mv", ""): {"tall": Bounds("unchecked", at_least=2.0)},
    ("s_mv", ""): {"deep": Bounds("unchecked", at_most=-2.0)},
    ("q_mv", ""): {"deep": Bounds("MI-11", at_most=-0.1)},
    **{(name, "prolonged"): _LONG_QTC for name in QTC_NAMES},
}
_SAME_AS = {("qrs_ms", "prolonged"): ("qrs_ms", "wide"), ("rr_ms", ""): ("rr_sd_ms", "")}
_SUFFIX = "_change"
# Of a limit that a value lies "well" beyond, at least, and "just" beyond, at most; of angles in degrees.
_MARGIN, _MARGIN_DEG = 0.05, 5.0
# Of the value then: a marked change at least, a slight one at most; of some in their own unit.  unchecked
_OF_CHANGE = (0.15, 0.10)
_CHANGES = {"qrs_axis_deg_change": (40.0, 25.0), "st_j_mv_change": (0.2, 0.11)}
_OF_PROBABILITY = (0.10, 0.05)  # from its threshold
_LARGE = ("marked", "significant")
_PASSED_OVER = ("word", "verb", "negation", "degree", "leads")
_LOOSE = ("well", "just", "very", "much", "far")  # these say nothing where they grade nothing


def check_degrees(clause: Clause, context: Context) -> Iterator[Outcome]:
    """Each word of degree against the values of what it grades."""
    for at, atom in enumerate(clause):
        if atom.kind == "degree" and (outcome := _check_degree(clause, at, context)):
            yield outcome


def _check_degree(clause: Clause, at: int, context: Context) -> Outcome | None:
    degree, target = clause[at], _target(clause, at)
    if target is None:
        return _check_loose(degree, context)
    atom = clause[target]
    match atom.kind:
        case "concept" if atom.is_negated:
            return None
        case "concept":
            pairs = [pair for key in implied(atom.key) for pair in CONCEPTS[key].shown_by]
            pairs += [(name, "") for name in CONCEPTS[atom.key].quantity]
            return _grade(degree, pairs, _leads(clause), context)
        case "qualifier" if degree.key == "significant" and atom.is_negated:
            return None
        case "qualifier":
            places = judged_places(clause, target)
            pairs = [(name, atom.key) for place in places for name in narrowed(clause, place)]
            return _grade(degree, pairs, _leads(clause), context)
        case "quantity":
            return _grade(degree, [(name, "") for name in atom.names], _leads(clause), context)
        case "change":
            return _check_change(degree, clause, context)
        case _:
            return _check_margin(degree, clause, atom, context)


def _target(clause: Clause, at: int) -> int | None:
    """Place of what a word of degree grades: what follows it at once, else what stands before it."""
    after = [k for k in range(at + 1, len(clause)) if clause[k].kind not in ("word", "degree")][:1]
    before = [k for k in range(at - 1, -1, -1) if clause[k].kind not in _PASSED_OVER]
    if clause[at].text.lower() in _LOOSE:
        before = []
    return next((k for k in (*after, *before[:1]) if _is_gradable(clause[k])), None)


def _is_gradable(atom: Atom) -> bool:
    is_side = atom.kind == "number" and atom.comparison in ("above", "below")
    return is_side or atom.kind in ("concept", "qualifier", "change", "quantity")


def _leads(clause: Clause) -> tuple[str, ...]:
    return tuple(lead for atom in clause for lead in atom.leads)


def _check_loose(degree: Atom, context: Context) -> Outcome | None:
    if degree.text.lower() in _LOOSE:
        return None
    if degree.text.lower() in context.words:
        return supported(f"“{degree.text}” stands in a cited record.")
    return unsupported(f"No cited record bears out “{degree.text}”.")


def _grade(degree: Atom, pairs: Sequence[tuple[str, str]], leads: Sequence[str], context: Context) -> Outcome:
    """A degree against the cited values: of all leads named, of one of several QTc formulas."""
    graded = [_SAME_AS.get(pair, pair) for pair in pairs]
    results = [
        (m, fits)
        for name, word in graded
        for m in context.measured((name,), leads)
        if m.value is not None and (fits := _fits(degree.key, name, word, m.value)) is not None
    ]
    wrong = [m for m, fits in results if fits == degree.is_negated]
    is_choice = any(m.name in QTC_NAMES for m, _ in results)
    if not results:
        return unsupported(f"No cited record bears out “{degree.text}”.")
    if wrong and not (is_choice and len(wrong) < len(results)):
        return contradicted(f"{as_recorded(wrong[0])}: not “{degree.text}” [{wrong[0].id}].")
    right = next(m for m, _ in results if m not in wrong)
    return supported(f"{as_recorded(right)} [{right.id}].")


def _fits(degree: str, name: str, word: str, value: float) -> bool | None:
    """Whether a value lies in the range of a degree; None where no such range is known."""
    ranges = _RANGES.get((name, word), {})
    if degree == "significant":
        return not ranges["slight"].contain(value) if "slight" in ranges else None
    return ranges[degree].contain(value) if degree in ranges else None


def _check_margin(degree: Atom, clause: Clause, limit: Atom, context: Context) -> Outcome:
    """ "Well above 500 ms": how far the value lies from the number."""
    claims = [claim for claim in values_of(clause)[0] if claim.number.value == limit.value]
    rows = [m for claim in claims for m in context.measured(claim.names, claim.leads) if m.value is not None]
    for m in rows:
        written = float(limit.value or 0) * (1000.0 if (limit.unit, m.unit) == ("s", "ms") else 1.0)
        apart = abs((m.value or 0.0) - written)
        margin = _MARGIN_DEG if m.unit == "deg" else _MARGIN * abs(written)
        if (apart >= margin) if degree.key in _LARGE else (apart <= margin):
            return supported(f"{as_recorded(m)} [{m.id}].")
    if not rows:
        return unsupported(f"No cited record bears out “{degree.text}”.")
    return contradicted(f"{as_recorded(rows[0])}: not “{degree.text} {limit.text}” [{rows[0].id}].")


def _check_change(degree: Atom, clause: Clause, context: Context) -> Outcome:
    """ "Markedly longer than before": the measured change against the value then."""
    names = {f"{name}{_SUFFIX}" for atom in clause if atom.kind == "quantity" for name in atom.names}
    rows = [m for m in context.measurements if m.name.endswith(_SUFFIX) and m.value is not None]
    rows = [m for m in rows if m.name in names or not names]
    sizes = [_size_of_change(m, context) for m in rows]
    if not sizes:
        return unsupported(f"No cited record bears out “{degree.text}”.")
    is_large = degree.key in _LARGE
    if all(size >= marked if is_large else size <= slight for size, marked, slight in sizes):
        return supported(f"The change is {rows[0].value:g} {rows[0].unit} [{rows[0].id}].")
    return contradicted(
        f"The change is {rows[0].value:g} {rows[0].unit}: not “{degree.text}” [{rows[0].id}]."
    )


def _size_of_change(change: Measurement, context: Context) -> tuple[float, float, float]:
    """Size of a change, from where it is marked and up to where it is slight."""
    size = abs(change.value or 0.0)
    if change.name in _CHANGES:
        return size, *_CHANGES[change.name]
    now = context.known((change.name.removesuffix(_SUFFIX),), (change.lead,) if change.lead else ())
    then = (now[0].value or 0.0) - (change.value or 0.0)
    return size / abs(then), *_OF_CHANGE


def check_distance(degree: Atom, statement: Statement) -> Outcome:
    """ "Just above its threshold" of a probability."""
    far, near = _OF_PROBABILITY
    apart = abs(statement.probability - statement.threshold)
    is_right = apart >= far if degree.key in _LARGE else apart <= near
    told = f"Probability {percent(statement.probability)}, threshold {percent(statement.threshold)}"
    reason = f"{told} [{statement.id}]."
    return supported(reason) if is_right else contradicted(reason)
