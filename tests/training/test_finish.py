"""The folder that ends a run: it loads, decides at both points and carries its own figures."""

import json
from pathlib import Path

import numpy as np
import pytest

from cardio_agent.classifier.model import load_model
from cardio_agent.classifier.network import NetworkConfig
from cardio_agent.classifier.statements import CODES, SUPERCLASSES
from cardio_agent.datasets.labelled import LabelledSet
from cardio_agent.evaluation.stress import faults
from cardio_agent.training.classifier import TrainingPlan, train
from cardio_agent.training.session import finish

SMALL = NetworkConfig(
    trunk_channels=(8, 8, 8, 8), trunk_blocks=(1, 1, 1, 1), lead_channels=(4, 4, 4), fused_channels=8
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    ids = np.arange(54)
    targets = (rng.random((54, len(CODES))) < 0.5).astype(np.float32)
    targets[:, CODES.index("PSVT")] = 0
    signals = rng.standard_normal((54, 12, 1000)).astype(np.float32)
    data = LabelledSet(ids, ids, ids % 9 + 1, signals, targets)
    run_dir = tmp_path_factory.mktemp("run")
    list(train(data, run_dir, TrainingPlan(epochs=1, batch_size=16, network=SMALL)))
    finish(data, run_dir, None, 2.0)
    return run_dir / "model"


def _not_json(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def test_the_model_loads_with_both_operating_points(folder: Path) -> None:
    calibration = load_model(folder).calibration
    for code in CODES:
        assert 0 <= calibration[code].threshold_at("balanced") <= 1
        assert 0 <= calibration[code].threshold_at("screening") <= 1
    assert all(calibration[code].present_from is not None for code in SUPERCLASSES)


def test_figures_are_json_that_others_can_read(folder: Path) -> None:
    figures = json.loads((folder / "metrics.json").read_text(), parse_constant=_not_json)
    assert [s["code"] for s in figures["statements"]] == list(CODES)
    assert next(s for s in figures["statements"] if s["code"] == "PSVT")["scores"]["auroc"][0] is None
    assert len(figures["stress"]["rows"]) == 1 + len(faults())


def test_the_card_is_written_from_the_run(folder: Path) -> None:
    card = (folder / "README.md").read_text()
    for said in ("48 records of folds 1–8", "(6 records)", "1 epochs, seed 0", "2 minutes"):
        assert said in card
    for table in ("calibration error", "operating point", "conformal", "risk tier", "stress"):
        assert f"| {table} |" in card
