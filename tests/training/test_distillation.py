"""Targets of a batch against hand-made teachers whose word is known."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cardio_agent.training.distillation import N_SUPER, Guides, guides_from

N = 59
RAW = np.zeros((2, 12, 1000), np.float32)


class Says(nn.Module):
    """A public teacher of superclasses (probabilities) or an earlier network (logits)."""

    def __init__(self, *, probability: float | None = None, logit: float = 0.0) -> None:
        super().__init__()
        self.probability, self.logit = probability, logit
        self.heard: list[Tensor] = []

    def forward(self, x: Tensor, _: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        self.heard.append(x)
        if self.probability is not None:
            return torch.full((len(x), N_SUPER), self.probability)
        return torch.full((len(x), N), self.logit), torch.empty(0)


def _labels() -> Tensor:
    labels = torch.ones(2, N)
    labels[1] = torch.nan
    return labels


def test_a_superclass_is_mostly_the_teachers_word_and_without_label_only_that() -> None:
    goal = Guides(Says(probability=0.2)).targets(_labels(), RAW, 0.9, start=0)  # type: ignore[arg-type]
    assert goal[0, :N_SUPER] == pytest.approx(0.9 * 0.2 + 0.1)
    assert goal[1, :N_SUPER] == pytest.approx(0.2)
    assert torch.equal(goal[0, N_SUPER:], torch.ones(N - N_SUPER))
    assert torch.isnan(goal[1, N_SUPER:]).all()


def test_earlier_networks_stand_beside_the_public_ones_and_know_every_statement() -> None:
    guides = Guides(Says(probability=0.2), [Says(logit=0.0)])  # type: ignore[arg-type,list-item]
    goal = guides.targets(_labels(), RAW, 0.5, start=0)
    assert goal[0, :N_SUPER] == pytest.approx(0.5 * (0.2 + 0.5) / 2 + 0.5)
    assert goal[0, N_SUPER:] == pytest.approx(0.75)
    assert torch.isnan(goal[1, N_SUPER:]).all()


def test_teachers_see_the_records_begin_later() -> None:
    teacher = Says(probability=0.5)
    raw = np.tile(np.arange(1000, dtype=np.float32), (2, 12, 1))
    Guides(teacher).targets(_labels(), raw, 0.5, start=300)  # type: ignore[arg-type]
    assert teacher.heard[0][0, 0, 0] == 300
    assert teacher.heard[0][0, 0, -1] == 299


def test_without_teachers_there_are_no_guides() -> None:
    assert guides_from(None, []) is None
