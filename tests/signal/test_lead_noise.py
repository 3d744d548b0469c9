"""Each kind of noise is graded where it is, by its amplitude, and in the lead that has it."""

from dataclasses import replace

import numpy as np
import pytest

from cardio_agent.leads import lead_index
from cardio_agent.schema import Ecg, NoiseKind
from cardio_agent.signal import assess_quality, resample
from cardio_agent.simulation import CONDITIONS, add_noise, lose_leads, simulate

QUIET = simulate("normal", noise_snr_db=36).ecg
TIME_S = np.arange(QUIET.n_samples) / QUIET.fs_hz


def with_added(added_mv: np.ndarray, lead: str = "V3") -> Ecg:
    rows = QUIET.signal_mv.copy()
    rows[lead_index(lead)] += added_mv.astype(np.float32)
    return replace(QUIET, signal_mv=rows)


def graded(ecg: Ecg, kind: NoiseKind, lead: str = "V3") -> float:
    return assess_quality(ecg).leads[lead_index(lead)].noise[kind]


def test_every_recorded_lead_has_every_kind() -> None:
    leads = assess_quality(lose_leads(QUIET, ("V6",))).leads
    assert all(set(lead.noise) == {"wander", "static", "burst", "step", "mains"} for lead in leads[:-1])
    assert leads[-1].noise == {}


def test_wander_is_its_swing() -> None:
    wander = 0.5 * np.sin(2 * np.pi * 0.3 * TIME_S)
    assert graded(with_added(wander), "wander") == pytest.approx(
        1.0, rel=0.1
    )  # some of P and T is below 0.7 Hz
    assert graded(with_added(wander), "wander", "V5") == pytest.approx(
        graded(QUIET, "wander", "V5"), rel=0.05
    )


def test_static_noise_is_its_root_mean_square_in_the_band(rng: np.random.Generator) -> None:
    added = 0.03 * rng.standard_normal(QUIET.n_samples)
    expected = 0.03 * np.sqrt(
        68 / 250
    )  # white up to 250 Hz; slopes leave 68 Hz of the band from 20 to 110 Hz
    assert graded(with_added(added), "static") == pytest.approx(expected, rel=0.15)


def test_a_burst_is_no_static_noise(rng: np.random.Generator) -> None:
    added = 0.2 * rng.standard_normal(QUIET.n_samples) * ((TIME_S > 4.2) & (TIME_S < 5.2))
    ecg = with_added(added)
    assert graded(ecg, "burst") > 0.05
    assert graded(ecg, "static") == pytest.approx(graded(QUIET, "static"), abs=0.005)
    judged = assess_quality(ecg).leads[lead_index("V3")]
    assert judged.state == "noisy"
    assert judged.reason.startswith("burst of noise")


def test_an_electrode_that_pops_shows_as_a_step() -> None:
    pop = np.where(TIME_S > 5.05, 0.8 * np.exp(-(TIME_S - 5.05) / 2), 0)
    assert (
        0.4 < graded(with_added(pop), "step") < 0.8
    )  # it decays and waves are around it: an estimate from below
    assert assess_quality(with_added(pop)).leads[lead_index("V3")].reason.startswith("baseline jumps")
    wander = 0.5 * np.sin(2 * np.pi * 0.3 * TIME_S)
    assert graded(with_added(wander), "step") < 0.1


@pytest.mark.parametrize("rhythm", CONDITIONS)
def test_waves_are_no_steps(rhythm: str) -> None:
    assert max(lead.noise["step"] for lead in assess_quality(simulate(rhythm).ecg).leads) < 0.35


def test_hum_is_graded_as_such() -> None:
    hum = 0.1 * np.sin(2 * np.pi * 50 * TIME_S)
    assert graded(with_added(hum), "mains") == pytest.approx(0.1 / np.sqrt(2), rel=0.05)
    assert graded(with_added(hum), "static") == pytest.approx(graded(QUIET, "static"), abs=0.003)


@pytest.mark.parametrize(
    ("kind", "graded_as"),
    [("baseline", "wander"), ("muscle", "static"), ("electrode", "step"), ("mains", "mains")],
)
def test_more_noise_gets_a_higher_grade(kind: str, graded_as: NoiseKind) -> None:
    grades = [
        np.mean([lead.noise[graded_as] for lead in assess_quality(add_noise(QUIET, kind, snr_db)).leads])
        for snr_db in (20, 10, 0)
    ]
    assert grades == sorted(grades)
    assert grades[-1] > 3 * grades[0]


@pytest.mark.parametrize("fs_hz", [100, 250])
def test_grades_hardly_depend_on_the_rate(fs_hz: float) -> None:
    ecg = add_noise(simulate("normal").ecg, "baseline", 0, seed=3)
    kinds: tuple[NoiseKind, ...] = ("wander", "static", "burst", "step")
    for at_500, other in zip(
        assess_quality(ecg).leads, assess_quality(resample(ecg, fs_hz)).leads, strict=True
    ):
        for kind in kinds:
            assert other.noise[kind] == pytest.approx(at_500.noise[kind], rel=0.15, abs=0.01)
