"""A suspected exchange of electrodes: the report says it, doubts what rests on it, and its words verify."""

import pytest

from cardio_agent.verification import verify
from cardio_agent.writing.plain import PlainWriter
from tests.facts_reversal import SWAPS, facts_reversed_arms, facts_with


@pytest.mark.parametrize("name", SWAPS)
def test_every_sentence_verifies(name: str) -> None:
    facts = facts_with(SWAPS[name])
    for draft in PlainWriter().write(facts):
        (verdict,) = verify(f"{draft.text} [{', '.join(draft.cites)}]", facts)
        assert verdict.verdict == "supported", verdict


def test_arms_are_said_with_their_number_and_normality_is_doubted() -> None:
    texts = [draft.text for draft in PlainWriter().write(facts_reversed_arms())]
    assert (
        "Recording quality is limited: electrodes probably exchanged (P, QRS and T of lead I run against V6, "
        "correlation −0.70, −0.94 and −0.91)." in texts
    )
    assert "Probable arm lead reversal, which makes the axis and the limb leads unreliable." in texts
    assert texts[-1] == (
        "In summary: probable arm lead reversal, which makes the axis and the limb leads unreliable; "
        "sinus rhythm; possible normal ECG."
    )


def test_nothing_of_single_leads_is_called_normal_or_absent() -> None:
    text = " ".join(draft.text for draft in PlainWriter().write(facts_reversed_arms()))
    assert "No sign of infarction" not in text
    assert "QTc (Fridericia) 407 ms are within normal limits" in text
    assert "QRS axis 45°." in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Probable arm lead reversal", "supported"),
        ("The arm lead reversal is possible", "supported"),
        ("There is arm lead reversal", "contradicted"),
        ("No lead reversal", "contradicted"),
        ("Dextrocardia", "unsupported"),
    ],
)
def test_what_others_say_of_it_is_checked(text: str, expected: str) -> None:
    facts = facts_reversed_arms()
    (verdict,) = verify(f"{text} [f-reversal_RA_LA].", facts)
    assert verdict.verdict == expected, verdict
