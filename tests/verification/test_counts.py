"""The number of leads in a state."""

import pytest

from cardio_agent.verification import verify
from tests.verification.analyses import all_facts

FACTS = all_facts()


@pytest.mark.parametrize(
    ("facts", "text", "verdict"),
    [
        ("noisy", "10 of 12 leads are good [q-overall].", "supported"),
        ("noisy", "11 of 12 leads are good [q-overall].", "contradicted"),
        ("noisy", "Two of the twelve leads are not good [q-overall].", "supported"),
        ("noisy", "Two leads are noisy: V1 and V4 [q-overall].", "contradicted"),
        ("pvc", "Three limb leads (I, III and aVL) are noisy [q-overall].", "supported"),
        ("pvc", "Three limb leads (I, II and aVL) are noisy [q-overall].", "contradicted"),
        ("noisy", "One lead is flat [q-V1].", "unsupported"),
    ],
)
def test_leads_are_counted(facts: str, text: str, verdict: str) -> None:
    (found,) = verify(text, FACTS[facts])
    assert found.verdict == verdict, found.reason
