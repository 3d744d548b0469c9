"""Which segment of the beat every sample lies in, and how a map's relevance is shared out.

Enters: the delineation, a (12, n) map. Leaves: a label for each sample; shares of leads, of segments,
and of both; the map on another grid of times. Does not delineate and does not explain.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cardio_agent.leads import LEADS
from cardio_agent.schema import Beat, Waves

SEGMENTS = ("P", "PR", "QRS", "ST", "T", "TP")
Labels = npt.NDArray[np.int8]


class Shares(NamedTuple):
    """Shares that sum to 1: of the leads, of the segments, of each segment in each lead."""

    leads: dict[str, float]
    segments: dict[str, float]
    lead_segments: dict[str, dict[str, float]]


def label_samples(waves: Waves, n_samples: int, fs_hz: float) -> Labels | None:
    """Index in :data:`SEGMENTS` of every sample at a rate of the caller's choice.

    Parameters
    ----------
    waves : Waves
        At any rate.
    n_samples : int
        Length of the result.
    fs_hz : float
        Its rate.

    Returns
    -------
    (n_samples,) int8, or None without beats
        What lies in no wave and between no two waves of a beat is TP. PR is from the end of P to the
        onset of QRS, ST from the end of QRS to the onset of T; beats without P or T have neither.
    """
    if not len(waves.beats):
        return None
    labels = np.full(n_samples, SEGMENTS.index("TP"), dtype=np.int8)
    for beat in waves.beats:
        for name, start, stop in _spans(beat):
            first, last = (max(round(edge * fs_hz / waves.fs_hz), 0) for edge in (start, stop))
            labels[first:last] = SEGMENTS.index(name)
    return labels


def _spans(beat: Beat) -> list[tuple[str, int, int]]:
    spans = [("QRS", beat.qrs.onset, beat.qrs.offset)]
    if beat.p is not None:
        spans += [("P", beat.p.onset, beat.p.offset), ("PR", beat.p.offset, beat.qrs.onset)]
    if beat.t is not None:
        spans += [("ST", beat.qrs.offset, beat.t.onset), ("T", beat.t.onset, beat.t.offset)]
    return spans


def share_out(relevance: npt.NDArray[np.floating], labels: Labels | None) -> Shares:
    """Shares of a non-negative (12, n) map.

    Parameters
    ----------
    relevance : (12, n) array, not negative
    labels : (n,) int8, optional
        As :func:`label_samples` gives them; None leaves the shares of segments empty.

    Returns
    -------
    Shares
        Of a map that is 0 throughout, every share is 0.
    """
    total = float(relevance.sum(dtype=np.float64)) or 1.0
    leads = _named(LEADS, relevance.sum(axis=1, dtype=np.float64) / total)
    if labels is None:
        return Shares(leads, {}, {})
    is_segment = labels == np.arange(len(SEGMENTS))[:, None]
    table = relevance.astype(np.float64) @ is_segment.T / total
    lead_segments = {lead: _named(SEGMENTS, row) for lead, row in zip(LEADS, table, strict=True)}
    return Shares(leads, _named(SEGMENTS, table.sum(axis=0)), lead_segments)


def hold(values: npt.NDArray[np.floating], source: npt.NDArray[np.integer]) -> npt.NDArray[np.float32]:
    """A (12, m) map on another grid, whose place k takes an even part of the value at ``source[k]``.

    >>> hold(np.array([[4.0, 1.0]]), np.array([0, 0, 1]))
    array([[2., 2., 1.]], dtype=float32)
    """
    n_sharing = np.bincount(source)
    return np.asarray(values[:, source] / n_sharing[source], dtype=np.float32)


def _named(names: tuple[str, ...], values: npt.NDArray[np.float64]) -> dict[str, float]:
    return dict(zip(names, values.tolist(), strict=True))
