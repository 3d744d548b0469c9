"""One training session of the classifier: from a data folder to a model folder with its card.

Enters: folders. Leaves: ``OUT/model`` as :mod:`cardio_agent.classifier.model` loads it, with
``metrics.json`` and a model card written from the run.
"""

import os
import platform
import time
from pathlib import Path

from cardio_agent import __version__
from cardio_agent.classifier.model import load_model
from cardio_agent.training.calibration import calibrate, write_model
from cardio_agent.training.card import model_card
from cardio_agent.training.classifier import TrainingPlan, load_checkpoint, predict, train
from cardio_agent.training.datasets import (
    TRAIN_FOLDS,
    VALIDATION_FOLD,
    load_arrays,
    load_normalised,
)
from cardio_agent.training.evaluation import evaluate_classifier
from cardio_agent.training.teachers import Teachers


def train_classifier(
    data_dir: Path,
    out_dir: Path,
    *,
    teachers: Path | None = None,
    epochs: int | None = None,
    seed: int = 0,
    start_from: Path | None = None,
    resume: bool = False,
) -> None:
    """Train, calibrate, evaluate on fold 9 and write the model.

    With teachers, records of the folder whose voltage was lost are trained on as well.

    Raises
    ------
    TrainingError
        When the data or a checkpoint cannot be used.
    """
    from tqdm import tqdm

    data = load_arrays(data_dir)
    plan = TrainingPlan(seed=seed) if epochs is None else TrainingPlan(seed=seed, epochs=epochs)
    guides = None if teachers is None else Teachers(teachers)
    extra = None if guides is None else load_normalised(data_dir, data.of_folds(TRAIN_FOLDS), seed)
    started = time.monotonic()
    with tqdm(total=plan.epochs, unit="epoch", desc="training") as bar:
        steps = train(data, out_dir, plan, extra=extra, teachers=guides, start_from=start_from, resume=resume)
        for result in steps:
            bar.update(result.epoch + 1 - bar.n)
            bar.set_postfix(loss=f"{result.loss:.3f}", auroc=f"{result.macro_auroc:.4f}")
    minutes = (time.monotonic() - started) / 60
    finish(data_dir, out_dir, teachers, minutes)


def finish(data_dir: Path, out_dir: Path, teachers: Path | None, minutes: float) -> None:
    """Calibrate the best checkpoint of a run and lay out the model folder with figures and card."""
    data = load_arrays(data_dir)
    validation = data.of_folds((VALIDATION_FOLD,))
    network, plan, epoch = load_checkpoint(out_dir / "best.safetensors")
    calibration = calibrate(predict(network, validation.signals_mv), validation.targets)
    folder = out_dir / "model"
    write_model(folder, network, calibration, version=f"{__version__} seed {plan.seed} epoch {epoch + 1}")
    figures = evaluate_classifier(load_model(folder), validation, teachers)
    (folder / "metrics.json").write_text(figures.model_dump_json(indent=1) + "\n", encoding="utf-8")
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    card = model_card(
        figures, plan, network, n_training=len(data) - len(validation), minutes=minutes, machine=machine
    )
    (folder / "README.md").write_text(card, encoding="utf-8")
