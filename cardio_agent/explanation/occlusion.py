"""Occlusion: how far the logit falls when a piece of the trace is removed.

Enters: a question. Leaves: a (12, n) map. Each piece is removed alone, so what two leads show alike
counts little: the other still shows it.
"""

import numpy as np

from cardio_agent.explanation.pieces import (
    Pieces,
    count,
    even_density,
    leads,
    logit_of_kept,
    segments,
    windows,
)
from cardio_agent.explanation.question import BATCH, Array, Question

WINDOW_S = 0.2


def occlude_leads(question: Question) -> Array:
    """Remove one lead after the other."""
    return occlude(question, leads(question))


def occlude_segments(question: Question) -> Array:
    """Remove one kind of segment from one lead after the other, in all beats at once."""
    return occlude(question, segments(question))


def occlude_windows(question: Question) -> Array:
    """Remove one window of :data:`WINDOW_S` from one lead after the other."""
    return occlude(question, windows(question, WINDOW_S))


def occlude(question: Question, pieces: Pieces) -> Array:
    """Fall of the logit when each piece is replaced by 0 mV, shared evenly among the piece's samples."""
    n = count(pieces)
    whole = question.logits(question.signal[None])[0]
    without = np.empty(n)
    with logit_of_kept(question, pieces, n, "occlusion") as logit:
        for first in range(0, n, BATCH):
            removed = np.arange(first, min(first + BATCH, n))
            without[removed] = logit(removed[:, None] != np.arange(n))
    return even_density(whole - without, pieces)
