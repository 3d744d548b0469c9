"""Channels of the network as concepts: which ones speak for a statement, and what makes them speak.

Enters: a model and labelled ECGs. Leaves: :class:`Concepts`, the channels that are most relevant to a
statement, each with its reference ECGs and its share of each segment and lead. Gives no channel a name:
that is a reader's judgement of the references.

Source: Achtibat et al. 2023, concept relevance propagation and relevance maximisation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.model import Model
from cardio_agent.classifier.preprocessing import INPUT_FS_HZ, network_input
from cardio_agent.classifier.statements import CODES
from cardio_agent.datasets.labelled import LabelledSet
from cardio_agent.errors import TrainingError
from cardio_agent.evaluation.scoring import recordings
from cardio_agent.explanation.question import Question
from cardio_agent.explanation.relevance import LAST_LAYER, channel_relevance, concept_maps
from cardio_agent.explanation.segments import SEGMENTS, label_samples, share_out
from cardio_agent.leads import LEADS
from cardio_agent.measurement import delineate

Array = npt.NDArray[np.floating]
Shares = Mapping[str, float]
T = TypeVar("T")
_BATCH = 16


@dataclass(frozen=True, eq=False)
class Reference:
    """An ECG in which a channel is most relevant.

    ``relevance`` is the channel's part of the statement's logit there; ``signal_mv`` (12, n) at 100 Hz
    as recorded; ``map`` (12, n) the part of the relevance that flows through the channel.
    """

    ecg_id: int
    codes: tuple[str, ...]
    relevance: float
    signal_mv: npt.NDArray[np.float32]
    map: npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Concept:
    """One channel.

    ``carriers`` and ``others`` are its mean relevance, in logits, over the records that carry the
    statement and over those that do not. ``segments`` and ``leads`` are shares of the part of its maps
    that speaks for the statement, averaged over carriers; they sum to 1.
    """

    channel: int
    carriers: float
    others: float
    segments: Shares
    leads: Shares
    references: tuple[Reference, ...]


@dataclass(frozen=True)
class Search:
    """What is looked for: ``n_top`` channels of a layer that speak for a statement.

    Each gets ``n_references`` ECGs of different patients. Segments and leads are averaged over
    ``n_profiled`` carriers, drawn at random.
    """

    code: str
    layer: str = LAST_LAYER
    n_top: int = 8
    n_references: int = 6
    n_profiled: int = 24
    seed: int = 0

    @property
    def statement(self) -> int:
        return CODES.index(self.code)


@dataclass(frozen=True, eq=False)
class Ranking:
    """All channels of a layer, the most relevant first, and the records that the order comes from."""

    channels: npt.NDArray[np.int64]
    folds: tuple[int, ...]
    n_carriers: int


@dataclass(frozen=True, eq=False)
class Concepts:
    """The most relevant channels of a layer for a statement, the most relevant first.

    ``time`` is each segment's share of the time in the profiled records: what a channel that does not
    look would have. ``held`` is these channels' share of all that speaks for the statement in carriers.
    """

    search: Search
    ranking: Ranking
    model: str
    folds: tuple[int, ...]
    n_records: int
    n_carriers: int
    n_profiled: int
    held: float
    time: Shares
    items: tuple[Concept, ...]


def rank_channels(model: Model, data: LabelledSet, search: Search) -> Ranking:
    """Channels of a layer by their mean relevance over the records that carry the statement.

    Parameters
    ----------
    model : Model
        With the PyTorch network.
    data : LabelledSet
        Other records than those on which the order is judged.
    search : Search

    Raises
    ------
    TrainingError
        No record carries the statement.
    BadRequest
        No such layer.
    ModelMissing
        The classifier runs from ONNX.
    """
    rows = carriers(data, search)
    relevance = _relevance_of_records(model, data, rows, search)
    order = np.argsort(-relevance.mean(axis=0), kind="stable")
    return Ranking(order, _folds(data), len(rows))


def carriers(data: LabelledSet, search: Search) -> npt.NDArray[np.int64]:
    """Rows of the records that carry the statement; at least one.

    Raises
    ------
    TrainingError
        There is none.
    """
    rows = np.flatnonzero(data.targets[:, search.statement] == 1)
    if not len(rows):
        folds = ", ".join(map(str, _folds(data)))
        raise TrainingError(
            f"{data.table}: no record of fold {folds} carries {search.code}: choose another fold"
        )
    return rows


def find_concepts(model: Model, data: LabelledSet, ranking: Ranking, search: Search) -> Concepts:
    """What makes the first channels of a ranking speak for the statement, on labelled records.

    Parameters
    ----------
    model : Model
        With the PyTorch network.
    data : LabelledSet
    ranking : Ranking
        Of :func:`rank_channels`, of the same layer.
    search : Search

    Raises
    ------
    TrainingError
        No record carries the statement, or none of those drawn has beats.
    """
    carrying = carriers(data, search)
    others = np.flatnonzero(data.targets[:, search.statement] == 0)
    relevance = _relevance_of_records(model, data, np.arange(len(data)), search)
    top = ranking.channels[: search.n_top].tolist()
    profile = _profile(model, data, np.random.default_rng(search.seed).permutation(carrying), top, search)
    for_statement = relevance[carrying].mean(axis=0)
    items = [
        Concept(
            channel,
            carriers=float(for_statement[channel]),
            others=float(relevance[others, channel].mean()) if len(others) else float("nan"),
            segments=dict(zip(SEGMENTS, profile.segments[k].tolist(), strict=True)),
            leads=dict(zip(LEADS, profile.leads[k].tolist(), strict=True)),
            references=_references(model, data, channel, relevance[:, channel], search),
        )
        for k, channel in enumerate(progress(top, "reference ECGs", "channel"))
    ]
    return Concepts(
        search,
        ranking,
        model=model.version,
        folds=_folds(data),
        n_records=len(data),
        n_carriers=len(carrying),
        n_profiled=profile.n_records,
        held=float(for_statement[top].sum() / np.maximum(for_statement, 0).sum()),
        time=dict(zip(SEGMENTS, profile.time.tolist(), strict=True)),
        items=tuple(items),
    )


def _folds(data: LabelledSet) -> tuple[int, ...]:
    return tuple(int(fold) for fold in np.unique(data.folds))


def _relevance_of_records(
    model: Model, data: LabelledSet, rows: npt.NDArray[np.int64], search: Search
) -> Array:
    """(n_rows, n_channels) relevance for the statement."""
    from cardio_agent.explanation.propagation import relevance_network

    network, ecgs = relevance_network(model.network), recordings(data)
    out = []
    for start in progress(range(0, len(rows), _BATCH), "relevance", "batch"):
        inputs = [network_input(ecgs[row]) for row in rows[start : start + _BATCH]]
        signals, present = (np.stack(part) for part in zip(*inputs, strict=True))
        out.append(channel_relevance(network, signals, present, search.statement, search.layer))
    return np.concatenate(out)


class _Profile(NamedTuple):
    segments: Array  # (k, 6)
    leads: Array  # (k, 12)
    time: Array  # (6,)
    n_records: int


def _profile(
    model: Model, data: LabelledSet, rows: npt.NDArray[np.int64], channels: list[int], search: Search
) -> _Profile:
    """Shares of each channel, averaged over the first records that have beats."""
    segments, leads, time = [], [], []
    for row in progress(rows[: search.n_profiled], "segments", "ECG"):
        question = _question(model, data, int(row), search)
        if question.segments is None:
            continue
        maps = np.maximum(concept_maps(question, search.layer, channels), 0)
        shares = [share_out(relevance, question.segments) for relevance in maps]
        segments.append([list(s.segments.values()) for s in shares])
        leads.append([list(s.leads.values()) for s in shares])
        time.append(np.bincount(question.segments, minlength=len(SEGMENTS)) / len(question.segments))
    if not time:
        raise TrainingError(f"{data.table}: none of {len(rows)} records with {search.code} has beats")
    return _Profile(np.mean(segments, axis=0), np.mean(leads, axis=0), np.mean(time, axis=0), len(time))


def _references(
    model: Model, data: LabelledSet, channel: int, relevance: Array, search: Search
) -> tuple[Reference, ...]:
    """The ECGs of different patients in which the channel is most relevant."""
    order = np.argsort(-relevance, kind="stable")
    _, first = np.unique(data.patients[order], return_index=True)
    chosen = order[np.sort(first)[: search.n_references]]
    return tuple(
        Reference(
            ecg_id=int(data.ids[row]),
            codes=tuple(code for code, target in zip(CODES, data.targets[row], strict=True) if target == 1),
            relevance=float(relevance[row]),
            signal_mv=data.signals_mv[row],
            map=concept_maps(_question(model, data, int(row), search), search.layer, [channel])[0],
        )
        for row in chosen
    )


def _question(model: Model, data: LabelledSet, row: int, search: Search) -> Question:
    ecg = recordings(data)[row]
    signal, present = network_input(ecg)
    labels = label_samples(delineate(ecg), signal.shape[1], INPUT_FS_HZ)
    return Question(model, signal, present, search.statement, labels)


def progress(items: Iterable[T], about: str, unit: str) -> Iterable[T]:
    """The items, with a bar on a terminal."""
    from tqdm import tqdm

    shown: Iterable[T] = tqdm(items, desc=about, unit=unit, disable=None)
    return shown
