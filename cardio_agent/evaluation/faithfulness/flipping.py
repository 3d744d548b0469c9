"""Removing a recording piece by piece, in the order that an explanation gives.

Enters: a question to the network and a relevance map. Leaves: the statement's logit after each step,
once with the most and once with the least relevant pieces taken first, and areas under those curves.
A piece is a *cell*, one lead for 200 ms; removed means 0 mV in the band-passed signal. Does not judge
where in the beat the relevance lies.

Limits: a removed cell ends in steps that no heart draws, so a part of what is measured is how the
network answers to them; and occlusion is judged by the means that it works with itself.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.statements import CODES
from cardio_agent.explanation.question import Question

Array = npt.NDArray[np.floating]

CELL_SAMPLES = 20  # 200 ms at 100 Hz
N_STEPS = 20


@dataclass(frozen=True, eq=False)
class Curves:
    """The statement's logit while cells are removed, each (N_STEPS + 1,).

    The first value is of the whole recording, the last of a blank one. Filling a blank recording with
    the most relevant cells first passes the states of ``least_first`` in reverse: insertion needs no
    further curve.
    """

    most_first: Array
    least_first: Array


def cell_relevance(relevance: Array) -> Array:
    """Mean relevance of each cell, (leads, n) to (leads, ceil(n / 20)); the last cell may be shorter."""
    starts = np.arange(0, relevance.shape[1], CELL_SAMPLES)
    widths = np.diff(np.append(starts, relevance.shape[1]))
    return np.asarray(np.add.reduceat(relevance.astype(np.float64), starts, axis=1) / widths)


def removal_rank(cells: Array, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Place of each cell in the order of removal, 0 for the most relevant; equal ones in random order.

    Parameters
    ----------
    cells : (leads, n_cells)
    rng : numpy.random.Generator
        Without it, maps of one value per lead would be removed from the left to the right.

    Returns
    -------
    (leads, n_cells) int
    """
    flat = cells.ravel()
    rank = np.empty(flat.size, dtype=np.intp)
    rank[np.lexsort((rng.random(flat.size), -flat))] = np.arange(flat.size)
    return rank.reshape(cells.shape)


def flip(question: Question, relevance: Array, rng: np.random.Generator) -> Curves:
    """Remove the cells of the recorded leads in N_STEPS equal steps, in both orders.

    Parameters
    ----------
    question : Question
    relevance : (12, n)
        Positive where the trace speaks for the statement.
    rng : numpy.random.Generator
        Decides between cells of equal relevance.

    Source: Samek et al. 2017, "Evaluating the visualization of what a deep neural network has learned"
    (most relevant first); both orders: Blücher, Vielhaben and Strodthoff 2024, "Decoupling pixel
    flipping and occlusion strategy for consistent XAI benchmarks".
    """
    rank = removal_rank(cell_relevance(relevance[question.present]), rng)
    n_removed = np.rint(np.linspace(0, rank.size, N_STEPS + 1)).astype(int)[:, None, None]
    kept = np.concatenate([rank >= n_removed, rank < rank.size - n_removed])
    logits = question.logits(_with_only(question, kept))
    return Curves(logits[: N_STEPS + 1], logits[N_STEPS + 1 :])


def _with_only(question: Question, kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """The signal with only some cells of the recorded leads: (m, leads, n_cells) to (m, 12, n)."""
    n = question.signal.shape[1]
    signals = np.zeros((len(kept), *question.signal.shape), dtype=np.float32)
    signals[:, question.present] = np.repeat(kept, CELL_SAMPLES, axis=2)[..., :n]
    return signals * question.signal


class Gains(NamedTuple):
    """What the removal of cells says of a map. Areas are over the share removed: mean heights."""

    srg: float
    """Symmetric relevance gain: area of the logit with the least relevant removed first, minus that
    with the most relevant first. 0 is chance. Source: Blücher, Vielhaben and Strodthoff 2024."""
    srg_probability: float
    """The same with the calibrated probability: insertion minus deletion."""
    below_random: float
    """How far the logit falls below its curve under random removal, most relevant first."""
    above_random: float
    """How far it stays above that, least relevant first. The two add up to ``srg``."""
    deletion: float
    """Area of the probability, most relevant removed first: low is good."""
    insertion: float
    """Area of the probability, most relevant put first into a blank recording: high is good.
    Source of both: Petsiuk, Das and Saenko 2018, "RISE"."""


def gains(question: Question, curves: Curves, chance: float) -> Gains:
    """Areas under the curves of a map.

    Parameters
    ----------
    question : Question
        For the statement's calibration.
    curves : Curves
    chance : float
        Area of the logit under removal in random order.
    """
    most, least = area(curves.most_first), area(curves.least_first)
    calibration = question.model.calibration[CODES[question.statement]]
    deletion, insertion = (
        area(calibration.probability(curve)) for curve in (curves.most_first, curves.least_first)
    )
    return Gains(least - most, insertion - deletion, chance - most, least - chance, deletion, insertion)


def area(curve: Array) -> float:
    """Area under a curve over the share removed (0 to 1), by trapezoids: its mean height.

    >>> area(np.array([1.0, 0.5, 0.0]))
    0.5
    """
    return float(np.mean((curve[1:] + curve[:-1]) / 2))
