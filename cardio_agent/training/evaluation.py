"""Figures of merit of the classifier on labelled ECGs, and how they are shown.

Enters: a labelled set and a model. Leaves: a :class:`ClassifierFigures` record and its table as text.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.model import Model
from cardio_agent.classifier.statements import CODES, STATEMENTS, SUPERCLASSES
from cardio_agent.schema import Record, StatementGroup
from cardio_agent.training.datasets import LabelledSet
from cardio_agent.training.metrics import (
    Interval,
    auroc,
    bootstrap_auroc,
    expected_calibration_error,
    macro_auroc,
)

Array = npt.NDArray[np.floating]
# AUROC of fewer positives than this is mostly chance; shown, but left out of the macro means.
MIN_POSITIVES = 5
_GROUPS: tuple[StatementGroup, ...] = ("superclass", "subclass", "rhythm", "form")


class StatementFigures(Record):
    """One statement on the evaluated records."""

    code: str
    name: str
    group: StatementGroup
    n_positive: int
    n_known: int
    auroc: Interval
    sensitivity: float
    specificity: float
    calibration_error: float


class ClassifierFigures(Record):
    """The whole evaluation; ``macro`` is over statements with at least five positives."""

    model: str
    n_records: int
    folds: tuple[int, ...]
    statements: tuple[StatementFigures, ...]
    macro: dict[str, Interval]
    teachers: dict[str, float]


def evaluate_classifier(
    model: Model, data: LabelledSet, teachers_dir: Path | None = None
) -> ClassifierFigures:
    """Score a model on labelled records.

    Parameters
    ----------
    model : Model
    data : LabelledSet
        Records that the model was not trained on.
    teachers_dir : Path, optional
        Folder of the two public networks, to score them on the same records.
    """
    from cardio_agent.training.classifier import predict

    probabilities = model.probabilities(predict(model.network, data.signals_mv))
    intervals, macro = _intervals(data.targets, probabilities)
    return ClassifierFigures(
        model=model.version,
        n_records=len(data),
        folds=tuple(int(f) for f in np.unique(data.folds)),
        statements=tuple(
            _statement_figures(k, model, data.targets[:, k], probabilities[:, k], intervals[k])
            for k in range(len(STATEMENTS))
        ),
        macro=macro,
        teachers=_teacher_figures(data, teachers_dir) if teachers_dir else {},
    )


def _intervals(targets: Array, probabilities: Array) -> tuple[list[Interval], dict[str, Interval]]:
    intervals: list[Interval] = [Interval(float("nan"), float("nan"), float("nan"))] * len(STATEMENTS)
    macro: dict[str, Interval] = {}
    enough = np.nansum(targets, axis=0) >= MIN_POSITIVES
    for group in _GROUPS:
        columns = [k for k, spec in enumerate(STATEMENTS) if spec.group == group]
        counted = [k for k in columns if enough[k]]
        each, mean = bootstrap_auroc(targets[:, counted], probabilities[:, counted])
        macro[group] = mean
        for k, interval in zip(counted, each, strict=True):
            intervals[k] = interval
        for k in set(columns) - set(counted):
            value = auroc(targets[:, k], probabilities[:, k])
            intervals[k] = Interval(value, float("nan"), float("nan"))
    return intervals, macro


def _statement_figures(
    k: int, model: Model, targets: Array, probabilities: Array, interval: Interval
) -> StatementFigures:
    known = ~np.isnan(targets)
    y, called = targets[known] > 0.5, probabilities[known] >= model.calibration[CODES[k]].threshold
    return StatementFigures(
        code=STATEMENTS[k].code,
        name=STATEMENTS[k].name,
        group=STATEMENTS[k].group,
        n_positive=int(y.sum()),
        n_known=int(known.sum()),
        auroc=interval,
        sensitivity=_share(called[y]),
        specificity=_share(~called[~y]),
        calibration_error=expected_calibration_error(targets, probabilities),
    )


def _share(flags: npt.NDArray[np.bool_]) -> float:
    return float(flags.mean()) if len(flags) else float("nan")


def _teacher_figures(data: LabelledSet, folder: Path) -> dict[str, float]:
    """Superclass macro AUROC of each teacher and of their mean."""
    import torch

    from cardio_agent.classifier.preprocessing import band_pass
    from cardio_agent.training.teachers import CNN7_SHARE, Teachers

    teachers = Teachers(folder)
    with torch.inference_mode():
        first, second = teachers.each(
            torch.from_numpy(data.signals_mv), torch.from_numpy(band_pass(data.signals_mv))
        )
    mean = CNN7_SHARE * first + (1 - CNN7_SHARE) * second
    goal = data.targets[:, : len(SUPERCLASSES)]
    named = {"cnn7": first, "leadattention": second, "mean of both": mean}
    return {name: macro_auroc(goal, p.numpy()) for name, p in named.items()}


def figures_table(figures: ClassifierFigures) -> str:
    """The figures as a Markdown table."""
    folds = ", ".join(map(str, figures.folds))
    lines = [
        f"Classifier {figures.model}, PTB-XL fold {folds}, {figures.n_records} records.",
        "AUROC with 95% bootstrap intervals (1,000 resamples); "
        f"macro means over statements with at least {MIN_POSITIVES} positives.",
        "",
        "| group | macro AUROC |",
        "|---|---|",
        *(f"| {group} | {interval} |" for group, interval in figures.macro.items()),
    ]
    if figures.teachers:
        lines += ["", "| public network, same records | superclass macro AUROC |", "|---|---|"]
        lines += [f"| {name} | {value:.3f} |" for name, value in figures.teachers.items()]
    lines += ["", "| statement | group | positives | AUROC | sensitivity | specificity | calibration error |"]
    lines += ["|---|---|---|---|---|---|---|", *(_row(s) for s in figures.statements)]
    return "\n".join(lines)


def _row(s: StatementFigures) -> str:
    area = str(s.auroc) if s.n_positive >= MIN_POSITIVES else _number(s.auroc.value)
    figures = " | ".join(_number(v) for v in (s.sensitivity, s.specificity, s.calibration_error))
    return f"| {s.code} | {s.group} | {s.n_positive} of {s.n_known} | {area} | {figures} |"


def _number(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.3f}"
