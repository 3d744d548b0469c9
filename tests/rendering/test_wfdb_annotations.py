"""The annotation file, read back by the reference implementation against the true waves."""

from pathlib import Path

import pytest
import wfdb

from cardio_agent.errors import BadRequest
from cardio_agent.leads import LEADS
from cardio_agent.rendering.wfdb_annotations import lead_annotation_files, lead_marks, render_wfdb
from cardio_agent.schema import Analysis, Beat, Beats, LeadWaves, Report, Wave, Waves
from cardio_agent.simulation import SimulatedEcg


def test_fiducials_are_the_true_ones(
    report: Report, analysis: Analysis, simulated: SimulatedEcg, tmp_path: Path
) -> None:
    (tmp_path / "r.fid").write_bytes(render_wfdb(report, analysis))
    read = wfdb.rdann(str(tmp_path / "r"), "fid")

    assert read.fs == simulated.ecg.fs_hz
    pairs = list(zip(read.sample.tolist(), read.symbol, strict=True))
    beats = simulated.truth.waves.beats
    for symbol, waves in (("p", beats.p), ("t", beats.t)):
        assert [sample for sample, s in pairs if s == symbol] == [wave.peak for wave in waves]
    assert [sample for sample, s in pairs if s in "NSV/Q"] == [wave.peak for wave in beats.qrs]
    edges = sorted(edge for wave in (*beats.p, *beats.qrs, *beats.t) for edge in (wave.onset, wave.offset))
    assert sorted(sample for sample, s in pairs if s in "()") == edges
    assert read.sample.tolist() == sorted(read.sample.tolist())


def test_a_report_alone_holds_no_waves(report: Report) -> None:
    with pytest.raises(BadRequest, match="give the recording"):
        render_wfdb(report)


def test_each_lead_has_its_own_file_as_in_ludb(simulated: SimulatedEcg, tmp_path: Path) -> None:
    waves = simulated.truth.waves
    for suffix, content in lead_annotation_files(waves).items():
        (tmp_path / f"r.{suffix}").write_bytes(content)
    for lead in LEADS:
        read = wfdb.rdann(str(tmp_path / "r"), lead.lower())
        own = waves.leads[lead]
        marks = list(zip(read.sample.tolist(), read.symbol, strict=True))[1:]  # after the note
        triples = [tuple(sample for sample, _ in marks[k : k + 3]) for k in range(0, len(marks), 3)]
        assert triples == sorted(tuple(wave) for wave in (*own.p, *own.qrs, *own.t))
        assert [s for _, s in marks[::3]] == ["("] * len(triples)
        assert [s for _, s in marks[2::3]] == [")"] * len(triples)


def test_waves_that_touch_keep_their_brackets_in_order() -> None:
    touching = LeadWaves(p=(Wave(10, 20, 30),), qrs=(Wave(30, 40, 50),))
    waves = Waves(500.0, Beats((Beat(qrs=Wave(30, 40, 50), kind="ventricular"),)), {"II": touching})
    found = lead_marks(waves, "II")
    assert [symbol for _, symbol in found] == ["(", "p", ")", "(", "V", ")"]


def test_a_lead_that_was_not_recorded_has_the_note_alone(tmp_path: Path) -> None:
    waves = Waves(500.0, Beats(()), {"V3": LeadWaves()})
    (tmp_path / "r.v3").write_bytes(lead_annotation_files(waves)["v3"])
    assert wfdb.rdann(str(tmp_path / "r"), "v3").symbol == ['"']
