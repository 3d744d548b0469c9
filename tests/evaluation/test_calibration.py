"""Operating points, conformal limits and cross-fitting on logits whose probabilities are known."""

import numpy as np
import pytest

from cardio_agent.classifier.statements import CODES, STATEMENTS, SUPERCLASSES
from cardio_agent.errors import TrainingError
from cardio_agent.evaluation.calibration import calibrate, cross_fit

N = 400
Logits = tuple[np.ndarray, np.ndarray]


@pytest.fixture
def fold(rng: np.random.Generator) -> Logits:
    """Logits too sure by a factor of two, and the targets that they stand for."""
    score = rng.normal(-0.5, 2.0, (N, len(CODES)))
    targets = (rng.random(score.shape) < 1 / (1 + np.exp(-score))).astype(float)
    return 2 * score, targets


def _probabilities(code: str, logits: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    own = calibrate(logits, targets)[code]
    k = CODES.index(code)
    return own.probability(logits[:, k]), targets[:, k] == 1


def test_screening_keeps_the_sensitivity_of_each_abnormal_superclass(fold: Logits) -> None:
    calibration = calibrate(*fold)
    for code, least in {"MI": 0.95, "STTC": 0.90, "CD": 0.90, "HYP": 0.90}.items():
        p, true = _probabilities(code, *fold)
        assert (p[true] >= calibration[code].threshold_at("screening")).mean() >= least
        assert calibration[code].threshold_at("screening") <= calibration[code].threshold


def test_screening_calls_few_abnormal_ecgs_normal(fold: Logits) -> None:
    calibration = calibrate(*fold)
    for code in ("NORM", "sub:NORM"):
        p, true = _probabilities(code, *fold)
        assert (p[~true] < calibration[code].threshold_at("screening")).mean() >= 0.95


def test_other_statements_screen_as_balanced(fold: Logits) -> None:
    calibration = calibrate(*fold)
    for code in set(CODES) - {*SUPERCLASSES, "sub:NORM"}:
        assert calibration[code].threshold_at("screening") == calibration[code].threshold
        assert calibration[code].is_uncertain(0.5) is None


def test_conformal_sets_hold_nine_in_ten(fold: Logits) -> None:
    own = calibrate(*fold)["MI"]
    p, true = _probabilities("MI", *fold)
    assert own.present_from is not None
    assert own.absent_below is not None
    assert (p[true] >= own.present_from).mean() >= 0.9
    assert (p[~true] < own.absent_below).mean() >= 0.9


def test_a_statement_that_nobody_has_leans_on_its_group(fold: Logits) -> None:
    logits, targets = fold
    targets[:, CODES.index("PSVT")] = 0
    targets[:, CODES.index("SVTAC")] = 0
    calibration = calibrate(logits, targets)
    assert calibration["PSVT"] == calibration["SVTAC"]
    assert calibration["PSVT"] != calibration["AFIB"]


def test_unknown_forms_count_as_absent(fold: Logits) -> None:
    logits, targets = fold
    forms = [k for k, spec in enumerate(STATEMENTS) if spec.group == "form"]
    unknown = targets.copy()
    unknown[: N // 2, forms] = np.nan
    absent = targets.copy()
    absent[: N // 2, forms] = 0
    assert calibrate(logits, unknown) == calibrate(logits, absent)


def test_statement_without_a_known_target_is_named(fold: Logits) -> None:
    logits, targets = fold
    targets[:, [k for k, spec in enumerate(STATEMENTS) if spec.group == "rhythm"]] = np.nan
    with pytest.raises(TrainingError, match="SR"):
        calibrate(logits, targets)
    assert set(calibrate(logits, targets, SUPERCLASSES)) == set(SUPERCLASSES)


def test_cross_fitting_judges_every_record_once_and_never_its_patient(
    fold: Logits, monkeypatch: pytest.MonkeyPatch
) -> None:
    patients = np.arange(N) // 3  # several records a patient
    marked = fold[0].copy()
    marked[:, 0] = patients  # so that what is calibrated on can be recognised
    fitted_on: list[set[int]] = []

    def remember(logits: np.ndarray, *_: object) -> dict[str, object]:
        fitted_on.append({int(p) for p in logits[:, 0]})
        return {}

    monkeypatch.setattr("cardio_agent.evaluation.calibration.calibrate", remember)
    judged = [rows for rows, _ in cross_fit(marked, fold[1], patients)]
    assert sorted(np.concatenate(judged)) == list(range(N))
    for rows, seen in zip(judged, fitted_on, strict=True):
        assert not seen & set(patients[rows])
        assert seen | set(patients[rows]) == set(patients)
