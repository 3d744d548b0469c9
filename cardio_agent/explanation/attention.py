"""The network's own attention: where it weighed the evidence for a statement.

Enters: a classification, or a question to the network. Leaves: shares of leads and segments, or a map.
Attention is part of the computation, and still no proof of what decided: a cell's content comes from
all leads and from the seconds around it.
"""

from collections.abc import Iterable

import numpy as np

from cardio_agent.classifier.preprocessing import INPUT_FS_HZ
from cardio_agent.explanation.question import Array, Question
from cardio_agent.explanation.segments import hold, label_samples, share_out
from cardio_agent.schema import AttentionSummary, Classification, Waves


def summarise_attention(
    classification: Classification, waves: Waves, codes: Iterable[str]
) -> dict[str, AttentionSummary]:
    """Lead and segment shares of some statements' attention, to four decimals.

    Segments are empty without beats.
    """
    stride = round(classification.step_s * INPUT_FS_HZ)
    n_steps = next(iter(classification.attention.values())).shape[1]
    labels = label_samples(waves, n_steps * stride, INPUT_FS_HZ)
    summaries = {}
    for code in codes:
        shares = share_out(spread(classification.attention[code], stride, n_steps * stride), labels)
        summaries[code] = AttentionSummary(leads=_rounded(shares.leads), segments=_rounded(shares.segments))
    return summaries


def attention(question: Question) -> Array:
    """The statement's attention, spread over the samples of each step."""
    _, weights = question.model.runner(question.signal[None], question.present[None])
    return spread(weights[0, question.statement], question.model.stride, question.signal.shape[1])


def spread(steps: Array, stride: int, n_samples: int) -> Array:
    """A (12, n_steps) map over ``n_samples`` samples at 100 Hz; the sums stay what they are.

    The convolutions centre step k on sample ``stride * k``: a sample goes to the step nearest to it.
    """
    step = np.minimum((np.arange(n_samples) + stride // 2) // stride, steps.shape[1] - 1)
    return hold(steps, step)


def _rounded(shares: dict[str, float]) -> dict[str, float]:
    return {name: round(share, 4) for name, share in shares.items()}
