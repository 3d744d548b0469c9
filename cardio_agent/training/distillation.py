"""What a network in training is to say of a batch: labels blended with teachers' probabilities.

Enters: mixed inputs and labels. Leaves: targets of all statements. Two kinds of teachers: the public
networks, who know the superclasses, and earlier networks of this program, who know every statement
and so hand on what several runs and seeds have learnt.

Source: Hinton et al. 2015 (soft targets); Beyer et al. 2022, "Knowledge distillation: a good teacher is
patient and consistent" (teachers run on the student's own mixed inputs); Furlanello et al. 2018
(born-again networks).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from cardio_agent.classifier.network import EcgNetwork
from cardio_agent.classifier.preprocessing import band_pass
from cardio_agent.classifier.statements import SUPERCLASSES
from cardio_agent.evaluation.teachers import Teachers

N_SUPER = len(SUPERCLASSES)


class Guides(nn.Module):
    """All teachers of a run.

    Parameters
    ----------
    public : Teachers, optional
    earlier : sequence of EcgNetwork
        Networks whose mean stands beside the public ones'.
    """

    def __init__(self, public: Teachers | None = None, earlier: Sequence[EcgNetwork] = ()) -> None:
        super().__init__()
        self.public = public
        self.earlier = nn.ModuleList(earlier).eval().requires_grad_(False)

    @torch.no_grad()
    def targets(
        self, labels: Tensor, raw_mv: npt.NDArray[np.float32], teacher_share: float, start: int
    ) -> Tensor:
        """Labels (batch, 59; NaN unknown) blended with the teachers' view of the same inputs.

        A superclass without label takes the teachers' word alone; other statements without label stay
        unknown. The teachers see the records begin ``start`` samples later than the student does, so
        that over the epochs it learns their mean over all beginnings, which is better than any one.
        """
        with torch.autocast(labels.device.type, torch.bfloat16):
            raw, filtered = self._inputs(np.roll(raw_mv, -start, axis=-1), labels.device)
            own = self._own(filtered)
            superclasses = self._superclasses(raw, filtered, own)
        goal = labels.clone()
        if superclasses is not None:
            blended = teacher_share * superclasses + (1 - teacher_share) * labels[:, :N_SUPER]
            goal[:, :N_SUPER] = torch.where(torch.isnan(blended), superclasses, blended)
        if own is not None:
            # Labels and their echo weigh the same where no public network has a say.
            goal[:, N_SUPER:] = (labels[:, N_SUPER:] + own[:, N_SUPER:]) / 2
        return goal

    def _inputs(self, raw_mv: npt.NDArray[np.float32], device: torch.device) -> tuple[Tensor, Tensor]:
        return torch.from_numpy(raw_mv).to(device), torch.from_numpy(band_pass(raw_mv)).to(device)

    def _own(self, filtered: Tensor) -> Tensor | None:
        if not self.earlier:
            return None
        present = torch.ones(filtered.shape[:2], dtype=torch.bool, device=filtered.device)
        votes = [torch.sigmoid(network(filtered, present)[0].float()) for network in self.earlier]
        return torch.stack(votes).mean(dim=0)

    def _superclasses(self, raw: Tensor, filtered: Tensor, own: Tensor | None) -> Tensor | None:
        views = [] if self.public is None else [self.public(raw, filtered)]
        if own is not None:
            views.append(own[:, :N_SUPER])
        return torch.stack(views).mean(dim=0) if views else None


def guides_from(teachers_dir: Path | None, earlier: Sequence[EcgNetwork]) -> Guides | None:
    """The guides of a run, None when it has only labels.

    Raises
    ------
    TrainingError
        When the public networks' weights are not in the folder.
    """
    if teachers_dir is None and not earlier:
        return None
    return Guides(None if teachers_dir is None else Teachers(teachers_dir), earlier)
