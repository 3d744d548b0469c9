"""The other delineator, where it is installed."""

import pytest

from cardio_agent.evaluation.neurokit import has_neurokit, neurokit_leads
from cardio_agent.simulation import simulate

pytestmark = pytest.mark.skipif(not has_neurokit(), reason="NeuroKit2 is not installed")


def test_it_finds_the_qrs_complexes_of_a_simulated_ecg() -> None:
    made = simulate("normal", noise_snr_db=25)
    found = neurokit_leads(made.ecg)["II"].qrs
    true = made.truth.waves.leads["II"].qrs
    near = [min(abs(a.peak - b.peak) for b in found) for a in true]
    assert max(near[1:-1]) < 0.02 * made.ecg.fs_hz  # 20 ms


def test_a_flat_lead_has_no_waves() -> None:
    made = simulate("normal").ecg
    made.signal_mv[0] = 0
    assert neurokit_leads(made)["I"].qrs == ()
