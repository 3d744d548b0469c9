"""Files that other libraries made: ECGs are read, scans and documents are refused in plain words."""

import contextlib
import gc
import io
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import BasicTextSRStorage, EncapsulatedPDFStorage, ExplicitVRLittleEndian
from pydicom.uid import SecondaryCaptureImageStorage as Scan
from reportlab.pdfgen.canvas import Canvas

from cardio_agent.errors import UnsupportedFormat
from cardio_agent.leads import LEADS
from cardio_agent.reading import read_ecg

PICTURES = ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP")
PAPER = "picture or PDF of a paper ECG cannot be read"


@pytest.fixture
def converted(
    wfdb: ModuleType, tmp_path: Path, ecg_mv: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], None]:
    """Run one of wfdb's own converters on a record that wfdb wrote."""
    import wfdb.io.convert.edf
    import wfdb.io.convert.matlab

    monkeypatch.chdir(tmp_path)
    wfdb.wrsamp(
        "rec", fs=500, units=["mV"] * 12, sig_name=list(LEADS), p_signal=ecg_mv.T, fmt=["16"] * 12,
        adc_gain=[1000.0] * 12, baseline=[0] * 12,
    )  # fmt: skip
    converters = {"edf": wfdb.io.convert.edf.wfdb_to_edf, "mat": wfdb.io.convert.matlab.wfdb_to_mat}

    def convert(kind: str) -> None:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # the converters leave files open
            converters[kind]("rec")
            gc.collect()

    return convert


def test_edf_of_the_wfdb_package(
    converted: Callable[[str], None], tmp_path: Path, ecg_mv: np.ndarray
) -> None:
    converted("edf")
    ecg = read_ecg(tmp_path / "rec.edf")
    n = ecg_mv.shape[1]  # the converter fills up its last block
    assert ecg.fs_hz == 500
    assert ecg.signal_mv[:, :n] == pytest.approx(ecg_mv, abs=0.001)


def test_matlab_record_of_the_wfdb_package(
    converted: Callable[[str], None], tmp_path: Path, ecg_mv: np.ndarray
) -> None:
    converted("mat")
    for name in ("recm.hea", "recm.mat", "recm"):
        ecg = read_ecg(tmp_path / name)
        assert ecg.signal_mv == pytest.approx(ecg_mv, abs=0.001)


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("suffix", [".xml", ".dcm", ""])
def test_a_scan_under_any_name(kind: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"ecg{suffix}"
    Image.new("RGB", (300, 200), "pink").save(path, format=kind)
    with pytest.raises(UnsupportedFormat, match=PAPER):
        read_ecg(path)


@pytest.mark.parametrize("before", [b"", b"\r\n", b"\xef\xbb\xbf"])
def test_a_pdf_of_an_ecg(before: bytes, tmp_path: Path) -> None:
    (tmp_path / "ecg.pdf").write_bytes(before + _pdf())
    with pytest.raises(UnsupportedFormat, match=PAPER):
        read_ecg(tmp_path / "ecg.pdf")


@pytest.mark.parametrize("held", [Scan, EncapsulatedPDFStorage, BasicTextSRStorage])
def test_a_scan_or_report_inside_dicom(held: pydicom.uid.UID, tmp_path: Path) -> None:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = held
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = "1.2.3"
    dataset.EncapsulatedDocument = _pdf().ljust(2000, b"\0")
    pydicom.dcmwrite(tmp_path / "ecg.dcm", dataset, enforce_file_format=True)
    with pytest.raises(UnsupportedFormat, match="without a waveform; a picture, PDF or report of an ECG"):
        read_ecg(tmp_path / "ecg.dcm")


def _pdf() -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.drawString(100, 100, "ECG")
    canvas.save()
    return stream.getvalue()
