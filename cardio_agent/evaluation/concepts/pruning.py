"""How many channels of the last layer a statement needs: all but the most relevant are silenced.

Enters: a model, labelled ECGs and a ranking of the channels that was made on others. Leaves: a
:class:`Pruning`, the AUROC against the number of channels kept, beside that of random choices. Trains
nothing: the pruned network is the network with zeros in it.

A silenced channel neither weighs nor votes. Zero or the channel's mean makes no difference: the last
layer is linear in the channels and its weights are a softmax, so a constant moves every logit alike.
"""

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.model import Model
from cardio_agent.classifier.preprocessing import network_input
from cardio_agent.datasets.labelled import LabelledSet
from cardio_agent.errors import BadRequest
from cardio_agent.evaluation.bootstrap import Interval, auroc_rows, interval, resamples
from cardio_agent.evaluation.concepts.channels import Ranking, Search, carriers, progress
from cardio_agent.evaluation.scoring import recordings
from cardio_agent.explanation.relevance import LAST_LAYER
from cardio_agent.schema import Record

Array = npt.NDArray[np.floating]
Mask = npt.NDArray[np.bool_]
N_RANDOM = 20
_BATCH = 8


class PrunedFigures(Record):
    """The network with ``n_kept`` channels: AUROC with its 95% interval, and that of random choices."""

    n_kept: int
    auroc: Interval
    random_mean: float
    random_low: float
    random_high: float


class Pruning(Record):
    """AUROC against the number of channels kept, the fewest first; the last row is the whole network."""

    code: str
    n_records: int
    n_carriers: int
    rows: tuple[PrunedFigures, ...]

    def enough(self, loss: float = 0.01) -> PrunedFigures:
        """The fewest channels from which on no row loses more than ``loss`` of the whole network's AUROC."""
        lowest = self.rows[-1].auroc.value - loss
        first = len(self.rows) - 1
        while first and self.rows[first - 1].auroc.value >= lowest:
            first -= 1
        return self.rows[first]


def kept_counts(n_channels: int) -> tuple[int, ...]:
    """Powers of two, and all.

    >>> kept_counts(112)
    (1, 2, 4, 8, 16, 32, 64, 112)
    """
    return (*(2**k for k in range((n_channels - 1).bit_length())), n_channels)


def prune(
    model: Model, data: LabelledSet, ranking: Ranking, search: Search, *, n_random: int = N_RANDOM
) -> Pruning:
    """Keep ever more channels of the last layer, the most relevant first, and score each network.

    Parameters
    ----------
    model : Model
        With the PyTorch network.
    data : LabelledSet
        Other records than those of the ranking.
    ranking : Ranking
        Of the last layer.
    search : Search
    n_random : int
        Random orders of the channels, for comparison.

    Raises
    ------
    BadRequest
        The ranking is of another layer.
    TrainingError
        No record carries the statement.
    """
    if search.layer != LAST_LAYER:
        raise BadRequest(f"only the channels of '{LAST_LAYER}' can be pruned, not those of '{search.layer}'")
    n_carriers, n_channels = len(carriers(data, search)), len(ranking.channels)
    counts, rng = kept_counts(n_channels), np.random.default_rng(search.seed)
    orders = [ranking.channels, *(rng.permutation(n_channels) for _ in range(n_random))]
    kept = np.stack([[np.isin(np.arange(n_channels), order[:k]) for k in counts] for order in orders])
    logits = _logits(model, data, kept.reshape(-1, n_channels), search)
    scored = ~np.isnan(data.targets[:, search.statement])
    targets = data.targets[scored, search.statement] > 0.5
    by_order = logits[scored].T.reshape(len(orders), len(counts), -1)
    rows = [_figures(k, targets, by_order[:, place]) for place, k in enumerate(counts)]
    return Pruning(code=search.code, n_records=len(targets), n_carriers=n_carriers, rows=tuple(rows))


def _figures(n_kept: int, targets: Mask, logits: Array) -> PrunedFigures:
    """Of the ranked order, the first row of ``logits``, and the random ones below it."""
    weights = resamples(len(targets))
    random = [auroc_rows(targets, row, weights[:1])[0] for row in logits[1:]] or [float("nan")]
    return PrunedFigures(
        n_kept=n_kept,
        auroc=interval(auroc_rows(targets, logits[0], weights)),
        random_mean=float(np.mean(random)),
        random_low=float(np.min(random)),
        random_high=float(np.max(random)),
    )


def _logits(model: Model, data: LabelledSet, kept: Mask, search: Search) -> Array:
    """(n, n_variants) logits of the statement with only some channels of the last layer."""
    import torch

    network = model.network
    device, dtype = network.bias.device, network.bias.dtype
    chosen = torch.from_numpy(kept).to(device, dtype)
    rows = (search.statement, network.config.n_statements + search.statement)
    weigh, vote = (chosen * network.weigh_and_vote.weight[row, :, 0] for row in rows)
    ecgs, out = recordings(data), []
    for start in progress(range(0, len(ecgs), _BATCH), "pruning", "batch"):
        inputs = [network_input(ecg) for ecg in ecgs[start : start + _BATCH]]
        x, present = (torch.from_numpy(np.stack(part)).to(device) for part in zip(*inputs, strict=True))
        with torch.inference_mode():
            cells = network.fuse(x * present[..., None])
            cells = cells.reshape(*present.shape, *cells.shape[1:])
            scores, votes = (weights @ cells for weights in (weigh, vote))  # (batch, 12, n_variants, steps)
            scores = scores.masked_fill(~present[:, :, None, None], float("-inf")).transpose(1, 2).flatten(2)
            votes = votes.transpose(1, 2).flatten(2)
            out.append((torch.softmax(scores, -1) * votes).sum(-1).cpu().numpy())
    return np.concatenate(out)
