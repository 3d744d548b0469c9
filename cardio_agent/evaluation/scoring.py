"""A loaded classifier over labelled records, by the way that a user's ECG takes.

Enters: a labelled set and a model. Leaves: recordings, and the logits of recordings.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.model import Model
from cardio_agent.classifier.preprocessing import INPUT_FS_HZ, network_input
from cardio_agent.datasets.labelled import LabelledSet
from cardio_agent.schema import Ecg, Patient, Source

_BATCH = 16


def recordings(data: LabelledSet) -> list[Ecg]:
    """The records as the program would read them."""
    source = Source(name="labelled set", format="array")
    return [Ecg(signal, INPUT_FS_HZ, Patient(), source) for signal in data.signals_mv]


def logits_of(model: Model, ecgs: Iterable[Ecg]) -> npt.NDArray[np.float32]:
    """Logits (n, 59) of recordings of one length; absent leads are masked."""
    inputs = [network_input(ecg) for ecg in ecgs]
    out = []
    for start in range(0, len(inputs), _BATCH):
        signals, present = zip(*inputs[start : start + _BATCH], strict=True)
        out.append(model.runner(np.stack(signals), np.stack(present))[0])
    return np.concatenate(out)
