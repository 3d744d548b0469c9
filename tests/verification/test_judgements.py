"""What is called normal, largest or not measurable, against all that was measured."""

import pytest

from cardio_agent.verification import verify
from tests.verification.analyses import all_facts

FACTS = all_facts()


@pytest.mark.parametrize(
    ("facts", "text", "verdict"),
    [
        ("sim_avb", "The PR interval is above the normal range of 120 to 200 ms [m-pr_ms].", "supported"),
        ("sim_avb", "The PR interval is below the normal range of 120 to 200 ms [m-pr_ms].", "contradicted"),
        ("sim_avb", "The PR interval is above the normal range of 120 to 220 ms [m-pr_ms].", "contradicted"),
        ("sim_normal", "The PR interval is above the normal range [m-pr_ms].", "contradicted"),
        ("sim_avb", "The PR interval is 40 ms above the upper limit of 200 ms [m-pr_ms].", "supported"),
        ("sim_avb", "The PR interval is 50 ms above the upper limit of 200 ms [m-pr_ms].", "contradicted"),
        ("sim_inferior", "ST elevation is largest in III [m-st_j_mv-III].", "supported"),
        ("sim_inferior", "ST elevation is largest in aVF [m-st_j_mv-aVF].", "contradicted"),
        ("sim_inferior", "ST depression is deepest in V3 [m-st_j_mv-V3].", "supported"),
        (
            "sim_inferior",
            "T waves are inverted in aVL but upright in III [m-t_mv-aVL, m-t_mv-III].",
            "supported",
        ),
        (
            "sim_inferior",
            "T waves are inverted in III but upright in aVL [m-t_mv-aVL, m-t_mv-III].",
            "contradicted",
        ),
        ("noisy", "All leads except V1 and V4 are good [q-overall].", "supported"),
        ("noisy", "All leads except V1 are good [q-overall].", "contradicted"),
        ("sim_normal", "All leads except V3 are good [q-overall].", "contradicted"),
        ("noisy", "V1 is flat and V4 noisy, the other leads are good [q-overall].", "supported"),
        ("noisy", "V1 is flat, the other leads are good [q-overall].", "contradicted"),
        ("noisy", "All leads but V1 and V4 are good [q-overall].", "supported"),
        ("noisy", "All leads but V1 are good [q-overall].", "contradicted"),
        ("noisy", "No lead is noisy [q-overall].", "contradicted"),
        ("paced", "The axis is superior [m-qrs_axis_deg].", "supported"),
        ("normal", "The axis is superior [m-qrs_axis_deg].", "contradicted"),
        ("ivcd", "The QRS is at the upper end of normal [m-qrs_ms].", "supported"),
        ("normal", "The QRS is at the upper end of normal [m-qrs_ms].", "contradicted"),
        ("lbbb", "The QRS is at the upper end of normal [m-qrs_ms].", "contradicted"),
        ("sim_lbbb", "The PR interval has normalised [m-pr_ms, m-pr_ms_change].", "supported"),
        ("sim_lbbb", "The PR interval has normalised [m-pr_ms].", "unsupported"),
        ("sim_lbbb", "The QRS has normalised [m-qrs_ms, m-qrs_ms_change].", "contradicted"),
        ("unusable", "No measurements could be made [q-overall].", "supported"),
        ("noisy", "No measurements could be made [q-overall].", "contradicted"),
        ("sim_normal", "No lead is noisy [q-overall].", "supported"),
        ("sim_normal", "No electrode reversal was found [q-overall].", "supported"),
        ("reversal", "No electrode reversal was found [q-overall].", "contradicted"),
        ("sim_normal", "The R transition lies between V3 and V4 [m-r_transition_lead].", "supported"),
        ("sim_normal", "The R transition lies between V4 and V5 [m-r_transition_lead].", "contradicted"),
    ],
)
def test_a_judgement_holds_or_not(facts: str, text: str, verdict: str) -> None:
    (found,) = verify(text, FACTS[facts])
    assert found.verdict == verdict, found.reason
