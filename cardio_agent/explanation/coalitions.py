"""SHAP and LIME over the segments of each lead, computed by captum.

Enters: a question. Leaves: a (12, n) map. Both see the network only as a function of which pieces are
kept, so they run from ONNX too. Their figures rest on random draws: the seed is fixed.
"""

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cardio_agent.explanation.pieces import count, even_density, logit_of_kept, segments
from cardio_agent.explanation.question import BATCH, Array, Question

if TYPE_CHECKING:
    from torch import Tensor

SEED = 20
SHAP_PERMUTATIONS = 12
LIME_SAMPLES = 800
LIME_KERNEL_WIDTH = 0.25
LIME_RIDGE = 1.0


def shap(question: Question) -> Array:
    """Shapley value of each piece, from random orders in which the pieces are put back.

    Source: Castro, Gómez and Tejada 2009 (sampling of permutations). In every order the gains add up to
    the logit of the whole signal less that of none, so the map's sum does too.
    """
    import torch
    from captum.attr import ShapleyValueSampling

    pieces = segments(question)
    n = count(pieces)
    with (
        logit_of_kept(question, pieces, n * SHAP_PERMUTATIONS + 2, "shap") as logit,
        torch.random.fork_rng(devices=[]),
    ):
        torch.manual_seed(SEED)
        values = ShapleyValueSampling(_on_tensors(logit)).attribute(
            torch.ones(1, n), n_samples=SHAP_PERMUTATIONS, perturbations_per_eval=BATCH
        )
    return even_density(values[0].double().numpy(), pieces)


def lime(question: Question) -> Array:
    """Coefficient of each piece in a linear model of the logit, fitted to random halves of the pieces.

    Source: Ribeiro, Singh and Guestrin 2016; cosine distance, exponential kernel of width 0.25, ridge.
    """
    import torch
    from captum.attr import Lime

    pieces = segments(question)
    n = count(pieces)
    with (
        logit_of_kept(question, pieces, LIME_SAMPLES, "lime") as logit,
        torch.random.fork_rng(devices=[]),
    ):
        torch.manual_seed(SEED)
        values = Lime(_on_tensors(logit), _Ridge(), _closeness).attribute(
            torch.ones(1, n), n_samples=LIME_SAMPLES, perturbations_per_eval=BATCH
        )
    return even_density(values[0].double().numpy(), pieces)


def _on_tensors(logit: Callable[[Any], npt.NDArray[np.float64]]) -> "Callable[[Tensor], Tensor]":
    import torch

    return lambda kept: torch.from_numpy(logit(kept.numpy() > 0))


def _closeness(_original: object, kept: "Tensor", _features: object, **_settings: object) -> float:
    """How much a sample counts: 1 when all pieces are kept, less the more are gone."""
    cosine_distance = 1 - math.sqrt(float(kept.mean()))
    return math.exp(-(cosine_distance**2) / (2 * LIME_KERNEL_WIDTH**2))


class _Ridge:
    """Weighted ridge regression with a free intercept, in the form in which captum asks for a model.

    captum's own comes from scikit-learn, which this program does without.
    """

    def fit(self, train_data: "Iterable[tuple[Tensor, Tensor, Tensor]]", **_settings: object) -> None:
        ((x, y, weight),) = ([part.double() for part in batch] for batch in train_data)
        share = (weight / weight.sum())[:, None]
        x, y = x - (share * x).sum(0), (y - (share[:, 0] * y).sum())[:, None]
        weighted = weight[:, None] * x
        gram = weighted.T @ x
        gram.diagonal().add_(LIME_RIDGE)
        self.coefficients = gram.inverse() @ weighted.T @ y

    def representation(self) -> "Tensor":
        return self.coefficients.T
