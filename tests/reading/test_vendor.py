"""Vendor files, each built by hand from its specification (DICOM with pydicom), decoded by the library."""

import base64
import binascii
import json
import struct
import sys
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, TwelveLeadECGWaveformStorage

from cardio_agent.errors import (
    BadRecording,
    InputError,
    MissingExtra,
    UnknownUnits,
    UnreadableFile,
    UnsupportedFormat,
)
from cardio_agent.leads import LEADS
from cardio_agent.reading import read_ecg

EIGHT = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
STEP_MV = 0.005  # the files hold steps of 5 µV
WITHIN_A_STEP = 0.0026  # half a step, and a little for sums of two
Build = Callable[[np.ndarray], bytes]


def _counts(ecg_mv: np.ndarray, leads: Sequence[str]) -> np.ndarray:
    """Steps of 5 µV, (leads, n) int16."""
    return np.round(ecg_mv[[LEADS.index(lead) for lead in leads]] / STEP_MV).astype("<i2")


def muse_xml(ecg_mv: np.ndarray, units: str = "<LeadAmplitudeUnits>MICROVOLTS</LeadAmplitudeUnits>") -> bytes:
    def waveform(kind: str, counts: np.ndarray) -> str:
        leads = "".join(
            f"<LeadData><LeadAmplitudeUnitsPerBit>5</LeadAmplitudeUnitsPerBit>{units}<LeadID>{lead}</LeadID>"
            f"<WaveFormData>\n{base64.b64encode(row.tobytes()).decode()}\n</WaveFormData></LeadData>"
            for lead, row in zip(EIGHT, counts, strict=True)
        )
        return (
            f"<Waveform><WaveformType>{kind}</WaveformType><SampleBase>500</SampleBase>"
            f"<SampleExponent>0</SampleExponent>{leads}</Waveform>"
        )

    counts = _counts(ecg_mv, EIGHT)
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE RestingECG SYSTEM "restecg.dtd"><RestingECG>'
        "<PatientDemographics><PatientID>SECRET-7</PatientID><PatientAge>61</PatientAge><AgeUnits>YEARS</AgeUnits>"
        "<Gender>FEMALE</Gender></PatientDemographics><TestDemographics><AcquisitionDevice>MAC55</AcquisitionDevice>"
        "<AcquisitionDate>03-14-2019</AcquisitionDate><AcquisitionTime>08:15:30</AcquisitionTime></TestDemographics>"
        f"{waveform('Median', counts[:, :600])}{waveform('Rhythm', counts)}</RestingECG>"
    ).encode("latin-1")


def aecg_xml(ecg_mv: np.ndarray) -> bytes:
    sequences = "".join(
        f'<component><sequence><code code="MDC_ECG_LEAD_{lead.upper()}"/><value xsi:type="SLIST_PQ">'
        f'<origin value="0" unit="uV"/><scale value="5" unit="uV"/><digits>{" ".join(map(str, row))}</digits>'
        "</value></sequence></component>"
        for lead, row in zip(LEADS, _counts(ecg_mv, LEADS), strict=True)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><AnnotatedECG xmlns="urn:hl7-org:v3" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><effectiveTime><low value="20190314081530"/>'
        '</effectiveTime><component><series><code code="RHYTHM"/><component><sequenceSet>'
        '<component><sequence><code code="TIME_ABSOLUTE"/><value xsi:type="GLIST_TS">'
        '<head value="20190314081530.000"/><increment value="0.002" unit="s"/></value></sequence></component>'
        f"{sequences}</sequenceSet></component></series></component></AnnotatedECG>"
    ).encode()


def mortara_xml(ecg_mv: np.ndarray) -> bytes:
    channels = "".join(
        f'<CHANNEL NAME="{lead}" OFFSET="0" BITS="16" FORMAT="SIGNED" UNITS_PER_MV="200" DURATION="5000" '
        f'SAMPLE_FREQ="500" ENCODING="BASE64" DATA="{base64.b64encode(row.tobytes()).decode()}"/>'
        for lead, row in zip(LEADS, _counts(ecg_mv, LEADS), strict=True)
    )
    return (
        '<?xml version="1.0"?><ECG ACQUISITION_TIME="20190314081530" AGE="61" AGE_UNITS="Y">'
        f'<SUBJECT GENDER="Female"/><SOURCE MANUFACTURER="Mortara" MODEL="ELI250"/>{channels}</ECG>'
    ).encode()


def sierra_xml(ecg_mv: np.ndarray) -> bytes:
    samples = " ".join(str(v) for row in _counts(ecg_mv, LEADS) for v in row)
    return (
        '<?xml version="1.0" encoding="utf-16"?><restingecgdata><documentinfo><documenttype>PhilipsECG</documenttype>'
        '<documentversion>1.04</documentversion></documentinfo><dataacquisition date="2019-03-14" time="08:15:30">'
        "<machine>PageWriter TC50</machine><signalcharacteristics><acquisitiontype>STD-12</acquisitiontype>"
        "</signalcharacteristics></dataacquisition><patient><generalpatientdata><age><years>61</years></age>"
        f'<sex>Female</sex></generalpatientdata></patient><waveforms><parsedwaveforms dataencoding="Plain" '
        f'numberofleads="12" leadlabels="{" ".join(LEADS)}" durationperchannel="{ecg_mv.shape[1] * 2}" '
        f'samplespersecond="500" resolution="5" signaloffset="0">{samples}</parsedwaveforms></waveforms>'
        "</restingecgdata>"
    ).encode("utf-16")


def _scp_section(number: int, body: bytes) -> bytes:
    body += b"\0" * (len(body) % 2)
    rest = struct.pack("<HIBB6x", number, 16 + len(body), 20, 20) + body
    return struct.pack("<H", binascii.crc_hqx(rest, 0xFFFF)) + rest


def scp(ecg_mv: np.ndarray, starts: Sequence[int] = (1,) * 8, nv_per_count: int = 5000) -> bytes:
    counts = _counts(ecg_mv, EIGHT)
    n = counts.shape[1]
    codes = (1, 2, 3, 4, 5, 6, 7, 8)
    tags = b"".join(
        struct.pack("<BH", tag, len(value)) + value
        for tag, value in ((4, struct.pack("<HB", 61, 1)), (8, b"\x02"), (25, struct.pack("<HBB", 2019, 3, 14)),
                           (26, bytes((8, 15, 30))), (255, b""))
    )  # fmt: skip
    leads = bytes((8, 0x44)) + b"".join(
        struct.pack("<IIB", start, start + n - 1, code) for start, code in zip(starts, codes, strict=True)
    )
    rhythm = (
        struct.pack("<HHBB", nv_per_count, 2000, 0, 0) + struct.pack("<8H", *[2 * n] * 8) + counts.tobytes()
    )
    sections = [_scp_section(1, tags), _scp_section(3, leads), _scp_section(6, rhythm)]
    pointers, index = b"", 7 + 16 + 40
    table = [(0, 16 + 40, 7)]
    for number, section in zip((1, 3, 6), sections, strict=True):
        table.append((number, len(section), index))
        index += len(section)
    pointers = b"".join(struct.pack("<HII", *row) for row in table)
    body = _scp_section(0, pointers) + b"".join(sections)
    rest = struct.pack("<I", 6 + len(body)) + body
    return struct.pack("<H", binascii.crc_hqx(rest, 0xFFFF)) + rest


def edf(
    ecg_mv: np.ndarray, leads: Sequence[str] = LEADS, rates: Sequence[int] | None = None, unit: str = "uV"
) -> bytes:
    rates = rates or [500] * len(leads)
    counts = _counts(ecg_mv, leads)

    def fields(values: Sequence[object], width: int) -> bytes:
        return b"".join(str(value).ljust(width).encode("ascii") for value in values)

    n = len(leads)
    head = fields(["0"], 8) + fields(["X F 14-MAR-1958 X", "Startdate 14-MAR-2019 X X MAC55"], 80)
    head += fields(["14.03.19", "08.15.30", 256 * (n + 1)], 8) + fields(["EDF+C"], 44) + fields([10, 1], 8)
    head += fields([n], 4) + fields([f"ECG {lead}" for lead in leads], 16) + fields([""] * n, 80)
    head += fields([unit] * n, 8) + fields([-163840] * n, 8) + fields([163835] * n, 8)
    head += fields([-32768] * n, 8) + fields([32767] * n, 8) + fields([""] * n, 80) + fields(rates, 8)
    head += fields([""] * n, 32)
    data = b""
    for second in range(10):
        for row, rate in zip(counts, rates, strict=True):
            data += row[second * 500 : (second + 1) * 500 : 500 // rate].tobytes()
    return head + data


def ishne(ecg_mv: np.ndarray, codes: Sequence[int] = tuple(range(5, 17))) -> bytes:
    block = bytearray(512)
    struct.pack_into("<iiii", block, 0, 0, ecg_mv.shape[1], 522, 522)
    struct.pack_into("<hhh", block, 16, 1, 0, 0)
    struct.pack_into("<hh", block, 118, 2, 0)  # female
    struct.pack_into("<hhh", block, 122, 14, 3, 1958)
    struct.pack_into("<hhh", block, 128, 14, 3, 2019)
    struct.pack_into("<hhh", block, 140, 8, 15, 30)
    struct.pack_into("<h", block, 146, 12)
    struct.pack_into("<12h", block, 148, *codes)
    struct.pack_into("<12h", block, 196, *[5000] * 12)  # nV a step
    struct.pack_into("<h", block, 262, 500)
    return b"ISHNE1.0" + struct.pack("<H", 0) + bytes(block) + _counts(ecg_mv, LEADS).T.tobytes()


def mfer(ecg_mv: np.ndarray) -> bytes:
    codes = {"I": 1, "II": 2, "III": 61, "aVR": 62, "aVL": 63, "aVF": 64} | {
        f"V{i}": 2 + i for i in range(1, 7)
    }

    def tlv(tag: int, value: bytes) -> bytes:
        size = bytes((len(value),)) if len(value) < 128 else b"\x84" + len(value).to_bytes(4, "big")
        return bytes((tag,)) + size + value

    out = tlv(0x40, b"MFR Standard 12 leads ECG") + tlv(0x01, b"\x01") + tlv(0x05, b"\x0c")
    out += tlv(0x04, struct.pack("<H", ecg_mv.shape[1])) + tlv(0x06, b"\x01") + tlv(0x0A, b"\x00")
    out += tlv(0x0B, b"\x01" + struct.pack("<bH", -3, 2)) + tlv(0x0C, b"\x00" + struct.pack("<bH", -6, 5))
    for i, lead in enumerate(LEADS):
        out += b"\x3f" + bytes((i,)) + bytes((3,)) + tlv(0x09, bytes((codes[lead],)))
    return out + tlv(0x84, b"\x02") + tlv(0x1E, _counts(ecg_mv, LEADS).tobytes()) + b"\x80"


def kardia_json(ecg_mv: np.ndarray) -> bytes:
    names = {"leadI": "I", "leadII": "II", "leadIII": "III", "AVR": "aVR", "AVL": "aVL", "AVF": "aVF"}
    samples = {key: _counts(ecg_mv, [lead])[0].tolist() for key, lead in names.items()}
    raw = {"frequency": 500, "amplitudeResolution": 5000, "numLeads": 6, "samples": samples}
    recording = {
        "id": "x",
        "recordedAt": "2019-03-14T08:15:30Z",
        "algorithmDetermination": "normal",
        "data": {"raw": raw},
    }
    return json.dumps(recording).encode()


def dicom_dataset(ecg_mv: np.ndarray, unit: str | None = "uV") -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = meta.MediaStorageSOPInstanceUID = TwelveLeadECGWaveformStorage
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds = FileDataset("x", {}, file_meta=meta, preamble=b"\0" * 128)
    ds.SOPClassUID = ds.SOPInstanceUID = TwelveLeadECGWaveformStorage
    ds.PatientSex, ds.PatientAge, ds.AcquisitionDateTime = "F", "061Y", "20190314081530"
    group = Dataset()
    group.NumberOfWaveformChannels, group.NumberOfWaveformSamples = 12, ecg_mv.shape[1]
    group.SamplingFrequency, group.MultiplexGroupLabel = "500", "RHYTHM"
    group.WaveformBitsAllocated, group.WaveformSampleInterpretation = 16, "SS"
    group.WaveformData = _counts(ecg_mv, LEADS).T.tobytes()
    group.ChannelDefinitionSequence = [_dicom_channel(lead, unit) for lead in LEADS]
    ds.WaveformSequence = [group]
    return ds


def _dicom_channel(lead: str, unit: str | None) -> Dataset:
    source, channel = Dataset(), Dataset()
    source.CodeValue, source.CodingSchemeDesignator, source.CodeMeaning = "5.6.3-9-00", "XX", f"Lead {lead}"
    channel.ChannelSourceSequence = [source]
    if unit:
        units = Dataset()
        units.CodeValue, units.CodingSchemeDesignator, units.CodeMeaning = unit, "UCUM", "unit"
        channel.ChannelSensitivity, channel.ChannelSensitivityUnitsSequence = "5", [units]
        channel.ChannelSensitivityCorrectionFactor, channel.ChannelBaseline = "1", "0"
    return channel


def dicom(ecg_mv: np.ndarray) -> bytes:
    stream = BytesIO()
    pydicom.dcmwrite(stream, dicom_dataset(ecg_mv))
    return stream.getvalue()


BUILDERS: dict[str, Build] = {
    "ge_muse_xml": muse_xml, "hl7_aecg": aecg_xml, "mortara_el250": mortara_xml, "sierra_xml": sierra_xml,
    "scp_ecg": scp, "edf_plus": edf, "ishne_holter": ishne, "mfer": mfer, "alivecor_kardia": kardia_json,
    "dicom_waveform": dicom,
}  # fmt: skip


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
    with pytest.raises(UnreadableFile, match="truncated|decoded"):
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
    max_examples=40, derandomize=True, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(edits=EDITS)
def test_damaged_file_gives_a_recording_or_one_clear_error(
    family: str, edits: list[tuple[int, int, bytes]], tmp_path: Path, ecg_mv: np.ndarray
) -> None:
    raw = BUILDERS[family](ecg_mv[:, :3000])
    for at, removed, inserted in edits:
        raw = raw[:at] + inserted + raw[at + removed :]
    (tmp_path / "file").write_bytes(raw)
    try:
        assert read_ecg(tmp_path / "file").signal_mv.shape[0] == 12
    except InputError as error:
        assert "\n" not in str(error)
