"""Presence and absence: concepts against findings, statements and measurements, cited or not.

Enters: a presence claim and the context. Leaves: outcomes. A claim needs a cited record that
carries it, must not be more certain than any finding on the matter, and must agree with every
other record; what is less specific than the record passes, what is more specific does not.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from cardio_agent.leads import PRECORDIAL_LEADS, TERRITORIES
from cardio_agent.schema import Finding, Measurement, Statement
from cardio_agent.verification.claim_types import PresenceClaim
from cardio_agent.verification.clauses import CERTAIN, DEFINITE
from cardio_agent.verification.context import (
    CEILING,
    SILENT_KINDS,
    Assertion,
    Context,
    Outcome,
    contradicted,
    supported,
    text_clauses,
    unsupported,
)
from cardio_agent.verification.lexicon import CONCEPTS, concept_name, implied, narrower
from cardio_agent.verification.places import check_place, is_so, showing
from cardio_agent.verification.recognition import territory_leads
from cardio_agent.writing.phrases import lead_list, named_value

_LEVEL_NAMES = {1: "possible", 2: "probable", 3: "definite", 4: "definite"}
_ABNORMAL = ("conduction", "ischaemia", "intervals", "pacing")  # kinds of finding that a normal ECG has not
_ELECTRODES = ("lead_reversal", "electrode_misplacement")
_CONTIGUOUS = (*TERRITORIES.values(), *itertools.pairwise(PRECORDIAL_LEADS))


def check_presence(claim: PresenceClaim, context: Context) -> Outcome:
    """A concept, or a finding repeated whole, against the records."""
    if claim.is_quote:
        return _check_quote(claim, context)
    opposite = CONCEPTS[claim.key].opposite_of
    if opposite:
        claim = replace(claim, key=opposite, is_negated=not claim.is_negated)
    if claim.by_classifier:
        return _check_report(claim, context)
    return _check_absent(claim, context) if claim.is_negated else _check_present(claim, context)


# ── whole findings ───────────────────────────────────────────────────────────────────────────


def _check_quote(claim: PresenceClaim, context: Context) -> Outcome:
    record = context.cited[claim.key]
    if claim.is_negated:
        return contradicted(f"[{claim.key}] says the opposite of what the sentence denies: {claim.text}.")
    if not isinstance(record, Finding) or record.kind in SILENT_KINDS:
        return supported(f"The words are those of [{claim.key}].")
    level = claim.certainty or DEFINITE
    if level > CEILING[record.certainty]:
        return _too_certain(record, level)
    return check_place(claim, [record], context) or supported(f"The words are those of [{record.id}].")


def _too_certain(finding: Finding, level: int) -> Outcome:
    return contradicted(
        f"The finding “{finding.text}” is {finding.certainty}, and the sentence makes it "
        f"{_LEVEL_NAMES[level]} [{finding.id}]."
    )


# ── what the classifier says ─────────────────────────────────────────────────────────────────


def _codes(keys: frozenset[str]) -> frozenset[str]:
    return frozenset(code for key in keys for code in CONCEPTS[key].codes)


def _check_report(claim: PresenceClaim, context: Context) -> Outcome:
    """ "The classifier reports X" against the statement, whatever the findings make of it."""
    codes = _codes(narrower(claim.key))
    rows = [s for s in context.facts.statements if s.code in codes]
    present = [s for s in rows if s.present]
    if bool(present) == claim.is_negated:
        shown = (present or rows)[:1]
        if not shown:
            return unsupported(f"The classifier has no statement on {claim.text}.")
        return contradicted(_statement_reason(shown[0]))
    cited = [s for s in (present or rows) if s.id in context.cited]
    if not cited:
        return unsupported(f"The sentence does not cite the classifier's statement on {claim.text}.")
    return supported(_statement_reason(cited[0]))


def _statement_reason(statement: Statement) -> str:
    word = "present" if statement.present else "absent"
    probability = f"probability {statement.probability:.2f}"
    return f"The classifier calls {statement.name} {word} ({probability}) [{statement.id}]."


# ── present ──────────────────────────────────────────────────────────────────────────────────


def _check_present(claim: PresenceClaim, context: Context) -> Outcome:
    if claim.is_valued and _names_only(claim):
        return _check_valued(claim, context)
    findings = [a.finding for a in context.asserted if a.implies(claim.key)]
    cited = [finding for finding in findings if finding.id in context.cited]
    other: list[Statement | Measurement] = [
        *_present_statements(claim.key, context),
        *showing(claim, context),
    ]
    if not cited and not other and not _follows(claim.key, context):
        return _not_carried(claim, context)
    level = claim.certainty or DEFINITE
    if findings:
        surest = max(findings, key=lambda f: CEILING[f.certainty])
        if level > CEILING[surest.certainty]:
            return _too_certain(surest, level)
    elif level == CERTAIN:
        return unsupported(f"No finding makes {concept_name(claim.key)} definite.")
    if not cited and (objection := _objection(claim, context)):
        return objection
    return check_place(claim, cited, context) or supported(_carried_reason(cited, other))


def _names_only(claim: PresenceClaim) -> bool:
    """Whether a concept only names what its number measures: "Q wave of 32 ms", "ST elevation of 0.25 mV"."""
    is_wave = any(name.endswith("_mv") for name in CONCEPTS[claim.key].quantity)
    return is_wave and claim.certainty is None and len(claim.text.split()) < 3 and claim.key != "P_waves"


def _check_valued(claim: PresenceClaim, context: Context) -> Outcome:
    """The number itself is checked elsewhere; leads that no number took have to be measured too."""
    shown = {m.lead for m in showing(claim, context)}
    placed = {lead for a in context.asserted if a.implies(claim.key) for lead in a.finding.leads}
    missing = [lead for lead in claim.leads if lead not in shown | placed]
    if missing:
        return unsupported(f"No cited record places {claim.text} in {lead_list(missing)}.")
    return supported(f"{concept_name(claim.key)} is given with its value.")


def _carried_reason(cited: Sequence[Finding], other: Sequence[Statement | Measurement]) -> str:
    if cited:
        return (
            f"{cited[0].text[:1].upper()}{cited[0].text[1:]}: {cited[0].certainty} finding [{cited[0].id}]."
        )
    if not other:
        return "Follows from the cited rhythm."
    first = other[0]
    return _statement_reason(first) if isinstance(first, Statement) else f"{named_value(first)} [{first.id}]."


def _present_statements(key: str, context: Context) -> list[Statement]:
    codes = _codes(narrower(key))
    return [s for s in context.statements if s.present and s.code in codes]


def _follows(key: str, context: Context) -> bool:
    """Whether a cited rhythm brings the concept with it and nothing excludes it."""
    sources = CONCEPTS[key].follows_from
    is_excluded = any(a.implies(other) for a in context.asserted for other in CONCEPTS[key].excludes)
    carried = any(
        (a.finding.id in context.cited and a.implies(source)) for a in context.asserted for source in sources
    ) or any(_present_statements(source, context) for source in sources)
    return carried and not is_excluded


def _not_carried(claim: PresenceClaim, context: Context) -> Outcome:
    """No cited record says so: contradicted where another says the opposite, else unsupported."""
    if objection := _objection(claim, context):
        return objection
    codes = _codes(narrower(claim.key))
    rows = [s for s in context.facts.statements if s.code in codes]
    asserted = any(a.implies(claim.key) for a in context.asserted)
    if rows and not asserted and not any(s.present for s in rows):
        return contradicted(_statement_reason(max(rows, key=lambda s: s.probability)))
    return unsupported(f"No cited record says that there is {claim.text}.")


def _objection(claim: PresenceClaim, context: Context) -> Outcome | None:
    """What any record holds against the presence of a concept."""
    for assertion in context.asserted:
        if assertion.is_negated and assertion.key in implied(claim.key):
            return contradicted(f"{assertion.finding.text} [{assertion.finding.id}].")
        if _exclude_each_other(assertion, claim.key):
            return contradicted(f"The finding is {assertion.finding.text} [{assertion.finding.id}].")
    for finding in context.facts.findings:
        if finding.kind == "contradiction" and mentions(finding, claim.key):
            return contradicted(f"{finding.text[:1].upper()}{finding.text[1:]} [{finding.id}].")
    if any(a.implies(claim.key) for a in context.asserted):
        return None
    for m in _excluding(claim, context.facts.measurements, context):
        text = named_value(m)
        return contradicted(
            f"{text[:1].upper()}{text[1:]} speaks against {concept_name(claim.key)} [{m.id}]."
        )
    return None


def _exclude_each_other(assertion: Assertion, key: str) -> bool:
    if assertion.is_negated or assertion.finding.certainty == "possible":
        return False
    mine = frozenset(other for wider in implied(key) for other in CONCEPTS[wider].excludes)
    theirs = frozenset(other for wider in implied(assertion.key) for other in CONCEPTS[wider].excludes)
    return bool(mine & implied(assertion.key) or theirs & implied(key))


def mentions(finding: Finding, key: str) -> bool:
    """Whether the text of a finding names a concept or a narrower one."""
    return any(
        atom.kind == "concept" and key in implied(atom.key)
        for clause in text_clauses(finding.text)
        for atom in clause
    )


def _excluding(claim: PresenceClaim, rows: Sequence[Measurement], context: Context) -> Iterator[Measurement]:
    """Measurements that rule a concept, or a wider one that it implies, out."""
    pairs = [pair for key in implied(claim.key) for pair in CONCEPTS[key].ruled_out_by]
    for name, word in pairs:
        yield from (m for m in rows if m.name == name and is_so(word, m, context))


# ── absent ───────────────────────────────────────────────────────────────────────────────────


def _check_absent(claim: PresenceClaim, context: Context) -> Outcome:
    place = {*claim.leads} | {lead for t in claim.territories for part in territory_leads(t) for lead in part}
    for assertion in context.asserted:
        if assertion.implies(claim.key) and (not place or place & set(assertion.finding.leads)):
            finding = assertion.finding
            return contradicted(f"There is {finding.text} ({finding.certainty}) [{finding.id}].")
    codes = _codes(narrower(claim.key))
    present = [s for s in context.facts.statements if s.code in codes and s.present]
    if present and not place:
        return contradicted(_statement_reason(present[0]))
    if shown := _shown_anywhere(claim, place, context):
        text = named_value(shown)
        return contradicted(f"{text[:1].upper()}{text[1:]} [{shown.id}].")
    return _absence_carried(claim, place, context)


def _shown_anywhere(claim: PresenceClaim, place: set[str], context: Context) -> Measurement | None:
    """A measurement that shows the concept after all; ST shifts count in contiguous leads (MI-01)."""
    for key in narrower(claim.key):
        for name, word in CONCEPTS[key].shown_by:
            rows = {
                m.lead: m for m in context.facts.measurements if m.name == name and is_so(word, m, context)
            }
            if None in rows:
                return rows[None]
            if here := sorted(rows.keys() & place, key=str):
                return rows[here[0]]
            pair = next((g for g in _CONTIGUOUS if sum(lead in rows for lead in g) >= 2), None)
            if pair and not place and name == "st_j_mv":
                return rows[next(lead for lead in pair if lead in rows)]
    return None


def _absence_carried(claim: PresenceClaim, place: set[str], context: Context) -> Outcome:
    """A cited record that bears the absence out."""
    codes = _codes(narrower(claim.key) | implied(claim.key))
    if absent := [s for s in context.statements if s.code in codes and not s.present]:
        return supported(_statement_reason(absent[0]))
    for m in _excluding(claim, context.measurements, context):
        return supported(f"{named_value(m)} [{m.id}].")
    for key in narrower(claim.key) if place or claim.key.startswith("ST_") else ():
        for name, word in CONCEPTS[key].shown_by:
            rows = [m for m in context.measured((name,)) if m.lead and (not place or m.lead in place)]
            if rows and not any(is_so(word, m, context) for m in rows):
                return supported(f"{named_value(rows[0])} [{rows[0].id}].")
    rows = [m for m in context.measurements if m.value is None and "no P waves" in (m.reason or "")]
    if claim.key == "P_waves" and rows:
        return supported(f"{named_value(rows[0])}: {rows[0].reason} [{rows[0].id}].")
    quality = context.facts.quality
    if claim.key in _ELECTRODES and quality.id in context.cited and not quality.electrode_swaps:
        return supported(f"No electrodes seem to be exchanged [{quality.id}].")
    for assertion in context.asserted:
        if assertion.finding.id in context.cited and _bears_absence(assertion, claim.key):
            return supported(f"The finding is {assertion.finding.text} [{assertion.finding.id}].")
    if any(s.present and s.code == "NORM" for s in context.statements):
        return supported("The classifier calls the ECG normal [s-NORM].")
    abnormal = [f for f in context.findings if f.kind in _ABNORMAL and f.certainty == "definite"]
    if claim.key == "normal_ECG" and abnormal:
        return supported(f"{abnormal[0].text[:1].upper()}{abnormal[0].text[1:]} [{abnormal[0].id}].")
    return unsupported(f"No cited record says that {claim.text} is absent.")


def _bears_absence(assertion: Assertion, key: str) -> bool:
    if assertion.is_negated:
        return assertion.key in implied(key)
    return assertion.key == "normal_ECG" or _exclude_each_other(assertion, key)
