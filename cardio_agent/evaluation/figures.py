"""ROC and reliability figures of the superclasses.

Enters: an evaluation. Leaves: ``roc.png`` and ``reliability.png``. Uses Matplotlib's objects alone,
never its global state, so that it is safe beside any other drawing.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.statements import CODES, SUPERCLASSES
from cardio_agent.errors import UnreadableFile
from cardio_agent.evaluation.classifier import ClassifierFigures
from cardio_agent.evaluation.reliability import Reliability

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = npt.NDArray[np.floating]
_DPI = 150


def write_figures(folder: Path, figures: ClassifierFigures, targets: Array, probabilities: Array) -> None:
    """Draw both figures into a folder, which is made where it is absent.

    Parameters
    ----------
    folder : Path
    figures : ClassifierFigures
    targets, probabilities : (n, 59)
        The records that ``figures`` was computed on.

    Raises
    ------
    UnreadableFile
        When the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        roc_figure(figures, targets, probabilities).savefig(folder / "roc.png", dpi=_DPI)
        reliability_figure(figures.reliability).savefig(folder / "reliability.png", dpi=_DPI)
    except OSError as exc:
        raise UnreadableFile(
            f"cannot write figures to {folder}: {exc.strerror}; choose another folder"
        ) from exc


def roc_figure(figures: ClassifierFigures, targets: Array, probabilities: Array) -> "Figure":
    """Sensitivity over 1 − specificity of the superclasses; a dot at balanced, a square at screening."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 5.6), layout="constrained")
    axes = figure.subplots()
    _draw_diagonal(axes)
    areas = {s.code: s.scores.auroc for s in figures.statements}
    colours = {}
    for code in SUPERCLASSES:
        k = CODES.index(code)
        known = ~np.isnan(targets[:, k])
        x, y = _roc(targets[known, k] > 0.5, probabilities[known, k])
        (line,) = axes.step(x, y, where="post", label=f"{code}  {areas[code]}", linewidth=1.5)
        colours[code] = line.get_color()
    for o in figures.reliability.operating:
        marker = "o" if o.point == "balanced" else "s"
        axes.plot(1 - o.specificity, o.sensitivity, marker, color=colours[o.code], markeredgecolor="white")
    axes.set(xlabel="1 − specificity", ylabel="sensitivity", xlim=(-0.01, 1), ylim=(0, 1.01), aspect="equal")
    axes.set_title("Superclasses; dot: balanced, square: screening", fontsize=10)
    axes.legend(title="AUROC (95% interval)", loc="lower right", frameon=False, fontsize=9)
    return figure


def reliability_figure(reliability: Reliability) -> "Figure":
    """Observed share over probability, before calibration and after it on held-out records."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12.5, 3), layout="constrained")
    panels = figure.subplots(1, len(SUPERCLASSES), sharex=True, sharey=True)
    for axes, code in zip(panels, SUPERCLASSES, strict=True):
        _reliability_panel(axes, code, reliability)
    panels[0].set_ylabel("observed share")
    panels[0].legend(loc="upper left", frameon=False, fontsize=8)
    figure.supxlabel("probability", fontsize=10)
    return figure


def _reliability_panel(axes: "Axes", code: str, reliability: Reliability) -> None:
    (errors,) = (e for e in reliability.calibration if e.code == code)
    _draw_diagonal(axes)
    for before, label, style in ((True, "before", "o--"), (False, "after, held out", "o-")):
        points = [c for c in reliability.curves if c.code == code and c.before == before]
        axes.plot(
            [c.mean_probability for c in points],
            [c.observed for c in points],
            style,
            color="0.6" if before else "C0",
            markersize=3.5,
            linewidth=1.2,
            label=label,
        )
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    axes.set_title(f"{code}: error {errors.raw:.3f} → {errors.cross_fitted:.3f}", fontsize=10)


def _draw_diagonal(axes: "Axes") -> None:
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1, linestyle="--")


def _roc(targets: npt.NDArray[np.bool_], scores: Array) -> tuple[Array, Array]:
    """1 − specificity and sensitivity at every distinct score, from the strictest."""
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    hits, alarms = np.cumsum(targets[order])[last], np.cumsum(~targets[order])[last]
    x, y = alarms / max(alarms[-1], 1), hits / max(hits[-1], 1)
    return np.insert(x, 0, 0.0), np.insert(y, 0, 0.0)
