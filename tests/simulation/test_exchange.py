"""Electrodes exchanged by the definitions of the leads."""

import numpy as np
import pytest

from cardio_agent.errors import BadRequest
from cardio_agent.simulation import lose_leads, simulate, swap_arm_leads, swap_electrodes

ECG = simulate("normal").ecg


def same(a: np.ndarray, b: np.ndarray) -> None:
    np.testing.assert_allclose(a, b, atol=1e-5)


def test_arms_exchanged_as_the_corpus_describes_it() -> None:
    same(swap_electrodes(ECG, "RA", "LA").signal_mv, swap_arm_leads(ECG).signal_mv)


def test_right_arm_and_left_leg_turn_lead_ii() -> None:
    swapped = swap_electrodes(ECG, "RA", "LL")
    same(swapped.lead("II"), -ECG.lead("II"))
    same(swapped.lead("I"), -ECG.lead("III"))
    same(swapped.lead("aVR"), ECG.lead("aVF"))
    same(swapped.signal_mv[6:], ECG.signal_mv[6:])


@pytest.mark.parametrize(("arm", "flat", "kept"), [("RA", "II", "III"), ("LA", "III", "II")])
def test_the_neutral_leaves_one_lead_flat_and_shifts_the_chest(arm: str, flat: str, kept: str) -> None:
    swapped = swap_electrodes(ECG, arm, "RL")
    same(swapped.lead(flat), np.zeros(ECG.n_samples))
    same(swapped.lead(kept), ECG.lead(kept))
    same(swapped.lead("V3"), ECG.lead("V3") - ECG.lead(flat) / 3)


def test_legs_exchanged_change_nothing() -> None:
    same(swap_electrodes(ECG, "LL", "RL").signal_mv, ECG.signal_mv)


def test_chest_electrodes_change_places() -> None:
    swapped = swap_electrodes(ECG, "V2", "V5")
    same(swapped.lead("V2"), ECG.lead("V5"))
    same(swapped.signal_mv[:6], ECG.signal_mv[:6])


@pytest.mark.parametrize("pair", [("RA", "V1"), ("RA", "RA"), ("RA", "X")])
def test_what_cannot_be_exchanged_is_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(BadRequest, match="choose two limb or two chest"):
        swap_electrodes(ECG, *pair)


def test_limbs_need_lead_i_and_ii() -> None:
    with pytest.raises(BadRequest, match="no lead I or II"):
        swap_electrodes(lose_leads(ECG, ("II",)), "RA", "LA")
