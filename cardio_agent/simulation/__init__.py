"""Synthetic 12-lead ECGs with known truth: for samples, for teaching and as truth in tests."""

from cardio_agent.simulation.conditions import CONDITIONS
from cardio_agent.simulation.electrodes import ELECTRODES, swap_electrodes
from cardio_agent.simulation.files import make_samples, write_simulation, write_wfdb
from cardio_agent.simulation.generator import SimulatedEcg, simulate
from cardio_agent.simulation.noise import NOISE_KINDS, add_noise, lose_leads, swap_arm_leads
from cardio_agent.simulation.truth import Truth

__all__ = [
    "CONDITIONS",
    "ELECTRODES",
    "NOISE_KINDS",
    "SimulatedEcg",
    "Truth",
    "add_noise",
    "lose_leads",
    "make_samples",
    "simulate",
    "swap_arm_leads",
    "swap_electrodes",
    "write_simulation",
    "write_wfdb",
]
