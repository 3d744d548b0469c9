"""Vendor files as other systems write them: the same ECG in another dress gives the same recording."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest

from cardio_agent.leads import LEADS
from cardio_agent.reading import read_ecg
from tests.reading.vendor_files import aecg_xml, dicom_dataset, edf, mortara_xml, muse_xml, sierra_xml

WITHIN_A_STEP = 0.0026  # half of 5 µV, and a little for sums of two
MDC_LEADS = {
    "I": 1,
    "II": 2,
    "III": 61,
    "aVR": 62,
    "aVL": 63,
    "aVF": 64,
    **{f"V{n}": n + 2 for n in range(1, 7)},
}
IN_UV = '<origin value="0" unit="uV"/><scale value="5" unit="uV"/>'
IN_MV = '<origin value="0" unit="mV"/><scale value="0.005" unit="mV"/>'


def muse(ecg_mv: np.ndarray) -> str:
    return muse_xml(ecg_mv).decode("latin-1")


def aecg(ecg_mv: np.ndarray) -> str:
    return aecg_xml(ecg_mv).decode()


def prefixed(ecg_mv: np.ndarray) -> bytes:
    """Every element in a namespace with a prefix."""
    declaration, document = aecg(ecg_mv).split("?>", 1)
    named = re.sub(r"<(/?)([A-Za-z])", r"<\1hl7:\2", document).replace("xmlns=", "xmlns:hl7=")
    return f"{declaration}?>{named}".encode()


def implicit_dicom(ecg_mv: np.ndarray) -> bytes:
    dataset = dicom_dataset(ecg_mv)
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
    return _written(dataset)


def dicom_in_mv(ecg_mv: np.ndarray) -> bytes:
    dataset = dicom_dataset(ecg_mv)
    for channel in dataset.WaveformSequence[0].ChannelDefinitionSequence:
        channel.ChannelSensitivity = "0.005"
        channel.ChannelSensitivityUnitsSequence[0].CodeValue = "mV"
    return _written(dataset)


def dicom_with_codes_of_11073(ecg_mv: np.ndarray) -> bytes:
    dataset = dicom_dataset(ecg_mv)
    dataset.SOPClassUID = pydicom.uid.GeneralECGWaveformStorage
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    channels = dataset.WaveformSequence[0].ChannelDefinitionSequence
    for lead, channel in zip(LEADS, channels, strict=True):
        source = channel.ChannelSourceSequence[0]
        source.CodeValue, source.CodingSchemeDesignator = f"2:{MDC_LEADS[lead]}", "MDC"
        source.CodeMeaning = "channel"
    return _written(dataset)


def _written(dataset: pydicom.FileDataset) -> bytes:
    stream = BytesIO()
    pydicom.dcmwrite(stream, dataset)
    return stream.getvalue()


VARIANTS: dict[str, Callable[[np.ndarray], bytes]] = {
    "aECG, namespace prefix": prefixed,
    "aECG, UTF-16": lambda ecg: aecg(ecg).replace("UTF-8", "UTF-16").encode("utf-16"),
    "aECG, byte order mark": lambda ecg: b"\xef\xbb\xbf" + aecg_xml(ecg),
    "aECG, in mV": lambda ecg: aecg(ecg).replace(IN_UV, IN_MV).encode(),
    "MUSE, rate with exponent": lambda ecg: (
        muse(ecg)
        .replace(
            "<SampleBase>500</SampleBase><SampleExponent>0<", "<SampleBase>5</SampleBase><SampleExponent>2<"
        )
        .encode()
    ),
    "MUSE, Windows code page": lambda ecg: (
        muse(ecg).replace("ISO-8859-1", "windows-1252").replace("SECRET-7", "Müller").encode("cp1252")
    ),
    "MUSE, without document type": lambda ecg: re.sub(r"<!DOCTYPE[^>]*>", "", muse(ecg)).encode("latin-1"),
    "MUSE, broken lines": lambda ecg: muse(ecg).replace("><", ">\r\n<").encode("latin-1"),
    "MUSE, without median": lambda ecg: re.sub(
        r"<Waveform><WaveformType>Median.*?</Waveform>", "", muse(ecg), flags=re.DOTALL
    ).encode(),
    "Mortara, Latin-1": lambda ecg: mortara_xml(ecg).replace(
        b'version="1.0"', b'version="1.0" encoding="ISO-8859-1"', 1
    ),
    "Sierra, UTF-8": lambda ecg: sierra_xml(ecg).decode("utf-16").replace("utf-16", "utf-8").encode(),
    "DICOM, implicit VR": implicit_dicom,
    "DICOM, in mV": dicom_in_mv,
    "DICOM, general ECG, leads by code": dicom_with_codes_of_11073,
    "EDF, not EDF+": lambda ecg: edf(ecg).replace(b"EDF+C", b"     "),
    "EDF, plain lead names": lambda ecg: edf(ecg).replace(b"ECG aVR ", b"aVR     "),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_recording_is_the_same(variant: str, tmp_path: Path, ecg_mv: np.ndarray) -> None:
    (tmp_path / "file").write_bytes(VARIANTS[variant](ecg_mv))
    ecg = read_ecg(tmp_path / "file")
    assert (ecg.fs_hz, ecg.missing_leads) == (500.0, ())
    assert ecg.signal_mv == pytest.approx(ecg_mv, abs=2 * WITHIN_A_STEP)
    assert str(ecg.source.recorded_at) == "2019-03-14 08:15:30"
