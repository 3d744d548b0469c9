"""Which unlabelled ECG a clinician should look at next: the one that the classifier is least sure of.

Enters: recordings with their calibrated probabilities. Leaves: candidates, least certain first.
Opens no file.
"""

from collections.abc import Iterable, Mapping
from math import log2
from typing import NamedTuple

N_NAMED = 3


class Candidate(NamedTuple):
    """An ECG to review.

    ``entropy_bits`` is summed over the statements: 0 where every probability is 0 or 1. ``doubtful``
    are the statements that add most to it, with their probabilities.

    Source: uncertainty sampling with the entropy of the predictive distribution, Settles 2009, Active
    Learning Literature Survey, section 3.1.
    """

    name: str
    entropy_bits: float
    doubtful: tuple[tuple[str, float], ...]


def rank(probabilities: Iterable[tuple[str, Mapping[str, float]]]) -> list[Candidate]:
    """Candidates in the order of review, from the names of ECGs and their probabilities by code."""
    candidates = [_candidate(name, by_code) for name, by_code in probabilities]
    return sorted(candidates, key=lambda c: (-c.entropy_bits, c.name))


def _candidate(name: str, by_code: Mapping[str, float]) -> Candidate:
    entropies = {code: _entropy_bits(p) for code, p in by_code.items()}
    most = sorted(entropies, key=lambda code: (-entropies[code], code))[:N_NAMED]
    return Candidate(name, sum(entropies.values()), tuple((code, by_code[code]) for code in most))


def _entropy_bits(p: float) -> float:
    return -sum(q * log2(q) for q in (p, 1 - p) if q > 0)
