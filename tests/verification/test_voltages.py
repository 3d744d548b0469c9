"""Sums of two voltages, and the voltage criteria that they meet."""

import pytest

from cardio_agent.verification import verify
from tests.verification.analyses import all_facts

FACTS = all_facts()


@pytest.mark.parametrize(
    ("facts", "text", "verdict"),
    [
        ("sim_lvh", "SV1 + RV5 = 48 mm [m-s_mv-V1, m-r_mv-V5].", "supported"),
        ("sim_lvh", "SV1 + RV5 = 4.8 mV [m-s_mv-V1, m-r_mv-V5].", "supported"),
        ("sim_lvh", "SV1 + RV5 = 45 mm [m-s_mv-V1, m-r_mv-V5].", "contradicted"),
        ("sim_lvh", "SV1 + RV5 = 48 mm [m-s_mv-V1].", "unsupported"),
        ("sim_lvh", "Voltage criteria for LVH are met [f-lvh].", "supported"),
        ("sim_lvh", "The Sokolow-Lyon voltage criterion is met [m-s_mv-V1, m-r_mv-V5].", "supported"),
        ("sim_lvh", "The Cornell voltage criterion is met [m-s_mv-V1, m-r_mv-V5].", "unsupported"),
        ("sim_normal", "The Sokolow-Lyon voltage criterion is met [m-s_mv-V1, m-r_mv-V5].", "unsupported"),
        ("afib", "LVH by Cornell voltage [f-lvh_voltage].", "supported"),
    ],
)
def test_voltages_are_added_up(facts: str, text: str, verdict: str) -> None:
    (found,) = verify(text, FACTS[facts])
    assert found.verdict == verdict, found.reason
