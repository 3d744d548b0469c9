"""Facts of a normal ECG whose electrodes seem exchanged, by hand."""

from cardio_agent.findings.doubt import doubted, reversals
from cardio_agent.schema import Facts, SwapHint
from tests.facts import facts_normal

SWAPS = {
    "arms": SwapHint(
        electrodes=("RA", "LA"),
        certainty="probable",
        leads=("I", "II", "III", "aVR", "aVL"),
        reason="P, QRS and T of lead I run against V6, correlation −0.70, −0.94 and −0.91",
    ),
    "right arm and leg": SwapHint(
        electrodes=("RA", "LL"),
        certainty="probable",
        leads=("I", "II", "III", "aVR", "aVF"),
        reason="lead II does not run as it should beside the chest leads",
    ),
    "neutral": SwapHint(
        electrodes=("RA", "RL"),
        certainty="probable",
        leads=("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"),
        reason="lead II swings by 0.01 mV, the other two by 0.95 mV",
    ),
    "chest": SwapHint(
        electrodes=("V2", "V3"),
        certainty="possible",
        leads=("V2", "V3"),
        reason="exchanged, they would differ 6.8 times less from the chest leads beside them",
    ),
}


def facts_with(swap: SwapHint) -> Facts:
    """A normal ECG whose electrodes seem exchanged."""
    facts = facts_normal()
    update: dict[str, object] = {"electrode_swaps": (swap,)}
    if swap.certainty == "probable":
        update |= {"verdict": "limited", "reason": f"electrodes probably exchanged ({swap.reason})"}
    quality = facts.quality.model_copy(update=update)
    findings = (*reversals(quality), *doubted(facts.findings, quality))
    return facts.model_copy(update={"quality": quality, "findings": findings})


def facts_reversed_arms() -> Facts:
    return facts_with(SWAPS["arms"])
