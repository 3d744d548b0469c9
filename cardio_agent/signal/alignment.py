"""The beats of a recording laid over each other: how alike they are, and the one that they have in common.

Enters: the leads at about 100 Hz and where their beats are. Leaves: :class:`AlignedBeats`. A first look that
quality needs; the beat that is measured is made later, from delineated waves.
"""

from dataclasses import dataclass

import numpy as np

BEFORE_S, AFTER_S = 0.35, 0.45
QRS_HALF_S = 0.12
USUAL_LIKENESS = 0.8

_TINY = 1e-12


@dataclass(frozen=True, eq=False)
class AlignedBeats:
    """Beats cut from 0.35 s before to 0.45 s after the middle of their QRS.

    ``each`` (n_leads, n_beats, n) mV; ``typical`` (n_leads, n) is the median of the usual ones, those that
    resemble it; ``in_lead`` is how much the QRS of these resembles the mean of the others in each lead,
    ``overall`` the same of all beats over all leads together. All are empty or 0 without two whole beats.
    """

    each: np.ndarray
    is_usual: np.ndarray
    typical: np.ndarray
    in_lead: np.ndarray
    overall: float
    fs_hz: float

    @property
    def n_beats(self) -> int:
        return int(self.each.shape[1])

    @property
    def middle(self) -> int:
        """Sample of the middle of the QRS."""
        return round(BEFORE_S * self.fs_hz)

    def qrs(self) -> slice:
        """Samples of the QRS."""
        half = round(QRS_HALF_S * self.fs_hz)
        return slice(self.middle - half, self.middle + half + 1)


def align_beats(rows: np.ndarray, beats: np.ndarray, fs_hz: float) -> AlignedBeats:
    """Cut the beats of some leads and compare them.

    Parameters
    ----------
    rows : ndarray, (n_leads, n), mV
        Free of wander.
    beats : ndarray of int
        The middle of each QRS, in samples.
    fs_hz : float
    """
    before, after = round(BEFORE_S * fs_hz), round(AFTER_S * fs_hz)
    whole = beats[(beats >= before) & (beats + after < rows.shape[1])]
    each = np.stack([rows[:, b - before : b + after + 1] for b in whole], axis=1) if len(whole) else None
    if each is None or len(whole) < 2 or not len(rows):
        return _none(len(rows), before + after + 1, len(whole), fs_hz)
    half = round(QRS_HALF_S * fs_hz)
    qrs = each[:, :, before - half : before + half + 1]
    qrs = qrs - qrs.mean(axis=2, keepdims=True)
    _, overall = _likeness(qrs, _mean_of_others(qrs))
    _, to_median = _likeness(qrs, np.median(qrs, axis=1, keepdims=True))
    is_usual = to_median >= min(USUAL_LIKENESS, float(np.median(to_median)))
    usual = qrs[:, is_usual] if is_usual.sum() > 1 else qrs
    in_lead, _ = _likeness(usual, _mean_of_others(usual))
    typical = np.median(each[:, is_usual], axis=1)
    return AlignedBeats(each, is_usual, typical, np.median(in_lead, axis=1), float(np.median(overall)), fs_hz)


def _mean_of_others(qrs: np.ndarray) -> np.ndarray:
    return np.asarray((qrs.sum(axis=1, keepdims=True) - qrs) / (qrs.shape[1] - 1))


def _likeness(qrs: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Correlation of each beat with another, (n_leads, n_beats), and over all leads, (n_beats,)."""
    shared, own, theirs = ((a * b).sum(axis=2) for a, b in ((qrs, others), (qrs, qrs), (others, others)))
    in_lead = shared / np.sqrt(own * theirs + _TINY)
    return in_lead, shared.sum(axis=0) / np.sqrt(own.sum(axis=0) * theirs.sum(axis=0) + _TINY)


def _none(n_leads: int, n_samples: int, n_beats: int, fs_hz: float) -> AlignedBeats:
    return AlignedBeats(
        np.zeros((n_leads, n_beats, n_samples)),
        np.zeros(n_beats, dtype=bool),
        np.zeros((n_leads, n_samples)),
        np.zeros(n_leads),
        0.0,
        fs_hz,
    )
