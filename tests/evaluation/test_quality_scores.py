"""Noise notes read strictly, and the table that ``evaluate --quality`` prints."""

import csv
from pathlib import Path

import numpy as np
import pytest

from cardio_agent.classifier.statements import STATEMENTS
from cardio_agent.cli import main
from cardio_agent.datasets.noise_notes import noted_leads, read_notes
from cardio_agent.errors import TrainingError
from cardio_agent.leads import LEADS
from cardio_agent.simulation import add_noise, simulate


@pytest.mark.parametrize(
    ("note", "leads"),
    [
        ("", ()),
        ("  ", ()),
        (" , V6", ("V6",)),
        ("v6,  ", ("V6",)),
        (" , alles, noisy recording,  ", LEADS),
        (" , I-AVF,  ", LEADS[:6]),
        (" , I - AVR,  ", LEADS[:4]),
        (" , I-V2,V5,V6,  ", (*LEADS[:8], "V5", "V6")),
        ("v1-6", LEADS[6:]),
        ("V2,3", ("V2", "V3")),
        (" , v2 mittel,  ", ("V2",)),
        (" , I,II,AVR,AVL.AVF,V1,  ", ("I", "II", "aVR", "aVL", "aVF", "V1")),
        ("II-V6", LEADS[1:]),
    ],
)
def test_notes_that_name_leads(note: str, leads: tuple[str, ...]) -> None:
    assert noted_leads(note) == frozenset(leads)


@pytest.mark.parametrize(
    "note", ["V1???", " , V1V6", " , mittel,  ", " , 1", "V3-V1", "I,3", "napf,  ", "V7"]
)
def test_notes_that_do_not_say_which_leads(note: str) -> None:
    assert noted_leads(note) is None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Eight normal ECGs; the odd ones with muscle noise in all leads, and noted so."""
    ecgs = [simulate("normal", fs_hz=100, seed=k, noise_snr_db=30).ecg for k in range(8)]
    ecgs = [add_noise(ecg, "muscle", 8, seed=k) if k % 2 else ecg for k, ecg in enumerate(ecgs)]
    signals = np.round([1000 * ecg.signal_mv for ecg in ecgs]).astype(np.int16)
    np.savez(tmp_path / "signals_100hz.npz", ecg_id=np.arange(8), signal_uv=signals)
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        names = ["ecg_id", "patient_id", "strat_fold", *(spec.column for spec in STATEMENTS)]
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        for k in range(8):
            writer.writerow({"ecg_id": k, "patient_id": k, "strat_fold": 9, "super_NORM": 1})
    return tmp_path


def write_notes(folder: Path) -> None:
    with (folder / "metadata.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["ecg_id", "baseline_drift", "static_noise", "burst_noise"], restval="")
        writer.writeheader()
        for k in range(7):  # the last record has no row: nothing is known of it
            writer.writerow({"ecg_id": k, "static_noise": " , alles,  " if k % 2 else ""})


def test_the_table_as_a_user_sees_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_notes(folder)
    assert main(["evaluate", "--quality", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "| static_noise | static | 36 | 48 | 1.000 |" in lines
    assert "| burst_noise | burst | 0 | 84 | nan |" in lines
    assert "| RA–LA | 100.0 % | 100.0 % | 0.0 % | 0.0 % |" in lines


def test_a_record_without_a_row_is_unknown(folder: Path) -> None:
    write_notes(folder)
    assert np.isnan(read_notes(folder, np.array([7]))["static_noise"]).all()


def test_a_folder_without_notes_is_refused(folder: Path) -> None:
    with pytest.raises(TrainingError, match="no noise notes"):
        read_notes(folder, np.array([0]))
