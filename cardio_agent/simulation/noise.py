"""What spoils a recording: noise at a chosen ratio, reversed arm leads, lost leads.

Enters: an ECG. Leaves: a worse one, its truth unchanged. Noise arises at the electrodes and reaches the
leads through their definitions, so that limb leads keep Einthoven's law as real ones do.
"""

from dataclasses import replace

import numpy as np

from cardio_agent.errors import BadRequest
from cardio_agent.leads import LEADS, lead_index
from cardio_agent.schema import Ecg

# Electrodes RA, LA, LL, V1 to V6; each row is a lead as a combination of electrodes.
_LIMB_FROM_ELECTRODES = np.array(
    [[-1, 1, 0], [-1, 0, 1], [0, -1, 1], [1, -0.5, -0.5], [-0.5, 1, -0.5], [-0.5, -0.5, 1]]
)
_ELECTRODE_MATRIX = np.block(
    [[_LIMB_FROM_ELECTRODES, np.zeros((6, 6))], [np.full((6, 3), -1 / 3), np.eye(6)]]
)
_N_ELECTRODES = 9

NOISE_KINDS = ("baseline", "muscle", "mains", "electrode", "white")

# Share of each kind in mixed noise, as power; what a quiet resting recording has.
_MIXTURE = {"baseline": 0.6, "muscle": 0.3, "mains": 0.1}


def add_noise(ecg: Ecg, kind: str, snr_db: float, seed: int = 0, *, mains_hz: float = 50) -> Ecg:
    """The recording with one kind of noise.

    Parameters
    ----------
    ecg : Ecg
    kind : {"baseline", "muscle", "mains", "electrode", "white"}
        Wander below 0.5 Hz; bursts of 20 to 200 Hz; a hum of ``mains_hz`` with its third harmonic; one
        electrode that slips now and then; white noise.
    snr_db : float
        Power of the ECG over power of the noise, both as means over the recorded leads.
    seed : int

    Raises
    ------
    BadRequest
        An unknown kind.
    """
    if kind not in NOISE_KINDS:
        raise BadRequest(f"no noise of kind '{kind}': choose one of {', '.join(NOISE_KINDS)}")
    rng = np.random.default_rng([seed, NOISE_KINDS.index(kind)])
    electrodes = _at_electrodes(kind, ecg.n_samples, ecg.fs_hz, mains_hz, rng)
    noise = _ELECTRODE_MATRIX @ electrodes
    noise *= np.sqrt(_power(ecg.signal_mv) / _power(noise) / 10 ** (snr_db / 10))
    return replace(ecg, signal_mv=(ecg.signal_mv + noise).astype(np.float32))


def add_mixed_noise(ecg: Ecg, snr_db: float, seed: int = 0) -> Ecg:
    """The recording with baseline wander, muscle and mains noise that together have this ratio."""
    out = ecg.signal_mv.copy()
    for kind, share in _MIXTURE.items():
        out += add_noise(ecg, kind, snr_db - 10 * np.log10(share), seed).signal_mv - ecg.signal_mv
    return replace(ecg, signal_mv=out)


def swap_arm_leads(ecg: Ecg) -> Ecg:
    """The recording as it would be with left and right arm electrodes exchanged.

    Source: guideline corpus TEC-01; I is inverted, II and III change places, aVR and aVL too.
    """
    out = ecg.signal_mv.copy()
    out[lead_index("I")] *= -1
    for a, b in (("II", "III"), ("aVR", "aVL")):
        i, j = lead_index(a), lead_index(b)
        out[[i, j]] = out[[j, i]]
    return replace(ecg, signal_mv=out)


def lose_leads(ecg: Ecg, leads: tuple[str, ...]) -> Ecg:
    """The recording without some leads: their rows are NaN.

    Raises
    ------
    BadRequest
        A name that is not one of the twelve leads.
    """
    unknown = [lead for lead in leads if lead not in LEADS]
    if unknown:
        raise BadRequest(f"no lead '{unknown[0]}': choose from {', '.join(LEADS)}")
    out = ecg.signal_mv.copy()
    out[[lead_index(lead) for lead in leads]] = np.nan
    return replace(ecg, signal_mv=out)


def _power(signal_mv: np.ndarray) -> float:
    """Mean power about each lead's own mean, over the recorded leads."""
    recorded = signal_mv[~np.isnan(signal_mv[:, 0])]
    return float(recorded.var(axis=1).mean())


def _at_electrodes(
    kind: str, n_samples: int, fs_hz: float, mains_hz: float, rng: np.random.Generator
) -> np.ndarray:
    """Noise of one kind at each electrode, (9, n), in no unit."""
    if kind == "baseline":
        return _wander(n_samples, fs_hz, rng)
    if kind == "muscle":
        return _tremor(n_samples, fs_hz, rng)
    if kind == "mains":
        return _hum(n_samples, fs_hz, mains_hz, rng)
    if kind == "electrode":
        return _slips(n_samples, fs_hz, rng)
    return rng.standard_normal((_N_ELECTRODES, n_samples))


def _band(
    n_samples: int, fs_hz: float, low_hz: float, high_hz: float, rng: np.random.Generator
) -> np.ndarray:
    """White noise of each electrode, kept between two frequencies."""
    spectrum = np.fft.rfft(rng.standard_normal((_N_ELECTRODES, n_samples)))
    frequency_hz = np.fft.rfftfreq(n_samples, 1 / fs_hz)
    spectrum[:, (frequency_hz < low_hz) | (frequency_hz > high_hz)] = 0
    return np.asarray(np.fft.irfft(spectrum, n_samples))


def _wander(n_samples: int, fs_hz: float, rng: np.random.Generator) -> np.ndarray:
    """Respiration and slow drift."""
    t = np.arange(n_samples) / fs_hz
    phase = rng.uniform(0, 2 * np.pi, (_N_ELECTRODES, 1))
    respiration = rng.uniform(0.5, 1, (_N_ELECTRODES, 1)) * np.sin(2 * np.pi * 0.25 * t + phase)
    drift = _band(n_samples, fs_hz, 0, 0.5, rng)
    return np.asarray(respiration + drift / drift.std())


def _tremor(n_samples: int, fs_hz: float, rng: np.random.Generator) -> np.ndarray:
    """Tremor that comes and goes, each electrode on its own."""
    envelope = 0.4 + np.abs(_band(n_samples, fs_hz, 0, 1, rng)) * np.sqrt(fs_hz)
    return np.asarray(envelope * _band(n_samples, fs_hz, 20, 200, rng))


def _hum(n_samples: int, fs_hz: float, mains_hz: float, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(n_samples) / fs_hz
    phase = rng.uniform(0, 2 * np.pi, (_N_ELECTRODES, 1))
    hum = np.sin(2 * np.pi * mains_hz * t + phase) + 0.15 * np.sin(6 * np.pi * mains_hz * t + phase)
    return np.asarray(rng.uniform(0.3, 1, (_N_ELECTRODES, 1)) * hum)


def _slips(n_samples: int, fs_hz: float, rng: np.random.Generator) -> np.ndarray:
    """One electrode that slips: steps that recover with a time constant of 0.3 s."""
    out = np.zeros((_N_ELECTRODES, n_samples))
    electrode = rng.integers(_N_ELECTRODES)
    n_slips = max(2, int(n_samples / fs_hz / 2))
    for start in rng.integers(0, n_samples, n_slips):
        t = np.arange(n_samples - start) / fs_hz
        out[electrode, start:] += rng.choice([-1, 1]) * rng.uniform(0.5, 1) * np.exp(-t / 0.3)
    return out
