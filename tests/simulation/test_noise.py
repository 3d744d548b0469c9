"""Noise at the asked ratio, reversed arms, lost leads."""

import numpy as np
import pytest

from cardio_agent.errors import BadRequest
from cardio_agent.leads import LEADS
from cardio_agent.simulation import NOISE_KINDS, add_noise, lose_leads, simulate, swap_arm_leads


def power(rows: np.ndarray) -> float:
    return float(rows.var(axis=1).mean())


@pytest.mark.parametrize("kind", NOISE_KINDS)
@pytest.mark.parametrize("snr_db", [-6, 0, 12])
def test_noise_has_the_asked_ratio_and_keeps_einthovens_law(kind: str, snr_db: float) -> None:
    ecg = simulate("normal").ecg
    noise = add_noise(ecg, kind, snr_db, seed=1).signal_mv - ecg.signal_mv
    assert 10 * np.log10(power(ecg.signal_mv) / power(noise)) == pytest.approx(snr_db, abs=0.1)
    np.testing.assert_allclose(noise[0] + noise[2], noise[1], atol=1e-4)


@pytest.mark.parametrize(
    ("kind", "low_hz", "high_hz"), [("baseline", 0, 0.6), ("muscle", 15, 205), ("mains", 45, 155)]
)
def test_noise_lies_in_its_band(kind: str, low_hz: float, high_hz: float) -> None:
    ecg = simulate("normal").ecg
    noise = add_noise(ecg, kind, 0).signal_mv - ecg.signal_mv
    spectrum = np.square(np.abs(np.fft.rfft(noise, axis=1))).sum(axis=0)
    hz = np.fft.rfftfreq(ecg.n_samples, 1 / ecg.fs_hz)
    assert spectrum[(hz >= low_hz) & (hz <= high_hz)].sum() / spectrum.sum() > 0.98


def test_an_unknown_kind_of_noise_is_refused() -> None:
    with pytest.raises(BadRequest, match="no noise of kind 'pink'"):
        add_noise(simulate("normal").ecg, "pink", 0)


def test_reversed_arms_turn_lead_i_and_leave_avf_and_the_chest() -> None:
    ecg = simulate("normal").ecg
    swapped = swap_arm_leads(ecg)
    np.testing.assert_array_equal(swapped.lead("I"), -ecg.lead("I"))
    np.testing.assert_array_equal(swapped.lead("II"), ecg.lead("III"))
    np.testing.assert_array_equal(swapped.lead("aVR"), ecg.lead("aVL"))
    np.testing.assert_array_equal(swapped.signal_mv[5:], ecg.signal_mv[5:])
    np.testing.assert_allclose(swapped.lead("I") + swapped.lead("III"), swapped.lead("II"), atol=1e-5)


def test_lost_leads_are_missing_and_stay_so_under_noise() -> None:
    ecg = lose_leads(simulate("normal").ecg, ("V2", "aVF"))
    assert ecg.missing_leads == ("aVF", "V2")
    noisy = add_noise(ecg, "muscle", 10)
    assert noisy.missing_leads == ("aVF", "V2")
    assert np.isfinite(noisy.signal_mv[LEADS.index("V3")]).all()
    with pytest.raises(BadRequest, match="no lead 'V9'"):
        lose_leads(ecg, ("V9",))
