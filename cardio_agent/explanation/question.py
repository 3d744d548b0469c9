"""What a method of explanation is asked: one network input and the statement to explain.

Enters: a loaded classifier and the input it read. Leaves: the statement's logit for that input and for
altered versions of it. Knows no method.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.model import Model

Array = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

# Larger batches overflow the processor's caches: slower for each ECG.
BATCH = 16


@dataclass(frozen=True, eq=False)
class Question:
    """Why does the network say this statement of this signal?

    ``signal`` is float32 (12, n), band-passed, mV at 100 Hz, as
    :func:`~cardio_agent.classifier.preprocessing.network_input` gives it, at most 10 s;
    ``present`` is (12,) bool, ``statement`` the place in ``CODES``, ``segments`` (n,) int8 places in
    ``SEGMENTS``, None without beats.
    """

    model: Model
    signal: Array
    present: Mask
    statement: int
    segments: npt.NDArray[np.int8] | None

    def logits(self, signals: Array) -> npt.NDArray[np.float64]:
        """The statement's logit for altered versions of the signal.

        Parameters
        ----------
        signals : (batch, 12, n) float32
            Removed content is 0 mV. A lead removed throughout counts as not recorded, as a flat lead
            does in ``network_input``; where nothing is left the recorded leads count as flat traces.

        Returns
        -------
        (batch,) float64
        """
        present = self.present & signals.any(axis=-1)
        present[~present.any(axis=1)] = self.present
        chunks = [slice(k, k + BATCH) for k in range(0, len(signals), BATCH)]
        outputs = [self.model.runner(signals[c], present[c])[0][:, self.statement] for c in chunks]
        return np.concatenate(outputs).astype(np.float64) if outputs else np.zeros(0)


Method = Callable[[Question], Array]
"""(12, n) float32: the relevance of every sample at 100 Hz for the statement's logit."""
