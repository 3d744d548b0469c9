"""Integrated gradients add up; Grad-CAM agrees with its formula; a cell is centred where it is drawn."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from cardio_agent.classifier.runners import TorchRunner
from cardio_agent.errors import ModelMissing
from cardio_agent.explanation.attention import attention, spread
from cardio_agent.explanation.gradients import grad_cam, integrated_gradients
from cardio_agent.explanation.question import Question
from tests.explanation.conftest import STATEMENT, LinearRunner

Ask = Callable[..., Question]


def test_integrated_gradients_add_up_to_the_difference_from_a_flat_trace(
    ask: Ask, small: TorchRunner
) -> None:
    question = ask(small, absent=(3,))
    whole, flat = question.logits(np.stack([question.signal, np.zeros_like(question.signal)]))
    relevance = integrated_gradients(question)
    assert relevance.shape == (12, 300)
    assert relevance.dtype == np.float32
    assert relevance.sum() == pytest.approx(whole - flat, rel=0.02)  # 32 steps
    assert not relevance[3].any()


def test_grad_cam_is_activation_times_the_leads_mean_gradient(ask: Ask, small: TorchRunner) -> None:
    question = ask(small)
    network = small.network
    cells = network.fuse(torch.from_numpy(question.signal[None])).requires_grad_()
    both = network.weigh_and_vote(cells).reshape(12, 2, 59, -1)[:, :, STATEMENT]
    logit = (torch.softmax(both[:, 0].flatten(), 0) * both[:, 1].flatten()).sum()
    (gradient,) = torch.autograd.grad(logit, cells)
    expected = (gradient.mean(-1, keepdim=True) * cells).sum(1).detach().numpy()
    assert grad_cam(question).sum(1) == pytest.approx(expected.sum(1), abs=1e-5)


def test_attention_is_spread_without_loss(ask: Ask, small: TorchRunner) -> None:
    relevance = attention(ask(small, absent=(11,), n=301))
    assert relevance.shape == (12, 301)
    assert relevance.sum() == pytest.approx(1, abs=1e-5)
    assert not relevance[11].any()


def test_a_step_is_drawn_around_the_sample_it_is_centred_on() -> None:
    row = spread(np.eye(12, 5, dtype=np.float32), 8, 40)[2]
    assert np.flatnonzero(row).tolist() == list(range(12, 20))
    assert row.sum() == pytest.approx(1)


def test_a_step_of_the_network_looks_around_the_sample_it_is_drawn_at(small: TorchRunner) -> None:
    x = torch.randn(1, 12, 400, requires_grad=True)
    step = 25
    out = small.network.lead_encoder(x.reshape(12, 1, 400))[:, :, step].pow(2).sum()
    (gradient,) = torch.autograd.grad(out, x)
    weight = gradient.abs().sum((0, 1)).double()
    centre = (weight * torch.arange(400)).sum() / weight.sum()
    assert float(centre) == pytest.approx(8 * step, abs=3)  # samples of 10 ms; 8 · step + 4 lies outside


@pytest.mark.parametrize("method", [grad_cam, integrated_gradients])
def test_gradients_need_pytorch(
    method: Callable[[Question], np.ndarray], ask: Ask, linear: LinearRunner
) -> None:
    with pytest.raises(ModelMissing, match="RUNTIME=torch"):
        method(ask(linear))
