"""A guideline sentence keeps what is preferred to what, what is denied, and which number is whose."""

import pytest

from cardio_agent.verification import verify
from tests.verification.analyses import all_facts

FACTS = all_facts()


@pytest.mark.parametrize(
    ("facts", "text", "verdict"),
    [
        (
            "stemi",
            "Primary PCI is preferred to fibrinolysis within 120 min of diagnosis (Class I) [ACS-08].",
            "supported",
        ),
        (
            "stemi",
            "Fibrinolysis is preferred to primary PCI within 120 min of diagnosis (Class I) [ACS-08].",
            "contradicted",
        ),
        (
            "stemi",
            "ESC 2023 prefers fibrinolysis to primary PCI within 120 min (Class I) [ACS-08].",
            "contradicted",
        ),
        (
            "av_block",
            "First-degree AV block: every P is conducted and PR is longer than 200 ms [BRD-27].",
            "supported",
        ),
        (
            "av_block",
            "In first-degree AV block some P waves are conducted with a PR longer than 200 ms [BRD-27].",
            "contradicted",
        ),
        (
            "av_block",
            "In first-degree AV block P waves are not conducted and the PR is longer than 200 ms [BRD-27].",
            "contradicted",
        ),
        (
            "flutter",
            "Atrial flutter at raised thromboembolic risk is anticoagulated as AF is [AF-09].",
            "supported",
        ),
        (
            "flutter",
            "AF at raised thromboembolic risk is anticoagulated as atrial flutter is [AF-09].",
            "contradicted",
        ),
        ("flutter", "Atrial flutter need not be anticoagulated (Class I, Level B) [AF-09].", "contradicted"),
        (
            "afib",
            "Voltage criteria for LVH: sensitivity under 50%, specificity about 85-90% [CHM-06].",
            "supported",
        ),
        (
            "afib",
            "Voltage criteria for LVH: specificity under 50%, sensitivity about 85-90% [CHM-06].",
            "contradicted",
        ),
    ],
)
def test_a_passage_is_not_turned_round(facts: str, text: str, verdict: str) -> None:
    (found,) = verify(text, FACTS[facts])
    assert found.verdict == verdict, found.reason
