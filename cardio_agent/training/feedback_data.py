"""What clinicians said, as labelled ECGs for training.

Enters: a store of feedback. Leaves: a :class:`LabelledSet` of folds 1–8: a statement that was agreed with
is labelled as the program had it, one that was disagreed with the other way round, and all others are
unknown. Remarks on sentences label nothing; they are exported beside.
"""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.preprocessing import WINDOW_SAMPLES
from cardio_agent.classifier.statements import STATEMENTS
from cardio_agent.datasets.labelled import LABELS, SIGNALS, TRAIN_FOLDS, LabelledSet
from cardio_agent.errors import TrainingError
from cardio_agent.feedback import FeedbackStore, Remark
from cardio_agent.training.checkpoints import writing

REMARKS = "remarks.csv"
_POSITION = {spec.code: k for k, spec in enumerate(STATEMENTS)}


def feedback_labels(store: FeedbackStore) -> LabelledSet:
    """The recordings with a remark on a statement; those shorter than 10 s are left out.

    Raises
    ------
    TrainingError
        When no recording can be learnt from.
    """
    said: dict[str, list[Remark]] = defaultdict(list)
    for remark in store.remarks():
        if remark.subject == "statement":
            said[remark.recording].append(remark)
    kept = [k for k in store.recordings() if k.sha256 in said and k.signal_mv.shape[1] == WINDOW_SAMPLES]
    if not kept:
        raise TrainingError(
            f"{store.path}: no remark on a statement of an ECG of 10 s or more: nothing to learn from"
        )
    # The hash stands for record and patient alike: who a recording is of is not kept.
    ids = np.array([int(k.sha256[:15], 16) for k in kept], dtype=np.int64)
    return LabelledSet(
        ids=ids,
        patients=ids,
        folds=np.array([TRAIN_FOLDS[i % len(TRAIN_FOLDS)] for i in ids.tolist()]),
        signals_mv=np.stack([np.nan_to_num(k.signal_mv) for k in kept]),
        targets=np.stack([_targets(said[k.sha256]) for k in kept]),
        table=store.path,
    )


def export_feedback(store: FeedbackStore, folder: Path) -> int:
    """Write labels and signals as ``train classifier --data`` reads them, and every remark as a table.

    Returns
    -------
    int
        Number of remarks.

    Raises
    ------
    TrainingError
        When there is nothing to export, or the folder cannot be written.
    """
    remarks = store.remarks()
    data = feedback_labels(store)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            folder / SIGNALS, ecg_id=data.ids, signal_uv=np.round(data.signals_mv * 1000).astype(np.int16)
        )
        _write_labels(folder / LABELS, data)
        with (folder / REMARKS).open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, list(Remark.model_fields))
            table.writeheader()
            table.writerows(remark.model_dump() for remark in remarks)
    return len(remarks)


def _targets(remarks: list[Remark]) -> npt.NDArray[np.float32]:
    targets = np.full(len(STATEMENTS), np.nan, dtype=np.float32)
    for remark in remarks:
        targets[_POSITION[remark.about]] = remark.was_present == (remark.opinion == "agree")
    return targets


def _write_labels(path: Path, data: LabelledSet) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["ecg_id", "patient_id", "strat_fold", *(spec.column for spec in STATEMENTS)])
        for id, patient, fold, targets in zip(data.ids, data.patients, data.folds, data.targets, strict=True):
            cells = ["" if np.isnan(target) else int(target) for target in targets]
            table.writerow([id, patient, fold, *cells])
