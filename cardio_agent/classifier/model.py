"""The classifier's files: weights, shape, calibration, checked and loaded once.

Enters: the folder ``models/classifier``, and where the settings name one an ONNX file made from its
weights. Leaves: a :class:`Model`. Nothing is downloaded and nothing is unpickled.

=====================  ======================================================================
``model.safetensors``  weights
``config.json``        shape of the network, statement codes in output order, SHA-256 of the weights
``calibration.json``   for each code: slope, intercept, thresholds, conformal limits
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

from cardio_agent.classifier.runners import PRECISION, WEIGHTS_SHA256, OnnxRunner, Runner, TorchRunner
from cardio_agent.classifier.statements import CODES
from cardio_agent.errors import BadRequest, MissingExtra, ModelMissing
from cardio_agent.resources import checked_dir
from cardio_agent.settings import OperatingPoint, get_settings

if TYPE_CHECKING:
    from cardio_agent.classifier.network import EcgNetwork

_ADVICE = "install cardio-agent again, or train one with 'cardio-agent train classifier'"


@dataclass(frozen=True)
class Calibration:
    """From logit to probability to decision, for one statement.

    With s the sigmoid of the logit, probability = sigmoid(slope · ln s − slope_absent · ln(1 − s) +
    intercept), which for equal slopes is Platt scaling; present when it reaches the threshold.
    Source: Kull, Silva Filho and Flach 2017, "Beta calibration"; Platt 1999.
    """

    slope: float
    slope_absent: float
    intercept: float
    threshold: float
    """Of the balanced operating point."""
    screening: float | None = None
    """Threshold of the screening operating point; None in files of before it was introduced."""
    present_from: float | None = None
    """Lowest probability that is not unusual (1 in 10) where the statement is true; superclasses only."""
    absent_below: float | None = None
    """Probabilities below it are not unusual (9 in 10) where the statement is not true."""

    def probability(self, logits: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Calibrated probabilities of logits, of any shape.

        >>> Calibration(1.0, 1.0, 0.0, 0.5).probability(np.array([0.0])).tolist()
        [0.5]
        """
        present, absent = -np.logaddexp(0, -logits), -np.logaddexp(0, logits)
        score = self.slope * present - self.slope_absent * absent + self.intercept
        return np.asarray(1 / (1 + np.exp(-score)), dtype=np.float64)

    def threshold_at(self, point: OperatingPoint) -> float:
        """Threshold of an operating point.

        Raises
        ------
        ModelMissing
            When the classifier was calibrated without it.
        """
        if point == "balanced":
            return self.threshold
        if self.screening is None:
            raise ModelMissing(
                "calibration.json has no screening thresholds: use the balanced operating point, or "
                + _ADVICE
            )
        return self.screening

    def is_uncertain(self, probability: float) -> bool | None:
        """Whether the 90% conformal set of the statement does not single out present or absent.

        The set holds "present" from ``present_from`` on and "absent" below ``absent_below``: between
        the two it holds both, or neither. None where no limits were fitted.
        Source: Vovk, Gammerman and Shafer 2005 (label-conditional conformal prediction).
        """
        if self.present_from is None or self.absent_below is None:
            return None
        low, high = sorted((self.present_from, self.absent_below))
        return low <= probability < high


@dataclass(frozen=True, eq=False)
class Model:
    """A loaded classifier; ``version`` and ``sha256`` are of what runs, ``stride`` in samples a step."""

    runner: Runner
    calibration: dict[str, Calibration]
    version: str
    sha256: str
    stride: int

    @property
    def network(self) -> "EcgNetwork":
        """The PyTorch network.

        Raises
        ------
        ModelMissing
            When the classifier runs from ONNX.
        """
        if not isinstance(self.runner, TorchRunner):
            raise ModelMissing("this needs the PyTorch network: set CARDIO_AGENT_CLASSIFIER_RUNTIME=torch")
        return self.runner.network

    def probabilities(self, logits: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Calibrated probabilities (…, n_statements) of logits of the same shape."""
        columns = [self.calibration[code].probability(logits[..., k]) for k, code in enumerate(CODES)]
        return np.stack(columns, axis=-1)


@lru_cache(maxsize=2)
def load_model(folder: Path | None = None, device: str | None = None, runtime: str | None = None) -> Model:
    """The classifier of a folder.

    Parameters
    ----------
    folder : Path, optional
        Default: the one that travels with the program.
    device : str, optional
        ``auto``, ``cpu`` or ``cuda`` (there in bfloat16), for PyTorch; default: the setting.
    runtime : str, optional
        ``torch`` or ``onnx:FILE``; default: the setting ``classifier_runtime``.

    Raises
    ------
    ModelMissing
        When a file is absent or altered, belongs to another architecture or to other weights.
    MissingExtra
        When the package of the runtime is not installed.
    BadRequest
        When there is no such runtime.
    """
    folder = folder or checked_dir("models/classifier")
    config = _read_config(folder / "config.json")
    calibration = load_calibration(folder / "calibration.json")
    version, stride = str(config.get("version", "unversioned")), int(config["network"]["stride"])
    wanted = runtime or get_settings().classifier_runtime
    if wanted.startswith("onnx:"):
        onnx, sha256 = _onnx_runner(Path(wanted.removeprefix("onnx:")), config["sha256"])
        return Model(onnx, calibration, f"{version}, ONNX {onnx.metadata[PRECISION]}", sha256, stride)
    if wanted != "torch":
        raise BadRequest(f"no classifier runtime '{wanted}': use 'torch' or 'onnx:FILE'")
    weights = _checked_weights(folder / "model.safetensors", config["sha256"])
    network = _build(config, weights, folder)
    device = _device(device or get_settings().device)
    on_gpu = device.startswith("cuda")
    runner = TorchRunner(network.to(device), bf16=on_gpu)
    return Model(runner, calibration, version + ", bf16" * on_gpu, config["sha256"], stride)


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
    except (OSError, ValueError, RecursionError) as exc:  # the last: nested without end
        raise ModelMissing(f"{path}: cannot be read ({exc}); {_ADVICE}") from exc
    return loaded


def _read_config(path: Path) -> dict[str, Any]:
    config = _read_json(path)
    if tuple(config.get("codes", ())) != CODES:
        raise ModelMissing(f"{path}: its statements are not this program's; {_ADVICE}")
    if "sha256" not in config or "stride" not in config.get("network", {}):
        raise ModelMissing(f"{path}: sha256 or the network's shape is absent; {_ADVICE}")
    return config


def _onnx_runner(path: Path, weights_sha256: str) -> tuple[OnnxRunner, str]:
    """An exported network that was made from these weights, and the SHA-256 of its file."""
    again = "make it again with 'cardio-agent export-onnx'"
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise ModelMissing(f"{path}: cannot be read ({exc.strerror}); {again}") from exc
    runner = OnnxRunner(content, path)
    if runner.metadata.get(WEIGHTS_SHA256) != weights_sha256:
        raise ModelMissing(f"{path}: was not made from the classifier's present weights; {again}")
    return runner, hashlib.sha256(content).hexdigest()


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
    try:
        from safetensors.torch import load

        from cardio_agent.classifier.network import EcgNetwork, NetworkConfig
    except ImportError as exc:
        raise MissingExtra(
            "PyTorch is not installed: install torch, or set CARDIO_AGENT_CLASSIFIER_RUNTIME=onnx:FILE "
            "with a file that 'cardio-agent export-onnx' wrote"
        ) from exc
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
