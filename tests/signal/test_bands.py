"""One transform, many bands: amplitudes, phases and rates."""

import numpy as np
import pytest

from cardio_agent.signal.bands import Spectrum

FS_HZ = 500.0
TIME_S = np.arange(5000) / FS_HZ


def tone(hz: float) -> np.ndarray:
    return np.sin(2 * np.pi * hz * TIME_S)[None]


@pytest.mark.parametrize("fs_hz", [100, 250, 500])
def test_a_band_keeps_what_lies_in_it_in_time(fs_hz: float) -> None:
    spectrum = Spectrum(tone(10) + tone(0.2) + tone(90), FS_HZ)
    rate_hz = spectrum.rate_hz(fs_hz)
    band = spectrum.band(2, 30, fs_hz)[0]
    at = np.arange(len(band)) / rate_hz
    inner = slice(round(rate_hz), -round(rate_hz))
    np.testing.assert_allclose(band[inner], np.sin(2 * np.pi * 10 * at)[inner], atol=0.05)
    assert rate_hz == pytest.approx(fs_hz, rel=1e-3)


def test_half_the_amplitude_is_left_at_the_edges_of_a_band() -> None:
    for hz in (5, 20):
        band = Spectrum(tone(hz), FS_HZ).band(5, 20, FS_HZ)[0]
        assert band[1000:-1000].max() == pytest.approx(0.5, abs=0.01)


def test_a_level_is_kept_and_its_ends_do_not_ring() -> None:
    row = np.full((1, 5000), 3.0)
    np.testing.assert_allclose(Spectrum(row, FS_HZ).band(0, 40, 100), 3.0, atol=1e-9)
    slope = np.linspace(0, 1, 5000)[None]
    smooth = Spectrum(slope, FS_HZ).band(0, 40, FS_HZ)
    np.testing.assert_allclose(smooth, slope, atol=0.01)


def test_hum_is_taken_out_and_measured() -> None:
    rows = np.concatenate([tone(10) + 0.2 * tone(50), tone(10)])
    spectrum = Spectrum(rows, FS_HZ)
    hum_mv = spectrum.take_out_hums(rows)
    assert hum_mv == pytest.approx([0.2 / np.sqrt(2), 0], abs=0.005)
    left = spectrum.band(0, 200, FS_HZ)
    np.testing.assert_allclose(left[0, 1000:-1000], left[1, 1000:-1000], atol=0.01)


def test_without_hum_nothing_is_taken_out() -> None:
    spectrum = Spectrum(tone(10), FS_HZ)
    assert spectrum.take_out_hums(tone(10)) == pytest.approx([0.0])
