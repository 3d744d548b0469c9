"""The figures show what was computed, and a folder that cannot be written is named."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from cardio_agent.classifier.model import Model
from cardio_agent.classifier.statements import CODES, SUPERCLASSES
from cardio_agent.datasets.labelled import LabelledSet
from cardio_agent.errors import UnreadableFile
from cardio_agent.evaluation.calibration import calibrate
from cardio_agent.evaluation.classifier import evaluate_classifier
from cardio_agent.evaluation.figures import reliability_figure, roc_figure, write_figures
from cardio_agent.evaluation.stress import StressRow, StressTable
from cardio_agent.evaluation.tables import figures_table

N = 150


class Evaluated:
    """Logits with noise, their targets and the figures that follow."""

    def __init__(self) -> None:
        rng = np.random.default_rng(20)
        score = np.round(rng.normal(-0.5, 2.0, (N, len(CODES))), 1)
        self.targets = (rng.random(score.shape) < 1 / (1 + np.exp(-score))).astype(np.float32)
        self.targets[:10, :5] = np.nan
        model = Model(lambda *_: (score, score), calibrate(score, self.targets), "test", "", 8)
        ids = np.arange(N)
        data = LabelledSet(ids, ids, np.full(N, 9), np.zeros((N, 12, 10), dtype=np.float32), self.targets)
        self.probabilities = model.probabilities(score)
        self.figures = evaluate_classifier(model, data, score)


@pytest.fixture(scope="module")
def evaluated() -> Evaluated:
    return Evaluated()


def test_area_under_the_drawn_curve_is_the_mann_whitney_statistic(evaluated: Evaluated) -> None:
    axes = roc_figure(evaluated.figures, evaluated.targets, evaluated.probabilities).axes[0]
    curves = {line.get_label().split()[0]: line for line in axes.lines if "(" in str(line.get_label())}
    for k, code in enumerate(SUPERCLASSES):
        y, p = evaluated.targets[10:, k] == 1, evaluated.probabilities[10:, k]
        x_drawn, y_drawn = (np.asarray(a, dtype=float) for a in curves[code].get_data())
        area = (np.diff(x_drawn) * (y_drawn[1:] + y_drawn[:-1]) / 2).sum()
        u = mannwhitneyu(p[y], p[~y]).statistic
        assert area == pytest.approx(u / (y.sum() * (~y).sum()))
        assert f"{area:.3f}" in str(curves[code].get_label())


def test_every_superclass_has_a_reliability_panel(evaluated: Evaluated) -> None:
    panels = reliability_figure(evaluated.figures.reliability).axes
    assert [panel.get_title().split(":")[0] for panel in panels] == list(SUPERCLASSES)
    for panel in panels:
        before, after = panel.lines[1:]
        assert len(before.get_xdata()) > 3
        assert len(after.get_xdata()) > 3


def test_figures_are_written_as_png(evaluated: Evaluated, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "figures"
    write_figures(folder, evaluated.figures, evaluated.targets, evaluated.probabilities)
    for name in ("roc.png", "reliability.png"):
        assert (folder / name).read_bytes().startswith(b"\x89PNG")


def test_folder_that_is_a_file_is_named(evaluated: Evaluated, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(UnreadableFile, match="taken"):
        write_figures(tmp_path / "taken", evaluated.figures, evaluated.targets, evaluated.probabilities)


def test_rows_of_every_table_have_the_cells_of_its_header(evaluated: Evaluated) -> None:
    row = StressRow(
        fault="clean",
        macro_auroc=0.9,
        fall=0,
        normal_called_abnormal=0.1,
        rise_points=0,
        p_mi_of_normal=0.1,
        p_mi_of_infarct=0.8,
    )
    text = figures_table(evaluated.figures.model_copy(update={"stress": StressTable(rows=(row,))}))
    tables = [part.splitlines() for part in text.split("\n\n") if part.startswith("|")]
    assert len(tables) == 7
    for lines in tables:
        assert len({line.count("|") for line in lines}) == 1
    assert "| clean | 0.900 | 0.000 | 10.0% | +0.0 | 0.100 | 0.800 |" in text
