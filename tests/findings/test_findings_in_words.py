"""Every finding of the table can be said by the plain writer and passes verification."""

import pytest

from cardio_agent.findings.criteria import CRITERIA
from cardio_agent.findings.fusion import list_leads
from cardio_agent.findings.rules import RULES, Rule
from cardio_agent.schema import Finding
from cardio_agent.verification import check
from cardio_agent.writing.plain import PlainWriter
from tests.facts import facts_normal

LEADS = ("V2", "V3")
NAMES = {criterion.key: criterion.name for criterion in CRITERIA}


def _finding(rule: Rule, suffix: str = "") -> Finding:
    detail = " and ".join(NAMES[key] for key in rule.criteria)
    text = rule.text.format(leads=list_leads(LEADS), detail=detail) + suffix
    kind = "comparison" if suffix else rule.kind
    basis = ("m-st_j_mv-V2", "m-st_j_mv-V3")
    return Finding(id="f-x", kind=kind, text=text, certainty="probable", basis=basis, leads=LEADS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
@pytest.mark.parametrize(
    "suffix", ["", ", not found in the prior ECG", " in the prior ECG, not found in this one"]
)
def test_what_is_said_of_a_finding_is_supported(rule: Rule, suffix: str) -> None:
    facts = facts_normal().model_copy(update={"findings": (_finding(rule, suffix),), "statements": ()})
    for draft in PlainWriter().write(facts):
        verdict = check(draft, facts)
        assert verdict.verdict == "supported", (draft.text, verdict.reason)


@pytest.mark.parametrize("reason", ["P waves are not tied to the QRS complexes", "no P waves were found"])
def test_what_is_said_of_the_atrial_rate_is_supported(reason: str) -> None:
    facts = facts_normal()
    values = {"atrial_rate_bpm": (296.4, None), "pr_ms": (None, reason), "p_ms": (None, reason)}
    measured = tuple(
        m.model_copy(update=dict(zip(("value", "reason"), values[m.name], strict=True)))
        if m.name in values
        else m
        for m in facts.measurements
    )
    facts = facts.model_copy(update={"measurements": measured, "statements": ()})
    said = {draft.text: check(draft, facts) for draft in PlainWriter().write(facts)}
    assert f"PR interval not measurable: {reason}." in said
    assert "The atrial rate is 296 bpm." in said
    for text, verdict in said.items():
        assert verdict.verdict == "supported", (text, verdict.reason)
