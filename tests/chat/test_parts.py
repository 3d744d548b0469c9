"""Questions that ask several things at once; the expected parts are a reader's."""

import pytest

from cardio_agent.chat.intents import Intent
from cardio_agent.chat.parts import understand_parts


@pytest.mark.parametrize(
    ("question", "intents"),
    [
        ("rate and rhythm?", [Intent.MEASUREMENT, Intent.RHYTHM]),
        ("What is the most important finding, and why?", [Intent.IMPORTANT, Intent.WHY]),
        ("Is it normal? And what is the QTc?", [Intent.NORMAL, Intent.MEASUREMENT]),
        ("Any LVH and any ischaemia?", [Intent.DIAGNOSIS, Intent.DIAGNOSIS]),
        ("Is there AF, and what do guidelines say about it?", [Intent.DIAGNOSIS, Intent.GUIDELINE]),
        ("What is the QTc and is it long?", [Intent.MEASUREMENT]),
        ("How fast is the heart, and is it regular?", [Intent.MEASUREMENT, Intent.REGULARITY]),
        ("heart rate, PR", [Intent.MEASUREMENT]),
        ("How wide and deep is the Q wave in III?", [Intent.MEASUREMENT]),
        ("ST in V2 and V3", [Intent.MEASUREMENT]),
        ("What do guidelines say about LBBB and infarction?", [Intent.GUIDELINE]),
        ("What is the PR interval and should I take aspirin?", [Intent.TREATMENT]),
        ("I have chest pain, and what is the QTc?", [Intent.EMERGENCY]),
    ],
)
def test_each_thing_asked_is_a_part(question: str, intents: list[Intent]) -> None:
    assert [query.intent for query in understand_parts(question)] == intents
