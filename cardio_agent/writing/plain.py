"""The plain writer: deterministic sentences from facts, the reference and the fallback.

Enters: :class:`Facts`. Leaves: draft sentences in reading order, each with the ids of all it rests
on. Says only what the records say: it finds nothing, judges nothing but a value against its limits
of normal, and never words advice as an order.
"""

from collections.abc import Iterable, Iterator, Sequence

from cardio_agent.findings.limits import QTC_NAMES, holds
from cardio_agent.leads import LEADS
from cardio_agent.schema import (
    Certainty,
    DraftSentence,
    Facts,
    Finding,
    FindingKind,
    Measurement,
    Measurements,
    Quality,
    measurement_id,
)
from cardio_agent.writing.phrases import (
    MEASUREMENT_NAMES,
    SECTION_OF_KIND,
    hedged,
    listed,
    named_value,
    sentence,
    value_text,
)
from cardio_agent.writing.record_sentences import (
    attention_sentence,
    evidence_sentence,
    finding_clause,
    record_sentence,
    statement_clause,
    technique_sentences,
    with_leads,
)

NAME = "plain"
_CERTAINTIES: tuple[Certainty, ...] = ("definite", "probable", "possible")
_INTERVALS = ("pr_ms", "qrs_ms", "qtc_fridericia_ms", "qrs_axis_deg")
_CONCLUSION_ORDER: tuple[tuple[FindingKind, ...], ...] = (
    ("quality",),
    ("rhythm", "pacing"),
    ("conduction", "intervals", "axis", "chambers", "ischaemia", "repolarisation", "ectopy", "other"),
    ("normal",),
)
_SECTION_OF_PREFIX = {
    "r": "technique",
    "q": "technique",
    "m": "intervals",
    "a": "evidence",
    "x": "evidence",
    "s": "evidence",
}
_ABNORMAL_WORDS = ("prolonged", "short")
_N_ATTENTION = 3  # statements whose attention is described; more would bury the reader in numbers

# Pertinent negatives: said only when the classifier finds none of these statements, no finding of
# these kinds exists, and the measurements named are normal or missing. Those of the second half rest
# on the shape in single leads: they are said only when every lead could be read.
_NEED_ALL_LEADS = ("chambers", "ischaemia")
_NEGATIVES = (
    ("conduction", "no conduction disturbance", ("conduction",), ("pr_ms", "qrs_ms"),
     ("CD", "AVB", "CLBBB", "CRBBB", "ILBBB", "IRBBB", "LAFB/LPFB", "IVCD", "WPW", "LPR")),
    ("chambers", "no sign of atrial abnormality or ventricular hypertrophy", ("chambers",), (),
     ("HYP", "LVH", "RVH", "SEHYP", "LAO/LAE", "RAO/RAE", "VCLVH")),
    ("ischaemia", "no sign of infarction or ischaemia", ("ischaemia", "repolarisation"), (),
     ("MI", "AMI", "IMI", "LMI", "PMI", "ISC", "ISCA", "ISCI")),
)  # fmt: skip


class PlainWriter:
    """Writes a report without a language model. Always available."""

    name = NAME

    def write(self, facts: Facts) -> Iterator[DraftSentence]:
        """Sentences of the report in reading order.

        Parameters
        ----------
        facts : Facts

        Yields
        ------
        DraftSentence
            Each text once. An unusable recording gets its quality and a neutral word on a repeat
            recording, and nothing else.
        """
        sentences = _unusable(facts) if facts.quality.verdict == "unusable" else _full_report(facts)
        said: set[str] = set()
        for draft in sentences:
            if draft.text not in said:
                said.add(draft.text)
                yield draft


def plain_sentence(facts: Facts, ids: Iterable[str]) -> DraftSentence | None:
    """The plain sentence for some records: what stands in for a sentence that failed its check.

    Parameters
    ----------
    facts : Facts
    ids : iterable of str
        Ids that the failed sentence cited; those that do not exist are passed over.

    Returns
    -------
    DraftSentence or None
        None when none of the ids exists: there is nothing to say. When findings are among the
        records, the statements and measurements that these rest on are left to them.
    """
    records = facts.records()
    cited = [id for id in dict.fromkeys(ids) if id in records]
    covered = {basis for f in facts.findings if f.id in cited for basis in f.basis}
    kept = [id for id in cited if id not in covered]
    if not kept:
        return None
    clauses = [record_sentence(facts, id) for id in kept]
    text = sentence("; ".join(clause.rstrip(".") for clause in clauses))
    return _draft(_section_of(facts, kept[0]), text, kept)


def _draft(section: str, text: str, cites: Iterable[str]) -> DraftSentence:
    return DraftSentence(section=section, text=text, cites=tuple(dict.fromkeys(cites)), writer=NAME)


def _section_of(facts: Facts, id: str) -> str:
    """Section that a sentence about this record belongs to."""
    for finding in facts.findings:
        if finding.id == id:
            return SECTION_OF_KIND[finding.kind]
    return _SECTION_OF_PREFIX.get(id.split("-")[0], "guidelines")


# ── the report ───────────────────────────────────────────────────────────────────────────────


def _unusable(facts: Facts) -> Iterator[DraftSentence]:
    yield from _technique(facts)
    for finding in facts.findings:
        if finding.kind == "quality":
            yield _draft("conclusion", sentence(finding.text), (finding.id,))
    repeat = "A repeat recording would be needed for interpretation."
    yield _draft("conclusion", repeat, (facts.quality.id,))


def _full_report(facts: Facts) -> Iterator[DraftSentence]:
    yield from _technique(facts)
    yield from _of_kinds(facts, "quality")
    yield from _rhythm(facts)
    yield from _intervals(facts)
    yield from _of_kinds(facts, "conduction")
    yield from _negative(facts, "conduction")
    yield from _of_kinds(facts, "chambers")
    yield from _negative(facts, "chambers")
    yield from _of_kinds(facts, "ischaemia", "repolarisation")
    yield from _negative(facts, "ischaemia")
    yield from _of_kinds(facts, "ectopy", "other", "contradiction")
    yield from _of_kinds(facts, "comparison")
    yield from _attention(facts)
    yield from _undecided(facts)
    for passage in facts.evidence:
        yield _draft("guidelines", evidence_sentence(passage), (passage.id,))
    yield from _conclusion(facts)


def _technique(facts: Facts) -> Iterator[DraftSentence]:
    for text, id in technique_sentences(facts):
        yield _draft("technique", text, (id,))


def _of_kinds(facts: Facts, *kinds: str) -> Iterator[DraftSentence]:
    for finding in facts.findings:
        if finding.kind in kinds:
            text, cites = finding_clause(finding, facts)
            yield _draft(SECTION_OF_KIND[finding.kind], sentence(text), cites)


def _rhythm(facts: Facts) -> Iterator[DraftSentence]:
    """Rhythm findings of one certainty in one sentence, the first with the rate."""
    rate = Measurements(facts.measurements).get("heart_rate_bpm")
    rest = f" at {value_text(rate.value, rate.unit)}" if rate.value is not None else ""
    for certainty in _CERTAINTIES:
        group = [f for f in facts.findings if f.kind in ("rhythm", "pacing") and f.certainty == certainty]
        if group:
            first, *others = (f.text for f in group)
            text = hedged(first, certainty) + (f" with {listed(others)}" if others else "") + rest
            yield _draft("rhythm", sentence(text), [f.id for f in group] + [rate.id] * bool(rest))
            rest = ""
    if rest:
        yield _draft("rhythm", f"The ventricular rate is{rest.removeprefix(' at')}.", (rate.id,))
    yield from _atrial_rate(facts)
    yield from _not_measurable([rate], "rhythm")


def _atrial_rate(facts: Facts) -> Iterator[DraftSentence]:
    """Said only where the atria have a rate of their own."""
    for m in facts.measurements:
        if m.name == "atrial_rate_bpm" and m.value is not None:
            yield _draft("rhythm", f"The atrial rate is {value_text(m.value, m.unit)}.", (m.id,))


# ── intervals and axis ───────────────────────────────────────────────────────────────────────


def _intervals(facts: Facts) -> Iterator[DraftSentence]:
    known = Measurements(facts.measurements)
    found = [f for f in facts.findings if f.kind in ("intervals", "axis")]
    covered = {id for finding in found for id in finding.basis}
    if covered & {measurement_id(name) for name in QTC_NAMES}:
        covered.add("m-qtc_fridericia_ms")  # one formula is enough to judge QTc
    shown = [known.get(name) for name in _INTERVALS]
    free = [m for m in shown if m.id not in covered and m.value is not None]
    if _is_paced(facts):
        if free:
            yield _draft("intervals", sentence(listed([named_value(m) for m in free])), [m.id for m in free])
        free = []
    in_doubt = ("qrs_axis_deg",) if facts.quality.doubtful_leads() else ()
    normal = [m for m in free if m.name not in in_doubt and holds("normal", m, facts.recording.patient)]
    if normal:
        verb = "are" if len(normal) > 1 else "is"
        text = f"{listed([named_value(m) for m in normal])} {verb} within normal limits"
        yield _draft("intervals", sentence(text), [m.id for m in normal])
    for m in free:
        if m not in normal:
            yield _draft("intervals", _outside(m, facts), (m.id,))
    yield from _of_kinds(facts, "intervals", "axis")
    yield from _qt(known)
    yield from _not_measurable([*shown, known.get("qt_ms")], "intervals")


def _is_paced(facts: Facts) -> bool:
    """Whether limits for intrinsic beats are out of place. Source: PAC-06."""
    return any(finding.kind == "pacing" for finding in facts.findings)


def _outside(m: Measurement, facts: Facts) -> str:
    """A value that is not normal and that no finding of its kind speaks of."""
    words = [word for word in _ABNORMAL_WORDS if holds(word, m, facts.recording.patient)]
    if not words:
        return f"{named_value(m)}."
    name, value = MEASUREMENT_NAMES[m.name], value_text(m.value or 0.0, m.unit)
    return f"The {name} is {words[0]} at {value}."


def _qt(known: Measurements) -> Iterator[DraftSentence]:
    """QT and the correction after Bazett, which readers expect beside the one that is judged (STD-11)."""
    qt, bazett = known.get("qt_ms"), known.get("qtc_bazett_ms")
    if qt.value is not None and bazett.value is not None:
        corrected = f"QTc after Bazett {value_text(bazett.value, bazett.unit)}"
        text = f"The QT interval is {value_text(qt.value, qt.unit)}, and {corrected}."
        yield _draft("intervals", text, (qt.id, bazett.id))


def _not_measurable(measured: Sequence[Measurement], section: str) -> Iterator[DraftSentence]:
    """What could not be measured, one sentence a reason."""
    reasons = dict.fromkeys(m.reason or "" for m in measured if m.value is None)
    for reason in reasons:
        group = [m for m in measured if m.value is None and (m.reason or "") == reason]
        text = f"{listed([MEASUREMENT_NAMES[m.name] for m in group])} not measurable: {reason}"
        yield _draft(section, sentence(text.removesuffix(": ")), [m.id for m in group])


# ── negatives, attention, conclusion ─────────────────────────────────────────────────────────


def _negative(facts: Facts, section: str) -> Iterator[DraftSentence]:
    known = Measurements(facts.measurements)
    for where, text, kinds, names, codes in _NEGATIVES:
        statements = [s for s in facts.statements if s.code in codes]
        is_clear = (
            where == section
            and len(statements) == len(codes)
            and not any(s.present for s in statements)
            and not _is_paced(facts)
            and (where not in _NEED_ALL_LEADS or _all_leads_stand(facts.quality))
            and not any(f.kind in kinds for f in facts.findings)
            and all(holds("normal", known.get(name), facts.recording.patient) is not False for name in names)
        )
        if is_clear:
            yield _draft(section, sentence(text), [s.id for s in statements])


def _all_leads_stand(quality: Quality) -> bool:
    """Whether every lead can be read and shows what its name says."""
    return len(quality.usable_leads()) == len(LEADS) and not quality.doubtful_leads()


def _attention(facts: Facts) -> Iterator[DraftSentence]:
    """What the classifier relied on, or where that was not asked for where it looked."""
    shares, mark = (facts.explanations, "x") if facts.explanations else (facts.attention, "a")
    present = [s for s in facts.statements if s.present and s.code in shares]
    specific = [s for s in present if s.group != "superclass"] or present
    chosen = sorted(specific, key=lambda s: -s.probability)[:_N_ATTENTION]
    for statement in chosen:
        text = attention_sentence(statement.name, shares[statement.code])
        yield _draft("evidence", text, (f"{mark}-{statement.code}", statement.id))
    if chosen:
        what = "what the classifier relied on" if mark == "x" else "where the classifier looked"
        caveat = f"These shares show {what}; they are not proof of a cause."
        yield _draft("evidence", caveat, [f"{mark}-{s.code}" for s in chosen])


def _undecided(facts: Facts) -> Iterator[DraftSentence]:
    """Statements whose evidence is too thin for a verdict."""
    for statement in facts.statements:
        if statement.is_uncertain:
            yield _draft("evidence", sentence(statement_clause(statement)), (statement.id,))


def _conclusion(facts: Facts) -> Iterator[DraftSentence]:
    """What was found, in one sentence: rhythm, then the rest by falling certainty, normality last."""
    parts: list[str] = []
    cites: list[str] = []
    for kinds in _CONCLUSION_ORDER:
        for certainty in _CERTAINTIES:
            group = [f for f in facts.findings if f.certainty == certainty and f.kind in kinds]
            parts += _conclusion_parts(group, certainty)
            cites += [f.id for f in group]
    if parts:
        yield _draft("conclusion", f"In summary: {'; '.join(parts)}.", cites)


def _conclusion_parts(group: Sequence[Finding], certainty: Certainty) -> list[str]:
    """Findings of one certainty as a list, and beside it those whose own comma would break the list."""
    texts = [with_leads(finding) for finding in group]
    simple = [text for text in texts if "," not in text]
    in_a_list = [hedged(listed(simple), certainty)] if simple else []
    return in_a_list + [hedged(text, certainty) for text in texts if text not in simple]
