"""A measurement held against a guideline: its value, the threshold, the class and the sex."""

import pytest

from cardio_agent.verification import verify
from tests.verification.analyses import all_facts

FACTS = all_facts()


@pytest.mark.parametrize(
    ("facts", "text", "verdict"),
    [
        (
            "lbbb",
            "A QRS of 152 ms exceeds the 150 ms named for CRT (Class I, Level A) [m-qrs_ms, HF-03].",
            "supported",
        ),
        (
            "lbbb",
            "A QRS of 162 ms exceeds the 150 ms named for CRT (Class I, Level A) [m-qrs_ms, HF-03].",
            "contradicted",
        ),
        (
            "lbbb",
            "A QRS of 152 ms exceeds the 140 ms named for CRT (Class I, Level A) [m-qrs_ms, HF-03].",
            "contradicted",
        ),
        (
            "lbbb",
            "A QRS of 152 ms falls below the 150 ms named for CRT (Class I, Level A) [m-qrs_ms, HF-03].",
            "contradicted",
        ),
        (
            "lbbb",
            "A QRS of 152 ms exceeds the 150 ms named for CRT (Class IIa, Level A) [m-qrs_ms, HF-03].",
            "contradicted",
        ),
        (
            "sim_anterior",
            "ST of 0.17 mV in V2 is below the 2 mm cut-point for men of 40 or over [m-st_j_mv-V2, MI-02].",
            "supported",
        ),
        (
            "sim_anterior",
            "ST of 0.17 mV in V2 is below the 2.5 mm cut-point for men of 40 or over [m-st_j_mv-V2, MI-02].",
            "contradicted",
        ),
        (
            "sim_anterior",
            "ST elevation in V2 is 0.17 mV, below the cut-point of 2 mm for women [m-st_j_mv-V2, MI-02].",
            "contradicted",
        ),
    ],
)
def test_a_guideline_is_applied_as_it_stands(facts: str, text: str, verdict: str) -> None:
    (found,) = verify(text, FACTS[facts])
    assert found.verdict == verdict, found.reason
