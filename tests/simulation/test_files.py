"""Simulated ECGs as WFDB files, read back by the reference implementation; the packaged samples."""

import json
import warnings
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from cardio_agent.errors import BadRequest
from cardio_agent.leads import LEADS
from cardio_agent.resources import sample_path
from cardio_agent.simulation import (
    CONDITIONS,
    lose_leads,
    make_samples,
    simulate,
    write_simulation,
    write_wfdb,
)


@pytest.fixture(scope="module")
def wfdb() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import wfdb
    return wfdb


def test_a_written_record_reads_back_within_half_a_microvolt(tmp_path: Path, wfdb: ModuleType) -> None:
    ecg = simulate("lvh", fs_hz=250, noise_snr_db=15, age_years=59, sex="male").ecg
    header = write_wfdb(ecg, tmp_path / "new", "one")
    record = wfdb.rdrecord(str(header.with_suffix("")))
    assert (record.fs, record.sig_name, record.units) == (250, list(LEADS), ["mV"] * 12)
    assert record.comments == ["Age: 59", "Sex: Male", "Simulated: by cardio_agent"]
    np.testing.assert_allclose(record.p_signal.T, ecg.signal_mv, atol=0.00051)
    digital = wfdb.rdrecord(str(header.with_suffix("")), physical=False)
    written, counted = (np.array(sums) % 2**16 for sums in (digital.checksum, digital.calc_checksum()))
    np.testing.assert_array_equal(written, counted)


def test_missing_leads_read_back_as_missing(tmp_path: Path, wfdb: ModuleType) -> None:
    header = write_wfdb(lose_leads(simulate("normal").ecg, ("V1",)), tmp_path, "one")
    signal = wfdb.rdrecord(str(header.with_suffix(""))).p_signal.T
    assert np.isnan(signal[LEADS.index("V1")]).all()
    assert np.isfinite(np.delete(signal, LEADS.index("V1"), axis=0)).all()


def test_the_truth_stands_beside_the_record(tmp_path: Path) -> None:
    simulated = simulate("pvc")
    header = write_simulation(simulated, tmp_path, "pvc")
    truth = json.loads((tmp_path / "pvc.truth.json").read_text())
    assert header == tmp_path / "pvc.hea"
    assert (truth["pr_ms"], truth["qrs_ms"]) == (160, 90)
    assert [tuple(b["qrs"]) for b in truth["beats"]] == list(simulated.truth.waves.beats.qrs)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(BadRequest, match="cannot write"):
        write_wfdb(simulate("normal").ecg, tmp_path / "taken", "one")


def test_packaged_samples_are_those_of_a_fresh_run(tmp_path: Path) -> None:
    fresh = make_samples(tmp_path)
    assert {p.stem for p in fresh} == set(CONDITIONS)
    for header in fresh:
        packaged = sample_path(header.stem)
        made, kept = (np.fromfile(p.with_suffix(".dat"), "<i2").astype(int) for p in (header, packaged))
        assert np.abs(made - kept).max() <= 1, header.stem  # rounding may differ between machines
        made_header, kept_header = (p.read_text().splitlines() for p in (header, packaged))
        assert made_header[0] == kept_header[0]
        assert made_header[13:] == kept_header[13:]
