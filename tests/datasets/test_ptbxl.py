"""The loader of a PTB-XL folder: against the published labels and arrays, and on made folders."""

import csv
import multiprocessing
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import resample as fourier_resample

from cardio_agent.classifier.statements import STATEMENTS
from cardio_agent.datasets import ptbxl
from cardio_agent.datasets.labelled import (
    TRAIN_FOLDS,
    VALIDATION_FOLD,
    LabelledSet,
    load_arrays,
    load_labelled,
)
from cardio_agent.datasets.ptbxl import load_ptbxl, read_scp_table, targets_of
from cardio_agent.errors import TrainingError

SCP_HEADER = ["", "diagnostic", "form", "rhythm", "diagnostic_class", "diagnostic_subclass"]
SCP_ROWS = [
    ["NORM", "1.0", "", "", "NORM", "NORM"],
    ["1AVB", "1.0", "", "", "CD", "_AVB"],
    ["NST_", "1.0", "1.0", "", "STTC", "NST_"],
    ["PVC", "", "1.0", "", "", ""],
    ["SR", "", "", "1.0", "", ""],
]
COLUMNS = ["ecg_id", "patient_id", "scp_codes", "strat_fold", "filename_lr", "filename_hr"]


def record(path: Path, *, fs_hz: int = 100, n_seconds: int = 10, seed: int = 0) -> None:
    """A WFDB record of noise, format 16, 1000 steps a millivolt."""
    names = ("I", "II", "III", "AVR", "AVL", "AVF", "V1", "V2", "V3", "V4", "V5", "V6")
    n = fs_hz * n_seconds
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{path.name} 12 {fs_hz} {n}"]
    lines += [f"{path.name}.dat 16 1000.0(0)/mV 16 0 0 0 0 {name}" for name in names]
    path.with_suffix(".hea").write_text("\n".join(lines) + "\n")
    samples = np.random.default_rng(seed).normal(0, 200, (n, 12)).astype("<i2")
    path.with_suffix(".dat").write_bytes(samples.tobytes())


def table(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def folder_of(root: Path, n: int = 10, *, scp_codes: str = "{'NORM': 80.0, 'SR': 0.0}") -> Path:
    """A made PTB-XL folder of ``n`` records in folds 1–10."""
    rows = []
    for k in range(n):
        name = f"records100/00000/{k:05d}_lr"
        record(root / name, seed=k)
        row = [str(k), f"{k}.0", scp_codes, str(k % 10 + 1), name, f"records500/00000/{k:05d}_hr"]
        rows.append(row)
    table(root / "scp_statements.csv", SCP_HEADER, SCP_ROWS)
    table(root / "ptbxl_database.csv", COLUMNS, rows)
    return root


# ── labels ───────────────────────────────────────────────────────────────────────────────────


def named(codes: list[str], folder: Path) -> dict[str, float]:
    targets = targets_of(codes, read_scp_table(folder / "scp_statements.csv"))
    return {spec.column: float(t) for spec, t in zip(STATEMENTS, targets, strict=True) if not np.isnan(t)}


def test_a_code_speaks_for_its_class_its_subclass_and_its_form(tmp_path: Path) -> None:
    got = named(["NST_", "1AVB"], folder_of(tmp_path, 1))
    present = {column for column, value in got.items() if value == 1}
    assert present == {"super_STTC", "super_CD", "sub_NST", "sub_AVB", "form_NST"}


def test_groups_without_a_statement_are_unknown(tmp_path: Path) -> None:
    got = named(["SR"], folder_of(tmp_path, 1))
    assert got["rhythm_SR"] == 1
    assert {column.split("_")[0] for column in got} == {"rhythm"}
    assert named([], tmp_path) == {}


def test_labels_equal_the_published_ones_of_every_record_that_both_tables_hold(shared_data: Path) -> None:
    root = shared_data / "ptbxl"
    scp = read_scp_table(root / "scp_statements.csv")
    with (root / "labels.csv").open(newline="") as file:
        published = {row["ecg_id"]: row for row in csv.DictReader(file)}
    n = 0
    with (root / "metadata.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["ecg_id"] in published:
                wanted = [published[row["ecg_id"]][spec.column] for spec in STATEMENTS]
                got = ptbxl._targets_of_row(root / "metadata.csv", row, scp)
                assert ["" if np.isnan(t) else str(int(t)) for t in got] == wanted, row["ecg_id"]
                n += 1
    assert n == 3734


# ── the whole folder ─────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def loaded(shared_data: Path) -> LabelledSet:
    return load_labelled(shared_data / "ptbxl" / "wfdb")


def test_real_records_are_those_of_the_arrays(shared_data: Path, loaded: LabelledSet) -> None:
    arrays = load_arrays(shared_data / "ptbxl")
    assert loaded.signals_mv.shape == (144, 12, 1000)
    assert loaded.signals_mv.dtype == np.float32
    both, here, there = np.intersect1d(loaded.ids, arrays.ids, return_indices=True)
    assert len(both) == 137
    np.testing.assert_allclose(loaded.signals_mv[here], arrays.signals_mv[there], atol=1e-6)  # mV
    np.testing.assert_array_equal(loaded.targets[here], arrays.targets[there])
    np.testing.assert_array_equal(loaded.folds[here], arrays.folds[there])
    np.testing.assert_array_equal(loaded.patients[here], arrays.patients[there])


def test_no_patient_is_both_trained_and_tested_on(loaded: LabelledSet) -> None:
    trained = set(loaded.of_folds(TRAIN_FOLDS).patients)
    assert trained.isdisjoint(loaded.of_folds((VALIDATION_FOLD,)).patients)


def test_500_hz_records_stand_in_for_100_hz_ones(shared_data: Path, tmp_path: Path) -> None:
    wfdb = shared_data / "ptbxl" / "wfdb"
    with (wfdb / "ptbxl_database.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    table(tmp_path / "ptbxl_database.csv", rows[0], rows[1:7])
    (tmp_path / "scp_statements.csv").symlink_to(wfdb / "scp_statements.csv")
    (tmp_path / "records500").symlink_to(wfdb / "records500")
    loaded = load_ptbxl(tmp_path)
    for signal_mv, row in zip(loaded.signals_mv, rows[1:7], strict=True):
        steps = np.fromfile(wfdb / f"{row[rows[0].index('filename_hr')]}.dat", "<i2").reshape(-1, 12)
        by_fourier = fourier_resample(steps.T / 1000, 1000, axis=1)
        inner = slice(50, -50)  # Fourier resampling takes the record for periodic: its ends differ
        # The two low-pass filters differ just below 50 Hz: up to 0.025 mV in noisy records.
        np.testing.assert_allclose(signal_mv[:, inner], by_fourier[:, inner], atol=0.03)


def test_processes_read_what_one_reads_in_the_same_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(tmp_path)
    alone = load_ptbxl(folder)
    monkeypatch.setattr(ptbxl, "_RECORDS_PER_WORKER", 4)
    monkeypatch.setattr(ptbxl, "_RECORDS_PER_TASK", 2)
    monkeypatch.setattr(ptbxl.os, "cpu_count", lambda: 2)
    np.testing.assert_array_equal(load_ptbxl(folder).signals_mv, alone.signals_mv)
    (folder / "records100/00000/00006_lr.dat").write_bytes(b"short")
    with pytest.raises(TrainingError, match="00006_lr"):
        load_ptbxl(folder)
    assert not multiprocessing.active_children()


# ── bad input ────────────────────────────────────────────────────────────────────────────────


def test_a_folder_with_neither_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"signals_100hz\.npz.*ptbxl_database\.csv"):
        load_labelled(tmp_path)


def test_absent_records_point_to_the_download(tmp_path: Path) -> None:
    table(tmp_path / "ptbxl_database.csv", COLUMNS, [])
    with pytest.raises(TrainingError, match="data ptbxl"):
        load_labelled(tmp_path)


@pytest.mark.parametrize("spoil", ["absent", "cut short", "empty"])
def test_an_unreadable_record_in_the_middle_is_named(tmp_path: Path, spoil: str) -> None:
    folder = folder_of(tmp_path)
    signal = folder / "records100/00000/00004_lr.dat"
    if spoil == "absent":
        signal.unlink()
    else:
        signal.write_bytes(signal.read_bytes()[:5000] if spoil == "cut short" else b"")
    with pytest.raises(TrainingError, match="records100/00000/00004_lr") as error:
        load_ptbxl(folder)
    assert "\n" not in str(error.value)


def test_a_record_of_another_length_is_named(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    record(folder / "records100/00000/00004_lr", n_seconds=8)
    with pytest.raises(TrainingError, match=r"00004_lr\.hea: not 12 leads of 10 s"):
        load_ptbxl(folder)


@pytest.mark.parametrize(
    ("scp_codes", "said"),
    [("{'XYZ': 100.0}", "'XYZ'"), ("NORM", "scp_codes"), ("{'NORM': ", "scp_codes"), ("7", "scp_codes")],
)
def test_codes_that_cannot_be_read_are_named(tmp_path: Path, scp_codes: str, said: str) -> None:
    with pytest.raises(TrainingError, match=f"ecg_id 0.*{said}"):
        load_ptbxl(folder_of(tmp_path, 1, scp_codes=scp_codes))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 1)
    table(folder / "ptbxl_database.csv", COLUMNS[:3] + COLUMNS[4:], [])
    with pytest.raises(TrainingError, match=r"ptbxl_database\.csv: column 'strat_fold'"):
        load_ptbxl(folder)


def test_a_statement_table_of_another_version_is_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 1)
    table(folder / "scp_statements.csv", SCP_HEADER, [["NEW", "1.0", "", "", "MI", "XMI"]])
    with pytest.raises(TrainingError, match="'NEW' belongs to 'sub_XMI'"):
        load_ptbxl(folder)


@pytest.mark.parametrize("name", ["/etc/passwd", "records100/../../secret", "elsewhere/00000_lr"])
def test_a_record_outside_of_its_folder_is_not_opened(tmp_path: Path, name: str) -> None:
    folder = folder_of(tmp_path, 1)
    row = ["0", "0.0", "{'NORM': 80.0}", "1", name, "records500/00000/00000_hr"]
    table(folder / "ptbxl_database.csv", COLUMNS, [row])
    with pytest.raises(TrainingError, match="does not lie in records100"):
        load_ptbxl(folder)


def test_a_patient_in_two_folds_is_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 2)
    text = (folder / "ptbxl_database.csv").read_text()
    (folder / "ptbxl_database.csv").write_text(text.replace("1,1.0,", "1,0.0,"))
    with pytest.raises(TrainingError, match=r"ptbxl_database\.csv: patient 0 stands in more than one fold"):
        load_ptbxl(folder)
