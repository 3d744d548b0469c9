"""Comparison with an earlier ECG of the same person.

Enters: two analyses. Leaves: the later one, with measured changes added to its measurements and
comparison findings added to its findings. Does not check that both are of one person.
"""

from dataclasses import replace

from cardio_agent.findings.rules import HARMLESS
from cardio_agent.schema import (
    Analysis,
    Finding,
    Measurement,
    Measurements,
    measurement_id,
)

# Smallest change that is reported, near the repeatability of the measurement between two recordings.
# Convention of this program, unchecked.
REPEATABILITY = {
    "heart_rate_bpm": 10.0,
    "pr_ms": 20.0,
    "qrs_ms": 12.0,
    "qtc_fridericia_ms": 30.0,
    "qrs_axis_deg": 20.0,
}
_WORDS = {
    "heart_rate_bpm": ("faster heart rate than in the prior ECG", "slower heart rate than in the prior ECG"),
    "pr_ms": ("longer PR interval than in the prior ECG", "shorter PR interval than in the prior ECG"),
    "qrs_ms": ("wider QRS complex than in the prior ECG", "narrower QRS complex than in the prior ECG"),
    "qtc_fridericia_ms": (
        "longer QTc interval than in the prior ECG",
        "shorter QTc interval than in the prior ECG",
    ),
    "qrs_axis_deg": (
        "QRS axis further right than in the prior ECG",
        "QRS axis further left than in the prior ECG",
    ),
}
_NOT_COMPARED = ("quality", "contradiction", "normal", "comparison")


def compare(analysis: Analysis, prior: Analysis) -> Analysis:
    """The analysis with its comparison to ``prior``; without change findings when either is unusable."""
    if "unusable" in (analysis.quality.verdict, prior.quality.verdict):
        return replace(analysis, prior=prior)
    changes = tuple(_change(name, analysis, prior) for name in REPEATABILITY)
    findings = [f for change in changes if (f := _changed(change)) is not None]
    findings += _appeared(analysis, prior)
    return replace(
        analysis,
        prior=prior,
        measurements=Measurements((*analysis.measurements, *changes)),
        findings=(*analysis.findings, *findings),
    )


def _change(name: str, analysis: Analysis, prior: Analysis) -> Measurement:
    now, before = analysis.measurements.get(name), prior.measurements.value(name)
    known = now.value is not None and before is not None
    value = None if now.value is None or before is None else round(_difference(name, now.value, before), 1)
    return Measurement(
        id=measurement_id(f"{name}_change"),
        name=f"{name}_change",
        value=value,
        unit=now.unit,
        method="this ECG minus the prior ECG",
        reason=None if known else "not measurable in both recordings",
    )


def _difference(name: str, now: float, before: float) -> float:
    """Now minus before; axes along the shorter way round.

    >>> _difference("qrs_axis_deg", -170, 170)
    20
    """
    difference = now - before
    return (difference + 180) % 360 - 180 if name.endswith("_deg") else difference


def _changed(change: Measurement) -> Finding | None:
    name = change.name.removesuffix("_change")
    if change.value is None or abs(change.value) < REPEATABILITY[name]:
        return None
    more, less = _WORDS[name]
    return Finding(
        id=f"f-change_{name}",
        kind="comparison",
        text=more if change.value > 0 else less,
        certainty="definite",
        basis=(change.id, measurement_id(name)),
    )


def _appeared(analysis: Analysis, prior: Analysis) -> list[Finding]:
    """Findings of this ECG that the prior did not have."""
    before = {f.id for f in prior.findings}
    return [
        Finding(
            id=f"f-new_{f.id.removeprefix('f-')}",
            kind="comparison",
            text=f"{f.text}, not found in the prior ECG",
            certainty=f.certainty,
            basis=(f.id, *f.basis),
            leads=f.leads,
            codes=f.codes,
        )
        for f in analysis.findings
        if f.kind not in _NOT_COMPARED and f.id not in before | HARMLESS
    ]
