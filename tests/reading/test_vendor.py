"""Vendor files: what is decoded is what was built in, and what was read only in part is refused."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.data import get_testdata_file

from cardio_agent.errors import BadRecording, MissingExtra, UnknownUnits, UnreadableFile, UnsupportedFormat
from cardio_agent.leads import LEADS
from cardio_agent.reading import read_ecg
from tests.reading.vendor_files import BUILDERS, dicom, dicom_dataset, edf, ishne, muse_xml, scp, sierra_xml

WITHIN_A_STEP = 0.0026  # half of 5 µV, and a little for sums of two


@pytest.mark.parametrize("family", BUILDERS)
def test_signal_and_rate(family: str, tmp_path: Path, ecg_mv: np.ndarray) -> None:
    (tmp_path / "file").write_bytes(BUILDERS[family](ecg_mv))  # no suffix: content decides

    ecg = read_ecg(tmp_path / "file")

    assert (ecg.source.format, ecg.fs_hz, ecg.n_samples) == (family, 500.0, 5000)
    recorded = [LEADS.index(lead) for lead in LEADS if lead not in ecg.missing_leads]
    assert len(recorded) == (6 if family == "alivecor_kardia" else 12)
    assert np.allclose(ecg.signal_mv[recorded], ecg_mv[recorded], atol=2 * WITHIN_A_STEP)
    assert "converted from µV to mV" in ecg.source.notes


@pytest.mark.parametrize(
    "family",
    ["ge_muse_xml", "mortara_el250", "sierra_xml", "scp_ecg", "edf_plus", "ishne_holter", "dicom_waveform"],
)
def test_patient_and_time(family: str, tmp_path: Path, ecg_mv: np.ndarray) -> None:
    (tmp_path / "file").write_bytes(BUILDERS[family](ecg_mv))
    ecg = read_ecg(tmp_path / "file")
    assert (ecg.patient.age_years, ecg.patient.sex) == (61.0, "female")
    assert str(ecg.source.recorded_at) == "2019-03-14 08:15:30"


@pytest.mark.parametrize("family", ["ge_muse_xml", "scp_ecg"])
def test_eight_leads_give_twelve(family: str, tmp_path: Path, ecg_mv: np.ndarray) -> None:
    (tmp_path / "file").write_bytes(BUILDERS[family](ecg_mv))
    assert read_ecg(tmp_path / "file").source.derived_leads == ("III", "aVR", "aVL", "aVF")


def test_nothing_of_the_identity_is_kept(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    (tmp_path / "a.xml").write_bytes(muse_xml(ecg_mv))
    ecg = read_ecg(tmp_path / "a.xml")
    assert "SECRET" not in ecg.source.model_dump_json() + ecg.patient.model_dump_json()
    assert ecg.source.device == "MAC55"


def test_dicom_is_what_pydicom_decodes() -> None:
    path = get_testdata_file("waveform_ecg.dcm", download=False)
    expected_uv = pydicom.dcmread(path).waveform_array(0).T  # pydicom applies the sensitivity itself
    ecg = read_ecg(path)
    assert np.allclose(ecg.signal_mv, expected_uv / 1000, atol=1e-6)
    assert ecg.fs_hz == 1000.0


@pytest.mark.parametrize("family", ["ge_muse_xml", "dicom_waveform"])
def test_unit_that_the_file_leaves_open(family: str, tmp_path: Path, ecg_mv: np.ndarray) -> None:
    path = tmp_path / "file"
    if family == "ge_muse_xml":
        path.write_bytes(muse_xml(ecg_mv, units=""))
    else:
        dicom_dataset(ecg_mv, unit=None).save_as(path)
    with pytest.raises(UnknownUnits, match="'uncalibrated counts', which is not a calibrated voltage"):
        read_ecg(path, units="uV")


def test_one_microvolt_a_count_needs_no_scaling(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    (tmp_path / "a.scp").write_bytes(scp(ecg_mv * 5, nv_per_count=1000))
    assert np.allclose(read_ecg(tmp_path / "a.scp").signal_mv, ecg_mv, atol=2 * WITHIN_A_STEP)


@pytest.mark.parametrize("pulse_mv", [1.0, 0.5])
def test_calibration_pulse_is_cut_off(pulse_mv: float, tmp_path: Path, ecg_mv: np.ndarray) -> None:
    pulse = np.zeros((12, 200))
    pulse[:, 50:150] = pulse_mv
    (tmp_path / "a.xml").write_bytes(sierra_xml(np.hstack([ecg_mv, pulse])))
    ecg = read_ecg(tmp_path / "a.xml")
    assert ecg.n_samples == 5000
    assert "calibration pulse cut off the end: 0.40 s in which all leads are the same" in ecg.source.notes


def test_flat_end_is_no_calibration_pulse(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    (tmp_path / "a.xml").write_bytes(sierra_xml(np.hstack([ecg_mv, np.zeros((12, 200))])))
    assert read_ecg(tmp_path / "a.xml").n_samples == 5200


def test_leads_recorded_one_after_another(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    (tmp_path / "a.scp").write_bytes(scp(ecg_mv, starts=(1, 1, 5001, 5001, 5001, 10001, 10001, 10001)))
    with pytest.raises(BadRecording, match="recorded one after another, not together"):
        read_ecg(tmp_path / "a.scp")


def test_leads_of_different_rates(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    (tmp_path / "a.edf").write_bytes(edf(ecg_mv, rates=[500] * 6 + [250] * 6))
    with pytest.raises(BadRecording, match="leads differ in length"):
        read_ecg(tmp_path / "a.edf")


def test_unnamed_holter_channels_are_no_leads(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    (tmp_path / "a.ecg").write_bytes(ishne(ecg_mv, codes=[0] * 12))  # 0: unknown; the library numbers them
    with pytest.raises(BadRecording, match="none of the 12 channels"):
        read_ecg(tmp_path / "a.ecg")


def test_microvolts_labelled_millivolts(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    (tmp_path / "a.edf").write_bytes(edf(ecg_mv, unit="mV"))
    with pytest.raises(BadRecording, match="impossible in an ECG"):
        read_ecg(tmp_path / "a.edf")


@pytest.mark.parametrize("family", BUILDERS)
def test_truncated_file(family: str, tmp_path: Path, ecg_mv: np.ndarray) -> None:
    whole = BUILDERS[family](ecg_mv)
    (tmp_path / "file").write_bytes(whole[: len(whole) * 2 // 3 + 1])
    with pytest.raises(UnreadableFile, match=r"truncated|decoded"):
        read_ecg(tmp_path / "file")


def test_deflated_dicom_is_not_inflated(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    raw = dicom(ecg_mv).replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.1.99", 1)
    (tmp_path / "a.dcm").write_bytes(raw)
    with pytest.raises(UnsupportedFormat, match="deflated DICOM is not read"):
        read_ecg(tmp_path / "a.dcm")


def test_variant_that_the_library_does_not_know(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    raw = sierra_xml(ecg_mv).decode("utf-16").replace("<documentversion>1.04<", "<documentversion>9.9<")
    (tmp_path / "a.xml").write_bytes(raw.encode("utf-16"))
    with pytest.raises(UnsupportedFormat, match=r"PhilipsECG 9.9 are unsupported"):
        read_ecg(tmp_path / "a.xml")


def test_dicom_without_its_package(
    tmp_path: Path, ecg_mv: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.dcm").write_bytes(dicom(ecg_mv))
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(MissingExtra, match="pip install pydicom"):
        read_ecg(tmp_path / "a.dcm")


EDITS = st.lists(
    st.tuples(st.integers(0, 3000), st.integers(0, 4), st.binary(max_size=6)), min_size=1, max_size=12
)


@pytest.mark.parametrize("family", BUILDERS)
@settings(
    max_examples=25, derandomize=True, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(edits=EDITS)
def test_damaged_file_gives_a_recording_or_one_clear_error(
    family: str,
    edits: list[tuple[int, int, bytes]],
    tmp_path: Path,
    ecg_mv: np.ndarray,
    outcome: Callable[[Path], str],
) -> None:
    raw = BUILDERS[family](ecg_mv[:, :3000])
    for at, removed, inserted in edits:
        raw = raw[:at] + inserted + raw[at + removed :]
    (tmp_path / "file").write_bytes(raw)
    assert "\n" not in outcome(tmp_path / "file")
