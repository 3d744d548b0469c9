"""What is told of an earlier tracing: which way, how much, then or now, new, gone or kept."""

import pytest

from cardio_agent.verification import verify
from tests.verification.analyses import all_facts

FACTS = all_facts()


@pytest.mark.parametrize(
    ("facts", "text", "verdict"),
    [
        ("lbbb2", "The LBBB was not there previously [f-new_clbbb].", "supported"),
        ("lbbb2", "The LBBB was already there previously [f-new_clbbb].", "contradicted"),
        ("lbbb2", "The prior ECG showed LBBB [f-new_clbbb].", "contradicted"),
        ("lbbb2", "QRS 148 ms, previously 94 ms [m-qrs_ms, f-change_qrs_ms].", "supported"),
        ("lbbb2", "QRS 148 ms, previously 148 ms [m-qrs_ms, f-change_qrs_ms].", "contradicted"),
        ("lbbb2", "QRS 94 ms, previously 148 ms [m-qrs_ms, f-change_qrs_ms].", "contradicted"),
        ("lbbb2", "The QRS was narrower in the prior ECG [f-change_qrs_ms].", "supported"),
        ("lbbb2", "The QRS was wider in the prior ECG [f-change_qrs_ms].", "contradicted"),
        ("lbbb2", "The QRS has widened by 148 ms [f-change_qrs_ms].", "contradicted"),
        ("lbbb2", "QRS +54 ms vs prior [f-change_qrs_ms].", "supported"),
        ("lbbb2", "QRS −54 ms vs prior [f-change_qrs_ms].", "contradicted"),
        ("lbbb2", "The heart rate is unchanged [m-heart_rate_bpm_change].", "supported"),
        ("lbbb2", "The heart rate has increased [m-heart_rate_bpm_change].", "contradicted"),
        ("lbbb2", "The QRS width is unchanged [m-qrs_ms_change].", "contradicted"),
        ("lbbb2", "New LBBB with a normal QRS [f-new_clbbb, m-qrs_ms].", "contradicted"),
        ("lbbb2", "Higher J point in V5 than in the prior ECG [f-change_st_j_mv-V2].", "contradicted"),
        ("sim_lbbb", "Wider QRS and shorter PR than before [f-change_qrs_ms, f-change_pr_ms].", "supported"),
        (
            "sim_lbbb",
            "Wider QRS and longer PR than before [f-change_qrs_ms, f-change_pr_ms].",
            "contradicted",
        ),
        ("sim_lbbb", "QRS and PR are longer than before [f-change_qrs_ms, f-change_pr_ms].", "contradicted"),
        ("sim_lbbb", "The axis has moved 46° to the left [f-change_qrs_axis_deg].", "supported"),
        ("sim_lbbb", "The axis has moved 46° to the right [f-change_qrs_axis_deg].", "contradicted"),
        ("sim_lbbb", "The PR fell from 240 to 166 ms [f-change_pr_ms].", "supported"),
        ("sim_lbbb", "The PR fell from 230 to 166 ms [f-change_pr_ms].", "contradicted"),
        ("digitalis", "The ST depression in II, III and aVF is gone [f-gone_st_depression].", "supported"),
        ("digitalis", "The ST depression in II, III and aVF is new [f-gone_st_depression].", "contradicted"),
        ("digitalis", "The ST depression in V5 is gone [f-gone_st_depression].", "contradicted"),
        ("digitalis", "The prior ECG definitely had atrial flutter [f-gone_atrial_flutter].", "contradicted"),
    ],
)
def test_a_change_is_told_as_it_was_found(facts: str, text: str, verdict: str) -> None:
    (found,) = verify(text, FACTS[facts])
    assert found.verdict == verdict, found.reason
