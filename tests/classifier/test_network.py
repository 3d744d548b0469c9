"""The network: shapes, masks, and that attention is part of the computation."""

import pytest
import torch

from cardio_agent.classifier.network import EcgNetwork, NetworkConfig


@pytest.fixture
def network() -> EcgNetwork:
    torch.manual_seed(0)
    return EcgNetwork(NetworkConfig()).eval()


def test_shapes_follow_the_length(network: EcgNetwork) -> None:
    for n in (500, 1000, 1003):
        logits, attention = network(torch.randn(2, 12, n), torch.ones(2, 12, dtype=torch.bool))
        assert logits.shape == (2, 59)
        assert attention.shape == (2, 59, 12, -(-n // 8))


def test_attention_sums_to_one_and_spares_absent_leads(network: EcgNetwork) -> None:
    present = torch.ones(1, 12, dtype=torch.bool)
    present[0, [2, 7]] = False
    _, attention = network(torch.randn(1, 12, 1000), present)
    assert torch.allclose(attention.sum((2, 3)), torch.ones(1, 59), atol=1e-5)
    assert attention[0, :, [2, 7]].abs().max() == 0


def test_what_an_absent_lead_holds_does_not_matter(network: EcgNetwork) -> None:
    x = torch.randn(1, 12, 1000)
    present = torch.ones(1, 12, dtype=torch.bool)
    present[0, 3] = False
    other = x.clone()
    other[0, 3] = 99.0
    assert torch.equal(network(x, present)[0], network(other, present)[0])


def test_logit_is_the_attention_weighted_sum_of_the_votes(network: EcgNetwork) -> None:
    x, present = torch.randn(1, 12, 1000), torch.ones(1, 12, dtype=torch.bool)
    logits, attention = network(x, present)
    votes = network.weigh_and_vote(network.fuse(x))[:, 59:]  # (12, 59, steps)
    by_hand = (attention[0] * votes.transpose(0, 1)).sum((1, 2)) + network.bias
    assert torch.allclose(logits[0], by_hand, atol=1e-4)


def test_size_stays_within_three_million_parameters(network: EcgNetwork) -> None:
    assert sum(p.numel() for p in network.parameters()) < 3_000_000
