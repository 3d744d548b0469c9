"""A definite finding may not be made doubtful; a doubt about its cause is none about the finding."""

import pytest

from cardio_agent.verification import verify
from tests.verification.analyses import all_facts

FACTS = all_facts()


@pytest.mark.parametrize(
    ("facts", "text", "verdict"),
    [
        ("sim_lvh", "Left ventricular hypertrophy is possible [f-lvh].", "contradicted"),
        ("sim_lvh", "Probable left ventricular hypertrophy [f-lvh].", "contradicted"),
        ("lbbb", "Left atrial abnormality is not only a possibility [f-lao_lae].", "unsupported"),
        ("lbbb", "Left atrial abnormality is a possibility [f-lao_lae].", "supported"),
        (
            "flutter",
            "Possible flutter with ST depression in II, III and aVF [f-atrial_flutter, f-st_depression].",
            "supported",
        ),
        (
            "lbbb2",
            "ST elevation in V1 and V2 may be explained by the QRS abnormality [f-st_elevation_secondary].",
            "supported",
        ),
        (
            "sim_avb",
            "The PR of 240 ms is consistent with first-degree AV block [m-pr_ms, f-first_degree_avb].",
            "supported",
        ),
    ],
)
def test_doubt_is_as_recorded(facts: str, text: str, verdict: str) -> None:
    (found,) = verify(text, FACTS[facts])
    assert found.verdict == verdict, found.reason
