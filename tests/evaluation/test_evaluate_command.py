"""``evaluate`` as a user runs it: tables on the screen, figures and JSON in files."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from cardio_agent.classifier.statements import STATEMENTS
from cardio_agent.cli import main
from cardio_agent.evaluation.stress import faults
from cardio_agent.simulation import simulate


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six normal ECGs and six with left bundle branch block; their rhythm was not labelled."""
    rhythms = ["normal", "lbbb"] * 6
    ecgs = [simulate(rhythm, fs_hz=100, seed=k).ecg for k, rhythm in enumerate(rhythms)]
    signals = np.round([1000 * ecg.signal_mv for ecg in ecgs]).astype(np.int16)
    np.savez(tmp_path / "signals_100hz.npz", ecg_id=np.arange(12), signal_uv=signals)
    columns = [spec.column for spec in STATEMENTS if spec.group in ("superclass", "subclass")]
    true = {"normal": {"super_NORM", "sub_NORM"}, "lbbb": {"super_CD", "sub_CLBBB"}}
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        names = ["ecg_id", "patient_id", "strat_fold", *(spec.column for spec in STATEMENTS)]
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        for k, rhythm in enumerate(rhythms):
            row = {column: int(column in true[rhythm]) for column in columns}
            writer.writerow(row | {"ecg_id": k, "patient_id": k, "strat_fold": 9})
    return tmp_path


def test_tables_figures_and_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, drawn = folder / "metrics.json", folder / "figures"
    arguments = ["--data", str(folder), "--stress", "--figures", str(drawn), "--out", str(out)]
    assert main(["evaluate", *arguments]) == 0
    shown = capsys.readouterr().out
    assert "12 records" in shown
    assert all(f"| {fault} |" in shown for fault in faults())
    figures = json.loads(out.read_text())
    conduction = next(s for s in figures["statements"] if s["code"] == "CD")
    assert (conduction["n_positive"], conduction["n_known"]) == (6, 12)
    assert figures["stress"]["rows"][0]["fault"] == "clean"
    assert sorted(path.name for path in drawn.iterdir()) == ["reliability.png", "roc.png"]


def test_a_figure_folder_that_is_a_file_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--data", str(folder), "--figures", str(folder / "labels.csv")]) == 1
    error = capsys.readouterr().err
    assert "labels.csv" in error
    assert error.count("\n") == 1
