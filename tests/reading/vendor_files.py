"""Vendor files built by hand from their specifications (DICOM with pydicom), for the tests that read them.

All hold the same ECG in steps of 5 µV at 500 Hz, of a woman of 61, recorded on 14 March 2019 at 08:15:30.
"""

import base64
import binascii
import json
import struct
from collections.abc import Callable, Sequence
from io import BytesIO

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, TwelveLeadECGWaveformStorage

from cardio_agent.leads import LEADS

EIGHT = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
STEP_MV = 0.005  # the files hold steps of 5 µV
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
        '<?xml version="1.0" encoding="utf-16"?><restingecgdata><documentinfo>'
        "<documenttype>PhilipsECG</documenttype><documentversion>1.04</documentversion></documentinfo>"
        '<dataacquisition date="2019-03-14" time="08:15:30">'
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
    age, female, day, time = (
        struct.pack("<HB", 61, 1),
        b"\x02",
        struct.pack("<HBB", 2019, 3, 14),
        bytes((8, 15, 30)),
    )
    tags = b"".join(
        struct.pack("<BH", tag, len(value)) + value
        for tag, value in ((4, age), (8, female), (25, day), (26, time), (255, b""))
    )
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
