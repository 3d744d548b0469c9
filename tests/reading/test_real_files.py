"""The real recordings of the shared data, all of them."""

import csv
from pathlib import Path

import numpy as np
import pytest

from cardio_agent.leads import LEADS
from cardio_agent.reading import read_ecg

SETS = {
    "PTB-XL 100 Hz": ("ptbxl/wfdb/records100/*/*.hea", 144),
    "PTB-XL 500 Hz": ("ptbxl/wfdb/records500/*/*.hea", 144),
    "LUDB": ("ludb/data/*.hea", 100),
    "Georgia and Chapman": ("other_sources/*.hea", 8),
}


def _decoded(header: Path) -> tuple[float, list[str], np.ndarray]:
    """Rate, names and samples in mV of a record in format 16, from its bytes alone."""
    lines = header.read_text().splitlines()
    n_signals, rate = int(lines[0].split()[1]), float(lines[0].split()[2])
    fields = [line.split() for line in lines[1 : n_signals + 1]]
    skipped = 24 if fields[0][0].endswith(".mat") else 0
    raw = (header.parent / fields[0][0]).read_bytes()[skipped:]
    counts = np.frombuffer(raw, "<i2").reshape(-1, n_signals).T.astype(np.float64)
    gains = np.array([float(f[2].split("(")[0]) for f in fields])[:, None]
    zeros = np.array([int(f[2].split("(")[1].split(")")[0]) for f in fields])[:, None]
    return rate, [f[8].upper() for f in fields], (counts - zeros) / gains


@pytest.mark.parametrize("name", SETS)
def test_every_record_is_what_its_bytes_say(name: str, shared_data: Path) -> None:
    pattern, n_expected = SETS[name]
    headers = sorted(shared_data.glob(pattern))
    assert len(headers) == n_expected
    for header in headers:
        ecg = read_ecg(header)
        rate, names, signal_mv = _decoded(header)
        assert names == [lead.upper() for lead in LEADS]
        assert ecg.fs_hz == rate
        assert np.array_equal(ecg.signal_mv, signal_mv.astype(np.float32)), header.name
        assert (ecg.missing_leads, ecg.source.derived_leads, ecg.source.notes) == ((), (), ())


def test_ages_and_sexes_of_ludb(shared_data: Path) -> None:
    with (shared_data / "ludb" / "ludb.csv").open(encoding="utf-8") as file:
        rows = {row["ID"].strip(): row for row in csv.DictReader(file)}
    for header in sorted((shared_data / "ludb" / "data").glob("*.hea"))[::4]:
        patient, row = read_ecg(header).patient, rows[header.stem]
        age = row["Age"].strip()
        assert patient.age_years == (float(age) if age.isdigit() else None)
        assert patient.sex == {"M": "male", "F": "female"}[row["Sex"].strip()]


@pytest.mark.parametrize(
    ("name", "age", "device"),
    [
        ("129DYPRG.XML", 50.0, "HeartstartMRx"),
        ("3191723_ZZDEMOPTONLY_1-04_orig.xml", 60.0, "Philips Medical Products PageWriter Touch"),
    ],
)
def test_philips(name: str, age: float, device: str, shared_data: Path) -> None:
    ecg = read_ecg(shared_data / "vendor" / name)
    one, two, three = ecg.lead("I"), ecg.lead("II"), ecg.lead("III")

    # Residuals of the compression wrongly undone, or a calibration pulse left in, would break the laws of
    # the limb leads by far more than the steps of 5 µV.
    assert np.abs(one + three - two).max() < 0.0101
    assert np.abs(ecg.lead("aVR") + (one + two) / 2).max() < 0.0101
    assert np.abs(ecg.lead("aVF") - (two + three) / 2).max() < 0.0101
    assert 10.0 <= ecg.duration_s <= 11.0
    assert 0.5 < np.abs(ecg.signal_mv).max() < 5.0
    assert (ecg.patient.age_years, ecg.patient.sex, ecg.source.device) == (age, "male", device)
    assert any("calibration pulse" in note for note in ecg.source.notes)
