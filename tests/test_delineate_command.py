"""``cardio-agent delineate`` in its formats."""

import csv
import io
import json
from pathlib import Path

import pytest

from cardio_agent.cli import main
from cardio_agent.cli.delineate import CSV_COLUMNS


def test_json_has_waves_kinds_and_spikes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["delineate", "sample:paced"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert set(table["kinds"]) == {"paced"}
    assert len(table["kinds"]) == len(table["beats"]["qrs"])
    assert len(table["pacing_spikes"]) >= len(table["kinds"]) - 1


def test_csv_has_one_row_a_wave(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["delineate", "sample:pvc", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert tuple(rows[0]) == CSV_COLUMNS
    beats = [row for row in rows if row["lead"] == "all" and row["wave"] == "qrs"]
    assert {row["kind"] for row in beats} == {"sinus", "ventricular"}
    assert sum(row["lead"] == "V6" and row["wave"] == "qrs" for row in rows) == len(beats)
    assert float(beats[0]["onset_s"]) == pytest.approx(int(beats[0]["onset_sample"]) / 500)


def test_wfdb_annotations_are_read_back(tmp_path: Path) -> None:
    wfdb = pytest.importorskip("wfdb")
    out = tmp_path / "pvc.fid"
    assert main(["delineate", "sample:pvc", "--format", "wfdb", "--out", str(out)]) == 0
    found = wfdb.rdann(str(out.with_suffix("")), "fid")
    assert found.fs == 500
    assert {"(", ")", "p", "t", "N", "V"} <= set(found.symbol)


def test_a_figure_is_drawn_beside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figure = tmp_path / "waves.png"
    assert main(["delineate", "sample:normal", "--figure", str(figure)]) == 0
    assert figure.read_bytes().startswith(b"\x89PNG")
    assert json.loads(capsys.readouterr().out)["fs_hz"] == 500


def test_an_annotation_file_a_lead_is_written_beside(tmp_path: Path) -> None:
    wfdb = pytest.importorskip("wfdb")
    record = tmp_path / "ecg"
    out = tmp_path / "ecg.json"
    assert main(["delineate", "sample:pvc", "--lead-annotations", str(record), "--out", str(out)]) == 0
    assert len(list(tmp_path.glob("ecg.*"))) == 13
    found = wfdb.rdann(str(record), "avf")
    assert {"(", ")", "p", "t", "N", "V"} <= set(found.symbol)
    waves = json.loads(out.read_text())["leads"]["aVF"]
    assert [s for s, symbol in zip(found.sample, found.symbol, strict=True) if symbol == "p"] == [
        peak for _, peak, _ in waves["p"]
    ]
