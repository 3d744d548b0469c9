"""The classifier as an ONNX file, in float32 or with its convolutions in int8.

Enters: a loaded classifier. Leaves: the content of a file that runs without PyTorch, and how far it
departs from the classifier. Does not write the file.

Both have dynamic batch and time axes; inputs ``signal`` (batch, 12, n) in mV and ``present``
(batch, 12), outputs ``logits`` (batch, 59) and ``attention`` (batch, 59, 12, ceil(n / 8)).
"""

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.model import Model, load_model
from cardio_agent.classifier.preprocessing import WINDOW_SAMPLES, band_pass, network_input
from cardio_agent.classifier.runners import (
    INPUTS,
    OUTPUTS,
    PRECISION,
    WEIGHTS_SHA256,
    OnnxRunner,
    Runner,
)
from cardio_agent.classifier.statements import SUPERCLASSES
from cardio_agent.datasets.labelled import VALIDATION_FOLD, LabelledSet, load_labelled
from cardio_agent.errors import BadRequest, MissingExtra, TrainingError
from cardio_agent.evaluation.metrics import macro_auroc
from cardio_agent.leads import LEADS
from cardio_agent.simulation import simulate
from cardio_agent.simulation.conditions import CONDITIONS

Array = npt.NDArray[np.float32]

# Largest difference of a logit or an attention weight between PyTorch and the float32 file.
PARITY = 1e-4
# Largest loss of superclass macro AUROC of the int8 file.
INT8_LOSS = 0.005
_OPSET = 17
_BATCH = 16
# Activations are scaled by what calibration has seen: small and large voltages both must have been.
_CALIBRATION_GAINS = (0.5, 1.0, 2.0)


class Trial(NamedTuple):
    """Input of the network."""

    signal_mv: Array
    present: npt.NDArray[np.bool_]


class ExportedFile(NamedTuple):
    """What is to be written where, and a line about it."""

    path: Path
    content: bytes
    about: str


def export_classifier(
    out: Path, *, int8: bool = False, data_dir: Path | None = None
) -> tuple[ExportedFile, ...]:
    """The shipped classifier in float32 and, where wanted, beside it in int8; checked, not yet written.

    Parameters
    ----------
    out : Path
        Of the float32 file; the int8 file takes its name and the suffix ``.int8.onnx``.
    int8 : bool
    data_dir : Path, optional
        Labelled ECGs; the int8 file is held to its loss on fold 9.

    Raises
    ------
    MissingExtra
        As :func:`to_onnx`.
    TrainingError
        As :func:`to_onnx` and :func:`int8_auroc`, or when the data cannot be used.
    BadRequest
        Data are given, but no int8 file is wanted.
    """
    if data_dir is not None and not int8:
        raise BadRequest("--data measures what int8 loses: give --int8 too")
    model = load_model(device="cpu", runtime="torch")
    exported = to_onnx(model)
    difference = largest_difference(model.runner, _runner(exported))
    files = [ExportedFile(out, exported, f"float32, within {difference:.0e} of PyTorch")]
    if int8:
        small = to_int8(exported)
        about = "int8, its loss of AUROC not measured (--data DIR measures it)"
        if data_dir is not None:
            before, after = int8_auroc(exported, small, load_labelled(data_dir).of_folds((VALIDATION_FOLD,)))
            about = f"int8, fold {VALIDATION_FOLD} superclass macro AUROC {after:.4f} (float32 {before:.4f})"
        files.append(ExportedFile(out.with_suffix(".int8.onnx"), small, about))
    return tuple(files)


def to_onnx(model: Model) -> bytes:
    """The classifier in float32.

    Parameters
    ----------
    model : Model
        Loaded with the runtime ``torch`` on the device ``cpu``.

    Raises
    ------
    MissingExtra
        The package onnx is not installed.
    TrainingError
        The file would not give what PyTorch gives, within 1e-4.
    """
    content = _with_metadata(
        _exported(model), {WEIGHTS_SHA256: model.sha256, PRECISION: "float32", "version": model.version}
    )
    difference = largest_difference(model.runner, _runner(content))
    if not difference <= PARITY:
        raise TrainingError(
            f"the exported network departs from PyTorch by {difference:.1e}, more than {PARITY:g}: "
            "nothing was written; try another version of torch or onnxruntime"
        )
    return content


def to_int8(exported: bytes) -> bytes:
    """A float32 file with weights and activations of its convolutions in int8.

    Static quantisation, calibrated on simulated ECGs of all conditions; a scale for each channel.
    Source: Jacob et al. 2018, "Quantization and training of neural networks for efficient
    integer-arithmetic-only inference".
    """
    _onnx()
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory() as folder:
        plain, ready, out = (Path(folder) / name for name in ("plain.onnx", "ready.onnx", "int8.onnx"))
        plain.write_bytes(exported)
        quant_pre_process(plain, ready, skip_symbolic_shape=True)
        quantize_static(
            ready,
            out,
            _Calibration(),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],  # the attention keeps its precision
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        content = out.read_bytes()
    return _with_metadata(content, _runner(exported).metadata | {PRECISION: "int8"})


def largest_difference(first: Runner, second: Runner) -> float:
    """Largest difference of a logit or an attention weight, over random and simulated inputs."""
    trials = (*_random_trials(), simulated_trial())
    pairs = (pair for trial in trials for pair in zip(first(*trial), second(*trial), strict=True))
    return float(np.max([np.abs(a - b).max() for a, b in pairs]))


def int8_auroc(exported: bytes, int8: bytes, data: LabelledSet) -> tuple[float, float]:
    """Superclass macro AUROC of the float32 file and of the int8 file.

    Raises
    ------
    TrainingError
        The loss is more than 0.005.
    """
    goal = data.targets[:, : len(SUPERCLASSES)]
    before, after = (macro_auroc(goal, _superclass_logits(_runner(c), data)) for c in (exported, int8))
    if not before - after <= INT8_LOSS:
        raise TrainingError(
            f"int8 loses {before - after:.4f} of macro AUROC, more than {INT8_LOSS:g}: nothing was "
            "written; export without --int8"
        )
    return before, after


def _superclass_logits(runner: Runner, data: LabelledSet) -> Array:
    present = np.ones((_BATCH, len(LEADS)), dtype=np.bool_)
    batches = (band_pass(data.signals_mv[k : k + _BATCH]) for k in range(0, len(data), _BATCH))
    return np.concatenate([runner(b, present[: len(b)])[0][:, : len(SUPERCLASSES)] for b in batches])


def simulated_trial(gain: float = 1.0) -> Trial:
    """One ECG of every condition that can be simulated, as the network reads it."""
    inputs = [network_input(simulate(name, noise_snr_db=20).ecg) for name in CONDITIONS]
    return Trial(
        np.stack([np.float32(gain) * signal for signal, _ in inputs]), np.stack([p for _, p in inputs])
    )


def _random_trials() -> Iterator[Trial]:
    """Noise of several lengths and batch sizes, every record but the first without some leads."""
    rng = np.random.default_rng(0)
    for batch, n in ((1, WINDOW_SAMPLES), (3, WINDOW_SAMPLES + 3), (2, WINDOW_SAMPLES // 2)):
        present = rng.random((batch, len(LEADS))) < 0.7
        present[0] = True
        signal = rng.normal(0, 0.5, (batch, len(LEADS), n)).astype(np.float32)
        yield Trial(np.where(present[..., None], signal, np.float32(0)), present)


class _Calibration:
    """What the quantiser reads, one batch a call, None at the end (its ``CalibrationDataReader``)."""

    def __init__(self) -> None:
        self._trials = (simulated_trial(gain) for gain in _CALIBRATION_GAINS)

    def get_next(self) -> dict[str, npt.NDArray[Any]] | None:
        trial = next(self._trials, None)
        return None if trial is None else dict(zip(INPUTS, trial, strict=True))


def _exported(model: Model) -> bytes:
    """The ONNX graph; by the exporter that needs no further package and takes any batch size."""
    _onnx()
    import torch

    example = tuple(map(torch.from_numpy, next(_random_trials())))
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        file = Path(folder) / "plain.onnx"
        # Called deprecated, but torch's newer exporter wants onnxscript and made of this network a graph
        # that runs at the example's shape only.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            model.network,
            example,
            file,
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_axes={
                "signal": {0: "batch", 2: "n"},
                "present": {0: "batch"},
                "logits": {0: "batch"},
                "attention": {0: "batch", 3: "n_steps"},
            },
            opset_version=_OPSET,
            dynamo=False,
        )
        return file.read_bytes()


def _with_metadata(content: bytes, metadata: dict[str, str]) -> bytes:
    onnx = _onnx()
    graph = onnx.load_from_string(content)
    onnx.helper.set_model_props(graph, metadata)
    onnx.checker.check_model(graph)
    return bytes(graph.SerializeToString())


def _runner(content: bytes) -> OnnxRunner:
    return OnnxRunner(content, Path("the exported network"))


def _onnx() -> ModuleType:
    try:
        import onnx
    except ImportError as exc:
        raise MissingExtra("the package onnx is not installed: pip install 'cardio-agent[onnx]'") from exc
    module: ModuleType = onnx
    return module
