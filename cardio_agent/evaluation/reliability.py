"""How far the superclass probabilities and decisions can be trusted, judged on records held out of them.

Enters: logits and targets, and the patients they belong to. Leaves: a :class:`Reliability`. The
calibration is fitted ten times, each without a tenth of the patients, and judged on those (cross-fitting),
because the fold that the shipped calibration was fitted on flatters it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.decisions import risk_tier
from cardio_agent.classifier.model import Calibration, Model
from cardio_agent.classifier.statements import SUPERCLASSES
from cardio_agent.evaluation.calibration import cross_fit
from cardio_agent.evaluation.metrics import (
    attainable_calibration_error,
    expected_calibration_error,
    reliability_bins,
)
from cardio_agent.schema import Record, RiskTier
from cardio_agent.settings import OperatingPoint

Array = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]
POINTS: tuple[OperatingPoint, ...] = ("balanced", "screening")
_TIERS: tuple[RiskTier, ...] = ("low", "moderate", "high")
N_SUPER = len(SUPERCLASSES)


class CalibrationErrors(Record):
    """Expected calibration error of one statement."""

    code: str
    raw: float
    """Of the network's own sigmoid."""
    shipped: float
    """Of the calibration that ships; flattered where it was fitted on these records."""
    cross_fitted: float
    attainable: float
    """What chance alone would give exact probabilities on as many records."""


class CurvePoint(Record):
    """One bin of a reliability curve; ``before`` calibration, or after it, held out."""

    code: str
    before: bool
    n: int
    mean_probability: float
    observed: float


class OperatingFigures(Record):
    """One statement at one operating point; ``held_out`` are cross-fitted."""

    code: str
    point: OperatingPoint
    threshold: float
    sensitivity: float
    specificity: float
    sensitivity_held_out: float
    specificity_held_out: float


class ConformalFigures(Record):
    """Cross-fitted 90% conformal sets of one statement."""

    code: str
    coverage_present: float
    """Share of the records with the statement whose set holds "present"."""
    coverage_absent: float
    uncertain: float
    """Share of the records for which the set does not single out one verdict."""
    error_when_certain: float


class TierFigures(Record):
    """Records of one statement whose cross-fitted probability lies in one tier."""

    code: str
    tier: RiskTier
    n: int
    observed: float
    """Share of them that have the statement; NaN when there is none."""


class Reliability(Record):
    """Of the five superclasses."""

    calibration: tuple[CalibrationErrors, ...]
    curves: tuple[CurvePoint, ...]
    operating: tuple[OperatingFigures, ...]
    conformal: tuple[ConformalFigures, ...]
    tiers: tuple[TierFigures, ...]


@dataclass(frozen=True, eq=False)
class _HeldOut:
    """One statement: the records with a known target, each judged by a calibration made without it."""

    target: Flags
    p: Array
    called: dict[OperatingPoint, Flags]
    holds_present: Flags
    holds_absent: Flags


def assess_reliability(
    model: Model, logits: Array, targets: Array, patients: npt.NDArray[np.integer]
) -> Reliability:
    """Calibration, operating points, conformal sets and risk tiers.

    Parameters
    ----------
    model : Model
        Its calibration is the one that ships.
    logits, targets : (n, 59)
    patients : (n,) int
    """
    shipped = model.probabilities(logits)
    fits = list(cross_fit(logits, targets, patients))
    calibration, curves, operating, conformal, tiers = [], [], [], [], []
    for k, code in enumerate(SUPERCLASSES):
        known = ~np.isnan(targets[:, k])
        held_out = _held_out(code, logits[:, k], targets[:, k], fits)
        raw = 1 / (1 + np.exp(-logits[known, k]))
        calibration.append(_errors(code, targets[known, k], raw, shipped[known, k], held_out.p))
        curves += _curve(code, targets[known, k], raw, before=True)
        curves += _curve(code, targets[known, k], held_out.p, before=False)
        operating += [_operating(code, point, model, shipped[known, k], held_out) for point in POINTS]
        conformal.append(_conformal(code, held_out))
        tiers += _tiers(code, held_out)
    return Reliability(
        calibration=tuple(calibration),
        curves=tuple(curves),
        operating=tuple(operating),
        conformal=tuple(conformal),
        tiers=tuple(tiers),
    )


def _held_out(
    code: str,
    logits: Array,
    targets: Array,
    fits: list[tuple[npt.NDArray[np.intp], dict[str, Calibration]]],
) -> _HeldOut:
    p = np.empty(len(logits))
    flags = {name: np.empty(len(logits), dtype=bool) for name in (*POINTS, "present", "absent")}
    for rows, calibrations in fits:
        own = calibrations[code]
        p[rows] = own.probability(logits[rows])
        for point in POINTS:
            flags[point][rows] = p[rows] >= own.threshold_at(point)
        # Without a limit the set always holds the verdict.
        flags["present"][rows] = p[rows] >= (0.0 if own.present_from is None else own.present_from)
        flags["absent"][rows] = p[rows] < (2.0 if own.absent_below is None else own.absent_below)
    known = ~np.isnan(targets)
    return _HeldOut(
        target=targets[known] > 0.5,
        p=p[known],
        called={point: flags[point][known] for point in POINTS},
        holds_present=flags["present"][known],
        holds_absent=flags["absent"][known],
    )


def _errors(code: str, targets: Array, raw: Array, shipped: Array, held_out: Array) -> CalibrationErrors:
    return CalibrationErrors(
        code=code,
        raw=expected_calibration_error(targets, raw),
        shipped=expected_calibration_error(targets, shipped),
        cross_fitted=expected_calibration_error(targets, held_out),
        attainable=attainable_calibration_error(held_out),
    )


def _curve(code: str, targets: Array, probabilities: Array, *, before: bool) -> list[CurvePoint]:
    bins = reliability_bins(targets, probabilities)
    return [
        CurvePoint(code=code, before=before, n=int(n), mean_probability=float(p), observed=float(share))
        for n, p, share in zip(*bins, strict=True)
        if n
    ]


def _operating(
    code: str, point: OperatingPoint, model: Model, shipped: Array, held_out: _HeldOut
) -> OperatingFigures:
    threshold = model.calibration[code].threshold_at(point)
    y, called, called_held_out = held_out.target, shipped >= threshold, held_out.called[point]
    return OperatingFigures(
        code=code,
        point=point,
        threshold=threshold,
        sensitivity=_share(called[y]),
        specificity=_share(~called[~y]),
        sensitivity_held_out=_share(called_held_out[y]),
        specificity_held_out=_share(~called_held_out[~y]),
    )


def _conformal(code: str, held_out: _HeldOut) -> ConformalFigures:
    y, certain = held_out.target, held_out.holds_present != held_out.holds_absent
    return ConformalFigures(
        code=code,
        coverage_present=_share(held_out.holds_present[y]),
        coverage_absent=_share(held_out.holds_absent[~y]),
        uncertain=_share(~certain),
        error_when_certain=_share((held_out.holds_present != y)[certain]),
    )


def _tiers(code: str, held_out: _HeldOut) -> list[TierFigures]:
    tier = np.array([risk_tier(p) for p in held_out.p])
    return [
        TierFigures(code=code, tier=t, n=int((tier == t).sum()), observed=_share(held_out.target[tier == t]))
        for t in _TIERS
    ]


def _share(flags: Flags) -> float:
    return float(flags.mean()) if len(flags) else float("nan")
