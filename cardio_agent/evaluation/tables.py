"""The classifier's figures as Markdown tables, for the screen and for the model card.

Enters: a :class:`~cardio_agent.evaluation.classifier.ClassifierFigures`. Leaves: text.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from cardio_agent.evaluation.bootstrap import Interval
from cardio_agent.evaluation.calibration import CROSS_FITS, SCREENING_SENSITIVITY, SCREENING_SPECIFICITY
from cardio_agent.evaluation.classifier import (
    MIN_POSITIVES,
    SCORES,
    ClassifierFigures,
    Scores,
    StatementFigures,
)
from cardio_agent.evaluation.reliability import POINTS, OperatingFigures, Reliability
from cardio_agent.evaluation.stress import StressTable

_SCORE_NAMES = ("AUROC", "AUPRC", "F1", "sensitivity", "specificity")


def figures_table(figures: ClassifierFigures) -> str:
    """All tables of an evaluation."""
    folds = ", ".join(map(str, figures.folds))
    parts = [
        f"Classifier {figures.model}, PTB-XL fold {folds}, {figures.n_records} records.\n"
        f"95% bootstrap intervals (1,000 resamples of records); macro means over statements with at least "
        f"{MIN_POSITIVES} positives.\nF1, sensitivity and specificity at the balanced thresholds.",
        table(
            ("macro mean", *_SCORE_NAMES),
            ((group, *_cells(scores)) for group, scores in figures.macro.items()),
        ),
    ]
    if figures.teachers:
        rows = ((name, f"{value:.3f}") for name, value in figures.teachers.items())
        parts.append(table(("public network, same records", "superclass macro AUROC"), rows))
    parts += [
        reliability_tables(figures.reliability),
        table(("statement", "group", "positives", *_SCORE_NAMES), map(_row, figures.statements)),
    ]
    if figures.stress is not None:
        parts.append(stress_text(figures.stress))
    return "\n\n".join(parts)


def stress_text(stress: StressTable) -> str:
    """Accuracy and false alarms under each fault."""
    rows = (
        (
            r.fault,
            _number(r.macro_auroc),
            f"{r.fall:z.3f}",
            _percent(r.normal_called_abnormal),
            f"{r.rise_points:+z.1f}",
            _number(r.p_mi_of_normal),
            _number(r.p_mi_of_infarct),
        )
        for r in stress.rows
    )
    header = (
        "stress",
        "macro AUROC",
        "fall",
        "normal called abnormal",
        "rise, points",
        "P(MI) of normal",
        "P(MI) of infarcts",
    )
    return (
        "Under stress, superclasses, balanced thresholds. Called abnormal: MI, STTC, CD or HYP stated for an "
        "ECG labelled normal.\nP(MI): mean probability of infarction. Mains: 60 Hz, which at 100 Hz sampling "
        "appears inside the band (50 Hz does not).\n\n" + table(header, rows)
    )


def reliability_tables(reliability: Reliability) -> str:
    """Calibration, operating points, conformal sets and risk tiers of the superclasses."""
    return "\n\n".join(
        [
            f"Held out: calibrated {CROSS_FITS} times, each without a tenth of the patients, and judged on "
            "them. Attainable: what exact\nprobabilities would show on so few records, by chance.",
            _calibration_table(reliability),
            f"Screening keeps a sensitivity ({_levels(SCREENING_SENSITIVITY)}) or, for normality, a "
            f"specificity ({_levels(SCREENING_SPECIFICITY)}); held out in brackets.",
            _operating_table(reliability),
            "Sets by split conformal prediction at 90%, held out; uncertain: the set does not single out "
            "one verdict.",
            _conformal_table(reliability),
            "Observed rates in the tiers of calibrated probability (low below 0.2, high from 0.6), held out.",
            _tier_table(reliability),
        ]
    )


def _levels(levels: dict[str, float]) -> str:
    return ", ".join(f"{code} {level:.2f}" for code, level in levels.items())


def _calibration_table(reliability: Reliability) -> str:
    rows = (
        (e.code, *map(_number, (e.raw, e.cross_fitted, e.shipped, e.attainable)))
        for e in reliability.calibration
    )
    header = (
        "calibration error",
        "before (sigmoid)",
        "after, held out",
        "after, as shipped",
        "attainable",
    )
    return table(header, rows)


def _operating_table(reliability: Reliability) -> str:
    found = {(o.code, o.point): o for o in reliability.operating}
    rows = []
    for code in dict.fromkeys(o.code for o in reliability.operating):
        at = [found[code, point] for point in POINTS]
        cells = [
            cell
            for o in at
            for cell in (
                f"{o.threshold:.3f}",
                f"{o.sensitivity:.3f} ({o.sensitivity_held_out:.3f})",
                f"{o.specificity:.3f} ({o.specificity_held_out:.3f})",
            )
        ]
        rows.append((code, *cells, _cost(*at)))
    columns = [f"{point} {name}" for point in POINTS for name in ("threshold", "sensitivity", "specificity")]
    return table(("operating point", *columns, "cost of screening, points"), rows)


def _cost(balanced: OperatingFigures, screening: OperatingFigures) -> str:
    """What screening gives up on held-out records: specificity, or for "normal ECG" sensitivity."""
    specificity = 100 * (balanced.specificity_held_out - screening.specificity_held_out)
    sensitivity = 100 * (balanced.sensitivity_held_out - screening.sensitivity_held_out)
    return f"{specificity:.1f} of specificity" if specificity >= 0 else f"{sensitivity:.1f} of sensitivity"


def _conformal_table(reliability: Reliability) -> str:
    rows = (
        (c.code, *map(_percent, (c.coverage_present, c.coverage_absent, c.uncertain, c.error_when_certain)))
        for c in reliability.conformal
    )
    header = (
        "conformal",
        "coverage where present",
        "coverage where absent",
        "uncertain",
        "wrong where certain",
    )
    return table(header, rows)


def _tier_table(reliability: Reliability) -> str:
    cells: dict[str, list[str]] = {}
    for t in reliability.tiers:
        cells.setdefault(t.code, []).append(f"{_percent(t.observed)} of {t.n}")
    return table(("risk tier", "low", "moderate", "high"), ((code, *found) for code, found in cells.items()))


def _row(s: StatementFigures) -> tuple[str, ...]:
    return (s.code, s.group, f"{s.n_positive} of {s.n_known}", *_cells(s.scores))


def _cells(scores: Scores) -> tuple[str, ...]:
    intervals: list[Interval] = [getattr(scores, name) for name in SCORES]
    return tuple(map(str, intervals))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table.

    >>> print(table(("a", "b"), [("1", "2")]))
    | a | b |
    |---|---|
    | 1 | 2 |
    """
    lines = [f"| {' | '.join(cells)} |" for cells in (header, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(header), *lines[1:]])


def _number(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.3f}"


def _percent(share: float) -> str:
    return "–" if np.isnan(share) else f"{share:.1%}"
