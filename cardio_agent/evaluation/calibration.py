"""Calibration and thresholds from fold 9, and the folder of a finished classifier.

Enters: logits and targets of the validation fold. Leaves: ``models/classifier`` in the form that
:mod:`cardio_agent.classifier.model` loads.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.decisions import MODERATE_FROM
from cardio_agent.classifier.model import Calibration
from cardio_agent.classifier.network import EcgNetwork
from cardio_agent.classifier.statements import BY_CODE, CODES, STATEMENTS, SUPERCLASSES
from cardio_agent.errors import TrainingError
from cardio_agent.evaluation.thresholds import best_f1_threshold, sensitive_threshold, specific_threshold
from cardio_agent.resources import write_checksums

Array = npt.NDArray[np.floating]
Calibrations = dict[str, Calibration]

# Fewer positives than this cannot carry a curve or a threshold of their own: the group's is used.
MIN_POSITIVES = 15
# For a statement that the network hardly knows, the highest F1 lies at a tiny probability; at the
# balanced point no statement in the low tier is called present. Screening accepts that.
LOWEST_THRESHOLD = MODERATE_FROM
# An ECG is called normal only when that is likelier than not, whatever the highest F1 would allow.
LOWEST_OF_NORMAL = 0.5
# Screening: an infarct is missed, and an abnormal ECG called normal, at most 1 time in 20; the other
# abnormal superclasses 1 time in 10, because 0.95 would call every second ECG hypertrophied.
SCREENING_SENSITIVITY = {"MI": 0.95, "STTC": 0.90, "CD": 0.90, "HYP": 0.90}
SCREENING_SPECIFICITY = {"NORM": 0.95, "sub:NORM": 0.95}
CONFORMAL_LEVEL = 0.9
# Chosen by the cross-fitted log loss of the superclasses on fold 9, of 0, 0.01 and Platt's two parameters.
CALIBRATION_PENALTY = 0.01
_NO_CHANGE = np.array([1.0, 1.0, 0.0])
CROSS_FITS = 10


def calibrate(logits: Array, targets: Array, codes: Sequence[str] = CODES) -> Calibrations:
    """Beta calibration, thresholds and conformal limits of each statement.

    Parameters
    ----------
    logits, targets : (n, 59)
        Of records that the network was not trained on; NaN where a target is not known.
    codes : sequence of str
        The statements to calibrate.

    Returns
    -------
    dict of str to Calibration
        ``threshold`` has the highest F1 and is at least 0.2, of "normal ECG" 0.5. ``screening``: MI
        keeps a sensitivity of 0.95 and the other abnormal superclasses 0.90, "normal ECG" keeps a
        specificity of 0.95, every other statement its balanced threshold. Conformal limits at 90%
        for the superclasses.

    Raises
    ------
    TrainingError
        When no target of a statement, or of its group where it is rare, is known.

    Form statements are calibrated with "no form statement" read as absent: a new ECG comes
    without the knowledge that a form statement will be made of it.
    """
    targets = _forms_known(targets)
    out = {}
    for code in codes:
        k, spec = CODES.index(code), BY_CODE[code]
        enough = np.nansum(targets[:, k]) >= MIN_POSITIVES
        group = [j for j, other in enumerate(STATEMENTS) if other.group == spec.group]
        columns = [k] if enough else group
        y, z = targets[:, columns].ravel(), logits[:, columns].ravel()
        if np.isnan(y).all():
            raise TrainingError(f"no record says whether {code} is present: label some, to calibrate it")
        present, absent, intercept = beta_calibration(z, y)
        curve = Calibration(round(present, 5), round(absent, 5), round(intercept, 5), threshold=0.0)
        lowest = LOWEST_OF_NORMAL if code in SCREENING_SPECIFICITY else LOWEST_THRESHOLD
        threshold = max(best_f1_threshold(y, curve.probability(z)), lowest)
        fitted = replace(curve, threshold=round(threshold, 4))
        p = fitted.probability(logits[:, k])
        out[code] = _with_limits(fitted, code, targets[:, k], p, screen=bool(enough))
    return out


def cross_fit(
    logits: Array, targets: Array, patients: npt.NDArray[np.integer], seed: int = 0
) -> Iterator[tuple[npt.NDArray[np.intp], Calibrations]]:
    """Calibrations of the superclasses that each leave a tenth of the patients out.

    Yields
    ------
    (rows, calibrations)
        The rows of all yields together are every record once; no patient of ``rows`` was calibrated on.
    """
    everyone = np.unique(patients)
    part = np.random.default_rng(seed).permutation(len(everyone)) % CROSS_FITS
    part_of_row = part[np.searchsorted(everyone, patients)]
    for k in range(CROSS_FITS):
        held_out = part_of_row == k
        if held_out.any():
            yield np.flatnonzero(held_out), calibrate(logits[~held_out], targets[~held_out], SUPERCLASSES)


def _forms_known(targets: Array) -> Array:
    forms = np.array([spec.group == "form" for spec in STATEMENTS])
    return np.where(forms & np.isnan(targets), 0.0, targets)


def _with_limits(fitted: Calibration, code: str, targets: Array, p: Array, *, screen: bool) -> Calibration:
    """Screening threshold and conformal limits, rounded to the safe side."""
    screening = fitted.threshold
    if screen and code in SCREENING_SPECIFICITY:
        screening = max(screening, _up(specific_threshold(targets, p, SCREENING_SPECIFICITY[code])))
    elif screen and code in SCREENING_SENSITIVITY:
        screening = min(screening, _down(sensitive_threshold(targets, p, SCREENING_SENSITIVITY[code])))
    if code not in SUPERCLASSES:
        return replace(fitted, screening=screening)
    return replace(
        fitted,
        screening=screening,
        present_from=_down(sensitive_threshold(targets, p, CONFORMAL_LEVEL)),
        absent_below=_up(specific_threshold(targets, p, CONFORMAL_LEVEL)),
    )


def _down(p: float) -> float:
    return math.floor(p * 1e4) / 1e4


def _up(p: float) -> float:
    return math.ceil(p * 1e4) / 1e4


def beta_calibration(logits: Array, targets: Array) -> tuple[float, float, float]:
    """Slopes for presence and absence, and the intercept, by penalised maximum likelihood.

    The penalty draws towards no change: a curve of three parameters would else follow chance. Targets are
    smoothed as Platt's are. Source: Kull et al. 2017; Platt 1999.
    """
    from scipy.optimize import minimize

    known = ~np.isnan(targets)
    z, y = logits[known].astype(np.float64), targets[known] > 0.5
    n_pos, n_neg = int(y.sum()), int((~y).sum())
    goal = np.where(y, (n_pos + 1) / (n_pos + 2), 1 / (n_neg + 2))
    inputs = np.stack([-np.logaddexp(0, -z), np.logaddexp(0, z), np.ones_like(z)])

    def loss(parameters: Array) -> tuple[float, Array]:
        score = parameters @ inputs
        error = 1 / (1 + np.exp(-score)) - goal
        away = parameters - _NO_CHANGE
        value = np.logaddexp(0, score) - goal * score
        gradient = inputs @ error / len(z) + 2 * CALIBRATION_PENALTY * away
        return float(value.mean() + CALIBRATION_PENALTY * away @ away), gradient

    fit = minimize(loss, _NO_CHANGE, jac=True, method="L-BFGS-B", bounds=[(0.02, 20), (0.02, 20), (-20, 20)])
    present, absent, intercept = (float(x) for x in fit.x)
    return present, absent, intercept


def write_model(folder: Path, network: EcgNetwork, calibration: Calibrations, version: str) -> None:
    """Lay out ``folder`` as the program loads it."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    save_file(
        {k: v.cpu().contiguous() for k, v in network.state_dict().items()}, folder / "model.safetensors"
    )
    (folder / "model.safetensors").chmod(0o644)  # safetensors writes for its owner alone
    config = {
        "version": version,
        "sha256": hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest(),
        "codes": CODES,
        "network": network.config.to_dict(),
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    table = {code: asdict(c) for code, c in calibration.items()}
    (folder / "calibration.json").write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    write_checksums(folder)
