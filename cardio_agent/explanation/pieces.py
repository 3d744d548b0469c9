"""The trace cut into pieces, and the logit when only some of them are kept.

Enters: a question. Leaves: (12, n) numbers of pieces (the leads, the segments of each lead over all
its beats, or windows of each lead), and the network as a function of which pieces are kept.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.preprocessing import INPUT_FS_HZ
from cardio_agent.explanation.question import Array, Mask, Question

Pieces = npt.NDArray[np.int64]
"""(12, n) numbers from 0, without gaps; -1 in absent leads."""

_BAR_DELAY_S = 1.0


def leads(question: Question) -> Pieces:
    """Each lead is one piece."""
    return _within_leads(question, np.zeros(question.signal.shape[1], dtype=np.int64))


def windows(question: Question, length_s: float) -> Pieces:
    """Each stretch of ``length_s`` of each lead is one piece."""
    sample = np.arange(question.signal.shape[1])
    return _within_leads(question, sample // round(length_s * INPUT_FS_HZ))


def segments(question: Question) -> Pieces:
    """Each kind of segment of each lead, over all beats, is one piece; without beats, each lead is one."""
    return leads(question) if question.segments is None else _within_leads(question, question.segments)


def _within_leads(question: Question, part: npt.NDArray[np.integer]) -> Pieces:
    """Number the parts of each present lead apart."""
    kinds, number = np.unique(part, return_inverse=True)
    row = np.cumsum(question.present) - 1
    return np.where(question.present[:, None], row[:, None] * len(kinds) + number, -1)


def count(pieces: Pieces) -> int:
    """How many pieces there are."""
    return int(pieces.max()) + 1


@contextmanager
def logit_of_kept(
    question: Question, pieces: Pieces, n_expected: int, title: str
) -> Iterator[Callable[[Mask], npt.NDArray[np.float64]]]:
    """The statement's logit as a function of which pieces are kept, (batch, n_pieces) bool.

    The others are 0 mV. On a terminal a bar shows how many of ``n_expected`` rows are done, once it
    has taken a second.
    """
    from tqdm import tqdm

    with tqdm(
        total=n_expected, desc=title, unit="pass", delay=_BAR_DELAY_S, disable=None, leave=False
    ) as bar:

        def logit(kept: Mask) -> npt.NDArray[np.float64]:
            is_kept = np.pad(kept, ((0, 0), (0, 1)))[:, pieces]  # absent leads take the last column
            bar.update(len(kept))
            return question.logits(np.where(is_kept, question.signal, np.float32(0)))

        yield logit


def even_density(values: npt.NDArray[np.floating], pieces: Pieces) -> Array:
    """The (12, n) map in which each piece's value is shared evenly among its samples, 0 where absent."""
    density = np.append(values / np.bincount(pieces[pieces >= 0]), 0.0)
    return density[pieces].astype(np.float32)
