"""The propagation rules: conservation, gradient × input, and the same maps as zennit."""

import copy
import types

import pytest
import torch
from torch import Tensor, nn

from cardio_agent.classifier.network import EcgNetwork, NetworkConfig, ResidualBlock
from cardio_agent.explanation.propagation import RelevanceConv, Rules, relevance_network
from cardio_agent.leads import lead_index

SMALL = NetworkConfig(
    n_statements=4,
    trunk_channels=(8, 12, 12, 16),
    trunk_blocks=(1, 1, 1, 2),
    lead_channels=(4, 6, 8),
    fused_channels=10,
)
STATEMENT = 2
TINY = 1e-12  # so that the ε of the denominators does not show
ALL_LEADS = torch.ones(1, 12, dtype=torch.bool)


def _random_network(*, with_biases: bool) -> EcgNetwork:
    """Random weights and statistics; without biases every normalisation is a scale alone."""
    torch.manual_seed(3)
    network = EcgNetwork(SMALL).double().eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.running_var.uniform_(0.5, 2.0)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            if with_biases:
                module.running_mean.normal_(0, 0.2)
                nn.init.normal_(module.bias, 0, 0.2)
    if with_biases:
        nn.init.normal_(network.lead_embedding, 0, 0.3)
        nn.init.normal_(network.bias)
    return network.requires_grad_(False)


def _signal() -> Tensor:
    return torch.randn(1, 12, 203, dtype=torch.float64, generator=torch.Generator().manual_seed(5))


def _map(network: EcgNetwork, rules: Rules) -> tuple[Tensor, Tensor]:
    """The logit and the relevance of the signal."""
    x = _signal().requires_grad_()
    logit = relevance_network(network, rules)(x, ALL_LEADS)[0][0, STATEMENT]
    (gradient,) = torch.autograd.grad(logit, x)
    return logit.detach(), (x * gradient).detach()


@pytest.mark.parametrize("gamma", [0.0, 0.1, 1.0])
def test_logits_and_attention_stay_as_they_are(gamma: float) -> None:
    network = _random_network(with_biases=True)
    expected = network(_signal(), ALL_LEADS)
    changed = relevance_network(network, Rules(gamma=gamma))(_signal(), ALL_LEADS)
    for ours, theirs in zip(changed, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("gamma", [0.0, 0.1, 1.0])
def test_without_biases_the_map_sums_to_the_logit(gamma: float) -> None:
    network = _random_network(with_biases=False)
    logit, relevance = _map(network, Rules(gamma=gamma, epsilon=TINY))
    assert relevance.sum().item() == pytest.approx(logit.item(), rel=1e-7)


@pytest.mark.parametrize("gamma", [0.0, 0.1, 1.0])
def test_signal_and_biases_together_sum_to_the_logit(gamma: float) -> None:
    """What the map lacks of the logit is the biases' own relevance, bias × gradient, and nothing else."""
    network = _random_network(with_biases=True)
    changed = relevance_network(network, Rules(gamma=gamma, epsilon=TINY))
    biases = [m.bias for m in changed.modules() if isinstance(m, RelevanceConv)]
    sources = [_signal().requires_grad_(), changed.lead_embedding, changed.bias, *biases]
    for source in sources:
        source.requires_grad_()
    logit = changed(sources[0], ALL_LEADS)[0][0, STATEMENT]
    gradients = torch.autograd.grad(logit, sources)
    total = sum((s * g).sum() for s, g in zip(sources, gradients, strict=True))
    assert total.item() == pytest.approx(logit.item(), rel=1e-7)
    held = sum((s * g).abs().sum() for s, g in zip(sources[1:], gradients[1:], strict=True))
    assert held.item() > 0.1  # the biases of this network do hold something


def test_epsilon_rule_without_biases_is_gradient_times_input() -> None:
    """A known identity of ReLU networks (Ancona et al. 2018); attention is held constant on both sides."""
    network = _random_network(with_biases=False)
    _, relevance = _map(network, Rules(gamma=0.0, epsilon=TINY))
    x = _signal().requires_grad_()
    _, attention = network(x, ALL_LEADS)
    votes = network.weigh_and_vote(network.fuse(x))[:, SMALL.n_statements + STATEMENT]
    (gradient,) = torch.autograd.grad((attention[0, STATEMENT].detach() * votes).sum(), x)
    torch.testing.assert_close(relevance, (x * gradient).detach(), rtol=1e-6, atol=1e-10)


def test_leads_stay_apart() -> None:
    """With the trunk silent and all attention on V3, no other lead may get relevance."""
    network = _random_network(with_biases=False)
    v3 = lead_index("V3")
    network.from_trunk.weight.zero_()
    network.weigh_and_vote.weight[STATEMENT] = 0
    network.weigh_and_vote.weight[STATEMENT, 0] = 1
    network.lead_embedding[v3, 0] = 1e4
    _, relevance = _map(network, Rules())
    per_lead = relevance[0].abs().sum(-1)
    assert per_lead[v3] > 0
    assert per_lead.sum() == per_lead[v3]


def test_an_absent_lead_has_no_relevance() -> None:
    present = ALL_LEADS.clone()
    present[0, 4] = False
    x = _signal().requires_grad_()
    logit = relevance_network(_random_network(with_biases=True))(x, present)[0][0, STATEMENT]
    (gradient,) = torch.autograd.grad(logit, x)
    assert (x * gradient)[0, 4].abs().max() == 0


@pytest.fixture(scope="module")
def _zennit() -> None:
    """Zennit imports torchvision, which may be absent or built for another PyTorch."""
    try:
        import torchvision  # noqa: F401
        import zennit  # noqa: F401
    except (ImportError, RuntimeError) as exc:
        pytest.skip(f"zennit and the torchvision that it imports cannot be loaded: {exc}")


@pytest.mark.usefixtures("_zennit")
@pytest.mark.parametrize("gamma", [0.0, 0.1, 1.0])
def test_maps_are_those_of_zennit(gamma: float) -> None:
    network = _random_network(with_biases=True)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.eps = 0.0  # zennit adds it a second time after folding
    _, ours = _map(network, Rules(gamma=gamma, epsilon=TINY))
    theirs = _zennit_map(network, gamma)
    assert theirs.abs().max() > 0
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-7 * theirs.abs().max().item())


# ── the same network for zennit: sums as modules, the votes as output ────────────────────────


def _block_forward(self: ResidualBlock, x: Tensor) -> Tensor:
    out = torch.relu(self.norm1(self.conv1(x)))
    out = self.norm2(self.conv2(out))
    return torch.relu(self.add(torch.stack([out, self.shortcut(x)], dim=-1)))


def _votes(self: EcgNetwork, x: Tensor) -> Tensor:
    context = self.from_trunk(self.trunk(x)).expand(12, -1, -1)
    alone = self.from_lead(self.lead_encoder(x.reshape(12, 1, -1)))
    embedding = self.lead_embedding.expand_as(alone)
    cells = torch.relu(self.norm(self.add(torch.stack([alone, context, embedding], dim=-1))))
    return self.weigh_and_vote(cells)


def _merged(names: dict[str, nn.Module]) -> list[tuple[list[str], str]]:
    """The convolution before each normalisation but the last."""
    pairs = []
    for name, module in names.items():
        if isinstance(module, nn.BatchNorm1d) and name != "norm":
            parent, own = name.rpartition(".")[::2]
            before = str(int(own) - 1) if own.isdigit() else own.replace("norm", "conv")
            pairs.append(([f"{parent}.{before}"], name))
    return pairs


def _zennit_map(network: EcgNetwork, gamma: float) -> Tensor:
    from zennit.canonizers import NamedMergeBatchNorm
    from zennit.composites import NameMapComposite
    from zennit.layer import Sum
    from zennit.rules import Epsilon, Gamma, Norm

    _, attention = network(_signal(), ALL_LEADS)
    reference = copy.deepcopy(network)
    for module in reference.modules():
        if isinstance(module, ResidualBlock):
            module.add, module.forward = Sum(), types.MethodType(_block_forward, module)
    reference.add, reference.forward = Sum(), types.MethodType(_votes, reference)
    names = {name: module for name, module in reference.named_modules() if name}
    convolutions = [n for n, m in names.items() if isinstance(m, nn.Conv1d)]
    in_blocks = [n for n in convolutions if "conv" in n or "shortcut" in n]
    rules = [
        (in_blocks, Gamma(gamma, stabilizer=TINY)),
        ([n for n in convolutions if n not in in_blocks] + ["norm"], Epsilon(TINY)),
        ([n for n, m in names.items() if isinstance(m, Sum | nn.AvgPool1d)], Norm(TINY)),
    ]
    composite = NameMapComposite(rules, canonizers=[NamedMergeBatchNorm(_merged(names))])
    x = _signal().requires_grad_()
    with composite.context(reference) as changed:
        both = changed(x)
        through = torch.zeros_like(both)
        at = SMALL.n_statements + STATEMENT
        through[:, at] = attention[0, STATEMENT] * both[:, at].detach()
        (relevance,) = torch.autograd.grad(both, x, through)
    return relevance.detach()
