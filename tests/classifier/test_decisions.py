"""Decisions follow the operating point; what was calibrated before it existed still loads."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from cardio_agent.classifier.decisions import decide
from cardio_agent.classifier.model import Calibration, load_calibration
from cardio_agent.classifier.statements import CODES
from cardio_agent.errors import ModelMissing
from cardio_agent.schema import Classification, Statement
from cardio_agent.settings import get_settings

OWN = Calibration(1.0, 1.0, 0.0, 0.5, screening=0.1, present_from=0.2, absent_below=0.6)


def _decided(monkeypatch: pytest.MonkeyPatch, p: float, own: Calibration = OWN) -> Statement:
    model = SimpleNamespace(calibration=dict.fromkeys(CODES, own))
    monkeypatch.setattr("cardio_agent.classifier.decisions.load_model", lambda: model)
    statements = decide(Classification(dict.fromkeys(CODES, p), {"NORM": np.ones((12, 1))}, 0.08))
    return next(s for s in statements if s.code == "MI")


def _screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARDIO_AGENT_OPERATING_POINT", "screening")
    get_settings.cache_clear()


def test_screening_calls_what_balance_lets_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    balanced = _decided(monkeypatch, 0.3)
    _screen(monkeypatch)
    screened = _decided(monkeypatch, 0.3)
    assert (balanced.threshold, balanced.present) == (0.5, False)
    assert (screened.threshold, screened.present) == (0.1, True)


@pytest.mark.parametrize(("p", "uncertain"), [(0.1, False), (0.2, True), (0.5, True), (0.6, False)])
def test_between_the_conformal_limits_the_verdict_is_uncertain(
    monkeypatch: pytest.MonkeyPatch, p: float, uncertain: bool
) -> None:
    assert _decided(monkeypatch, p).is_uncertain is uncertain


def test_an_empty_conformal_set_is_uncertain_too() -> None:
    crossed = Calibration(1.0, 1.0, 0.0, 0.5, present_from=0.7, absent_below=0.4)
    assert [crossed.is_uncertain(p) for p in (0.3, 0.5, 0.8)] == [False, True, False]


def test_calibration_of_before_the_operating_points_still_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(
        json.dumps(
            {code: {"slope": 1, "slope_absent": 1, "intercept": 0, "threshold": 0.5} for code in CODES}
        )
    )
    old = load_calibration(path)["MI"]
    assert _decided(monkeypatch, 0.6, old).present
    assert _decided(monkeypatch, 0.6, old).is_uncertain is None
    _screen(monkeypatch)
    with pytest.raises(ModelMissing, match="screening"):
        _decided(monkeypatch, 0.6, old)
