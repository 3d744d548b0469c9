"""Layer-wise relevance of the signal, and of the network's channels as concepts.

Enters: a question to the network. Leaves: maps that share the statement's logit out over leads and
time, as a whole or for single channels of a layer. Does not name what a channel stands for: its
reference ECGs show it (:mod:`cardio_agent.evaluation.concepts.channels`).

A channel's conditional map is what of the relevance flows through it. ``fused`` is the last layer, so
its maps add up to the whole map. The trunk and the lead encoder lie side by side: the maps of a layer
of the one and of a layer of the other add up to the whole.

Source: Achtibat et al. 2023, "From attribution maps to human-understandable explanations through
concept relevance propagation". The rules are in :mod:`cardio_agent.explanation.propagation`.
Limits: relevance of 0 mV is 0, so a missing wave speaks only through what surrounds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cardio_agent.errors import BadRequest
from cardio_agent.explanation.question import Array, Mask, Question

if TYPE_CHECKING:
    from torch import Tensor

    from cardio_agent.classifier.network import EcgNetwork

LAST_LAYER = "fused"


def lrp(question: Question) -> Array:
    """Relevance of every sample for the statement's logit.

    Returns
    -------
    (12, n) float32
        Its sum is the logit less what the network's biases hold. Absent leads are 0.

    Raises
    ------
    ModelMissing
        The classifier runs from ONNX: the rules need the PyTorch network.
    """
    return _flow(question, LAST_LAYER).map()


def concept_maps(question: Question, layer: str, channels: Sequence[int]) -> Array:
    """The part of the map that flows through each of some channels of a layer.

    Parameters
    ----------
    question : Question
    layer : str
        One of :func:`layer_names`.
    channels : sequence of int

    Returns
    -------
    (k, 12, n) float32
        One map a channel.

    Raises
    ------
    BadRequest
        No such layer or channel.
    ModelMissing
        As :func:`lrp`.
    """
    flow = _flow(question, layer)
    n_channels = flow.n_channels
    unknown = [c for c in channels if not 0 <= c < n_channels]
    if unknown:
        raise BadRequest(f"layer {layer} has no channel {unknown[0]}: choose 0 to {n_channels - 1}")
    out = np.zeros((len(channels), *question.signal.shape), dtype=np.float32)
    for row, channel in zip(out, channels, strict=True):
        row[:] = flow.map(channel)
    return out


def concept_relevance(question: Question, layer: str = LAST_LAYER) -> Array:
    """Relevance of every channel of a layer for the statement's logit.

    Returns
    -------
    (n_channels,) float32

    Raises
    ------
    BadRequest
        No such layer.
    ModelMissing
        As :func:`lrp`.
    """
    from cardio_agent.explanation.propagation import relevance_network

    network = relevance_network(question.model.network)
    signals, present = question.signal[None], question.present[None]
    return np.asarray(channel_relevance(network, signals, present, question.statement, layer)[0])


def layer_names(network: "EcgNetwork") -> tuple[str, ...]:
    """The layers whose channels can be asked for: the last one, then the blocks of both parts."""
    parts = (("trunk", network.trunk), ("lead_encoder", network.lead_encoder))
    return (LAST_LAYER, *(f"{name}.{k}" for name, part in parts for k in range(len(part))))


def channel_relevance(
    network: "EcgNetwork", signals: Array, present: Mask, statement: int, layer: str = LAST_LAYER
) -> Array:
    """Relevance of a layer's channels for one statement in several recordings of one length.

    Parameters
    ----------
    network : EcgNetwork
        Of :func:`~cardio_agent.explanation.propagation.relevance_network`.
    signals : (batch, 12, n) float32
    present : (batch, 12) bool
    statement : int
        Row of ``CODES``.
    layer : str

    Returns
    -------
    (batch, n_channels) float32

    Raises
    ------
    BadRequest
        No such layer.
    """
    import torch

    device = network.bias.device
    x, is_present = (torch.from_numpy(np.ascontiguousarray(a)).to(device) for a in (signals, present))
    flow = _propagate(network, x, is_present, statement, layer)
    with torch.no_grad():
        relevance = (flow.features * flow.gradient).sum(-1)
        per_signal = relevance.reshape(len(signals), -1, flow.n_channels).sum(1)
    return np.asarray(per_signal.cpu().numpy(), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class _Flow:
    """One forward pass, and the gradient of the logit at a layer of it."""

    signal: "Tensor"
    logit: "Tensor"
    features: "Tensor"  # (batch or batch * 12, channels, steps)
    gradient: "Tensor"

    @property
    def n_channels(self) -> int:
        return int(self.features.shape[1])

    def map(self, channel: int | None = None) -> Array:
        """(12, n) relevance of the first signal: all of it, or what flows through one channel."""
        import torch

        if channel is None:
            (gradient,) = torch.autograd.grad(self.logit, self.signal, retain_graph=True)
        else:
            through = torch.zeros_like(self.gradient)
            through[:, channel] = self.gradient[:, channel]
            (gradient,) = torch.autograd.grad(self.features, self.signal, through, retain_graph=True)
        return np.asarray((self.signal * gradient)[0].detach().cpu().numpy(), dtype=np.float32)


def _flow(question: Question, layer: str) -> _Flow:
    import torch

    from cardio_agent.explanation.propagation import relevance_network

    network = relevance_network(question.model.network)
    x, present = torch.from_numpy(question.signal[None].copy()), torch.from_numpy(question.present[None])
    device = network.bias.device
    return _propagate(network, x.to(device).requires_grad_(), present.to(device), question.statement, layer)


def _propagate(
    network: "EcgNetwork", signals: "Tensor", present: "Tensor", statement: int, layer: str
) -> _Flow:
    import torch

    known = layer_names(network)
    if layer not in known:
        raise BadRequest(f"the network has no layer '{layer}': choose one of {', '.join(known)}")
    seen: list[Tensor] = []

    def watch(_module: object, _inputs: object, output: "Tensor") -> "Tensor":
        # Where the signal itself is not asked for, nothing below the layer is kept.
        seen.append(output if output.requires_grad else output.detach().requires_grad_())
        return seen[0]

    # The fused cells pass through the last dropout unchanged.
    watched = network.dropout if layer == LAST_LAYER else network.get_submodule(layer)
    hook = watched.register_forward_hook(watch)
    logits, _ = network(signals, present)
    hook.remove()
    logit = logits[:, statement].sum()
    (gradient,) = torch.autograd.grad(logit, seen[0], retain_graph=True)
    return _Flow(signals, logit, seen[0], gradient)
