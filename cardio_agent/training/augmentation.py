"""Random changes to training ECGs: what a recording may suffer without changing its meaning.

Enters: (batch, 12, n) float32 in mV at 100 Hz. Leaves: the same shape. *Shared* changes (shift,
gain, mixing) are seen by teachers and student; *private* ones (noise, lost and swapped leads) by the student
only, so that it learns that noise is not disease.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
FS_HZ = 100.0
_FIRST_CHEST_LEAD = 6


@dataclass(frozen=True)
class Augmentation:
    """How often and how strongly; probabilities per record."""

    gain_sd: float = 0.08
    mixup_alpha: float = 1.0
    p_noise: float = 0.5
    snr_db: tuple[float, float] = (3.0, 25.0)
    p_lost_leads: float = 0.25
    max_lost_leads: int = 4
    p_swapped: float = 0.05


def shift_and_scale(x: Array, how: Augmentation, rng: np.random.Generator) -> Array:
    """Start each record at a random moment (circularly) and scale it a little."""
    n = x.shape[-1]
    starts = rng.integers(0, n, len(x))
    index = (starts[:, None] + np.arange(n)) % n
    gain = np.exp(rng.normal(0, how.gain_sd, (len(x), 1, 1))).astype(np.float32)
    shifted: Array = np.take_along_axis(x, index[:, None, :], axis=-1)
    return shifted * gain


def mix(x: Array, targets: Array, how: Augmentation, rng: np.random.Generator) -> tuple[Array, Array]:
    """Blend each record, and its targets, with another of the batch (mixup).

    A target that either record lacks becomes NaN. Source: Zhang et al. 2018, "mixup".
    """
    share = rng.beta(how.mixup_alpha, how.mixup_alpha, len(x)).astype(np.float32)
    partner = rng.permutation(len(x))
    blended = share[:, None, None] * x + (1 - share[:, None, None]) * x[partner]
    return blended, share[:, None] * targets + (1 - share[:, None]) * targets[partner]


def add_noise(x: Array, how: Augmentation, rng: np.random.Generator) -> Array:
    """Baseline wander, muscle, mains or electrode motion at a random signal-to-noise ratio."""
    noisy: Array = x.copy()
    for k in np.flatnonzero(rng.random(len(x)) < how.p_noise):
        kind = _NOISES[rng.integers(len(_NOISES))]
        noise = kind(x.shape[1:], rng) * (rng.random((x.shape[1], 1)) < rng.uniform(0.2, 1.0))
        power = np.mean(x[k] ** 2) / 10 ** (rng.uniform(*how.snr_db) / 10)
        noisy[k] += noise * np.sqrt(power / (np.mean(noise**2) + 1e-12))
    return noisy


def swap_electrodes(x: Array, how: Augmentation, rng: np.random.Generator) -> Array:
    """Exchange two limb electrodes, or two neighbouring chest electrodes, of some records."""
    swapped: Array = x.copy()
    for k in np.flatnonzero(rng.random(len(x)) < how.p_swapped):
        if rng.random() < 0.5:
            swapped[k, :6] = _limb_leads_after_swap(x[k], rng.permutation(3)[:2])
        else:
            first = _FIRST_CHEST_LEAD + rng.integers(5)
            swapped[k, [first, first + 1]] = x[k, [first + 1, first]]
    return swapped


def _limb_leads_after_swap(x: Array, pair: npt.NDArray[np.int64]) -> Array:
    """I, II, III, aVR, aVL, aVF after two of (right arm, left arm, left leg) change places.

    The chest leads keep: their reference is the mean of the three. Source: Einthoven's and Goldberger's
    definitions of the leads.
    """
    potentials = np.stack([np.zeros_like(x[0]), x[0], x[1]])
    potentials[pair] = potentials[pair[::-1]]
    right, left, leg = potentials
    limb = [left - right, leg - right, leg - left]
    augmented = [p - (potentials.sum(axis=0) - p) / 2 for p in (right, left, leg)]
    return np.stack(limb + augmented)


def lose_leads(n_records: int, how: Augmentation, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Which leads are present, (n_records, 12) bool."""
    present = np.ones((n_records, 12), dtype=bool)
    for k in np.flatnonzero(rng.random(n_records) < how.p_lost_leads):
        present[k, rng.permutation(12)[: rng.integers(1, how.max_lost_leads + 1)]] = False
    return present


def _wander(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    t = np.arange(shape[1]) / FS_HZ
    waves = [np.sin(2 * np.pi * (f * t + rng.random((shape[0], 1)))) for f in rng.uniform(0.05, 0.7, 3)]
    wander: Array = np.sum(waves, axis=0).astype(np.float32)
    return wander


def _muscle(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    return rng.standard_normal(shape).astype(np.float32)


def _mains(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    # 50 and 60 Hz lie at or above half of the rate; what decimation leaves of them is an alias below 40 Hz.
    t = np.arange(shape[1]) / FS_HZ
    return np.sin(2 * np.pi * (rng.uniform(30, 49.9) * t + rng.random((shape[0], 1)))).astype(np.float32)


def _motion(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    steps = rng.standard_normal(shape) * (rng.random(shape) < 0.01)
    decay = np.exp(-np.arange(100) / 30.0)
    return np.stack([np.convolve(row, decay)[: shape[1]] for row in steps]).astype(np.float32)


_NOISES = (_wander, _muscle, _mains, _motion)
