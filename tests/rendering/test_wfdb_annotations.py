"""The annotation file, read back by the reference implementation against the true waves."""

from pathlib import Path

import pytest
import wfdb

from cardio_agent.errors import BadRequest
from cardio_agent.rendering.wfdb_annotations import render_wfdb
from cardio_agent.schema import Analysis, Report
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
