"""How faithful each method of explanation is, as means over recordings with bootstrap intervals.

Enters: the trials of :mod:`cardio_agent.evaluation.faithfulness.trials`. Leaves: a :class:`Faithfulness`
record. Its text is :mod:`cardio_agent.evaluation.faithfulness.tables`'.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.model import Model
from cardio_agent.classifier.preprocessing import INPUT_FS_HZ
from cardio_agent.classifier.statements import SUPERCLASSES
from cardio_agent.datasets.labelled import LabelledSet
from cardio_agent.errors import TrainingError
from cardio_agent.evaluation.bootstrap import Interval, interval, resamples
from cardio_agent.evaluation.classifier import MIN_POSITIVES
from cardio_agent.evaluation.faithfulness.flipping import CELL_SAMPLES, N_STEPS
from cardio_agent.evaluation.faithfulness.trials import EXPLAINED, Figures, Trial, baselines
from cardio_agent.explanation.methods import MethodInfo
from cardio_agent.schema import Record

Array = npt.NDArray[np.floating]


class FaithfulnessScores(Record):
    """Means of :class:`~cardio_agent.evaluation.faithfulness.trials.Figures`, which says what they are."""

    srg: Interval
    srg_probability: Interval
    below_random: Interval
    above_random: Interval
    deletion: Interval
    insertion: Interval
    untrained: Interval
    other_network: Interval
    inside: Interval
    time_inside: Interval


class StatementFaithfulness(Record):
    """One method on records that carry one statement."""

    code: str
    n_records: int
    scores: FaithfulnessScores


class MethodFaithfulness(Record):
    """One method; ``superclasses`` is the mean over the five."""

    method: str
    about: str
    settings: dict[str, Any]
    seconds: float
    """Median time of one explanation."""
    superclasses: FaithfulnessScores
    statements: tuple[StatementFaithfulness, ...]


class Faithfulness(Record):
    """All methods on the same records, the most faithful first."""

    model: str
    folds: tuple[int, ...]
    n_records: int
    """Different recordings that were explained."""
    cell_ms: float
    n_steps: int
    methods: tuple[MethodFaithfulness, ...]


def summarise(
    trials: Sequence[Trial], model: Model, data: LabelledSet, methods: Mapping[str, MethodInfo]
) -> Faithfulness:
    """Means over recordings of each method and statement, and over the superclasses.

    Parameters
    ----------
    trials : sequence of Trial
        Of :func:`~cardio_agent.evaluation.faithfulness.trials.examine`, for the same model, data and methods.
    model : Model
    data : LabelledSet
    methods : mapping of str to MethodInfo
        Without the baselines.

    Raises
    ------
    TrainingError
        There is no trial: no beat was found in any recording.
    """
    if not trials:
        raise TrainingError(f"{data.table}: no beat was found in the chosen records: choose another fold")
    weights = resamples(len(data))
    measured = [
        _of_method(name, info, [t for t in trials if t.method == name], weights)
        for name, info in {**methods, **baselines()}.items()
    ]
    return Faithfulness(
        model=model.version,
        folds=tuple(int(f) for f in np.unique(data.folds)),
        n_records=len({t.row for t in trials}),
        cell_ms=1000 * CELL_SAMPLES / INPUT_FS_HZ,
        n_steps=N_STEPS,
        methods=tuple(sorted(measured, key=lambda m: -m.superclasses.srg.value)),
    )


def _of_method(name: str, info: MethodInfo, trials: Sequence[Trial], weights: Array) -> MethodFaithfulness:
    statements, superclasses = [], []
    for code in EXPLAINED:
        own = [t for t in trials if t.code == code]
        if not own:
            continue
        rows = _means(np.array([t.figures for t in own]), weights[:, [t.row for t in own]])
        if len(own) < MIN_POSITIVES:
            rows = rows[:1]  # an interval around chance would look like knowledge
        statements.append(StatementFaithfulness(code=code, n_records=len(own), scores=_scores(rows)))
        if code in SUPERCLASSES:
            superclasses.append(rows)
    return MethodFaithfulness(
        method=name,
        about=info.about,
        settings=dict(info.settings),
        seconds=float(np.median([t.seconds for t in trials])),
        superclasses=_scores(_macro(superclasses)),
        statements=tuple(statements),
    )


def _means(values: Array, weights: Array) -> Array:
    """Weighted means of defined values: (n, n_figures) and (n_rows, n) to (n_rows, n_figures)."""
    defined = ~np.isnan(values)
    total, n = weights @ np.where(defined, values, 0), weights @ defined
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)


def _macro(superclasses: Sequence[Array]) -> Array:
    """Mean over statements, resample by resample; without an interval where one statement has none."""
    n_rows = min((len(rows) for rows in superclasses), default=0)
    if not n_rows:
        return np.full((1, len(Figures._fields)), np.nan)
    stacked = np.stack([rows[:n_rows] for rows in superclasses])
    means = _means(stacked.reshape(len(stacked), -1), np.ones((1, len(stacked))))
    return means.reshape(stacked.shape[1:])


def _scores(rows: Array) -> FaithfulnessScores:
    return FaithfulnessScores(
        **{name: interval(column) for name, column in zip(Figures._fields, rows.T, strict=True)}
    )
