"""Questions that stand in no table are understood by the examples that they are like."""

from collections.abc import Iterator

import numpy as np
import pytest

from cardio_agent.chat import kinds
from cardio_agent.chat.features import Wording, letter_features
from cardio_agent.chat.intents import Intent
from cardio_agent.chat.kinds import likely_kinds, regression
from cardio_agent.chat.understanding import understand
from cardio_agent.errors import ModelMissing

PROTECTED = [
    ("my uncle clutches his chest and is grey", Intent.EMERGENCY),
    ("he is not waking up and has no pulse", Intent.EMERGENCY),
    ("our lodger went limp and does not answer", Intent.EMERGENCY),
    ("there is an anvil on my breastbone", Intent.EMERGENCY),
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


@pytest.mark.parametrize("question", ["xylophones in baroque chamber ensembles", "?!", "…"])
def test_what_is_like_no_example_stays_unknown(question: str) -> None:
    assert understand(question).intent is Intent.UNKNOWN


def test_a_measurement_that_is_told_of_is_not_asked_for() -> None:
    assert understand("how long from the start of the P to the QRS").measures == ("pr_ms",)
    assert understand("what are the heart rate and the PR").measures == ("heart_rate_bpm", "pr_ms")


def test_probabilities_sum_to_one_and_any_lead_is_one_lead() -> None:
    found = likely_kinds(Wording.of("is the ST up in V3"))
    assert sum(share for _, share in found) == pytest.approx(1, abs=1e-5)
    assert found == likely_kinds(Wording.of("is the ST up in aVF"))


def test_letters_are_a_unit_vector_and_empty_text_is_none() -> None:
    rows = letter_features([Wording.of("is the rhythm regular"), Wording.of("")])
    assert np.linalg.norm(rows[0]) == pytest.approx(1, abs=1e-6)
    assert not rows[1].any()


@pytest.fixture
def without_cache() -> Iterator[None]:
    likely_kinds.cache_clear()
    yield
    likely_kinds.cache_clear()


class _AnotherModel:
    """An embedding model that the regression was not fitted with, and that must not be asked."""

    weights_sha256 = "another"


@pytest.mark.usefixtures("without_cache")
def test_without_an_embedding_model_letters_alone_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise ModelMissing("none")

    monkeypatch.setattr(kinds, "known_embeddings", missing)
    assert likely_kinds(Wording.of("is the tracing technically adequate"))[0][0].intent is Intent.QUALITY


@pytest.mark.usefixtures("without_cache")
def test_another_embedding_model_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "known_embeddings", lambda _: _AnotherModel())
    assert likely_kinds(Wording.of("is the tracing technically adequate"))[0][0].intent is Intent.QUALITY


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(kinds, "checked_dir", lambda _: tmp_path)
    regression.cache_clear()
    try:
        with pytest.raises(ModelMissing, match="missing or damaged"):
            regression()
    finally:
        regression.cache_clear()
