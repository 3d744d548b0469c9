"""Figures of merit of the classifier on labelled ECGs.

Enters: a labelled set and a model. Leaves: a :class:`ClassifierFigures` record. Its text is
:mod:`cardio_agent.evaluation.tables`', its pictures are :mod:`cardio_agent.evaluation.figures`'.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.model import Model
from cardio_agent.classifier.statements import CODES, STATEMENTS, SUPERCLASSES
from cardio_agent.datasets.labelled import LabelledSet
from cardio_agent.evaluation.bootstrap import (
    Interval,
    auprc_rows,
    auroc_rows,
    f1_rows,
    interval,
    resamples,
    sensitivity_rows,
    specificity_rows,
)
from cardio_agent.evaluation.metrics import macro_auroc
from cardio_agent.evaluation.reliability import Reliability, assess_reliability
from cardio_agent.evaluation.stress import StressTable
from cardio_agent.schema import Record, StatementGroup

Array = npt.NDArray[np.floating]
# Figures of fewer positives than this are mostly chance; shown, but left out of the macro means.
MIN_POSITIVES = 5
GROUPS: tuple[StatementGroup, ...] = ("superclass", "subclass", "rhythm", "form")
SCORES = ("auroc", "auprc", "f1", "sensitivity", "specificity")


class Scores(Record):
    """Figures of merit with 95% bootstrap intervals; the last three at the balanced thresholds."""

    auroc: Interval
    auprc: Interval
    f1: Interval
    sensitivity: Interval
    specificity: Interval


class StatementFigures(Record):
    """One statement on the evaluated records."""

    code: str
    name: str
    group: StatementGroup
    n_positive: int
    n_known: int
    scores: Scores


class ClassifierFigures(Record):
    """The whole evaluation; ``macro`` is over statements with at least five positives."""

    model: str
    n_records: int
    folds: tuple[int, ...]
    statements: tuple[StatementFigures, ...]
    macro: dict[str, Scores]
    reliability: Reliability
    teachers: dict[str, float]
    stress: StressTable | None = None


def evaluate_classifier(
    model: Model, data: LabelledSet, logits: Array, teachers_dir: Path | None = None
) -> ClassifierFigures:
    """Score a model on labelled records.

    Parameters
    ----------
    model : Model
    data : LabelledSet
        Records that the model was not trained on.
    logits : (n, 59)
        The model's own, of :func:`cardio_agent.evaluation.scoring.logits_of`.
    teachers_dir : Path, optional
        Folder of the two public networks, to score them on the same records.
    """
    rows = _score_rows(model, data.targets, model.probabilities(logits))
    return ClassifierFigures(
        model=model.version,
        n_records=len(data),
        folds=tuple(int(f) for f in np.unique(data.folds)),
        statements=tuple(_statement_figures(k, data.targets[:, k], rows[k]) for k in range(len(CODES))),
        macro={group: _macro(group, data.targets, rows) for group in GROUPS},
        reliability=assess_reliability(model, logits, data.targets, data.patients),
        teachers=_teacher_figures(data, teachers_dir) if teachers_dir else {},
    )


def _score_rows(model: Model, targets: Array, probabilities: Array) -> list[Array]:
    """For each statement its five scores on the records and on every resample: (5, 1 + draws)."""
    weights = resamples(len(targets))
    out = []
    for k, code in enumerate(CODES):
        known = ~np.isnan(targets[:, k])
        y, p, w = targets[known, k] > 0.5, probabilities[known, k], weights[:, known]
        called = p >= model.calibration[code].threshold
        out.append(
            np.stack(
                [
                    auroc_rows(y, p, w),
                    auprc_rows(y, p, w),
                    f1_rows(y, called, w),
                    sensitivity_rows(y, called, w),
                    specificity_rows(y, called, w),
                ]
            )
        )
    return out


def _statement_figures(k: int, targets: Array, rows: Array) -> StatementFigures:
    n_positive = int(np.nansum(targets))
    if n_positive < MIN_POSITIVES:
        rows = rows[:, :1]  # an interval around chance would look like knowledge
    return StatementFigures(
        code=STATEMENTS[k].code,
        name=STATEMENTS[k].name,
        group=STATEMENTS[k].group,
        n_positive=n_positive,
        n_known=int((~np.isnan(targets)).sum()),
        scores=_scores(rows),
    )


def _macro(group: StatementGroup, targets: Array, rows: Sequence[Array]) -> Scores:
    """Mean over the group's statements that have enough positives, resample by resample."""
    enough = np.nansum(targets, axis=0) >= MIN_POSITIVES
    counted = [rows[k] for k, spec in enumerate(STATEMENTS) if spec.group == group and enough[k]]
    if not counted:
        return _scores(np.full((len(SCORES), 1), np.nan))
    stacked = np.stack(counted)
    defined = ~np.isnan(stacked)
    total, n = np.where(defined, stacked, 0).sum(axis=0), defined.sum(axis=0)
    return _scores(np.where(n > 0, total / np.maximum(n, 1), np.nan))


def _scores(rows: Array) -> Scores:
    return Scores(**{name: interval(row) for name, row in zip(SCORES, rows, strict=True)})


def _teacher_figures(data: LabelledSet, folder: Path) -> dict[str, float]:
    """Superclass macro AUROC of each teacher and of their mean."""
    import torch

    from cardio_agent.classifier.preprocessing import band_pass
    from cardio_agent.evaluation.teachers import CNN7_SHARE, Teachers

    teachers = Teachers(folder)
    with torch.inference_mode():
        first, second = teachers.each(
            torch.from_numpy(data.signals_mv), torch.from_numpy(band_pass(data.signals_mv))
        )
    mean = CNN7_SHARE * first + (1 - CNN7_SHARE) * second
    goal = data.targets[:, : len(SUPERCLASSES)]
    named = {"cnn7": first, "leadattention": second, "mean of both": mean}
    return {name: macro_auroc(goal, p.numpy()) for name, p in named.items()}
