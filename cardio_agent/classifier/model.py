"""The classifier's files: weights, shape, calibration, checked and loaded once.

Enters: the folder ``models/classifier``. Leaves: a :class:`Model`. Nothing is downloaded and
nothing is unpickled.

=====================  ======================================================================
``model.safetensors``  weights
``config.json``        shape of the network, statement codes in output order, SHA-256 of the weights
``calibration.json``   for each code: slope, intercept, threshold
=====================  ======================================================================
"""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.statements import CODES
from cardio_agent.errors import ModelMissing
from cardio_agent.resources import resource_dir
from cardio_agent.settings import get_settings

if TYPE_CHECKING:
    from cardio_agent.classifier.network import EcgNetwork

_ADVICE = "install cardio-agent again, or train one with 'cardio-agent train classifier'"


@dataclass(frozen=True)
class Calibration:
    """From logit to probability to decision, for one statement.

    probability = sigmoid(slope · logit + intercept); present when it reaches the threshold.
    Source: Platt 1999, "Probabilistic outputs for support vector machines".
    """

    slope: float
    intercept: float
    threshold: float


@dataclass(frozen=True, eq=False)
class Model:
    """A loaded classifier."""

    network: "EcgNetwork"
    calibration: dict[str, Calibration]
    version: str
    sha256: str

    def probabilities(self, logits: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Calibrated probabilities (…, n_statements) of logits of the same shape."""
        slope = np.array([self.calibration[code].slope for code in CODES])
        intercept = np.array([self.calibration[code].intercept for code in CODES])
        return np.asarray(1 / (1 + np.exp(-(slope * logits + intercept))), dtype=np.float64)


@lru_cache(maxsize=2)
def load_model(folder: Path | None = None, device: str | None = None) -> Model:
    """The classifier of a folder (default: the one that travels with the program).

    Raises
    ------
    ModelMissing
        When a file is absent or altered, or belongs to another architecture.
    """
    folder = folder or resource_dir("models") / "classifier"
    config = _read_json(folder / "config.json")
    weights = _checked_weights(folder / "model.safetensors", config.get("sha256", ""))
    if tuple(config.get("codes", ())) != CODES:
        raise ModelMissing(f"{folder / 'config.json'}: its statements are not this program's; {_ADVICE}")
    network = _build(config, weights, folder)
    return Model(
        network.to(_device(device or get_settings().device)),
        load_calibration(folder / "calibration.json"),
        str(config.get("version", "unversioned")),
        config["sha256"],
    )


def load_calibration(path: Path) -> dict[str, Calibration]:
    """The calibration of every statement."""
    table = _read_json(path)
    try:
        return {code: Calibration(**table[code]) for code in CODES}
    except (KeyError, TypeError) as exc:
        raise ModelMissing(f"{path}: the entry of {exc} is absent or malformed; {_ADVICE}") from exc


def _read_json(path: Path) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise ModelMissing(f"{path}: cannot be read ({exc}); {_ADVICE}") from exc
    return loaded


def _checked_weights(path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise ModelMissing(f"{path}: cannot be read ({exc}); {_ADVICE}") from exc
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelMissing(
            f"{path}: its SHA-256 is not the one in config.json, the file was altered; {_ADVICE}"
        )
    return content


def _build(config: dict[str, Any], weights: bytes, folder: Path) -> "EcgNetwork":
    from safetensors.torch import load

    from cardio_agent.classifier.network import EcgNetwork, NetworkConfig

    try:
        shape: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in config["network"].items()
        }
        network = EcgNetwork(NetworkConfig(**shape))
        network.load_state_dict(load(weights))
    except (KeyError, TypeError, RuntimeError) as exc:
        raise ModelMissing(
            f"{folder}: the weights do not fit the network of this version; {_ADVICE}"
        ) from exc
    return network.eval().requires_grad_(False)


def _device(wanted: str) -> str:
    if wanted != "auto":
        return wanted
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
