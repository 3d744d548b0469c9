"""Criteria against statements, repeatability, and the age and sex that PTB-XL gives."""

import csv
from pathlib import Path

import numpy as np
import pytest

from cardio_agent.classifier.statements import STATEMENTS
from cardio_agent.cli import main
from cardio_agent.datasets.patients import read_patients
from cardio_agent.errors import TrainingError
from cardio_agent.evaluation.criteria import STATEMENT_OF
from cardio_agent.findings.criteria import CRITERIA
from cardio_agent.schema import Patient
from cardio_agent.simulation import simulate

RHYTHMS = ["normal", "lbbb"] * 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three normal ECGs of one person and three with left bundle branch block, with age and sex."""
    ecgs = [simulate(rhythm, fs_hz=100, seed=k).ecg for k, rhythm in enumerate(RHYTHMS)]
    signals = np.round([1000 * ecg.signal_mv for ecg in ecgs]).astype(np.int16)
    np.savez(tmp_path / "signals_100hz.npz", ecg_id=np.arange(6), signal_uv=signals)
    columns = [spec.column for spec in STATEMENTS if spec.group in ("superclass", "subclass")]
    true = {"normal": {"super_NORM", "sub_NORM"}, "lbbb": {"super_CD", "sub_CLBBB"}}
    patients = {"normal": 1, "lbbb": 2}
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        writer = csv.DictWriter(
            file, ["ecg_id", "patient_id", "strat_fold", *(s.column for s in STATEMENTS)], ""
        )
        writer.writeheader()
        for k, rhythm in enumerate(RHYTHMS):
            row = {column: int(column in true[rhythm]) for column in columns}
            writer.writerow(row | {"ecg_id": k, "patient_id": patients[rhythm], "strat_fold": 9})
    rows = ["ecg_id,age,sex", "0,56.0,1", "1,300.0,0", "2,,1", "3,70.0,", "5,40,0.0"]
    (tmp_path / "metadata.csv").write_text("\n".join(rows), encoding="utf-8")
    return tmp_path


def row_of(table: str, key: str) -> list[str]:
    (line,) = [line for line in table.splitlines() if line.startswith(f"| {key} |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_criteria_are_counted_against_the_statements(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--criteria", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "6 records" in shown
    assert "3 are normal" in shown
    assert row_of(shown, "complete_lbbb")[1:6] == ["CLBBB", "3", "100.0 %", "100.0 %", "0.0 %"]
    assert row_of(shown, "pre_excitation")[2:4] == ["0", "–"]  # nobody has it: no sensitivity
    assert row_of(shown, "sokolow_lyon")[-1] == "33.3 %"  # the age of two of six is not known
    assert row_of(shown, "normal_qrs")[1:3] == ["50.0 %", "100.0 %"]


def test_every_criterion_stands_in_the_table_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compared = [key for key, _ in STATEMENT_OF]
    assert len(set(compared)) == len(compared)
    main(["evaluate", "--criteria", str(folder)])
    shown = capsys.readouterr().out
    for criterion in CRITERIA:
        assert row_of(shown, criterion.key)


def test_repeatability_takes_halves_and_pairs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--repeatability", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "within 3 normal recordings" in shown
    assert "2 pairs" in shown
    name, halves, pairs, told = row_of(shown, "qrs_ms")
    assert (name, halves.split()[1], pairs.split()[1]) == ("qrs_ms", "(3)", "(2)")
    assert float(halves.split()[0]) <= float(told)  # a steady simulated ECG differs from itself by less


def test_age_and_sex_are_read_and_what_is_absent_stays_unknown(folder: Path) -> None:
    assert read_patients(folder, np.arange(6)) == (
        Patient(age_years=56, sex="female"),
        Patient(age_years=90, sex="male"),  # written as 300: "90 and older"
        Patient(sex="female"),
        Patient(age_years=70),
        Patient(),
        Patient(age_years=40, sex="male"),
    )


@pytest.mark.parametrize(
    ("rows", "says"), [(["ecg_id,age,sex", "0,old,1"], "'old'"), (["ecg_id,age", "0,3"], "'sex'")]
)
def test_a_table_that_cannot_be_read_is_named(tmp_path: Path, rows: list[str], says: str) -> None:
    (tmp_path / "metadata.csv").write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(TrainingError, match=says):
        read_patients(tmp_path, np.arange(1))


def test_a_folder_without_age_and_sex_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "metadata.csv").unlink()
    assert main(["evaluate", "--criteria", str(folder)]) == 1
    error = capsys.readouterr().err
    assert "metadata.csv" in error
    assert error.count("\n") == 1
