"""Two ways to run the network: PyTorch, or ONNX Runtime on a machine without PyTorch.

Enters: a network, or the content of a file that ``cardio-agent export-onnx`` wrote. Leaves: a
:class:`Runner`, arrays in and arrays out. Does not filter, cut windows or calibrate.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from cardio_agent.errors import MissingExtra, ModelMissing

if TYPE_CHECKING:
    from cardio_agent.classifier.network import EcgNetwork

Array = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

# Names within an ONNX file: its inputs and outputs, and what its metadata say.
INPUTS = ("signal", "present")
OUTPUTS = ("logits", "attention")
WEIGHTS_SHA256 = "weights_sha256"
PRECISION = "precision"


class Runner(Protocol):
    """The network as a function.

    Takes (batch, 12, n) float32 in mV at 100 Hz and which leads are present, (batch, 12) bool. Gives
    logits (batch, n_statements) and attention (batch, n_statements, 12, n_steps), both float32.
    """

    def __call__(self, signal_mv: Array, present: Mask) -> tuple[Array, Array]: ...


@dataclass(frozen=True, eq=False)
class TorchRunner:
    """The network in PyTorch, on the device where its weights lie; with ``bf16`` convolutions in bfloat16."""

    network: "EcgNetwork"
    bf16: bool = False

    def __call__(self, signal_mv: Array, present: Mask) -> tuple[Array, Array]:
        import torch

        device = self.network.bias.device
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=self.bf16):
            logits, attention = self.network(
                torch.from_numpy(signal_mv).to(device), torch.from_numpy(present).to(device)
            )
        return logits.cpu().numpy(), attention.cpu().numpy()


class OnnxRunner:
    """An exported network in ONNX Runtime, on the processor.

    Parameters
    ----------
    content : bytes
        Of an ONNX file.
    path : Path
        Where it came from, for messages.

    Raises
    ------
    MissingExtra
        ONNX Runtime is not installed.
    ModelMissing
        The content is not an ONNX network.
    """

    def __init__(self, content: bytes, path: Path) -> None:
        self._session = _session(content, path)
        self.metadata: dict[str, str] = self._session.get_modelmeta().custom_metadata_map

    def __call__(self, signal_mv: Array, present: Mask) -> tuple[Array, Array]:
        given = dict(zip(INPUTS, (signal_mv, present), strict=True))
        logits, attention = self._session.run(OUTPUTS, given)
        return logits, attention


def _session(content: bytes, path: Path) -> Any:
    try:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as faults
    except ImportError as exc:
        raise MissingExtra("ONNX Runtime is not installed: pip install 'cardio-agent[onnx]'") from exc
    options = onnxruntime.SessionOptions()
    # It does not read this by itself, as PyTorch does; batch workers ask for one thread each by it.
    n_threads = os.environ.get("OMP_NUM_THREADS", "")
    options.intra_op_num_threads = int(n_threads) if n_threads.isdigit() else 0  # 0: one a core
    # Waiting threads sleep: on a busy machine, spinning ones took twice the time.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except (faults.Fail, faults.InvalidArgument, faults.InvalidGraph, faults.InvalidProtobuf) as exc:
        raise ModelMissing(
            f"{path}: not a readable ONNX file; make it again with 'cardio-agent export-onnx'"
        ) from exc
