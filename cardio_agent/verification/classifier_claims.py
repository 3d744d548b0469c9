"""What a sentence says of the classifier: its probabilities and thresholds, and where it looked.

Enters: a clause and the context. Leaves: outcomes. In such clauses a concept is named, not asserted.
"""

from collections.abc import Iterator, Mapping, Sequence

from cardio_agent.schema import AttentionSummary, Statement
from cardio_agent.verification.atoms import Atom, segments
from cardio_agent.verification.clauses import Clause
from cardio_agent.verification.context import Context, Outcome, contradicted, supported, unsupported
from cardio_agent.verification.degrees import check_distance
from cardio_agent.verification.lexicon import CONCEPTS
from cardio_agent.verification.tokens import phrase_of
from cardio_agent.verification.values import matches
from cardio_agent.writing.phrases import percent

_PROOF = frozenset(
    [
        "proof",
        "prove",
        "proves",
        "proved",
        "proven",
        "confirm",
        "confirms",
        "confirmed",
        "establishes",
        "demonstrates",
    ]
)
_GIVING = ("give", "assign", "attribute", "attach", "allot", "put", "have")
_CALLED = ("called_present", "called_absent")
_AMONG_FIRST = 3  # "looked at V1": must be among the three highest shares


# ── probabilities ────────────────────────────────────────────────────────────────────────────


def is_probability_clause(clause: Clause) -> bool:
    """Whether a clause gives a probability or a threshold of the classifier."""
    cues = {atom.key for atom in clause if atom.kind == "probability"}
    numbers = [atom for atom in clause if atom.kind == "number" and atom.unit in ("", "percent")]
    return bool(cues & {"probability", "threshold", "undecided", *_CALLED}) or (bool(cues) and bool(numbers))


def check_probability(clause: Clause, context: Context) -> list[Outcome]:
    """Numbers and sides of the threshold against the cited statements of the concepts named."""
    statements = _named_statements(clause, context)
    if not statements:
        return [unsupported("The sentence does not cite the classifier's statement that it speaks of.")]
    is_threshold = False
    outcomes: list[Outcome] = []
    for k, atom in enumerate(clause):
        if atom.kind == "probability" and atom.key == "undecided":
            outcomes += [_check_undecided(s, denied=atom.is_negated) for s in statements]
        elif atom.key in _CALLED:
            outcomes += [_check_called(s, atom) for s in statements]
        elif atom.kind == "probability":
            is_threshold = atom.key == "threshold"
        elif atom.kind == "number" and atom.unit in ("", "percent"):
            outcomes.append(_check_probability_number(atom, statements, is_threshold))
        elif atom.kind == "change" and _is_before_threshold(clause, k):
            outcomes.append(_check_side(atom, statements))
        elif atom.kind == "degree" and _is_before_threshold(clause, k):
            outcomes.append(check_distance(atom, statements[0]))
        elif atom.kind == "negation" and _denies_giving(clause, k):
            outcomes.append(unsupported("What the classifier does not give cannot be checked."))
    return outcomes or [supported(_probability_reason(statements[0]))]


def _denies_giving(clause: Clause, at: int) -> bool:
    """ "Does not give": a denial of the number itself, rather than of a concept or of "too close to call"."""
    if any(atom.text.lower() in _GIVING for atom in clause[at + 1 : at + 2]):
        return not any(atom.kind == "probability" and atom.is_negated for atom in clause)
    if any(atom.kind in ("probability", "concept") and atom.is_negated for atom in clause):
        return False
    shares = [atom for atom in clause[at:] if atom.kind == "number" and atom.unit in ("", "percent")]
    return clause[at].key == "either" and bool(shares)


def _named_statements(clause: Clause, context: Context) -> list[Statement]:
    codes = {code for atom in clause if atom.kind == "concept" for code in CONCEPTS[atom.key].codes}
    own = {word for atom in clause for word in (atom.text.upper(),)}
    named = [s for s in context.statements if s.code in codes or s.code.upper() in own]
    has_concept = any(atom.kind == "concept" for atom in clause)
    return named if has_concept or named else context.statements


def _check_probability_number(number: Atom, statements: Sequence[Statement], is_threshold: bool) -> Outcome:
    for s in statements:
        value = s.threshold if is_threshold else s.probability
        shown = 100 * value if number.unit == "percent" else value
        if number.unit in ("", "percent") and matches(number, shown, number.unit):
            return supported(_probability_reason(s))
    what = "threshold" if is_threshold else "probability"
    first = statements[0]
    value = first.threshold if is_threshold else first.probability
    is_so = f"is {percent(value)} ({value:.2f}), not {number.text}"
    return contradicted(f"The classifier's {what} for {first.name} {is_so} [{first.id}].")


def _check_undecided(s: Statement, *, denied: bool) -> Outcome:
    if s.is_uncertain is None:
        return unsupported(f"Whether {s.name} is too close to call was not determined [{s.id}].")
    reason = f"{s.name} is {'' if s.is_uncertain else 'not '}too close to call [{s.id}]."
    return supported(reason) if s.is_uncertain != denied else contradicted(reason)


def _check_called(s: Statement, said: Atom) -> Outcome:
    """ "Called present" against the statement."""
    says_present = (said.key == "called_present") != said.is_negated
    reason = _probability_reason(s)
    return supported(reason) if says_present == s.present else contradicted(reason)


def _is_before_threshold(clause: Clause, at: int) -> bool:
    return any(atom.kind == "probability" and atom.key == "threshold" for atom in clause[at:])


def _check_side(side: Atom, statements: Sequence[Statement]) -> Outcome:
    first = statements[0]
    if (side.key == "up") == (first.present == side.is_negated):
        return contradicted(_probability_reason(first))
    return supported(_probability_reason(first))


def _probability_reason(s: Statement) -> str:
    side = "at or above" if s.present else "below"
    return (
        f"Probability of {s.name} is {s.probability:.2f}, {side} its threshold of {s.threshold:.2f} [{s.id}]."
    )


# ── attention ────────────────────────────────────────────────────────────────────────────────


def check_attention(clause: Clause, context: Context) -> list[Outcome]:
    """Leads, segments and shares against the cited attention."""
    outcomes = list(_subject_outcomes(clause, context))
    if _claims_proof(clause):
        outcomes.append(unsupported("Attention shows where the classifier looked; it proves nothing."))
    summaries = (
        [_of_subject(clause, context)] if _of_subject(clause, context) else list(context.attention.values())
    )
    lead_places, segment_places = _places(clause)
    if (lead_places or segment_places) and any(a.kind == "negation" and a.key == "either" for a in clause):
        outcomes.append(unsupported("Where the classifier did not look cannot be checked."))
    for shares, places in (("leads", lead_places), ("segments", segment_places)):
        if places:
            best = [_check_places(places, getattr(s, shares), _says_most(clause)) for s in summaries if s]
            outcomes.append(next((o for o in best if o.verdict == "supported"), best[0]))
    return outcomes or [supported("The sentence tells what the shares are.")]


def is_attention_clause(clause: Clause) -> bool:
    """Whether a clause of a sentence on attention speaks of it, or only lists places and shares."""
    claims = ("concept", "quote", "qualifier", "negation", "change", "quantity")
    if any(atom.unit not in ("", "percent") for atom in clause):
        return False
    return any(atom.kind == "attention" for atom in clause) or not any(atom.kind in claims for atom in clause)


def _claims_proof(clause: Clause) -> bool:
    words = {word for atom in clause for word in phrase_of(atom.text)}
    return bool(words & _PROOF) and not any(atom.kind == "negation" for atom in clause)


def _of_subject(clause: Clause, context: Context) -> AttentionSummary | None:
    """The attention of the statement that the clause names."""
    for atom in clause:
        if atom.kind == "concept":
            for code in CONCEPTS[atom.key].codes:
                if code in context.attention:
                    return context.attention[code]
    return None


def _subject_outcomes(clause: Clause, context: Context) -> Iterator[Outcome]:
    for atom in clause:
        if atom.kind == "concept" and phrase_of(atom.text) not in segments():
            codes = set(CONCEPTS[atom.key].codes)
            names = {s.name.lower() for s in context.facts.statements if s.code in context.attention}
            if not codes & context.attention.keys() and atom.text.lower() not in names:
                yield unsupported(f"No attention for {atom.text} is cited.")


Place = tuple[str, Atom | None]


def _places(clause: Clause) -> tuple[list[Place], list[Place]]:
    """Leads and segments named, each with its share: the number after it, else one before it."""
    places = [k for k, atom in enumerate(clause) if atom.kind == "leads" or _segment(atom)]
    shares: dict[int, Atom] = {}
    for k, atom in enumerate(clause):
        if atom.kind == "number":
            before = [place for place in places if place < k and place not in shares][-1:]
            after = [place for place in places if place > k][:1]
            for place in before or after:
                shares[place] = atom
    leads = [(lead, shares.get(k)) for k in places for lead in clause[k].leads]
    return leads, [(_segment(clause[k]), shares.get(k)) for k in places if not clause[k].leads]


def _segment(atom: Atom) -> str:
    return segments().get(phrase_of(atom.text), "")


def _says_most(clause: Clause) -> bool:
    return any(
        atom.kind == "superlative" or (atom.kind == "attention" and atom.key == "most") for atom in clause
    )


def _check_places(places: Sequence[Place], shares: Mapping[str, float], says_most: bool) -> Outcome:
    ordered = sorted(shares, key=lambda name: -shares[name])
    n = len(places) if says_most else max(len(places), _AMONG_FIRST)
    first = ", ".join(f"{name} {percent(shares[name])}" for name in ordered[: max(n, 1)])
    for name, share in places:
        if share is not None:
            value = 100 * shares.get(name, 0.0) if share.unit == "percent" else shares.get(name, 0.0)
            if not matches(share, value, share.unit):
                return contradicted(
                    f"The share of {name} is {percent(shares.get(name, 0.0))}, not {share.text}."
                )
        if (says_most or share is None) and name not in ordered[:n]:
            return contradicted(f"The classifier looked most at {first}, not at {name}.")
    return supported(f"The classifier looked most at {first}.")
