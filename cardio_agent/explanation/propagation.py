"""The classifier's network rewritten so that its gradient propagates relevance.

Enters: a trained :class:`~cardio_agent.classifier.network.EcgNetwork`. Leaves: a copy with the same
logits in which activation × gradient, at any layer and at the input, is that unit's relevance for the
logit. Does not judge the maps: their faithfulness is measured elsewhere.

Layer-wise relevance propagation (LRP) shares a unit's relevance among its inputs. Each rule is a
forward pass with the same value and another gradient:

=========================  =================================================================
batch normalisation        folded into the convolution before it (canonisation), the last one into
                           the two projections before it
first convolutions         ε rule, in proportion to what each sample contributed. The flat and w² rules
                           would hand relevance to leads that contributed nothing
convolutions of blocks     γ rule: what agrees with the unit's sign counts (1 + γ) times
residual sums, pooling,    in proportion to the contribution, which is their own gradient
projections, votes
ReLU                       passes relevance on unchanged
attention                  its weights are constants: a cell's relevance is weight × vote
biases                     keep their part, so maps sum to the logit less what the biases hold
=========================  =================================================================

Sources: Bach et al. 2015 (LRP); Montavon et al. 2019 (γ rule); Andéol et al. 2021 (γ rule for both
signs); Ali et al. 2022, "XAI for transformers: better LRP through conservative propagation" (attention).

``zennit`` has the same rules and is the reference in the tests, no dependency: it would add nothing to
the result, imports torchvision, which does not load beside every build of PyTorch, and is LGPL.
"""

import copy
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from cardio_agent.classifier.network import EcgNetwork


@dataclass(frozen=True)
class Rules:
    """What shapes the propagation.

    ``gamma`` is of the convolutions in residual blocks; 0 is the ε rule. Of 0, 0.1, 0.25 and 1, the
    first two gave the most faithful maps (symmetric relevance gain, eight records each of AFIB, CLBBB,
    MI and HYP of fold 8); with 0, parts for and against cancel seven times as much. ``epsilon`` is added
    to denominators, so that a unit near 0 does not blow up.
    """

    gamma: float = 0.1
    epsilon: float = 1e-6


class RelevanceConv(nn.Module):
    """A convolution with its batch normalisation folded in, whose gradient follows the γ rule.

    With ``gamma`` above 0 its inputs must not be negative, as none is after a ReLU.
    """

    def __init__(self, conv: nn.Conv1d, norm: nn.BatchNorm1d, gamma: float, epsilon: float) -> None:
        super().__init__()
        scale, shift = _scale_and_shift(norm)
        self.weight = nn.Parameter(conv.weight * scale[:, None, None])
        self.bias = nn.Parameter(shift)
        self.stride, self.padding = conv.stride, conv.padding
        self.gamma, self.epsilon = gamma, epsilon

    def forward(self, x: Tensor) -> Tensor:
        z = self._convolve(x, self.weight, self.bias)
        shared = z
        if self.gamma and x.requires_grad:
            positive = self._convolve(x, self.weight.clamp(min=0), self.bias.clamp(min=0))
            shared = z + self.gamma * torch.where(z > 0, positive, z - positive)
        share = (z / (shared + torch.where(shared < 0, -self.epsilon, self.epsilon))).detach()
        return z.detach() + (shared - shared.detach()) * share

    def _convolve(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return functional.conv1d(x, weight, bias, self.stride, self.padding)


class ConstantAttention(nn.Module):
    """Weighs and votes as the network does; relevance flows through the votes alone."""

    def __init__(self, weigh_and_vote: nn.Conv1d) -> None:
        super().__init__()
        self.weigh_and_vote = weigh_and_vote

    def forward(self, cells: Tensor) -> Tensor:
        weights, votes = self.weigh_and_vote(cells).chunk(2, dim=1)
        return torch.cat([weights.detach(), votes], dim=1)


def relevance_network(network: EcgNetwork, rules: Rules | None = None) -> EcgNetwork:
    """A copy of the network whose gradient, times the activation, is relevance.

    Parameters
    ----------
    network : EcgNetwork
        Left as it is.
    rules : Rules, optional

    Returns
    -------
    EcgNetwork
        In evaluation mode, on the same device, with the same logits up to rounding.
    """
    rules = rules or Rules()
    changed = copy.deepcopy(network).eval()
    with torch.no_grad():
        _fold_last_norm(changed)
        for part in (changed.trunk, changed.lead_encoder):
            stem, *blocks = part
            _fold_convolutions(stem, gamma=0.0, epsilon=rules.epsilon)
            for block in blocks:
                _fold_convolutions(block, rules.gamma, rules.epsilon)
    changed.weigh_and_vote = ConstantAttention(changed.weigh_and_vote)  # type: ignore[assignment]
    return changed.requires_grad_(False)


def _fold_convolutions(module: nn.Module, gamma: float, epsilon: float) -> None:
    """Every convolution and the normalisation defined after it, shortcuts too, become one."""
    children = list(module.named_children())
    for (name, first), (next_name, second) in pairwise(children):
        if isinstance(first, nn.Conv1d) and isinstance(second, nn.BatchNorm1d):
            setattr(module, name, RelevanceConv(first, second, gamma, epsilon))
            setattr(module, next_name, nn.Identity())
    for _, child in children:
        _fold_convolutions(child, gamma, epsilon)


def _fold_last_norm(network: EcgNetwork) -> None:
    """The normalisation of the fused cells goes into the two projections and the leads' embedding."""
    scale, shift = _scale_and_shift(network.norm)
    for projection in (network.from_lead, network.from_trunk):
        projection.weight.mul_(scale[:, None, None])
    network.lead_embedding.mul_(scale[:, None]).add_(shift[:, None])
    network.norm = nn.Identity()  # type: ignore[assignment]


def _scale_and_shift(norm: nn.BatchNorm1d) -> tuple[Tensor, Tensor]:
    """A normalisation in evaluation mode is ``scale · x + shift`` in each channel."""
    mean, variance = norm.running_mean, norm.running_var
    assert mean is not None
    assert variance is not None
    scale = norm.weight / torch.sqrt(variance + norm.eps)
    return scale, norm.bias - scale * mean
