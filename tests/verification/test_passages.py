"""Guideline sentences: what nobody has checked is told as such; ranges and conditions stay as they stand."""

import pytest

from cardio_agent.schema import Facts
from cardio_agent.verification import verify
from tests.verification.analyses import all_facts

FACTS = all_facts()
PARAPHRASE = "According to ESC 2021, a pacemaker should be considered only with lasting symptoms"


def _unchecked(facts: Facts) -> Facts:
    """The same facts with passages that nobody has read in their source."""
    evidence = tuple(passage.model_copy(update={"checked": False}) for passage in facts.evidence)
    return facts.model_copy(update={"evidence": evidence})


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (f"{PARAPHRASE} [BRD-04].", "unsupported"),
        (f"{PARAPHRASE} (unchecked) [BRD-04].", "supported"),
    ],
)
def test_an_unchecked_passage_is_told_as_unchecked(text: str, verdict: str) -> None:
    (found,) = verify(text, _unchecked(FACTS["sim_avb"]))
    assert found.verdict == verdict, found.reason


def test_a_checked_passage_is_not_called_unchecked() -> None:
    assert verify(f"{PARAPHRASE} [BRD-04].", FACTS["sim_avb"])[0].verdict == "supported"
    assert verify(f"{PARAPHRASE} (unchecked) [BRD-04].", FACTS["sim_avb"])[0].verdict == "contradicted"


@pytest.mark.parametrize(
    ("facts", "text", "verdict"),
    [
        ("afib", "An axis from −30° to +90° is normal in adults (AHA/ACCF/HRS 2009) [STD-03].", "supported"),
        ("afib", "An axis from −30° to +120° is normal in adults [STD-03].", "contradicted"),
        ("afib", "An axis from 0° to +90° is normal in adults [STD-03].", "contradicted"),
        ("sim_lbbb", "LBBB is present, QRS 120 ms or more, as here [CND-04].", "unsupported"),
    ],
)
def test_numbers_and_conditions_are_those_of_the_passage(facts: str, text: str, verdict: str) -> None:
    (found,) = verify(text, FACTS[facts])
    assert found.verdict == verdict, found.reason
