"""Calibration, decisions, conformal sets and tiers where the true probabilities are known."""

import numpy as np
import pytest

from cardio_agent.classifier.model import Calibration, Model
from cardio_agent.classifier.statements import CODES, SUPERCLASSES
from cardio_agent.evaluation.calibration import calibrate
from cardio_agent.evaluation.reliability import Reliability, assess_reliability

N = 1500


def _model(calibration: dict[str, Calibration]) -> Model:
    def never(*_: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        raise AssertionError("logits are given, the network need not run")

    return Model(never, calibration, "test", "", 8)


@pytest.fixture(scope="module")
def reliability() -> Reliability:
    """A network twice too sure, on records of 1,000 patients; the first tenth has no superclass."""
    rng = np.random.default_rng(20)
    score = rng.normal(-0.5, 2.0, (N, len(CODES)))
    targets = (rng.random(score.shape) < 1 / (1 + np.exp(-score))).astype(float)
    targets[: N // 10, : len(SUPERCLASSES)] = np.nan
    logits = 2 * score
    return assess_reliability(_model(calibrate(logits, targets)), logits, targets, rng.integers(0, 1000, N))


def test_calibration_mends_a_network_that_is_too_sure(reliability: Reliability) -> None:
    for errors in reliability.calibration:
        assert errors.raw > 0.06  # sigmoid(2s) against sigmoid(s): 0.08 on average
        # What chance alone gives on 1,350 records is 0.02 with an SD of 0.005.
        assert errors.cross_fitted < errors.attainable + 0.015
        assert errors.attainable < 0.03


def test_conformal_sets_cover_nine_in_ten_held_out_records(reliability: Reliability) -> None:
    for figures in reliability.conformal:
        # Three SDs of a share of about 550 records.
        assert figures.coverage_present == pytest.approx(0.9, abs=0.04)
        assert figures.coverage_absent == pytest.approx(0.9, abs=0.04)
        assert 0 < figures.uncertain < 1


def test_screening_misses_fewer_infarcts_and_costs_specificity(reliability: Reliability) -> None:
    balanced, screening = (
        next(o for o in reliability.operating if o.code == "MI" and o.point == point)
        for point in ("balanced", "screening")
    )
    assert screening.sensitivity >= 0.95
    assert screening.sensitivity_held_out > 0.92
    assert screening.specificity < balanced.specificity


def test_tiers_hold_what_their_probabilities_say(reliability: Reliability) -> None:
    bounds = {"low": (0, 0.2), "moderate": (0.2, 0.6), "high": (0.6, 1)}
    for code in SUPERCLASSES:
        tiers = [t for t in reliability.tiers if t.code == code]
        assert sum(t.n for t in tiers) == N - N // 10
        for t in tiers:
            low, high = bounds[t.tier]
            assert low <= t.observed <= high


def test_curves_count_every_known_record(reliability: Reliability) -> None:
    for before in (True, False):
        points = [c for c in reliability.curves if c.code == "CD" and c.before == before]
        assert sum(c.n for c in points) == N - N // 10
