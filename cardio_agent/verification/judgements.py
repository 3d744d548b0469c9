"""Judgements against measurements: normal, prolonged, largest, not measurable.

Enters: a claim and the context. Leaves: outcomes. The limits of normal are those of the findings.
"""

from collections.abc import Iterator

from cardio_agent.findings.limits import QTC_NAMES, Bounds, holds, normal_range
from cardio_agent.schema import Measurement, Patient
from cardio_agent.verification.claim_types import ExtremeClaim, JudgementClaim, MissingClaim
from cardio_agent.verification.clauses import Clause
from cardio_agent.verification.context import Context, Outcome, contradicted, supported, unsupported
from cardio_agent.verification.qualifiers import narrowed
from cardio_agent.verification.values import MAGNITUDES, as_recorded
from cardio_agent.writing.phrases import lead_list

_SUPERIOR = Bounds("STD-03", below=-30)  # above the horizontal and beyond normal, to the left or the right
_END = 0.05  # of the limit of normal, within which a normal value is "at the upper end"  unchecked


def check_judgement(claim: JudgementClaim, context: Context) -> Outcome:
    """ "The PR interval is prolonged" against its value and the limits of normal."""
    cited = context.measured(claim.names, claim.leads)
    if not cited:
        return _judge_uncited(claim, context)
    if len(claim.leads) > 1 and (strange := {*claim.leads} - {m.lead for m in cited if m.lead}):
        return unsupported(f"No cited record says that {claim.text} holds of {lead_list(sorted(strange))}.")
    patient = context.facts.recording.patient
    if claim.names == ("qt_ms",) and (corrected := context.measured(QTC_NAMES)):
        cited = corrected  # the QT itself has no limits
    # "The intervals are normal" speaks of all of them, cited or not.
    is_group = {"pr_ms", "qrs_ms"} <= set(claim.names)
    rows = [m for m in context.known(claim.names) if m.value is not None] if is_group else cited
    for m in rows:
        is_so = _holds(claim.word, m, patient)
        if is_so is None:
            return unsupported(f"{as_recorded(m)}: whether it is {claim.word} cannot be judged [{m.id}].")
        if is_so == claim.is_negated:
            return contradicted(f"{as_recorded(m)} is {'' if is_so else 'not '}{claim.word} [{m.id}].")
    first, denial = cited[0], "not " if claim.is_negated else ""
    return supported(f"{as_recorded(first)} is {denial}{claim.word} [{first.id}].")


def _holds(word: str, m: Measurement, patient: Patient) -> bool | None:
    """Whether a word is true of a measurement; "above normal" tells the side as well."""
    limits = normal_range(m.name, patient)
    if word in ("superior", "upright") and m.name == "qrs_axis_deg":
        return m.value is not None and _SUPERIOR.contain(m.value)
    if word in ("upper end", "lower end"):
        return _is_at_end(word, m, limits)
    if not word.endswith(" normal") or m.value is None:
        return holds(word, m, patient)
    is_normal = holds("normal", m, patient)
    if is_normal is None or limits is None:
        return None
    is_on_side = m.value >= limits[1] if word == "above normal" else m.value <= limits[0]
    return not is_normal and is_on_side


def check_normalised(clause: Clause, context: Context) -> Iterator[Outcome]:
    """ "PR normalised": normal now, and by the cited change not so then."""
    patient = context.facts.recording.patient
    places = [k for k, atom in enumerate(clause) if atom.kind == "quantity"]
    if not any(atom.kind == "course" for atom in clause):
        return
    for names in (narrowed(clause, place) for place in places):
        changes = {m.name: m for m in context.measured([f"{name}_change" for name in names])}
        rows = [m for m in context.known(names) if m.value is not None]
        pairs = [(now, changes.get(f"{now.name}_change")) for now in rows]
        pairs = [(now, change) for now, change in pairs if change is not None and change.value is not None]
        told = [_was_normalised(now, change, patient) for now, change in pairs if change is not None]
        if not told:
            yield unsupported("No comparison with an earlier tracing is cited.")
        elif not all(told):
            yield contradicted(f"{as_recorded(pairs[0][0])} was not normalised [{pairs[0][0].id}].")
        else:
            yield supported(f"{as_recorded(pairs[0][0])} is normal again [{pairs[0][0].id}].")


def _was_normalised(now: Measurement, change: Measurement, patient: Patient) -> bool:
    then = now.model_copy(update={"value": (now.value or 0.0) - (change.value or 0.0)})
    return holds("normal", now, patient) is True and holds("normal", then, patient) is False


def _is_at_end(word: str, m: Measurement, limits: tuple[float, float] | None) -> bool | None:
    """ "At the upper end of normal": normal, and next to that limit."""
    if limits is None or m.value is None or m.unit == "deg":
        return None
    low, high = limits
    near = high * (1 - _END) <= m.value if word == "upper end" else m.value <= low * (1 + _END)
    return near and low <= m.value <= high


def _judge_uncited(claim: JudgementClaim, context: Context) -> Outcome:
    known = context.known(claim.names, claim.leads)
    for m in known:
        if _holds(claim.word, m, context.facts.recording.patient) is claim.is_negated:
            return contradicted(
                f"{as_recorded(m)} is {'' if claim.is_negated else 'not '}{claim.word} [{m.id}]."
            )
    return unsupported(f"No cited record bears out “{claim.text}”.")


def check_missing(claim: MissingClaim, context: Context) -> Outcome:
    """ "Not measurable" against the record."""
    cited = context.measured(claim.names, claim.leads)
    # Of the twelve leads, those cited are spoken of unless some are named.
    known = context.known(claim.names, claim.leads) if claim.leads or not cited else cited
    given = [m for m in known if m.value is not None]
    if claim.is_measured and not given:
        return contradicted(
            f"{as_recorded(known[0])} [{known[0].id}]." if known else f"There is no {claim.text}."
        )
    if given and not claim.is_measured:
        return contradicted(f"{as_recorded(given[0])} [{given[0].id}].")
    if not cited:
        return unsupported(f"The sentence does not cite the record of “{claim.text}”.")
    return supported(f"{as_recorded(cited[0])} [{cited[0].id}].")


def check_extreme(claim: ExtremeClaim, context: Context) -> Outcome:
    """ "ST elevation is largest in V3" against all leads; several leads named are the first of the order."""
    reason = unsupported(f"No cited record bears out “{claim.text}”.")
    for name in claim.names:
        rows = [m for m in context.known((name,)) if m.value is not None and m.lead]
        rows.sort(key=lambda m: -claim.sign * _size(m))
        first = rows[: len(claim.leads)]
        if not first or not any(m.id in context.cited for m in rows):
            continue
        is_cited = any(m.id in context.cited for m in first)
        if is_cited and {m.lead for m in first} == {*claim.leads}:
            return supported(f"{as_recorded(first[0])} is the largest [{first[0].id}].")
        reason = contradicted(f"The largest is {as_recorded(first[0])} [{first[0].id}].")
    return reason


def _size(m: Measurement) -> float:
    assert m.value is not None
    return abs(m.value) if m.name in MAGNITUDES else m.value
