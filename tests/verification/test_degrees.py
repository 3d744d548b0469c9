"""Words of degree stand for ranges of values; where no range is known they are refused."""

import pytest

from cardio_agent.verification import verify
from tests.verification.analyses import all_facts

FACTS = all_facts()


@pytest.mark.parametrize(
    ("facts", "text", "verdict"),
    [
        ("avb1", "The PR interval is markedly prolonged at 301 ms [m-pr_ms].", "contradicted"),
        ("sim_avb", "The PR interval is slightly prolonged at 240 ms [m-pr_ms].", "supported"),
        ("sim_avb", "The PR interval is markedly prolonged [m-pr_ms].", "contradicted"),
        ("sim_avb", "The PR interval is not markedly prolonged [m-pr_ms].", "supported"),
        ("digitalis", "The QTc is markedly prolonged [m-qtc_fridericia_ms].", "supported"),
        ("digitalis", "The QTc is mildly prolonged [m-qtc_fridericia_ms].", "contradicted"),
        ("digitalis", "The QTc is well above 500 ms [m-qtc_fridericia_ms].", "supported"),
        ("digitalis", "The QTc is just above 500 ms [m-qtc_fridericia_ms].", "contradicted"),
        (
            "digitalis",
            "The QTc is considerably longer than before [f-change_qtc_fridericia_ms].",
            "supported",
        ),
        ("digitalis", "The QTc is slightly longer than before [f-change_qtc_fridericia_ms].", "contradicted"),
        ("lafb", "Marked left axis deviation [f-left_axis, m-qrs_axis_deg].", "supported"),
        ("lafb", "Slight left axis deviation [f-left_axis, m-qrs_axis_deg].", "contradicted"),
        ("sim_lvh", "Deep S wave in V1 [m-s_mv-V1].", "supported"),
        ("sim_anterior", "Deep S wave in V1 [m-s_mv-V1].", "contradicted"),
        ("normal", "The P wave is slightly wide [m-p_ms].", "unsupported"),
        ("afib", "The probability of atrial fibrillation is well above its threshold [s-AFIB].", "supported"),
        (
            "afib",
            "The probability of atrial fibrillation is just above its threshold [s-AFIB].",
            "contradicted",
        ),
    ],
)
def test_a_word_of_degree_is_held_against_the_value(facts: str, text: str, verdict: str) -> None:
    (found,) = verify(text, FACTS[facts])
    assert found.verdict == verdict, found.reason
