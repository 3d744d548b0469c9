"""Families: alike beats come together, others do not."""

from collections.abc import Callable

import numpy as np

from cardio_agent.measurement.morphology import BEFORE, cut, group_beats
from cardio_agent.schema import Ecg


def middles(onsets_s: list[float]) -> np.ndarray:
    return np.round((np.array(onsets_s) + 0.045) * 500).astype(np.intp)


def test_a_wide_beat_founds_its_own_family(drawn: Callable[..., Ecg]) -> None:
    onsets_s = [0.8 * k + 0.7 for k in range(10)]
    signal = drawn(onsets_s=onsets_s, wide_beats=(4,)).signal_mv.astype(float)
    usual, other = group_beats(signal, middles(onsets_s))
    assert set(usual.members) == set(range(10)) - {4}
    assert list(other.members) == [4]


def test_beats_are_aligned_although_their_middles_were_guessed_badly(drawn: Callable[..., Ecg]) -> None:
    onsets_s = [0.8 * k + 0.7 for k in range(10)]
    signal = drawn(onsets_s=onsets_s).signal_mv.astype(float)
    guessed = middles(onsets_s) + np.random.default_rng(2).integers(-12, 13, 10)
    (family,) = group_beats(signal, guessed)
    offsets = family.centres - middles(onsets_s)[family.members]
    assert np.ptp(offsets) <= 2


def test_the_median_beat_has_less_noise_than_one_beat(drawn: Callable[..., Ecg]) -> None:
    onsets_s = [0.8 * k + 0.7 for k in range(10)]
    noisy = drawn(onsets_s=onsets_s, noise_mv=0.05).signal_mv.astype(float)
    (family,) = group_beats(noisy, middles(onsets_s))
    single = cut(noisy, family.centres[:1])[0]
    quiet = slice(BEFORE - 230, BEFORE - 150)
    assert family.beat_mv[:, quiet].std() < 0.6 * single[:, quiet].std()
