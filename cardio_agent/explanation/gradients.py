"""Methods that follow the network's gradient, computed by captum: Grad-CAM and integrated gradients.

Enters: a question to the PyTorch network. Leaves: a (12, n) map.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from cardio_agent.explanation.question import Array, Question

if TYPE_CHECKING:
    from torch import Tensor

IG_STEPS = 32
_IG_BATCH = 8


def grad_cam(question: Question) -> Array:
    """Grad-CAM on the last layer that keeps leads and times apart, spread over the samples of each step.

    Each lead's channels are weighted by that lead's own mean gradient. Negative values are kept.

    Source: Selvaraju et al. 2017.
    Limits: a cell holds what the trunk saw in all leads, so the lead of a cell is where evidence was
    gathered, which need not be where it was shown.
    """
    from captum.attr import LayerGradCam

    from cardio_agent.explanation.attention import spread

    layer = question.model.network.dropout  # changes nothing in a trained network; its output is the cells
    cam = LayerGradCam(_logit(question), layer).attribute(_input(question))
    cells = cam.squeeze(1).detach().cpu().numpy()
    return spread(cells, question.model.stride, question.signal.shape[1])


def integrated_gradients(question: Question) -> Array:
    """Integrated gradients from a flat trace of 0 mV to the signal.

    Source: Sundararajan, Taly and Yan 2017. The map adds up to the logit less that of the flat trace,
    but for the error of the integral's :data:`IG_STEPS` steps.
    """
    from captum.attr import IntegratedGradients

    relevance = IntegratedGradients(_logit(question)).attribute(
        _input(question), n_steps=IG_STEPS, internal_batch_size=_IG_BATCH
    )
    return np.asarray(relevance[0].detach().cpu(), dtype=np.float32)


def _input(question: Question) -> "Tensor":
    import torch

    device = question.model.network.bias.device
    return torch.from_numpy(question.signal[None]).to(device).requires_grad_()


def _logit(question: Question) -> "Callable[[Tensor], Tensor]":
    import torch

    network = question.model.network
    present = torch.from_numpy(question.present).to(network.bias.device)

    def logit(signals: "Tensor") -> "Tensor":
        logits: Tensor = network(signals, present.expand(len(signals), -1))[0]
        return logits[:, question.statement]

    return logit
