"""Exchanged electrodes: found when exchanged by computation, and not where nothing is exchanged."""

from pathlib import Path

import numpy as np
import pytest

from cardio_agent.leads import LEADS
from cardio_agent.schema import Ecg, Patient, Source
from cardio_agent.signal import assess_quality
from cardio_agent.simulation import CONDITIONS, lose_leads, simulate, swap_arm_leads, swap_electrodes


def suspected(ecg: Ecg) -> list[tuple[str, ...]]:
    return [swap.electrodes for swap in assess_quality(ecg).electrode_swaps]


def dextrocardia(ecg: Ecg) -> Ecg:
    """The heart mirrored: lead I turned over, V1 and V2 exchanged, and V3 to V6 fading away from it."""
    rows = swap_arm_leads(ecg).signal_mv.copy()
    rows[6:] = [ecg.lead("V2"), ecg.lead("V1"), *(share * ecg.lead("V1") for share in (0.8, 0.6, 0.5, 0.4))]
    return Ecg(rows, ecg.fs_hz, ecg.patient, ecg.source)


@pytest.mark.parametrize("rhythm", CONDITIONS)
def test_nothing_is_suspected_of_electrodes_in_their_place(rhythm: str) -> None:
    assert suspected(simulate(rhythm, noise_snr_db=24).ecg) == []


@pytest.mark.parametrize("fs_hz", [100, 257, 500, 1000])
@pytest.mark.parametrize("pair", [("RA", "LA"), ("RA", "LL"), ("RA", "RL"), ("LA", "RL"), ("V2", "V3")])
def test_an_exchange_is_found_and_named(pair: tuple[str, str], fs_hz: float) -> None:
    ecg = simulate("normal", fs_hz=fs_hz, noise_snr_db=24).ecg
    assert suspected(swap_electrodes(ecg, *pair)) == [pair]


@pytest.mark.parametrize("rhythm", CONDITIONS)
def test_exchanged_arms_are_found_in_every_condition(rhythm: str) -> None:
    quality = assess_quality(swap_arm_leads(simulate(rhythm, noise_snr_db=24).ecg))
    assert [swap.electrodes for swap in quality.electrode_swaps] == [("RA", "LA")]
    assert quality.verdict == "limited"
    assert "of lead I run against V6, correlation −0." in quality.reason


def test_arms_exchanged_with_both_legs_leave_lead_i_flat() -> None:
    ecg = swap_electrodes(swap_electrodes(simulate("normal", noise_snr_db=24).ecg, "RA", "RL"), "LA", "LL")
    assert suspected(ecg) == [("RA", "RL", "LA", "LL")]


def test_an_exchange_on_limbs_and_one_on_the_chest_are_both_found() -> None:
    ecg = swap_electrodes(swap_arm_leads(simulate("normal", noise_snr_db=24).ecg), "V3", "V4")
    assert suspected(ecg) == [("RA", "LA"), ("V3", "V4")]


def test_dextrocardia_is_no_exchange_of_the_arms() -> None:
    assert ("RA", "LA") not in suspected(dextrocardia(simulate("normal", noise_snr_db=24).ecg))


def test_without_leads_to_compare_nothing_is_suspected() -> None:
    swapped = swap_arm_leads(simulate("normal", noise_snr_db=24).ecg)
    assert suspected(lose_leads(swapped, ("I",))) == []
    assert suspected(lose_leads(swapped, LEADS[:6])) == []
    assert suspected(lose_leads(swap_electrodes(swapped, "V2", "V3"), ("V5",))) == [("RA", "LA")]


def test_the_leads_concerned_are_named() -> None:
    ecg = simulate("normal", noise_snr_db=24).ecg
    arms = assess_quality(swap_arm_leads(ecg))
    assert arms.doubtful_leads() == ("I", "II", "III", "aVR", "aVL")
    assert assess_quality(swap_electrodes(ecg, "RA", "RL")).doubtful_leads() == LEADS
    chest = assess_quality(swap_electrodes(ecg, "V4", "V5"))
    assert chest.electrode_swaps[0].leads == ("V4", "V5")
    assert (chest.doubtful_leads(), chest.verdict) == ((), "good")


def test_arms_of_real_ecgs(shared_data: Path) -> None:
    """A check that the constants still fit; held-out figures are those of ``evaluate --quality``."""
    with np.load(shared_data / "ptbxl" / "signals_100hz.npz") as archive:
        signals_mv = (archive["signal_uv"][::25] / 1000).astype(np.float32)
    ecgs = [Ecg(rows, 100, Patient(), Source(name="made", format="test")) for rows in signals_mv]
    found = [("RA", "LA") in suspected(swap_arm_leads(ecg)) for ecg in ecgs]
    false = [("RA", "LA") in suspected(ecg) for ecg in ecgs]
    assert np.mean(found) >= 0.95
    assert np.mean(false) <= 0.02
