"""Running the network on recordings.

Enters: recordings of any rate and length. Leaves: a :class:`~cardio_agent.schema.Classification`
for each: calibrated probabilities and attention over leads and time. Does not decide.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.model import Model, load_model
from cardio_agent.classifier.preprocessing import INPUT_FS_HZ, WINDOW_SAMPLES, network_input, window_starts
from cardio_agent.classifier.statements import CODES
from cardio_agent.schema import Classification, Ecg

Array = npt.NDArray[np.float32]
# Larger batches overflow the processor's caches: slower for each ECG.
_BATCH = 16


class _Window(NamedTuple):
    ecg: int
    start: int
    signal: Array
    present: npt.NDArray[np.bool_]


def classify(ecgs: Sequence[Ecg], *, model: Model | None = None) -> list[Classification]:
    """Probabilities and attention of every statement.

    Parameters
    ----------
    ecgs : sequence of Ecg
        Any rate from 100 Hz; recordings over 10 s are read in windows whose logits are averaged.
        Missing leads get no attention.
    model : Model, optional
        Default: the one that travels with the program, in the runtime of the settings.

    Returns
    -------
    list of Classification
        One for each recording, in order; empty for no recordings.

    Raises
    ------
    ModelMissing
        When the classifier's files are absent or altered.
    MissingExtra
        When neither PyTorch nor an exported network with ONNX Runtime is at hand.

    Limits: trained on 10 s recordings of adults from one German centre (PTB-XL).
    """
    if not ecgs:
        return []
    model = model or load_model()
    inputs = [network_input(ecg) for ecg in ecgs]
    windows = [
        _Window(i, start, signal[:, start : start + WINDOW_SAMPLES], present)
        for i, (signal, present) in enumerate(inputs)
        for start in window_starts(signal.shape[1])
    ]
    logits: list[list[Array]] = [[] for _ in ecgs]
    stride = model.stride
    attention = [
        np.zeros((len(CODES), 12, -(-signal.shape[1] // stride)), np.float32) for signal, _ in inputs
    ]
    for window, window_logits, window_attention in _run(model, windows):
        logits[window.ecg].append(window_logits)
        first = window.start // stride
        whole = attention[window.ecg]
        whole[:, :, first : first + window_attention.shape[-1]] += window_attention[
            :, :, : whole.shape[-1] - first
        ]
    return [
        _classification(model, np.mean(logits[i], axis=0), attention[i], stride / INPUT_FS_HZ)
        for i in range(len(ecgs))
    ]


def _run(model: Model, windows: Sequence[_Window]) -> Iterator[tuple[_Window, Array, Array]]:
    """The network over windows, those of one length together."""
    by_length: dict[int, list[_Window]] = {}
    for window in windows:
        by_length.setdefault(window.signal.shape[1], []).append(window)
    for group in by_length.values():
        for k in range(0, len(group), _BATCH):
            batch = group[k : k + _BATCH]
            logits, attention = model.runner(
                np.stack([w.signal for w in batch]), np.stack([w.present for w in batch])
            )
            yield from zip(batch, logits, attention, strict=True)


def _classification(model: Model, logits: Array, attention: Array, step_s: float) -> Classification:
    probabilities = model.probabilities(logits)
    share = attention / attention.sum(axis=(1, 2), keepdims=True)
    return Classification(
        probabilities={code: float(p) for code, p in zip(CODES, probabilities, strict=True)},
        attention=dict(zip(CODES, share, strict=True)),
        step_s=step_s,
    )
