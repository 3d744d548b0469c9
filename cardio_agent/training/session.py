"""One training session of the classifier: from a data folder to a model folder with its card.

Enters: folders. Leaves: ``OUT/model`` as :mod:`cardio_agent.classifier.model` loads it, with
``metrics.json`` and a model card written from the run.
"""

import os
import platform
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cardio_agent import __version__
from cardio_agent.classifier.model import load_model
from cardio_agent.datasets.labelled import (
    TRAIN_FOLDS,
    VALIDATION_FOLD,
    LabelledSet,
    join,
    load_labelled,
    load_normalised,
)
from cardio_agent.evaluation.calibration import calibrate, write_model
from cardio_agent.evaluation.classifier import evaluate_classifier
from cardio_agent.evaluation.scoring import logits_of, recordings
from cardio_agent.evaluation.stress import StressTable, stress_test
from cardio_agent.feedback import FeedbackStore
from cardio_agent.training.card import model_card
from cardio_agent.training.checkpoints import writing
from cardio_agent.training.classifier import TrainingPlan, load_checkpoint, predict, train
from cardio_agent.training.distillation import guides_from
from cardio_agent.training.feedback_data import feedback_labels
from cardio_agent.training.progress import StepBar


def train_classifier(
    data_dir: Path,
    out_dir: Path,
    *,
    teachers: Path | None = None,
    earlier: Sequence[Path] = (),
    feedback: Path | None = None,
    epochs: int | None = None,
    patience: int | None = None,
    seed: int = 0,
    start_from: Path | None = None,
    resume: bool = False,
    device: str = "auto",
) -> None:
    """Train, calibrate, evaluate on fold 9 and write the model.

    ``data_dir`` holds arrays or PTB-XL as published (:func:`~cardio_agent.datasets.labelled.load_labelled`).
    ``teachers`` holds the public networks, ``earlier`` are ``best`` checkpoints of this program that teach
    beside them; with any teacher, records of the folder whose voltage was lost are trained on as well, and
    so are, in any case, the recordings of ``feedback``, a store of clinicians' remarks.
    ``epochs`` None leaves the plan's own number; ``patience`` ends a run early.

    Raises
    ------
    TrainingError
        When the data, a checkpoint or the device cannot be used, or the results cannot be written.
    """
    plan = TrainingPlan(seed=seed, patience=patience, n_earlier=len(earlier))
    if epochs is not None:
        plan = replace(plan, epochs=epochs)
    if start_from is not None:
        _, before, _ = load_checkpoint(start_from)
        plan = replace(
            plan, began_with=f"the weights of a run of {before.epochs} epochs (seed {before.seed})"
        )
    data = load_labelled(data_dir)
    guides = guides_from(teachers, [load_checkpoint(path)[0] for path in earlier])
    extra = None if guides is None else load_normalised(data_dir, data.of_folds(TRAIN_FOLDS), seed)
    if feedback is not None:
        said = feedback_labels(FeedbackStore(feedback))
        extra = said if extra is None else join(extra, said)
    started = time.monotonic()
    with StepBar(plan.epochs) as bar:
        results = train(
            data,
            out_dir,
            plan,
            extra=extra,
            guides=guides,
            start_from=start_from,
            resume=resume,
            device=device,
            on_step=bar.step,
        )
        for result in results:
            bar.epoch(loss=f"{result.loss:.3f}", auroc=f"{result.macro_auroc:.4f}")
    minutes = (time.monotonic() - started) / 60
    finish(data, out_dir, teachers, minutes)


def finish(
    data: LabelledSet, out_dir: Path, teachers: Path | None, minutes: float, *, stress: bool = True
) -> None:
    """Calibrate the best checkpoint of a run and lay out the model folder with figures and card.

    The stress table takes a few minutes; without ``stress`` it is left out.

    Raises
    ------
    TrainingError
        When the checkpoint cannot be used or the folder cannot be written.
    """
    validation = data.of_folds((VALIDATION_FOLD,))
    network, plan, epoch = load_checkpoint(out_dir / "best.safetensors")
    calibration = calibrate(predict(network, validation.signals_mv), validation.targets)
    folder = out_dir / "model"
    with writing(folder):
        write_model(folder, network, calibration, version=f"{__version__} seed {plan.seed} epoch {epoch + 1}")
    load_model.cache_clear()  # the folder may hold an earlier end of the same run
    model = load_model(folder, runtime="torch")
    figures = evaluate_classifier(model, validation, logits_of(model, recordings(validation)), teachers)
    if stress:
        table = StressTable(rows=tuple(stress_test(model, validation)))
        figures = figures.model_copy(update={"stress": table})
    card = model_card(
        figures,
        plan,
        network,
        n_training=len(data.of_folds(TRAIN_FOLDS)),
        minutes=minutes,
        machine=f"{platform.machine()}, {os.cpu_count()} cores",
    )
    with writing(folder):
        (folder / "metrics.json").write_text(figures.model_dump_json(indent=1) + "\n", encoding="utf-8")
        (folder / "README.md").write_text(card, encoding="utf-8")
