"""Questions that stand in no table are understood by the examples that they are nearest to."""

import pytest

from cardio_agent.chat import examples
from cardio_agent.chat.examples import nearest_kind
from cardio_agent.chat.intents import Intent
from cardio_agent.chat.understanding import understand
from cardio_agent.errors import ModelMissing

PROTECTED = [
    ("my uncle clutches his chest and is grey", Intent.EMERGENCY),
    ("he is not waking up and has no pulse", Intent.EMERGENCY),
    ("bisoprolol 2.5 or 5?", Intent.TREATMENT),
    ("do i have to go on blood thinners", Intent.TREATMENT),
]


@pytest.mark.parametrize(
    ("question", "intent", "name"),
    [
        ("how speedily does the ticker go", Intent.MEASUREMENT, "heart_rate_bpm"),
        ("width of those tall spikes in ms please", Intent.MEASUREMENT, "qrs_ms"),
        ("could the wires have been crossed over", Intent.REVERSAL, ""),
        ("what was the neural net staring at", Intent.ATTENTION, ""),
    ],
)
def test_lay_words_get_their_kind(question: str, intent: Intent, name: str) -> None:
    query = understand(question)
    assert query.intent is intent
    assert name in (*query.measures, "")


@pytest.mark.parametrize(("question", "intent"), PROTECTED)
def test_what_protects_a_person_is_heard_in_any_words(question: str, intent: Intent) -> None:
    assert understand(question).intent is intent


def test_what_is_far_from_every_example_stays_unknown() -> None:
    assert understand("xylophones in baroque chamber ensembles").intent is Intent.UNKNOWN
    assert nearest_kind("?!") is None


def test_without_an_embedding_model_words_alone_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise ModelMissing("none")

    monkeypatch.setattr(examples, "known_embeddings", missing)
    nearest_kind.cache_clear()
    try:
        found = nearest_kind("is the tracing technically adequate")
    finally:
        nearest_kind.cache_clear()
    assert found is not None
    assert found.kind.intent is Intent.QUALITY
