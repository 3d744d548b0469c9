"""Labelled ECGs for training and evaluation.

Enters: a folder with ``signals_100hz.npz`` and ``labels.csv`` (PTB-XL statements, folds and
patients), and where it has one ``normalised_100hz.npz`` (records whose voltage was lost); or one of
PTB-XL as published, which :mod:`cardio_agent.datasets.ptbxl` reads. Leaves: a :class:`LabelledSet`.
Does not augment or filter.
"""

import csv
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.preprocessing import WINDOW_SAMPLES
from cardio_agent.classifier.statements import STATEMENTS
from cardio_agent.errors import TrainingError
from cardio_agent.leads import LEADS, LIMB_LEADS, lead_index

# Statements that rest on how high the voltage is.
_ON_VOLTAGE = frozenset({"LVH", "RVH", "SEHYP", "LAO/LAE", "RAO/RAE", "VCLVH", "HVOLT", "LVOLT"})

TRAIN_FOLDS = tuple(range(1, 9))
VALIDATION_FOLD = 9
SIGNALS = "signals_100hz.npz"
LABELS = "labels.csv"


@dataclass(frozen=True, eq=False)
class LabelledSet:
    """ECGs with their statements.

    ``signals_mv`` float32 (n, 12, 1000) at 100 Hz, unfiltered; ``targets`` float32 (n, 59) in the
    order of STATEMENTS, NaN where the record has no statement of that group. ``table`` is the file
    that folds and labels come from, for messages.
    """

    ids: npt.NDArray[np.int64]
    patients: npt.NDArray[np.int64]
    folds: npt.NDArray[np.int64]
    signals_mv: npt.NDArray[np.float32]
    targets: npt.NDArray[np.float32]
    table: Path = Path("labels.csv")

    def __len__(self) -> int:
        return len(self.ids)

    def of_folds(self, folds: tuple[int, ...]) -> "LabelledSet":
        """The records of some folds, of each of which there must be one.

        Raises
        ------
        TrainingError
            A fold has no record.
        """
        absent = sorted(set(folds) - set(self.folds.tolist()))
        if absent:
            raise TrainingError(
                f"{self.table}: no record of fold {', '.join(map(str, absent))}: check strat_fold"
            )
        return self.within(folds)

    def within(self, folds: tuple[int, ...]) -> "LabelledSet":
        """The records of some folds, which may be none."""
        return self._rows(np.flatnonzero(np.isin(self.folds, folds)))

    def last(self, n: int) -> "LabelledSet":
        """The last records of the set, all where there are no more than ``n``."""
        return self._rows(np.arange(len(self))[-n:])

    def _rows(self, rows: npt.NDArray[np.int64]) -> "LabelledSet":
        return replace(
            self,
            ids=self.ids[rows],
            patients=self.patients[rows],
            folds=self.folds[rows],
            signals_mv=self.signals_mv[rows],
            targets=self.targets[rows],
        )


def load_labelled(folder: Path) -> LabelledSet:
    """Read the labelled ECGs of a folder: arrays, or PTB-XL as published.

    Raises
    ------
    TrainingError
        The folder holds neither, or as :func:`load_arrays` and
        :func:`~cardio_agent.datasets.ptbxl.load_ptbxl`.
    """
    from cardio_agent.datasets.ptbxl import DATABASE, load_ptbxl  # it builds on this module

    if (folder / SIGNALS).is_file():
        return load_arrays(folder)
    if (folder / DATABASE).is_file():
        return load_ptbxl(folder)
    raise TrainingError(
        f"{folder}: holds no labelled ECGs: looked for {SIGNALS} (with {LABELS}) and for {DATABASE} (PTB-XL)"
    )


def load_arrays(folder: Path) -> LabelledSet:
    """Read the arrays and labels of a folder.

    Raises
    ------
    TrainingError
        When a file is absent or unreadable, a column is missing, a record has no label, or a
        patient stands in more than one fold.
    """
    return _labelled(folder, *_read_signals(folder / SIGNALS))


def _labelled(folder: Path, ids: npt.NDArray[np.int64], signals_mv: npt.NDArray[np.float32]) -> LabelledSet:
    labels = _read_labels(folder / LABELS)
    absent = [int(i) for i in ids if int(i) not in labels]
    if absent:
        raise TrainingError(f"{folder / LABELS}: no row for ecg_id {absent[0]} ({len(absent)} such records)")
    rows = [labels[int(i)] for i in ids]
    loaded = LabelledSet(
        ids,
        np.array([row.patient for row in rows]),
        np.array([row.fold for row in rows]),
        signals_mv,
        np.stack([row.targets for row in rows]),
        folder / LABELS,
    )
    require_patients_in_one_fold(loaded)
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
    return replace(
        first,
        ids=np.concatenate([first.ids, second.ids]),
        patients=np.concatenate([first.patients, second.patients]),
        folds=np.concatenate([first.folds, second.folds]),
        signals_mv=np.concatenate([first.signals_mv, second.signals_mv]),
        targets=np.concatenate([first.targets, second.targets]),
    )


@dataclass(frozen=True)
class _LabelRow:
    patient: int
    fold: int
    targets: npt.NDArray[np.float32]


def _read_signals(path: Path) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    arrays = _read_arrays(path, ("ecg_id", "signal_uv"))
    return arrays["ecg_id"].astype(np.int64), arrays["signal_uv"].astype(np.float32) / np.float32(1000)


def _read_normalised(
    path: Path,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    arrays = _read_arrays(path, ("ecg_id", "signal_milliz", "limb_rel_sd"))
    z = arrays["signal_milliz"].astype(np.float32) / np.float32(1000)
    return arrays["ecg_id"].astype(np.int64), z, arrays["limb_rel_sd"].astype(np.float32)


def _read_arrays(path: Path, names: tuple[str, ...]) -> dict[str, npt.NDArray[Any]]:
    """Arrays of a file by name: the first the ids, the second the signals of as many records."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in names}
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as exc:
        raise TrainingError(
            f"{path}: not a readable array file with {', '.join(names)} ({exc}); copy it again"
        ) from exc
    n_records, shape = len(arrays[names[0]]), arrays[names[1]].shape
    if shape != (n_records, len(LEADS), WINDOW_SAMPLES):
        raise TrainingError(
            f"{path}: {names[1]} has the shape {shape}, not ({n_records}, {len(LEADS)}, {WINDOW_SAMPLES})"
        )
    return arrays


def read_table(path: Path, columns: Iterable[str]) -> list[dict[str, str]]:
    """The rows of a CSV file that must have these columns.

    Raises
    ------
    TrainingError
        The file is absent, unreadable or cut short, or lacks a column.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = sorted(set(columns) - set(reader.fieldnames or ()))
            if missing:
                raise TrainingError(f"{path}: column '{missing[0]}' is missing ({len(missing)} in all)")
            rows = list(reader)
    except (OSError, csv.Error, UnicodeDecodeError) as exc:
        raise TrainingError(f"{path}: not a readable table ({exc}); copy it again") from exc
    for number, row in enumerate(rows, start=1):
        if None in row.values():
            raise TrainingError(f"{path}: row {number} is cut short; copy the file again")
    return rows


def _read_labels(path: Path) -> dict[int, _LabelRow]:
    columns = ("ecg_id", "patient_id", "strat_fold", *(spec.column for spec in STATEMENTS))
    try:
        return {int(row["ecg_id"]): _label_row(row) for row in read_table(path, columns)}
    except ValueError as exc:
        raise TrainingError(f"{path}: a cell is no number ({exc}); mend the table") from exc


def _label_row(row: Mapping[str, str]) -> _LabelRow:
    values = [float(row[spec.column]) if row[spec.column] else np.nan for spec in STATEMENTS]
    return _LabelRow(int(row["patient_id"]), int(row["strat_fold"]), np.array(values, dtype=np.float32))


def require_patients_in_one_fold(data: LabelledSet) -> None:
    """Refuse data in which a patient could be trained on and tested on.

    Raises
    ------
    TrainingError
        A patient stands in more than one fold.
    """
    pairs = np.unique(np.stack([data.patients, data.folds]), axis=1)
    patients, counts = np.unique(pairs[0], return_counts=True)
    if (counts > 1).any():
        raise TrainingError(
            f"{data.table}: patient {patients[counts > 1][0]} stands in more than one fold: mend strat_fold"
        )
