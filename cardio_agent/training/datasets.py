"""Labelled ECGs for training and evaluation.

Enters: a folder with ``signals_100hz.npz`` and ``labels.csv`` (PTB-XL statements, folds and
patients), and where it has one ``normalised_100hz.npz`` (records whose voltage was lost). Leaves:
a :class:`LabelledSet`. Does not augment or filter.
"""

import csv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.statements import STATEMENTS
from cardio_agent.errors import TrainingError
from cardio_agent.leads import LIMB_LEADS, lead_index

# Statements that rest on how high the voltage is.
_ON_VOLTAGE = frozenset({"LVH", "RVH", "SEHYP", "LAO/LAE", "RAO/RAE", "VCLVH", "HVOLT", "LVOLT"})

TRAIN_FOLDS = tuple(range(1, 9))
VALIDATION_FOLD = 9


@dataclass(frozen=True, eq=False)
class LabelledSet:
    """ECGs with their statements.

    ``signals_mv`` float32 (n, 12, 1000) at 100 Hz, unfiltered; ``targets`` float32 (n, 59) in the
    order of STATEMENTS, NaN where the record has no statement of that group.
    """

    ids: npt.NDArray[np.int64]
    patients: npt.NDArray[np.int64]
    folds: npt.NDArray[np.int64]
    signals_mv: npt.NDArray[np.float32]
    targets: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.ids)

    def of_folds(self, folds: tuple[int, ...]) -> "LabelledSet":
        """The records of some folds."""
        rows = np.flatnonzero(np.isin(self.folds, folds))
        if not len(rows):
            raise TrainingError(
                f"no record of fold {', '.join(map(str, folds))} in the data: check labels.csv"
            )
        return LabelledSet(
            self.ids[rows], self.patients[rows], self.folds[rows], self.signals_mv[rows], self.targets[rows]
        )


def load_arrays(folder: Path) -> LabelledSet:
    """Read the arrays and labels of a folder.

    Raises
    ------
    TrainingError
        When a file is absent or unreadable, a column is missing, a record has no label, or a
        patient stands in more than one fold.
    """
    return _labelled(folder, *_read_signals(folder / "signals_100hz.npz"))


def _labelled(folder: Path, ids: npt.NDArray[np.int64], signals_mv: npt.NDArray[np.float32]) -> LabelledSet:
    labels = _read_labels(folder / "labels.csv")
    absent = [int(i) for i in ids if int(i) not in labels]
    if absent:
        raise TrainingError(
            f"{folder / 'labels.csv'}: no row for ecg_id {absent[0]} ({len(absent)} such records)"
        )
    rows = [labels[int(i)] for i in ids]
    loaded = LabelledSet(
        ids,
        np.array([row.patient for row in rows]),
        np.array([row.fold for row in rows]),
        signals_mv,
        np.stack([row.targets for row in rows]),
    )
    _require_patients_in_one_fold(loaded)
    return loaded


def load_normalised(folder: Path, donors: LabelledSet, seed: int = 0) -> LabelledSet | None:
    """Records that exist only z-scored, given a plausible voltage, for training beside teachers.

    Each takes the lead voltages of a random donor; among the limb leads the record's own ratios are
    kept. Their superclasses and every statement that rests on voltage are unknown (NaN): teachers see
    the same restored signal, so what they say of it stays true of it.

    Parameters
    ----------
    folder : Path
    donors : LabelledSet
        Records with voltage; only training folds should be given.
    seed : int

    Returns
    -------
    LabelledSet or None
        None when the folder has no such file.

    Raises
    ------
    TrainingError
        As :func:`load_arrays`.
    """
    path = folder / "normalised_100hz.npz"
    if not path.is_file():
        return None
    ids, z, limb_ratio = _read_normalised(path)
    rng = np.random.default_rng(seed)
    sd_mv = donors.signals_mv[rng.integers(0, len(donors), len(ids))].std(axis=-1)
    lead_two = sd_mv[:, lead_index("II"), None]
    sd_mv[:, : len(LIMB_LEADS)] = limb_ratio * lead_two
    restored = _labelled(folder, ids, z * sd_mv[..., None])
    voltage = [
        k for k, spec in enumerate(STATEMENTS) if spec.group == "superclass" or spec.code in _ON_VOLTAGE
    ]
    restored.targets[:, voltage] = np.nan
    return restored


def join(first: LabelledSet, second: LabelledSet) -> LabelledSet:
    """Both sets, one after the other."""
    parts = ("ids", "patients", "folds", "signals_mv", "targets")
    return LabelledSet(*(np.concatenate([getattr(first, name), getattr(second, name)]) for name in parts))


@dataclass(frozen=True)
class _LabelRow:
    patient: int
    fold: int
    targets: npt.NDArray[np.float32]


def _read_signals(path: Path) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return arrays["ecg_id"].astype(np.int64), arrays["signal_uv"].astype(np.float32) / 1000
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as exc:
        raise TrainingError(f"{path}: not a readable array file with ecg_id and signal_uv ({exc})") from exc


def _read_normalised(
    path: Path,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            z = arrays["signal_milliz"].astype(np.float32) / 1000
            return arrays["ecg_id"].astype(np.int64), z, arrays["limb_rel_sd"].astype(np.float32)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as exc:
        raise TrainingError(f"{path}: not a readable file of normalised records ({exc})") from exc


def _read_labels(path: Path) -> dict[int, _LabelRow]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            needed = {"ecg_id", "patient_id", "strat_fold", *(spec.column for spec in STATEMENTS)}
            missing = sorted(needed - set(reader.fieldnames or ()))
            if missing:
                raise TrainingError(f"{path}: column '{missing[0]}' is missing ({len(missing)} in all)")
            return {int(row["ecg_id"]): _label_row(row) for row in reader}
    except (OSError, ValueError, UnicodeDecodeError) as exc:
        raise TrainingError(f"{path}: not a readable label table ({exc})") from exc


def _label_row(row: dict[str, str]) -> _LabelRow:
    values = [float(row[spec.column]) if row[spec.column] else np.nan for spec in STATEMENTS]
    return _LabelRow(int(row["patient_id"]), int(row["strat_fold"]), np.array(values, dtype=np.float32))


def _require_patients_in_one_fold(data: LabelledSet) -> None:
    pairs = np.unique(np.stack([data.patients, data.folds]), axis=1)
    patients, counts = np.unique(pairs[0], return_counts=True)
    if (counts > 1).any():
        raise TrainingError(
            f"patient {patients[counts > 1][0]} stands in more than one fold: mend strat_fold"
        )
