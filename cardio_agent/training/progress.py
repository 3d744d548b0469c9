"""The progress bar of a training run: steps of all epochs, the time left, and what the last epoch came to.

Enters: counts of steps as they are done. Leaves: a bar on standard error.
"""

from typing import Any


class StepBar:
    """Progress over the steps of all epochs; it appears with the first step.

    Parameters
    ----------
    n_epochs : int
    """

    def __init__(self, n_epochs: int) -> None:
        self._n_epochs = n_epochs
        self._bar: Any = None

    def __enter__(self) -> "StepBar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def step(self, done: int, total: int) -> None:
        """One more step, the ``done``-th of ``total``."""
        if self._bar is None:  # a resumed run begins further on than at step 1
            from tqdm import tqdm

            self._bar = tqdm(total=total, initial=done - 1, unit="step")
        epoch = (done - 1) * self._n_epochs // total + 1
        self._bar.set_description(f"epoch {epoch}/{self._n_epochs}", refresh=False)
        self._bar.update()

    def epoch(self, **figures: str) -> None:
        """What the last epoch came to."""
        self._bar.set_postfix(**figures)
