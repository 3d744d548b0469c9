"""Layer-wise relevance of questions, and its parts that flow through single channels."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from cardio_agent.classifier.model import load_model
from cardio_agent.classifier.preprocessing import network_input
from cardio_agent.classifier.statements import CODES
from cardio_agent.errors import BadRequest
from cardio_agent.explanation.methods import METHODS
from cardio_agent.explanation.propagation import Rules, relevance_network
from cardio_agent.explanation.question import Question
from cardio_agent.explanation.relevance import (
    LAST_LAYER,
    channel_relevance,
    concept_maps,
    concept_relevance,
    layer_names,
    lrp,
)
from cardio_agent.simulation import simulate

N_FUSED = 112


@pytest.fixture(scope="module")
def question() -> Question:
    """Three seconds of left bundle branch block, asked of the shipped network."""
    signal, present = network_input(simulate("lbbb", fs_hz=100, duration_s=3).ecg)
    return Question(load_model(), signal, present, CODES.index("CLBBB"), None)


@pytest.fixture(scope="module")
def whole(question: Question) -> np.ndarray:
    return lrp(question)


def test_the_map_is_of_the_input_and_repeats(question: Question, whole: np.ndarray) -> None:
    assert whole.shape == question.signal.shape
    assert whole.dtype == np.float32
    assert np.isfinite(whole).all()
    assert whole.any(axis=1).all()
    assert np.array_equal(whole, lrp(question))


def test_the_table_of_methods_states_the_rules() -> None:
    assert METHODS["lrp"].settings == asdict(Rules())


def test_the_network_is_left_as_it_is(question: Question) -> None:
    before = question.model.runner(question.signal[None], question.present[None])[0]
    lrp(question)
    assert np.array_equal(before, question.model.runner(question.signal[None], question.present[None])[0])


def test_maps_of_all_channels_add_up_to_the_whole_map(question: Question, whole: np.ndarray) -> None:
    total = concept_maps(question, LAST_LAYER, range(N_FUSED)).sum(axis=0, dtype=np.float64)
    assert np.abs(total - whole).max() < 1e-4 * np.abs(whole).max()


def test_the_two_parts_of_the_network_add_up_to_the_whole_map(question: Question, whole: np.ndarray) -> None:
    """Each path from the signal to the logit goes either through the trunk or through the lead encoder."""
    trunk = concept_maps(question, "trunk.3", range(160)).sum(axis=0, dtype=np.float64)
    encoder = concept_maps(question, "lead_encoder.1", range(32)).sum(axis=0, dtype=np.float64)
    assert np.abs(trunk).max() > 0.01 * np.abs(whole).max()
    assert np.abs(encoder).max() > 0.01 * np.abs(whole).max()
    assert np.abs(trunk + encoder - whole).max() < 1e-4 * np.abs(whole).max()


def test_channels_of_the_last_layer_share_the_logit(question: Question) -> None:
    """Votes have no bias, so the channels hold all of the logit but the statement's own bias."""
    logit = question.model.runner(question.signal[None], question.present[None])[0][0, question.statement]
    bias = float(question.model.network.bias[question.statement])
    assert concept_relevance(question).shape == (N_FUSED,)
    assert concept_relevance(question).sum() == pytest.approx(logit - bias, abs=1e-4)


def test_an_absent_lead_has_no_relevance_in_any_map(question: Question) -> None:
    present = question.present.copy()
    present[4] = False
    without = replace(question, present=present)
    assert not lrp(without)[4].any()
    assert not concept_maps(without, LAST_LAYER, [0, 1])[:, 4].any()


@pytest.mark.parametrize("layer", [LAST_LAYER, "trunk.6", "lead_encoder.2"])
def test_several_recordings_at_once_as_one_by_one(question: Question, layer: str) -> None:
    other = replace(question, signal=question.signal[:, ::-1].copy())
    signals = np.stack([question.signal, other.signal])
    present = np.stack([question.present, other.present])
    network = relevance_network(question.model.network)
    together = channel_relevance(network, signals, present, question.statement, layer)
    one_by_one = [concept_relevance(q, layer) for q in (question, other)]
    np.testing.assert_allclose(together, one_by_one, atol=1e-4)


def test_no_channel_gives_no_map(question: Question) -> None:
    assert concept_maps(question, LAST_LAYER, []).shape == (0, *question.signal.shape)


def test_a_layer_that_does_not_exist_is_named_with_those_that_do(question: Question) -> None:
    with pytest.raises(BadRequest, match=r"no layer 'trunk\.99'.*fused, trunk\.0"):
        concept_relevance(question, "trunk.99")


@pytest.mark.parametrize("channel", [-1, N_FUSED])
def test_a_channel_that_does_not_exist_is_named(question: Question, channel: int) -> None:
    with pytest.raises(BadRequest, match=rf"no channel {channel}: choose 0 to 111"):
        concept_maps(question, LAST_LAYER, [channel])


def test_layers_of_the_shipped_network() -> None:
    names = layer_names(load_model().network)
    assert names[0] == LAST_LAYER
    assert names[-1] == "lead_encoder.2"
    assert len(set(names)) == len(names)
