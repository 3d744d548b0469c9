"""T waves of single beats against the tops that were drawn."""

import numpy as np
import pytest

from cardio_agent.measurement.morphology import AFTER, BEFORE, Family, cut
from cardio_agent.measurement.t_waves import find_t_waves

CENTRES = np.arange(600, 4600, 450)
QRS = np.array([-20, 0, 25])
T_PEAK = 140
LEADS_MV = np.array([[0.4], [-0.3], [0.25]])


def _family(tops: np.ndarray) -> tuple[np.ndarray, Family]:
    """Beats that are alike but for where the top of their T lies within the same wave; (signal, family)."""
    t = np.arange(5000)
    signal_mv = np.zeros((3, 5000))
    for centre, top in zip(CENTRES, tops, strict=True):
        signal_mv += LEADS_MV * np.exp(-0.5 * ((t - centre - T_PEAK) / 22) ** 2)
        signal_mv += 0.4 * LEADS_MV * np.exp(-0.5 * ((t - centre - top) / 10) ** 2)
        signal_mv += np.exp(-0.5 * ((t - centre) / 8) ** 2)
    beat_mv = np.median(cut(signal_mv, CENTRES, BEFORE, AFTER), axis=0)
    return signal_mv, Family(np.arange(len(CENTRES)), CENTRES, beat_mv)


def test_each_beat_has_the_top_of_its_own_t_wave_upright_or_inverted() -> None:
    tops = T_PEAK + np.resize([-6, 0, 6], len(CENTRES))
    signal_mv, family = _family(tops)
    found = find_t_waves(signal_mv, family, QRS, np.full(len(CENTRES), 450))
    for t, centre in zip(found, CENTRES, strict=True):
        assert t is not None
        highest = [int(np.argmax(np.abs(row[centre + 80 : centre + 220]))) + centre + 80 for row in signal_mv]
        assert t.leads[:, 1] == pytest.approx(highest, abs=2)
        assert (t.leads[:, 0] < t.leads[:, 1]).all()
        assert (t.leads[:, 1] < t.leads[:, 2]).all()


def test_noise_moves_a_top_by_no_more_than_the_wave_and_16_ms() -> None:
    signal_mv, family = _family(np.full(len(CENTRES), T_PEAK))
    noisy = signal_mv + np.random.default_rng(3).normal(0, 0.1, signal_mv.shape)
    for t, centre in zip(find_t_waves(noisy, family, QRS, np.full(len(CENTRES), 450)), CENTRES, strict=True):
        assert t is not None
        assert np.abs(t.leads[:, 1] - centre - T_PEAK).max() <= 8 + 15  # its shift as a whole: 30 ms at most
