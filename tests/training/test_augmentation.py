"""Electrode swaps against the leads computed from simulated electrode potentials."""

import numpy as np
import pytest

from cardio_agent.training.augmentation import Augmentation, swap_electrodes

ALWAYS = Augmentation(p_swapped=1.0)


def _leads(right: np.ndarray, left: np.ndarray, leg: np.ndarray, chest: np.ndarray) -> np.ndarray:
    """Twelve leads of electrode potentials, by their definitions."""
    wilson = (right + left + leg) / 3
    limb = [left - right, leg - right, leg - left]
    augmented = [right - (left + leg) / 2, left - (right + leg) / 2, leg - (right + left) / 2]
    return np.stack([*limb, *augmented, *(chest - wilson)]).astype(np.float32)


def test_every_swap_is_one_that_two_exchanged_electrodes_make(rng: np.random.Generator) -> None:
    limbs, chest = list(rng.standard_normal((3, 50))), rng.standard_normal((6, 50))
    ecg = _leads(*limbs, chest)
    possible = []
    for i, j in ((0, 1), (0, 2), (1, 2)):
        exchanged = limbs.copy()
        exchanged[i], exchanged[j] = exchanged[j], exchanged[i]
        possible.append(_leads(*exchanged, chest))
    for k in range(5):
        order = list(range(6))
        order[k], order[k + 1] = order[k + 1], order[k]
        possible.append(_leads(*limbs, chest[order]))
    seen = set()
    for swapped in swap_electrodes(np.repeat(ecg[None], 200, axis=0), ALWAYS, rng):
        matches = [n for n, wanted in enumerate(possible) if np.allclose(swapped, wanted, atol=1e-5)]
        assert len(matches) == 1
        seen.update(matches)
    assert seen == set(range(8))


@pytest.mark.parametrize(("p", "share"), [(0.0, 0.0), (0.25, 0.25)])
def test_swaps_are_as_frequent_as_asked(rng: np.random.Generator, p: float, share: float) -> None:
    x = rng.standard_normal((800, 12, 10)).astype(np.float32)
    changed = np.any(swap_electrodes(x, Augmentation(p_swapped=p), rng) != x, axis=(1, 2))
    assert np.mean(changed) == pytest.approx(share, abs=0.05)
