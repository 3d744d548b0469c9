"""Limits of normal beside a measurement, and a word where it lies outside.

Enters: a measurement and the patient. Leaves: words. The limits are those of
:mod:`cardio_agent.findings.limits`; nothing is judged here that is not there.
"""

from math import inf

from cardio_agent.findings.limits import QTC_NAMES, holds, normal_range
from cardio_agent.rendering.labels import number_text
from cardio_agent.schema import Measurement, Patient

# The gravest first: one word is shown.
_WORDS = (
    "markedly prolonged", "wide", "prolonged", "short", "fast", "slow", "left", "right", "extreme",
    "elevated", "depressed", "inverted",
)  # fmt: skip
# Leads that look at the heart from the cavity: their T wave and ST level point the other way in health.
_REVERSED = {"inverted": ("aVR", "V1"), "depressed": ("aVR",)}


def flag_text(m: Measurement, patient: Patient) -> str:
    """The word for a value outside the limits of normal; empty within them and where none are known.

    >>> pr = Measurement(id="m-pr_ms", name="pr_ms", value=230, unit="ms", method="")
    >>> flag_text(pr, Patient())
    'prolonged'

    Limits: adults. T inversion is not flagged in aVR and V1, nor ST depression in aVR.
    """
    words = (word for word in _WORDS if m.lead not in _REVERSED.get(word, ()))
    return next((word for word in words if holds(word, m, patient)), "")


def limits_text(m: Measurement, patient: Patient) -> str:
    """The limits of normal in the measurement's unit; empty where none are known.

    >>> pr = Measurement(id="m-pr_ms", name="pr_ms", value=230, unit="ms", method="")
    >>> limits_text(pr, Patient())
    '120–200'
    """
    if m.name in QTC_NAMES and patient.sex is None:
        return "depends on sex"
    limits = None if m.lead else normal_range(m.name, patient)
    if limits is None:
        return ""
    low, high = (_edge(edge, m) for edge in limits)
    if not low:
        is_within = holds("normal", m.model_copy(update={"value": limits[1]}), patient)
        return f"{'≤' if is_within else '<'} {high}"
    if not high:
        return f"≥ {low}"
    return f"{low} to {high}" if "−" in low else f"{low}–{high}"


def _edge(value: float, m: Measurement) -> str:
    return number_text(m.model_copy(update={"value": value})) if abs(value) < inf else ""
