"""Kinds of beats and the summary of the rhythm."""

from collections.abc import Callable

import numpy as np
import pytest

from cardio_agent.measurement import delineate, rhythm_features
from cardio_agent.measurement.ectopy import ectopy
from cardio_agent.measurement.rhythm import name_beats
from cardio_agent.schema import Beat, Beats, Ecg, Wave


def beats_at(onsets: list[int], *, without_p: tuple[int, ...] = (), wide: tuple[int, ...] = ()) -> Beats:
    return Beats(
        tuple(
            Beat(
                qrs=Wave(onset, onset + 20, onset + (80 if k in wide else 45)),
                p=None if k in without_p else Wave(onset - 80, onset - 55, onset - 30),
            )
            for k, onset in enumerate(onsets)
        )
    )


def kinds(beats: Beats, families: list[int], spikes: tuple[int, ...] = ()) -> list[str]:
    return [beat.kind for beat in name_beats(beats, families, spikes, 500.0)]


def test_an_early_wide_beat_of_another_shape_is_ventricular() -> None:
    beats = beats_at([400, 800, 1060, 1600, 2000], without_p=(2,), wide=(2,))
    assert kinds(beats, [0, 0, 1, 0, 0]) == ["sinus", "sinus", "ventricular", "sinus", "sinus"]


def test_the_beat_after_an_interpolated_extrasystole_is_not_early() -> None:
    beats = beats_at([400, 800, 1000, 1200, 1600, 2000], without_p=(2,), wide=(2,))
    assert kinds(beats, [0, 0, 1, 0, 0, 0])[3] == "sinus"


def test_an_early_beat_of_the_usual_shape_is_supraventricular() -> None:
    beats = beats_at([400, 800, 1200, 1450, 1900, 2300])
    assert kinds(beats, [0] * 6) == ["sinus"] * 3 + ["supraventricular"] + ["sinus"] * 2


def test_beats_after_spikes_are_paced() -> None:
    beats = beats_at([400, 800, 1200], without_p=(0, 1, 2), wide=(0, 1, 2))
    assert kinds(beats, [0, 0, 0], spikes=(395, 795, 1195)) == ["paced"] * 3


def test_wide_regular_beats_without_p_or_spike_are_unknown() -> None:
    beats = beats_at([400, 800, 1200, 1600], without_p=(0, 1, 2, 3), wide=(0, 1, 2, 3))
    assert kinds(beats, [0] * 4) == ["unknown"] * 4


def test_no_beats_have_no_kinds_and_empty_features(drawn: Callable[..., Ecg]) -> None:
    assert len(name_beats(Beats(), [], (), 500.0)) == 0
    features = rhythm_features(delineate(drawn(onsets_s=[])))
    assert (features.n_beats, features.rr_cv, features.longest_rr_ms) == (0, None, None)
    assert not features.is_paced


def test_sinus_rhythm_is_regular_with_a_p_before_each_qrs(drawn: Callable[..., Ecg]) -> None:
    features = rhythm_features(delineate(drawn()))
    assert not features.is_irregular
    assert features.p_to_qrs_ratio == 1.0
    assert features.longest_rr_ms == pytest.approx(60_000 / 66, abs=4)


def test_fibrillation_is_irregular_without_p(drawn: Callable[..., Ecg], rng: np.random.Generator) -> None:
    onsets_s = np.cumsum(rng.uniform(0.5, 1.1, 12))
    features = rhythm_features(delineate(drawn(onsets_s=list(onsets_s[onsets_s < 9.3]), pr_ms=None)))
    assert features.is_irregular
    assert features.p_to_qrs_ratio == 0.0


def test_a_ventricular_extrasystole_is_counted_and_does_not_make_the_rhythm_irregular(
    drawn: Callable[..., Ecg],
) -> None:
    onsets_s = [0.5 + 0.9 * k for k in range(10)]
    onsets_s[4] -= 0.3
    features = rhythm_features(delineate(drawn(onsets_s=onsets_s, wide_beats=(4,))))
    assert (features.n_ventricular, features.longest_ventricular_run) == (1, 1)
    assert not features.is_irregular


def test_bigeminy_is_seen_in_the_trace(drawn: Callable[..., Ecg]) -> None:
    onsets_s = [0.5 + 0.9 * k - (0.3 if k % 2 else 0.0) for k in range(10)]
    features = rhythm_features(delineate(drawn(onsets_s=onsets_s, wide_beats=tuple(range(1, 10, 2)))))
    assert features.ventricular.pattern == "bigeminy"
    assert features.ventricular.n_beats == 5


def test_a_constant_pr_has_no_deviation_and_a_long_rr_is_a_pause(drawn: Callable[..., Ecg]) -> None:
    features = rhythm_features(delineate(drawn(onsets_s=[0.6, 1.5, 2.4, 5.8, 6.7, 7.6])))
    assert features.pr_deviation_ms is not None
    assert features.pr_deviation_ms <= 4  # two samples
    assert features.n_pauses == 1


def test_premature_atrial_beats_are_found_in_bigeminy_though_half_of_all_rr_are_short() -> None:
    onsets = [400, 800, 1440, 1840, 2480, 2880, 3520, 3920, 4560, 4960]
    found = kinds(beats_at(onsets), [0] * 10)
    assert found == ["sinus", "sinus", *["sinus", "supraventricular"] * 3, "sinus", "sinus"]
    assert ectopy(found, "supraventricular").pattern == "bigeminy"


def test_the_rr_of_sinus_arrhythmia_make_no_premature_beat() -> None:
    rr = [400, 430, 470, 500, 470, 430, 400, 430, 470]
    onsets = [400, *(400 + np.cumsum(rr)).tolist()]
    assert set(kinds(beats_at(onsets), [0] * 10)) == {"sinus"}
