"""Files that call 0 their padding value, as the C# ECG Toolkit writes them: zeros are no gaps, gaps are."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file

from cardio_agent.errors import BadRecording
from cardio_agent.reading import read_ecg


def padded_file(folder: Path, padding: int, silence_s: float = 0.0) -> tuple[Path, np.ndarray]:
    """pydicom's own ECG with that padding value and a stretch of it; its true samples in mV."""
    dataset = pydicom.dcmread(get_testdata_file("waveform_ecg.dcm"))
    group = dataset.WaveformSequence[0]
    codes = np.frombuffer(group.WaveformData, "<i2").reshape(-1, 12).copy()
    n_silent = round(silence_s * group.SamplingFrequency)
    codes[3000 : 3000 + n_silent] = padding
    group.WaveformData = codes.tobytes()
    group.add_new(0x5400100A, "OW", np.int16(padding).tobytes())
    path = folder / "padded.dcm"
    dataset.save_as(path)
    return path, dataset.waveform_array(0).T / 1000


def test_zeros_of_the_trace_are_no_gaps(tmp_path: Path) -> None:
    path, true_mv = padded_file(tmp_path, padding=0, silence_s=0.2)
    assert np.count_nonzero(true_mv == 0) > 12 * 200
    assert read_ecg(path).signal_mv == pytest.approx(true_mv, abs=1e-6)


@pytest.mark.parametrize(("padding", "silence_s"), [(0, 1.5), (-32768, 0.01)])
def test_a_gap_stays_a_gap(padding: int, silence_s: float, tmp_path: Path) -> None:
    path, _ = padded_file(tmp_path, padding, silence_s)
    with pytest.raises(BadRecording, match="samples missing"):
        read_ecg(path)
