"""Correlations, shares and randomised weights on maps and networks made by hand."""

import numpy as np
import pytest
import torch

from cardio_agent.classifier.model import Calibration, Model
from cardio_agent.classifier.network import EcgNetwork, NetworkConfig
from cardio_agent.classifier.runners import TorchRunner
from cardio_agent.classifier.statements import CODES
from cardio_agent.evaluation.faithfulness.checks import (
    DEFINING_SEGMENTS,
    defining_samples,
    rank_correlation,
    share_inside,
    untrained,
)
from cardio_agent.explanation.segments import SEGMENTS

SMALL = NetworkConfig(
    trunk_channels=(4, 4, 4, 4), trunk_blocks=(1, 1, 1, 1), lead_channels=(2, 2, 2), fused_channels=4
)


@pytest.fixture
def model() -> Model:
    torch.manual_seed(1)
    calibration = {code: Calibration(1.0, 1.0, 0.0, 0.5) for code in CODES}
    return Model(TorchRunner(EcgNetwork(SMALL).eval()), calibration, "test", "", SMALL.stride)


def test_rank_correlation_knows_order_not_size(rng: np.random.Generator) -> None:
    cells = rng.standard_normal((12, 50))
    relevance = np.repeat(cells, 20, axis=1)
    assert rank_correlation(relevance, np.exp(relevance)) == pytest.approx(1)
    assert rank_correlation(relevance, -relevance) == pytest.approx(-1)
    assert rank_correlation(relevance, -relevance, signed=False) == pytest.approx(1)
    assert abs(rank_correlation(relevance, rng.standard_normal((12, 1000)))) < 0.2


def test_a_constant_map_has_no_rank_correlation(rng: np.random.Generator) -> None:
    assert np.isnan(rank_correlation(np.ones((12, 100)), rng.standard_normal((12, 100))))


def test_share_counts_what_speaks_for_the_statement() -> None:
    relevance = np.array([[1.0, 3.0, -8.0, 0.0]])
    assert share_inside(relevance, np.array([False, True, True, True])) == pytest.approx(0.75)


def test_share_of_a_map_that_only_speaks_against() -> None:
    assert share_inside(np.array([[-1.0, -3.0]]), np.array([True, False])) == pytest.approx(0.25)
    assert np.isnan(share_inside(np.zeros((1, 2)), np.array([True, False])))


def test_defining_samples() -> None:
    labels = np.arange(len(SEGMENTS), dtype=np.int8)
    inside = {
        code: {SEGMENTS[k] for k in np.flatnonzero(defining_samples(code, labels))}
        for code in DEFINING_SEGMENTS
    }
    assert inside["STTC"] == {"ST", "T"}
    assert inside["CLBBB"] == inside["CRBBB"] == {"QRS"}
    assert inside["AVB"] == {"P", "PR"}
    assert inside["AFIB"] == {"P", "PR", "TP"}
    assert defining_samples("NORM", labels) is None


def test_untrained_networks_differ_from_the_model_and_from_each_other(model: Model) -> None:
    weights = [m.network.weigh_and_vote.weight for m in (model, untrained(model, 0), untrained(model, 1))]
    assert not torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[1], weights[2])
    assert torch.equal(weights[1], untrained(model, 0).network.weigh_and_vote.weight)


def test_the_model_and_the_generator_are_left_alone(model: Model) -> None:
    before, state = model.network.weigh_and_vote.weight.clone(), torch.get_rng_state()
    other = untrained(model, 3)
    assert torch.equal(before, model.network.weigh_and_vote.weight)
    assert torch.equal(state, torch.get_rng_state())
    assert other.calibration == model.calibration
    assert not other.network.training
