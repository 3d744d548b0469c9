"""Suspected electrode reversals: findings of their own, and doubt in what rests on the leads concerned.

Enters: findings and quality. Leaves: findings. Does not put leads right and takes no finding away.
"""

from collections.abc import Iterable

from cardio_agent.leads import LEADS
from cardio_agent.schema import Finding, Quality, SwapHint

_CABLES = {"RA": "right arm", "LA": "left arm", "LL": "left leg", "RL": "right leg"}
# Source: TEC-01 (arms), TEC-03 (a limb and the neutral); the others follow from the definitions of the leads.
_SOURCES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("RA", "LA"): ("TEC-01",),
    ("RA", "RL"): ("TEC-03",),
    ("LA", "RL"): ("TEC-03",),
}
_ALL_LIMBS = ("RA", "RL", "LA", "LL")
# What rests on when beats come, not on what single leads show.
_UNTOUCHED_KINDS = ("quality", "rhythm", "ectopy", "pacing", "contradiction", "comparison")
_WHOLE_ECG_KINDS = ("normal", "axis")
# Without leads of its own, such a finding rests on the classifier, which saw them all.
_PLACED_KINDS = ("ischaemia", "repolarisation")


def reversals(quality: Quality) -> tuple[Finding, ...]:
    """One finding for each suspected exchange of electrodes."""
    return tuple(_reversal(hint, quality) for hint in quality.electrode_swaps)


def doubted(findings: Iterable[Finding], quality: Quality) -> tuple[Finding, ...]:
    """The findings; those that rest on leads of a probable reversal as possible, with it in their basis."""
    leads = set(quality.doubtful_leads())
    return tuple(_weakened(f, quality) if leads and _rests_on(f, leads) else f for f in findings)


def _reversal(hint: SwapHint, quality: Quality) -> Finding:
    consequence = f", which makes {_concerned(hint)} unreliable" if hint.certainty == "probable" else ""
    return Finding(
        id="f-reversal_" + "_".join(hint.electrodes),
        kind="quality",
        text=_name(hint.electrodes) + consequence,
        certainty=hint.certainty,
        basis=(quality.id,),
        leads=hint.leads,
        sources=_SOURCES.get(hint.electrodes, ()),
    )


def _name(electrodes: tuple[str, ...]) -> str:
    if electrodes == ("RA", "LA"):
        return "arm lead reversal"
    if electrodes == _ALL_LIMBS:
        return "reversal of the arm and leg leads"
    if electrodes[0] in _CABLES:
        return f"reversal of the {_CABLES[electrodes[0]]} and {_CABLES[electrodes[1]]} leads"
    return f"reversal of leads {electrodes[0]} and {electrodes[1]}"


def _concerned(hint: SwapHint) -> str:
    return "all leads" if hint.leads == LEADS else "the axis and the limb leads"


def _rests_on(finding: Finding, leads: set[str]) -> bool:
    if finding.kind in _UNTOUCHED_KINDS:
        return False
    measured = {id.rsplit("-", 1)[-1] for id in finding.basis}
    by_axis = any(id.endswith("_axis_deg") for id in finding.basis)
    is_unplaced = finding.kind in _PLACED_KINDS and not finding.leads
    concerned = bool(leads & {*finding.leads, *measured})
    return finding.kind in _WHOLE_ECG_KINDS or by_axis or is_unplaced or concerned


def _weakened(finding: Finding, quality: Quality) -> Finding:
    basis = tuple(dict.fromkeys((*finding.basis, quality.id)))
    return finding.model_copy(update={"certainty": "possible", "basis": basis})
