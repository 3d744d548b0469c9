"""What a relevance map rests on: the weights, the training seed, the segments that define a statement.

Enters: relevance maps, questions, models. Leaves: rank correlations, shares and models with other
weights. Does not remove anything from the recording (:mod:`cardio_agent.evaluation.faithfulness.flipping`).
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.model import Model
from cardio_agent.classifier.runners import TorchRunner
from cardio_agent.evaluation.faithfulness.flipping import cell_relevance
from cardio_agent.explanation.segments import SEGMENTS, Labels

if TYPE_CHECKING:
    from cardio_agent.classifier.network import EcgNetwork

Array = npt.NDArray[np.floating]

# Where the statement's criterion is read. Source: bundle branch blocks CND-01, CND-04; ST-T REP-01,
# REP-02; the PR interval BRD-27. Atrial fibrillation is the lack of P waves before an irregular QRS
# (AF-02): it has no P to look at, so that all between T and QRS counts, where a P would stand and
# fibrillatory waves are seen.
DEFINING_SEGMENTS = {
    "STTC": ("ST", "T"),
    "CLBBB": ("QRS",),
    "CRBBB": ("QRS",),
    "AVB": ("P", "PR"),
    "AFIB": ("P", "PR", "TP"),
}


def untrained(model: Model, seed: int) -> Model:
    """The model with a network of the same shape that was never trained.

    Source: full randomisation of Adebayo et al. 2018, "Sanity checks for saliency maps".
    """
    import torch

    from cardio_agent.classifier.network import EcgNetwork

    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        return with_network(model, EcgNetwork(model.network.config))


def with_network(model: Model, network: "EcgNetwork") -> Model:
    """The model with another network of the same statements; the calibration stays as it was."""
    device = model.network.bias.device
    return replace(model, runner=TorchRunner(network.to(device).eval().requires_grad_(False)))


def rank_correlation(first: Array, second: Array, *, signed: bool = True) -> float:
    """Spearman correlation of two maps' cells, NaN where either is constant.

    Parameters
    ----------
    first, second : (leads, n)
    signed : bool
        False compares how much a cell matters, whichever way: other weights turn signs by chance,
        which must not hide that a map has kept its shape.
    """
    from scipy.stats import rankdata

    cells = [cell_relevance(relevance).ravel() for relevance in (first, second)]
    ranks = [rankdata(c if signed else np.abs(c)) for c in cells]
    if min(np.ptp(r) for r in ranks) == 0:
        return float("nan")
    return float(np.corrcoef(*ranks)[0, 1])


def defining_samples(code: str, labels: Labels) -> npt.NDArray[np.bool_] | None:
    """Which samples lie in the segments that define a statement, (n,); None where none is given for it."""
    if code not in DEFINING_SEGMENTS:
        return None
    return np.isin(labels, [SEGMENTS.index(name) for name in DEFINING_SEGMENTS[code]])


def share_inside(relevance: Array, inside: npt.NDArray[np.bool_]) -> float:
    """Share of the relevance for the statement that lies in some samples.

    Parameters
    ----------
    relevance : (12, n)
        Only what is positive counts; where nothing is, absolute values do.
    inside : (n,) bool

    Returns
    -------
    float
        0 to 1; NaN for a map of zeros.
    """
    counted = np.maximum(relevance, 0) if (relevance > 0).any() else np.abs(relevance)
    total = float(counted.sum(dtype=np.float64))
    return float(counted[:, inside].sum(dtype=np.float64)) / total if total > 0 else float("nan")
