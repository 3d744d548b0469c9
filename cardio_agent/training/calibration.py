"""Calibration and thresholds from fold 9, and the folder of a finished classifier.

Enters: logits and targets of the validation fold. Leaves: ``models/classifier`` in the form that
:mod:`cardio_agent.classifier.model` loads.
"""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.decisions import MODERATE_FROM
from cardio_agent.classifier.model import Calibration
from cardio_agent.classifier.network import EcgNetwork
from cardio_agent.classifier.statements import CODES, STATEMENTS
from cardio_agent.training.metrics import best_f1_threshold

Array = npt.NDArray[np.floating]

# Fewer positives than this cannot carry a curve or a threshold of their own: the group's is used.
MIN_POSITIVES = 15
# For a statement that the network hardly knows, the highest F1 lies at a tiny probability; no
# statement in the low tier is called present.
LOWEST_THRESHOLD = MODERATE_FROM


def calibrate(logits: Array, targets: Array) -> dict[str, Calibration]:
    """Platt scaling and the threshold of highest F1, at least 0.2, for each statement.

    Form statements are calibrated with "no form statement" read as absent: a new ECG comes
    without the knowledge that a form statement will be made of it.
    """
    forms = np.array([spec.group == "form" for spec in STATEMENTS])
    targets = np.where(forms & np.isnan(targets), 0.0, targets)
    out = {}
    for k, spec in enumerate(STATEMENTS):
        enough = np.nansum(targets[:, k]) >= MIN_POSITIVES
        group = [j for j, other in enumerate(STATEMENTS) if other.group == spec.group]
        columns = [k] if enough else group
        slope, intercept = platt(logits[:, columns].ravel(), targets[:, columns].ravel())
        probability = 1 / (1 + np.exp(-(slope * logits[:, columns] + intercept)))
        threshold = max(best_f1_threshold(targets[:, columns].ravel(), probability.ravel()), LOWEST_THRESHOLD)
        out[spec.code] = Calibration(round(slope, 5), round(intercept, 5), round(threshold, 4))
    return out


def platt(logits: Array, targets: Array) -> tuple[float, float]:
    """Slope and intercept of the logistic fit, with Platt's smoothed targets."""
    from scipy.optimize import minimize

    known = ~np.isnan(targets)
    z, y = logits[known], targets[known] > 0.5
    n_pos, n_neg = int(y.sum()), int((~y).sum())
    goal = np.where(y, (n_pos + 1) / (n_pos + 2), 1 / (n_neg + 2))

    def loss(parameters: Array) -> tuple[float, Array]:
        score = parameters[0] * z + parameters[1]
        error = 1 / (1 + np.exp(-score)) - goal
        value = np.logaddexp(0, score) - goal * score
        return float(value.mean()), np.array([(error * z).mean(), error.mean()])

    fit = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(0.05, 20), (-20, 20)])
    return float(fit.x[0]), float(fit.x[1])


def write_model(folder: Path, network: EcgNetwork, calibration: dict[str, Calibration], version: str) -> None:
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
