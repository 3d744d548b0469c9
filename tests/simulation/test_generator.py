"""Simulated ECGs: what was asked for is in the signal, and the truth says where."""

import numpy as np
import pytest

from cardio_agent.classifier.statements import CODES
from cardio_agent.errors import BadRequest
from cardio_agent.leads import LEADS, TERRITORIES
from cardio_agent.schema import Ecg
from cardio_agent.simulation import CONDITIONS, SimulatedEcg, simulate

SAMPLE_MS = 2.0  # one sample at 500 Hz; each of a wave's ends is rounded to one


def area(ecg: Ecg, lead: str, onset: int, offset: int) -> float:
    return float(ecg.lead(lead)[onset : offset + 1].sum())


def beat_of(simulated: SimulatedEcg, lead: str, before_ms: float = 20, after_ms: float = 20) -> np.ndarray:
    """One dominant QRS in one lead, with a margin."""
    ecg, beats = simulated.ecg, simulated.truth.waves.beats
    qrs = next(b.qrs for b in beats if b.kind != "ventricular" and b.qrs.onset > 100)
    lo, hi = (round(ms * ecg.fs_hz / 1000) for ms in (before_ms, after_ms))
    return ecg.lead(lead)[qrs.onset - lo : qrs.offset + hi]


@pytest.mark.parametrize("rhythm", CONDITIONS)
def test_every_condition_is_an_ecg_of_twelve_leads_with_whole_beats(rhythm: str) -> None:
    simulated = simulate(rhythm, age_years=61, sex="female")
    ecg, truth = simulated.ecg, simulated.truth
    assert ecg.signal_mv.shape == (12, 5000)
    assert ecg.signal_mv.dtype == np.float32
    assert np.isfinite(ecg.signal_mv).all()
    assert (ecg.patient.age_years, ecg.patient.sex) == (61, "female")
    assert len(truth.waves.beats) >= 9
    assert set(truth.waves.leads) == set(LEADS)
    assert set(truth.codes) <= set(CODES)


@pytest.mark.parametrize("rhythm", CONDITIONS)
def test_limb_leads_obey_einthoven_and_goldberger(rhythm: str) -> None:
    one, two, three, avr, avl, avf = simulate(rhythm).ecg.signal_mv[:6]
    for left, right in (
        (one + three, two),
        (avr, -(one + two) / 2),
        (avl, one - two / 2),
        (avf, two - one / 2),
    ):
        np.testing.assert_allclose(left, right, atol=1e-5)


@pytest.mark.parametrize(
    ("rhythm", "wanted"),
    [
        ("normal", {"pr_ms": 180, "qrs_ms": 84, "qt_ms": 420, "p_ms": 100}),
        ("first_degree_avb", {"pr_ms": 280}),
        ("lbbb", {"qrs_ms": 164}),
        ("rbbb", {"qrs_ms": 140, "qt_ms": 400}),
        ("paced", {"qrs_ms": 180}),
    ],
)
def test_waves_in_samples_have_the_intervals_asked_for(rhythm: str, wanted: dict[str, float]) -> None:
    truth = simulate(rhythm, **wanted).truth
    for beat in truth.waves.beats:
        got = {"qrs_ms": beat.qrs.offset - beat.qrs.onset}
        if beat.p is not None:
            got |= {"pr_ms": beat.qrs.onset - beat.p.onset, "p_ms": beat.p.offset - beat.p.onset}
        if beat.t is not None:
            got |= {"qt_ms": beat.t.offset - beat.qrs.onset}
        for name in wanted.keys() & got.keys():
            assert got[name] * SAMPLE_MS == pytest.approx(wanted[name], abs=SAMPLE_MS), name
    for name, value in wanted.items():
        assert getattr(truth, name) == pytest.approx(value)


@pytest.mark.parametrize("rhythm", ["normal", "rbbb", "lvh", "pvc"])
def test_waves_end_where_the_truth_says(rhythm: str) -> None:
    """Without noise nothing but the invisible foot of a wave lies outside the marked waves."""
    simulated = simulate(rhythm, heart_rate_bpm=60)
    ecg, beats = simulated.ecg, simulated.truth.waves.beats
    outside = np.ones(ecg.n_samples, dtype=bool)
    outside[: beats[0].qrs.offset + 250] = False
    outside[beats[-1].qrs.onset - 150 :] = False
    for beat in beats:
        for wave in (beat.p, beat.qrs, beat.t):
            if wave is not None:
                outside[wave.onset - 1 : wave.offset + 2] = False
        end = beat.t.offset if beat.t is not None else beat.qrs.offset
        outside[beat.qrs.onset : end] = False
    peak = np.abs(ecg.signal_mv).max()
    assert outside.sum() > 500
    assert np.abs(ecg.signal_mv[:, outside]).max() < 0.02 * peak
    for beat in beats:
        rise = np.abs(ecg.signal_mv[:, beat.qrs.onset + 6] - ecg.signal_mv[:, beat.qrs.onset - 2]).max()
        assert rise > 0.03, "12 ms after its onset a QRS is plain to see"


@pytest.mark.parametrize("axis_deg", [-60, -30, 0, 50, 90, 120])
def test_qrs_axis_is_that_of_the_areas_in_leads_i_and_avf(axis_deg: float) -> None:
    simulated = simulate("normal", axis_deg=axis_deg)
    qrs = simulated.truth.waves.beats[3].qrs
    one, avf = (area(simulated.ecg, lead, qrs.onset - 5, qrs.offset + 5) for lead in ("I", "aVF"))
    measured = np.degrees(np.arctan2(2 / np.sqrt(3) * avf, one))
    assert simulated.truth.qrs_axis_deg == pytest.approx(axis_deg, abs=0.01)
    assert measured == pytest.approx(axis_deg, abs=3)  # the foot of the ST segment is in the area


@pytest.mark.parametrize("rate", [40, 60, 75, 100, 150])
def test_heart_rate(rate: float) -> None:
    truth = simulate("normal", heart_rate_bpm=rate, pr_ms=120, duration_s=20).truth
    assert truth.heart_rate_bpm == pytest.approx(rate, rel=0.02)
    rhythm = "SBRAD" if truth.heart_rate_bpm < 60 else "STACH" if truth.heart_rate_bpm > 100 else "SR"
    assert rhythm in truth.codes


def test_usual_qt_follows_rate_and_qrs() -> None:
    slow, fast, wide = (
        simulate(name, heart_rate_bpm=rate).truth.qt_ms
        for name, rate in (("normal", 60), ("normal", 100), ("lbbb", 60))
    )
    assert slow == pytest.approx(400)
    assert fast == pytest.approx(400 * 0.6 ** (1 / 3))
    assert wide == pytest.approx(425)


def test_r_waves_grow_and_s_waves_shrink_over_the_chest() -> None:
    simulated = simulate("normal")
    r, s = (
        np.array([pick(beat_of(simulated, f"V{k}")) for k in range(1, 7)])
        for pick in (np.max, lambda x: -np.min(x))
    )
    assert r[0] < s[0] / 2, "rS in V1"
    assert np.all(np.diff(r[:4]) > 0)
    assert np.all(r[3:] > s[3:])
    assert s[5] < 0.3


def test_atrial_fibrillation_is_irregular_and_has_f_waves_but_no_p() -> None:
    simulated, sinus = simulate("af", duration_s=30), simulate("normal", duration_s=30)
    truth = simulated.truth
    rr = np.diff([w.onset for w in truth.waves.beats.qrs])
    assert rr.std() / rr.mean() > 0.12
    assert truth.waves.beats.p == ()
    assert (truth.pr_ms, truth.p_axis_deg) == (None, None)
    before_qrs = [simulated.ecg.lead("V1")[w.onset - 40 : w.onset - 5] for w in truth.waves.beats.qrs[1:]]
    quiet = [sinus.ecg.lead("V1")[w.onset - 25 : w.onset - 5] for w in sinus.truth.waves.beats.qrs[1:]]
    assert np.mean([np.ptp(x) for x in before_qrs]) > 0.04
    assert np.mean([np.ptp(x) for x in quiet]) < 0.01


def test_left_bundle_branch_block_shape() -> None:
    simulated = simulate("lbbb")
    v1, v6 = beat_of(simulated, "V1"), beat_of(simulated, "V6")
    assert -v1.min() > 4 * v1.max()
    assert v6.max() > 0.8
    assert v6[:60].min() > -0.05, "no q wave"
    assert (v6 > 0.5 * v6.max()).sum() * SAMPLE_MS > 60, "broad R"
    st = simulated.truth.st_mv
    assert st["V2"] > 0.1
    assert st["V6"] < -0.1


def test_right_bundle_branch_block_shape() -> None:
    simulated = simulate("rbbb")
    v1, v6 = beat_of(simulated, "V1", 0, 0), beat_of(simulated, "V6", 0, 0)
    half = len(v1) // 2
    assert v1[:half].max() > 0.1
    assert v1[:half].min() < -0.1
    assert v1[half:].max() > 2 * v1[:half].max()
    assert v6[half:].min() < -0.3


def test_left_ventricular_hypertrophy_meets_sokolow_lyon_and_has_strain() -> None:
    """Sokolow-Lyon: guideline corpus CHM-01, 3.5 mV."""
    simulated = simulate("lvh")
    assert -beat_of(simulated, "V1").min() + beat_of(simulated, "V5").max() > 3.5
    assert simulated.truth.st_mv["V6"] < -0.1
    assert abs(simulated.truth.t_axis_deg - simulated.truth.qrs_axis_deg) > 100


@pytest.mark.parametrize(
    ("rhythm", "raised", "lowered"),
    [
        ("anterior_stemi", ("V2", *TERRITORIES["anterior"]), ("III", "aVF")),
        ("inferior_stemi", TERRITORIES["inferior"], ("I", "aVL")),
    ],
)
def test_st_elevation_in_its_territory_with_reciprocal_depression(
    rhythm: str, raised: tuple[str, ...], lowered: tuple[str, ...]
) -> None:
    simulated = simulate(rhythm)
    st = simulated.truth.st_mv
    assert all(st[lead] > 0.2 for lead in raised)
    assert all(st[lead] < -0.05 for lead in lowered)


@pytest.mark.parametrize("rhythm", CONDITIONS)
def test_st_level_is_in_the_signal(rhythm: str) -> None:
    simulated = simulate(rhythm, duration_s=30)
    beats = [b for b in simulated.truth.waves.beats if b.kind != "ventricular" and b.t is not None]
    at = [b.qrs.offset + 30 for b in beats]  # 60 ms at 500 Hz
    levels = np.median(simulated.ecg.signal_mv[:, at], axis=1)
    tolerance_mv = 0.05 if rhythm == "af" else 0.015  # f waves ride on it; respiration scales it by 3 %
    np.testing.assert_allclose(levels, list(simulated.truth.st_mv.values()), atol=tolerance_mv)


@pytest.mark.parametrize("fs_hz", [100, 250, 500, 1000])
def test_a_pacing_spike_precedes_every_paced_beat(fs_hz: float) -> None:
    simulated = simulate("paced", fs_hz=fs_hz)
    spikes, beats = simulated.truth.waves.pacing_spikes, simulated.truth.waves.beats
    assert {b.kind for b in beats} == {"paced"}
    for beat in beats:
        gaps_ms = [(beat.qrs.onset - s) * 1000 / fs_hz for s in spikes]
        assert any(0 <= gap <= 12 for gap in gaps_ms)
    if fs_hz >= 500:
        jump = np.abs(np.diff(simulated.ecg.lead("II")))
        assert all(jump[s - 1] > 0.3 for s in spikes if s > 0)


def test_premature_beats_are_early_wide_and_followed_by_a_compensatory_pause() -> None:
    truth = simulate("pvc", duration_s=30).truth
    beats = truth.waves.beats
    early = [i for i, b in enumerate(beats) if b.kind == "ventricular" and 0 < i < len(beats) - 1]
    assert len(early) >= 5
    rr = 60 / 70 * 500
    for i in early:
        before, after = (beats[k + 1].qrs.onset - beats[k].qrs.onset for k in (i - 1, i))
        assert before < 0.75 * rr
        assert before + after == pytest.approx(2 * rr, rel=0.08)
        assert (beats[i].qrs.offset - beats[i].qrs.onset) * SAMPLE_MS > 140
        assert beats[i].p is None
    assert truth.qrs_ms == 90


def test_a_seed_gives_one_ecg_and_another_seed_another() -> None:
    first, same, other = (simulate("af", seed=s, noise_snr_db=20).ecg.signal_mv for s in (4, 4, 5))
    np.testing.assert_array_equal(first, same)
    assert not np.allclose(first, other)


@pytest.mark.parametrize(
    ("kwargs", "says"),
    [
        ({"rhythm": "torsades"}, "no simulated rhythm 'torsades'"),
        ({"heart_rate_bpm": 0}, "heart rate 0/min"),
        ({"rhythm": "lbbb", "qrs_ms": 90}, "QRS 90 ms is below 120 ms"),
        ({"rhythm": "first_degree_avb", "pr_ms": 180}, "PR 180 ms is below 201 ms"),
        ({"heart_rate_bpm": 150, "qt_ms": 440}, "QT 440 ms"),
        ({"fs_hz": 50}, "sampling rate 50 Hz"),
        ({"duration_s": 1}, "duration 1 s"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(kwargs: dict[str, object], says: str) -> None:
    with pytest.raises(BadRequest) as error:
        simulate(**kwargs)  # type: ignore[arg-type]
    assert says in str(error.value)
    assert "\n" not in str(error.value)
