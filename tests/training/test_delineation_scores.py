"""Scoring of delineations against hand-made annotations."""

import math

import pytest

from cardio_agent.schema import LeadWaves, Wave
from cardio_agent.training.delineation_scores import NOT_ANNOTATED, score_leads


def lead(*peaks: int, shift: int = 0) -> LeadWaves:
    return LeadWaves(qrs=tuple(Wave(p - 20 + shift, p + shift, p + 20 + shift) for p in peaks))


def test_a_perfect_delineation_scores_one_without_error() -> None:
    score = score_leads({"II": lead(500, 900)}, {"II": lead(500, 900)}, 500.0)["qrs"]
    assert score.f1 == 1.0
    assert score.mae_ms == (0.0, 0.0, 0.0)


def test_a_shift_of_five_samples_at_500_hz_is_ten_milliseconds() -> None:
    score = score_leads({"II": lead(500, 900, shift=5)}, {"II": lead(500, 900)}, 500.0)["qrs"]
    assert score.mae_ms == pytest.approx((10.0, 10.0, 10.0))


def test_misses_and_extras_count_within_the_annotated_span_only() -> None:
    found = {"II": lead(100, 500, 700, 1300, 2000)}
    score = score_leads(found, {"II": lead(500, 900, 1300)}, 500.0)["qrs"]
    assert (score.n_matched, score.n_missed, score.n_extra) == (2, 1, 1)
    assert score.f1 == pytest.approx(2 / 3)


def test_peaks_further_than_150_ms_apart_do_not_match() -> None:
    score = score_leads({"II": lead(500, 976)}, {"II": lead(500, 900)}, 500.0)["qrs"]
    assert score.n_matched == 1


def test_a_bound_that_was_not_annotated_counts_in_no_error() -> None:
    truth = LeadWaves(qrs=(Wave(NOT_ANNOTATED, 500, 520), Wave(880, 900, 920)))
    score = score_leads({"II": lead(500, 900, shift=2)}, {"II": truth}, 500.0)["qrs"]
    assert score.n_matched == 2
    assert score.mae_ms == pytest.approx((4.0, 4.0, 4.0))


def test_nothing_annotated_is_no_score() -> None:
    score = score_leads({"II": lead(500)}, {"II": LeadWaves()}, 500.0)["qrs"]
    assert math.isnan(score.f1)
    assert all(math.isnan(error) for error in score.mae_ms)
