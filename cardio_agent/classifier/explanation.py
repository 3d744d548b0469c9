"""Where the classifier looked: attention summed over leads and over segments of the beat.

Enters: a classification and the delineation. Leaves: shares that sum to 1. Attention is the
network's own weighting, not a proof of cause.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from cardio_agent.leads import LEADS
from cardio_agent.schema import AttentionSummary, Beat, Classification, Waves

SEGMENTS = ("P", "PR", "QRS", "ST", "T", "TP")


def summarise_attention(
    classification: Classification, waves: Waves, codes: Iterable[str]
) -> dict[str, AttentionSummary]:
    """Lead and segment shares of some statements' attention; segments are empty without beats."""
    some_code = next(iter(classification.attention))
    n_steps = classification.attention[some_code].shape[1]
    segment_of_step = _step_segments(waves, n_steps, classification.step_s)
    return {code: _summary(classification.attention[code], segment_of_step) for code in codes}


def _summary(attention: npt.NDArray[np.float32], weights: npt.NDArray[np.float64] | None) -> AttentionSummary:
    per_lead = attention.sum(axis=1)
    leads = {lead: round(float(v), 4) for lead, v in zip(LEADS, per_lead / per_lead.sum(), strict=True)}
    if weights is None:
        return AttentionSummary(leads=leads, segments={})
    per_segment = weights @ attention.sum(axis=0)
    total = per_segment.sum()
    if total <= 0:
        return AttentionSummary(leads=leads, segments={})
    shares = per_segment / total
    return AttentionSummary(
        leads=leads, segments={name: round(float(v), 4) for name, v in zip(SEGMENTS, shares, strict=True)}
    )


def _step_segments(waves: Waves, n_steps: int, step_s: float) -> npt.NDArray[np.float64] | None:
    """(6, n_steps) share of each attention step that lies in each segment, or None without beats."""
    if not len(waves.beats):
        return None
    n = round(n_steps * step_s * waves.fs_hz)
    label = np.full(n, SEGMENTS.index("TP"))
    for beat in waves.beats:
        for name, start, stop in _spans(beat):
            label[max(start, 0) : max(stop, 0)] = SEGMENTS.index(name)
    step_of_sample = np.minimum((np.arange(n) / (step_s * waves.fs_hz)).astype(int), n_steps - 1)
    weights = np.zeros((len(SEGMENTS), n_steps))
    np.add.at(weights, (label, step_of_sample), 1.0)
    return np.asarray(weights / np.maximum(weights.sum(axis=0), 1))


def _spans(beat: Beat) -> list[tuple[str, int, int]]:
    spans = [("QRS", beat.qrs.onset, beat.qrs.offset)]
    if beat.p is not None:
        spans += [("P", beat.p.onset, beat.p.offset), ("PR", beat.p.offset, beat.qrs.onset)]
    if beat.t is not None:
        spans += [("ST", beat.qrs.offset, beat.t.onset), ("T", beat.t.onset, beat.t.offset)]
    return spans
