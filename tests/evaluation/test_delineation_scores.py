"""Scoring of delineations against hand-made annotations."""

import math
from pathlib import Path

import pytest

from cardio_agent.evaluation.delineation import (
    NOT_ANNOTATED,
    annotated_folder,
    delineation_table,
    pooled,
    score_leads,
)
from cardio_agent.schema import LeadWaves, Wave


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


def test_a_bound_that_was_not_found_counts_in_no_error() -> None:
    found = LeadWaves(qrs=(Wave(NOT_ANNOTATED, 502, 522),))
    score = score_leads({"II": found}, {"II": lead(500)}, 500.0)["qrs"]
    assert score.n_matched == 1
    assert math.isnan(score.mae_ms[0])
    assert score.mae_ms[1:] == pytest.approx((4.0, 4.0))


def test_records_are_pooled_and_the_worst_is_named() -> None:
    good = score_leads({"II": lead(500, 900)}, {"II": lead(500, 900)}, 500.0)
    bad = score_leads({"II": lead(500, shift=10)}, {"II": lead(500)}, 500.0)
    assert pooled({"1": good, "2": bad})["qrs"].mae_ms == pytest.approx((20 / 3,) * 3)
    table = delineation_table({"1": good, "2": bad}, {"1": bad, "2": bad}, "other")
    assert "| QRS | 1.0000 | 6.7 ms | 6.7 ms | 6.7 ms |" in table
    assert "| QRS, other | 1.0000 | 20.0 ms" in table
    assert "2 (20), 1 (0)" in table
    assert "Records without an annotated P wave: 2; none was found in 2 of them." in table


def test_the_published_folder_holds_its_records_in_data(tmp_path: Path) -> None:
    assert annotated_folder(tmp_path) == tmp_path
    (tmp_path / "data").mkdir()
    assert annotated_folder(tmp_path) == tmp_path / "data"
