"""Comparison with an earlier ECG of the same person.

Enters: two analyses. Leaves: the later one, with measured changes added to its measurements and
comparison findings added to its findings: what changed by more than the measurement repeats itself,
what is new, what is gone. Does not check that both are of one person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cardio_agent.findings.rules import FALLBACKS, HARMLESS, RULES
from cardio_agent.schema import (
    Analysis,
    Finding,
    Measurement,
    Measurements,
    measurement_id,
)


@dataclass(frozen=True)
class Tracked:
    """A measurement that is followed: the smallest change that is told, and the words for it."""

    name: str
    change: float
    more: str
    less: str
    leads: tuple[str | None, ...] = (None,)


# The smallest change that is told. Each lies above what 95 % of differences between two normal ECGs of one
# person come to, and between the halves of one: ``cardio-agent evaluate --repeatability`` measures both. The
# rate does change from day to day: its bound is what the program itself may err by. J point: Source MI-03.
TRACKED = (
    Tracked("heart_rate_bpm", 10.0, "faster heart rate", "slower heart rate"),
    Tracked("pr_ms", 20.0, "longer PR interval", "shorter PR interval"),
    Tracked("qrs_ms", 12.0, "wider QRS complex", "narrower QRS complex"),
    Tracked("qtc_fridericia_ms", 30.0, "longer QTc interval", "shorter QTc interval"),
    Tracked("qrs_axis_deg", 20.0, "QRS axis further right", "QRS axis further left"),
    Tracked("st_j_mv", 0.1, "higher J point in {lead}", "lower J point in {lead}", ("V2", "V3")),
)
_NOT_COMPARED = ("quality", "contradiction", "normal", "comparison")
_EXPLAINED_BY: Mapping[str, frozenset[str]] = {
    f"f-{rule.key}": frozenset(f"f-{key}" for key in rule.unless) for rule in RULES
}
_EXPLAINING_KINDS = {f"f-{fallback.code}": fallback.explained_by for fallback in FALLBACKS}


def compare(analysis: Analysis, prior: Analysis) -> Analysis:
    """The analysis with its comparison to ``prior``; without change findings when either is unusable."""
    if "unusable" in (analysis.quality.verdict, prior.quality.verdict):
        return replace(analysis, prior=prior)
    changes = [(row, _change(row, lead, analysis, prior)) for row in TRACKED for lead in row.leads]
    findings = [finding for row, change in changes if (finding := _changed(row, change)) is not None]
    findings += [_new(f) for f in _only_in(analysis, prior)]
    findings += [_gone(f) for f in _only_in(prior, analysis) if _could_be_seen(f, analysis)]
    return replace(
        analysis,
        prior=prior,
        measurements=Measurements((*analysis.measurements, *(change for _, change in changes))),
        findings=(*analysis.findings, *findings),
    )


def _change(row: Tracked, lead: str | None, analysis: Analysis, prior: Analysis) -> Measurement:
    now, before = analysis.measurements.get(row.name, lead), prior.measurements.value(row.name, lead)
    name = f"{row.name}_change"
    digits = 3 if now.unit == "mV" else 1
    known = None if now.value is None or before is None else difference(row.name, now.value, before)
    return Measurement(
        id=measurement_id(name, lead),
        name=name,
        value=None if known is None else round(known, digits),
        unit=now.unit,
        method="this ECG minus the prior ECG",
        reason="not measurable in both recordings" if known is None else None,
        lead=lead,
    )


def difference(name: str, now: float, before: float) -> float:
    """Now minus before of a measurement of that name; axes along the shorter way round.

    >>> difference("qrs_axis_deg", -170, 170)
    20
    """
    return (now - before + 180) % 360 - 180 if name.endswith("_deg") else now - before


def _changed(row: Tracked, change: Measurement) -> Finding | None:
    if change.value is None or abs(change.value) < row.change:
        return None
    words = (row.more if change.value > 0 else row.less).format(lead=change.lead)
    return Finding(
        id=f"f-change_{row.name}" + (f"-{change.lead}" if change.lead else ""),
        kind="comparison",
        text=f"{words} than in the prior ECG",
        certainty="definite",
        basis=(change.id, measurement_id(row.name, change.lead)),
        leads=(change.lead,) if change.lead else (),
    )


def _only_in(one: Analysis, other: Analysis) -> list[Finding]:
    """Findings of one ECG that the other does not have and that nothing it has explains away."""
    there = {f.id for f in other.findings}
    kinds = {f.kind for f in other.findings}
    return [
        f
        for f in one.findings
        if f.kind not in _NOT_COMPARED
        and f.id not in there | HARMLESS
        and not there & _EXPLAINED_BY.get(f.id, frozenset())
        and not kinds & _EXPLAINING_KINDS.get(f.id, frozenset())
    ]


def _could_be_seen(finding: Finding, analysis: Analysis) -> bool:
    """Whether what a finding rested on was measured again: else its absence means nothing."""
    measured = {m.id for m in analysis.measurements if m.value is not None}
    return measured >= {id for id in finding.basis if id.startswith("m-")}


def _new(finding: Finding) -> Finding:
    return _told(finding, "new", f"{finding.text}, not found in the prior ECG", (finding.id, *finding.basis))


def _gone(finding: Finding) -> Finding:
    """What the prior ECG had; its basis are the ids of the same statements and measurements of this one."""
    return _told(finding, "gone", f"{finding.text} in the prior ECG, not found in this one", finding.basis)


def _told(finding: Finding, what: str, text: str, basis: Iterable[str]) -> Finding:
    return Finding(
        id=f"f-{what}_{finding.id.removeprefix('f-')}",
        kind="comparison",
        text=text,
        certainty=finding.certainty,
        basis=tuple(basis),
        leads=finding.leads,
        codes=finding.codes,
    )
