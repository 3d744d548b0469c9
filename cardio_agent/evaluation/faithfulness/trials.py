"""Every method of explanation tried on labelled ECGs, one trial a method, recording and statement.

Enters: a model, a labelled set and methods. Leaves: :class:`Trial` records, as soon as each is measured.
Their means are :mod:`cardio_agent.evaluation.faithfulness.summary`'.

Two *baselines* are tried like methods. A random map says what chance gives; the squared voltage is what
anyone would mark who knows neither statement nor network. A method that beats neither explains nothing.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.model import Model
from cardio_agent.classifier.preprocessing import INPUT_FS_HZ, network_input
from cardio_agent.classifier.statements import CODES, SUPERCLASSES
from cardio_agent.datasets.labelled import LabelledSet
from cardio_agent.errors import TrainingError
from cardio_agent.evaluation.faithfulness.checks import (
    DEFINING_SEGMENTS,
    defining_samples,
    rank_correlation,
    share_inside,
    untrained,
)
from cardio_agent.evaluation.faithfulness.flipping import area, flip, gains
from cardio_agent.evaluation.scoring import recordings
from cardio_agent.explanation.methods import MethodInfo
from cardio_agent.explanation.question import Question
from cardio_agent.explanation.segments import label_samples
from cardio_agent.measurement import delineate

Array = npt.NDArray[np.floating]
Cases = Mapping[int, Sequence[str]]
"""Row of a recording in the labelled set, and the statements to explain there."""

EXPLAINED = (*SUPERCLASSES, *(code for code in DEFINING_SEGMENTS if code not in SUPERCLASSES))
RANDOM = "baseline: random"
VOLTAGE = "baseline: voltage"


class Figures(NamedTuple):
    """What one trial measures; NaN where a figure does not exist.

    The first six are :class:`~cardio_agent.evaluation.faithfulness.flipping.Gains`.
    """

    srg: float
    srg_probability: float
    below_random: float
    above_random: float
    deletion: float
    insertion: float
    untrained: float
    """Rank correlation of |relevance| with that of an untrained network: near 1, the map does not
    depend on what was learnt. Source: Adebayo et al. 2018, "Sanity checks for saliency maps".
    Limits: what removes or multiplies the signal gives much to large deflections with any weights,
    so that a part of the correlation is the signal's own."""
    other_network: float
    """Rank correlation of the relevance, with its sign, with that of another training seed's network."""
    inside: float
    """Share of the relevance in the segments that define the statement; NaN of maps even in time."""
    time_inside: float
    """Share of the time in them: what an uninformed map has there."""


class Trial(NamedTuple):
    """One method on one recording for one statement; ``row`` is the recording's in the labelled set."""

    method: str
    code: str
    row: int
    seconds: float
    figures: Figures


def baselines(seed: int = 0) -> dict[str, MethodInfo]:
    """The two maps that know nothing of the network."""
    rng = np.random.default_rng(seed)

    def noise(question: Question) -> npt.NDArray[np.float32]:
        return rng.standard_normal(question.signal.shape, dtype=np.float32)

    def power(question: Question) -> npt.NDArray[np.float32]:
        return np.square(question.signal)

    return {
        RANDOM: MethodInfo(noise, "Noise: what chance gives."),
        VOLTAGE: MethodInfo(power, "Squared voltage: large deflections, whatever they mean."),
    }


def choose_cases(data: LabelledSet, n_records: int, *, seed: int = 0) -> dict[int, list[str]]:
    """At random, up to ``n_records`` records that carry each statement of :data:`EXPLAINED`.

    Raises
    ------
    TrainingError
        No record carries any of them.
    """
    rng = np.random.default_rng(seed)
    cases: dict[int, list[str]] = {}
    for code in EXPLAINED:
        carriers = np.flatnonzero(data.targets[:, CODES.index(code)] == 1)
        for row in rng.permutation(carriers)[:n_records]:
            cases.setdefault(int(row), []).append(code)
    if not cases:
        raise TrainingError(f"{data.table}: no record carries {' or '.join(EXPLAINED)}: choose another fold")
    return dict(sorted(cases.items()))


def examine(
    model: Model,
    data: LabelledSet,
    methods: Mapping[str, MethodInfo],
    cases: Cases,
    *,
    other: Model | None = None,
    seed: int = 0,
) -> Iterator[list[Trial]]:
    """Try every method and the baselines on every case.

    Parameters
    ----------
    model : Model
        With the PyTorch network.
    data : LabelledSet
        Records that the model was not trained on.
    methods : mapping of str to MethodInfo
    cases : mapping of int to list of str
        Of :func:`choose_cases`.
    other : Model, optional
        With the network of another training seed, for their agreement.
    seed : int

    Yields
    ------
    list of Trial
        For each record and statement one trial a method. Empty where no beat was found: some methods
        need segments, and all are judged on the same records.

    Raises
    ------
    ModelMissing
        When the classifier runs from ONNX.
    """
    tried = {**methods, **baselines(seed)}
    ecgs = recordings(data)
    for row, codes in cases.items():
        signal, present = network_input(ecgs[row])
        labels = label_samples(delineate(ecgs[row]), signal.shape[1], INPUT_FS_HZ)
        # A network for each record, so that no single draw of weights decides.
        against = (untrained(model, row), other)
        for code in codes:
            question = Question(model, signal, present, CODES.index(code), labels)
            yield [] if labels is None else _trials(question, row, tried, against, seed)


def _trials(
    question: Question,
    row: int,
    methods: Mapping[str, MethodInfo],
    against: tuple[Model, Model | None],
    seed: int,
) -> list[Trial]:
    """All methods on one question; ``against`` are the untrained and the other network."""
    maps, seconds = {}, {}
    for name, method in methods.items():
        started = time.perf_counter()
        maps[name] = method.run(question)
        seconds[name] = time.perf_counter() - started
    # The same draw for each, so that a method's figures do not depend on which others are tried.
    draw = (seed, row, question.statement)
    curves = {name: flip(question, m, np.random.default_rng(draw)) for name, m in maps.items()}
    chance = (area(curves[RANDOM].most_first) + area(curves[RANDOM].least_first)) / 2
    code = CODES[question.statement]
    trials = []
    for name, method in methods.items():
        figures = Figures(
            *gains(question, curves[name], chance),
            *_correlations(question, maps[name], method, against),
            *_place(question, maps[name], method),
        )
        trials.append(Trial(name, code, row, seconds[name], figures))
    return trials


def _correlations(
    question: Question,
    relevance: Array,
    method: MethodInfo,
    against: tuple[Model, Model | None],
) -> tuple[float, float]:
    """Rank correlation with the maps of the untrained and of the other network."""
    untrained_model, other = against
    present = question.present
    unlearnt = method.run(replace(question, model=untrained_model))
    like_untrained = rank_correlation(relevance[present], unlearnt[present], signed=False)
    if other is None:
        return like_untrained, float("nan")
    elsewhere = method.run(replace(question, model=other))
    return like_untrained, rank_correlation(relevance[present], elsewhere[present])


def _place(question: Question, relevance: Array, method: MethodInfo) -> tuple[float, float]:
    """Share of the relevance and of the time in the segments that define the statement."""
    nowhere = float("nan")
    labels = question.segments
    inside = None if labels is None else defining_samples(CODES[question.statement], labels)
    if inside is None:
        return nowhere, nowhere
    return share_inside(relevance, inside) if method.tells_times else nowhere, float(inside.mean())
