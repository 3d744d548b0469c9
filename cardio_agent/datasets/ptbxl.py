"""Labelled ECGs from a folder of PTB-XL as it is published.

Enters: a folder with ``ptbxl_database.csv``, ``scp_statements.csv`` and ``records100`` or
``records500`` (WFDB). Leaves: a :class:`~cardio_agent.datasets.labelled.LabelledSet`. Does not
download (:mod:`cardio_agent.datasets.download` does), filter or augment.

Source: Wagner et al. 2020, "PTB-XL, a large publicly available electrocardiography dataset".
"""

import ast
import os
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path, PurePosixPath
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.preprocessing import INPUT_FS_HZ, WINDOW_SAMPLES
from cardio_agent.classifier.statements import STATEMENTS
from cardio_agent.datasets.labelled import LabelledSet, read_table, require_patients_in_one_fold
from cardio_agent.errors import InputError, TrainingError
from cardio_agent.leads import LEADS
from cardio_agent.reading import read_ecg
from cardio_agent.signal import resample

DATABASE = "ptbxl_database.csv"
STATEMENT_TABLE = "scp_statements.csv"
# Folder of the records and the database's column of their names, in order of preference.
RATES = (("records100", "filename_lr"), ("records500", "filename_hr"))

# Starting a process takes about a second, the time in which one reads some seventy records.
_RECORDS_PER_WORKER = 500
_RECORDS_PER_TASK = 32

_ROWS = {spec.column: k for k, spec in enumerate(STATEMENTS)}
_GROUPS = np.array([spec.group for spec in STATEMENTS])

# SCP code → the outputs (rows of STATEMENTS) that it speaks for.
ScpTable: TypeAlias = Mapping[str, tuple[int, ...]]


def load_ptbxl(folder: Path) -> LabelledSet:
    """Read every record that the database lists, with its labels.

    Signals come from ``records100``, else from ``records500`` resampled to 100 Hz.

    Raises
    ------
    TrainingError
        A table is absent, unreadable or lacks a column; a record is absent, unreadable or not 12
        leads of 10 s; a statement is unknown; or a patient stands in more than one fold.

    Limits: the published 100 Hz records differ from resampled 500 Hz ones (31 µV root mean square over
    137 records); train and evaluate on one kind.
    """
    database = folder / DATABASE
    records, name_column = _records_kind(folder)
    columns = ("ecg_id", "patient_id", "strat_fold", "scp_codes", name_column)
    rows = read_table(database, columns)
    if not rows:
        raise TrainingError(f"{database}: lists no record; download it again")
    table = read_scp_table(folder / STATEMENT_TABLE)
    ids, patients, folds = (_whole_numbers(database, rows, name) for name in columns[:3])
    targets = [_targets_of_row(database, row, table) for row in rows]
    paths = [_record_path(folder, records, row, name_column) for row in rows]
    loaded = LabelledSet(ids, patients, folds, _read_signals(paths), np.stack(targets), database)
    require_patients_in_one_fold(loaded)
    return loaded


# ── labels ───────────────────────────────────────────────────────────────────────────────────


def read_scp_table(path: Path) -> ScpTable:
    """Which outputs each SCP code of ``scp_statements.csv`` speaks for.

    A diagnostic code speaks for its class and its subclass; a form or rhythm code for itself.

    Raises
    ------
    TrainingError
        The table is absent or unreadable, or groups a code under a name that is not in STATEMENTS.
    """
    flags = ("diagnostic", "form", "rhythm")
    rows = read_table(path, ("", *flags, "diagnostic_class", "diagnostic_subclass"))
    table = {}
    for row in rows:
        code = row[""]
        is_diagnostic, is_form, is_rhythm = (row[flag] in ("1", "1.0") for flag in flags)
        columns = []
        if is_diagnostic:
            columns += [f"super_{row['diagnostic_class']}", _column("sub", row["diagnostic_subclass"])]
        columns += [_column("form", code)] * is_form + [_column("rhythm", code)] * is_rhythm
        unknown = [column for column in columns if column not in _ROWS]
        if unknown:
            raise TrainingError(
                f"{path}: code '{code}' belongs to '{unknown[0]}', which the classifier does not know: "
                "take the table of PTB-XL 1.0.3"
            )
        table[code] = tuple(_ROWS[column] for column in columns)
    return table


def targets_of(codes: Iterable[str], table: ScpTable) -> npt.NDArray[np.float32]:
    """Targets (59,) of a record's SCP codes: 1 present, 0 absent, NaN for groups without a statement.

    A code counts whatever its likelihood. PTB-XL gives 0 where none was stated, above all for form and
    rhythm, and a low one where the report hedges.
    Source: the rule that reproduces the published label table of 3,734 records without a difference.

    Raises
    ------
    KeyError
        A code that the table does not list.
    """
    present = np.array(sorted({row for code in codes for row in table[code]}), dtype=np.intp)
    targets = np.full(len(STATEMENTS), np.nan, dtype=np.float32)
    targets[np.isin(_GROUPS, _GROUPS[present])] = 0
    targets[present] = 1
    return targets


def _column(group: str, code: str) -> str:
    """The label table's name of a code: ``NST_`` and ``_AVB`` lose the underscore."""
    return f"{group}_{code.strip('_')}"


def _targets_of_row(database: Path, row: Mapping[str, str], table: ScpTable) -> npt.NDArray[np.float32]:
    try:
        codes = dict(ast.literal_eval(row["scp_codes"]))
        return targets_of(codes, table)
    except KeyError as exc:
        raise TrainingError(
            f"{database}: ecg_id {row['ecg_id']} has the statement {exc}, which {STATEMENT_TABLE} does not "
            "list: take both tables from one version"
        ) from exc
    except (ValueError, SyntaxError, TypeError) as exc:
        raise TrainingError(
            f"{database}: ecg_id {row['ecg_id']}: scp_codes are not of the form {{'NORM': 100.0}}; "
            "download the table again"
        ) from exc


def _whole_numbers(database: Path, rows: Sequence[Mapping[str, str]], column: str) -> npt.NDArray[np.int64]:
    """A column of whole numbers; the published table writes some with a decimal point."""
    try:
        return np.array([int(float(row[column])) for row in rows], dtype=np.int64)
    except (ValueError, OverflowError) as exc:
        raise TrainingError(f"{database}: column '{column}' holds what is no whole number ({exc})") from exc


# ── signals ──────────────────────────────────────────────────────────────────────────────────


def _records_kind(folder: Path) -> tuple[str, str]:
    for records, column in RATES:
        if (folder / records).is_dir():
            return records, column
    raise TrainingError(
        f"{folder}: neither records100 nor records500 is there; "
        "fetch the records with: cardio-agent data ptbxl DIR"
    )


def _record_path(folder: Path, records: str, row: Mapping[str, str], column: str) -> Path:
    name = PurePosixPath(row[column])
    if name.parts[:1] != (records,) or ".." in name.parts:
        raise TrainingError(
            f"{folder / DATABASE}: ecg_id {row['ecg_id']}: {column} '{name}' does not lie in {records}"
        )
    return folder / f"{name}.hea"


def _read_signals(paths: Sequence[Path]) -> npt.NDArray[np.float32]:
    from tqdm import tqdm

    signals = np.empty((len(paths), len(LEADS), WINDOW_SAMPLES), dtype=np.float32)
    bar = tqdm(_each_signal(paths), total=len(paths), unit="record", desc="reading", disable=None)
    for k, signal_mv in enumerate(bar):
        signals[k] = signal_mv
    return signals


def _each_signal(paths: Sequence[Path]) -> Iterator[npt.NDArray[np.float32]]:
    """The signals in the order of the paths; many are read by several processes."""
    n_workers = min(os.cpu_count() or 1, len(paths) // _RECORDS_PER_WORKER)
    if n_workers < 2:
        yield from map(_read_signal, paths)
        return
    pool = ProcessPoolExecutor(n_workers, get_context("spawn"), initializer=_leave_interrupts_to_parent)
    try:
        with pool:
            yield from pool.map(_read_signal, paths, chunksize=_RECORDS_PER_TASK)
    except BrokenProcessPool as exc:
        raise TrainingError(
            "the processes that read records ended early: is memory short? In a script, call this under "
            "if __name__ == '__main__':"
        ) from exc


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _read_signal(path: Path) -> npt.NDArray[np.float32]:
    """One record, (12, 1000) in mV at 100 Hz."""
    advice = f"fetch it again, or take its row out of {DATABASE}"
    try:
        signal_mv = resample(read_ecg(path), INPUT_FS_HZ).signal_mv
    except InputError as exc:
        raise TrainingError(f"{path}: not a usable record ({exc}); {advice}") from exc
    if signal_mv.shape[1] != WINDOW_SAMPLES or np.isnan(signal_mv).any():
        raise TrainingError(f"{path}: not 12 leads of 10 s; {advice}")
    return signal_mv
