"""Intervals and axis in the plain report: what is normal in one sentence, then what is not.

Enters: facts. Leaves: draft sentences. Judges nothing but a value against its limits of normal.
"""

from collections.abc import Iterator

from cardio_agent.findings.limits import QTC_NAMES, holds
from cardio_agent.schema import DraftSentence, Facts, Measurement, Measurements, measurement_id
from cardio_agent.writing.drafts import draft_of, is_paced, not_measurable, of_kinds
from cardio_agent.writing.phrases import MEASUREMENT_NAMES, listed, named_value, sentence, value_text

_INTERVALS = ("pr_ms", "qrs_ms", "qtc_fridericia_ms", "qrs_axis_deg")
_ABNORMAL_WORDS = ("prolonged", "short")


def interval_sentences(facts: Facts) -> Iterator[DraftSentence]:
    known = Measurements(facts.measurements)
    found = [f for f in facts.findings if f.kind in ("intervals", "axis")]
    covered = {id for finding in found for id in finding.basis}
    if covered & {measurement_id(name) for name in QTC_NAMES}:
        covered.add("m-qtc_fridericia_ms")  # one formula is enough to judge QTc
    shown = [known.get(name) for name in _INTERVALS]
    free = [m for m in shown if m.id not in covered and m.value is not None]
    if is_paced(facts):
        if free:
            yield draft_of(
                "intervals", sentence(listed([named_value(m) for m in free])), [m.id for m in free]
            )
        free = []
    in_doubt = ("qrs_axis_deg",) if facts.quality.doubtful_leads() else ()
    normal = [m for m in free if m.name not in in_doubt and holds("normal", m, facts.recording.patient)]
    if normal:
        verb = "are" if len(normal) > 1 else "is"
        text = f"{listed([named_value(m) for m in normal])} {verb} within normal limits"
        yield draft_of("intervals", sentence(text), [m.id for m in normal])
    for m in free:
        if m not in normal:
            yield draft_of("intervals", _outside(m, facts), (m.id,))
    yield from of_kinds(facts, "intervals", "axis")
    yield from _qt(known)
    yield from not_measurable([*shown, known.get("qt_ms")], "intervals")


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
        yield draft_of("intervals", text, (qt.id, bazett.id))
