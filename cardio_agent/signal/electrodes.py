"""Exchanged electrodes: two limb cables, a limb cable and the neutral, two neighbours on the chest.

Enters: the typical beat of the 12 leads. Leaves: hints, each with its certainty and the number behind it.
Does not put anything right. Two arm cables exchanged turn lead I upside down and leave the chest leads alone;
so do right arm and left leg with lead II, and left arm and left leg with lead III. The evidence is therefore
how that lead runs beside the chest leads, wave by wave: exactly opposite once the cables are exchanged.

Source: guideline corpus TEC-01 (arm reversal), TEC-02 (dextrocardia), TEC-03 (neutral). Weights and
thresholds have no published source: they were fitted on PTB-XL, unchecked elsewhere; see each.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cardio_agent.leads import LEADS, LIMB_LEADS, PRECORDIAL_LEADS, lead_index
from cardio_agent.schema import Certainty, SwapHint
from cardio_agent.signal.alignment import AlignedBeats

# Where P, QRS and T are, from the middle of the QRS.
_WAVES_S = {"P": (-0.23, -0.06), "QRS": (-0.06, 0.08), "T": (0.12, 0.40)}
_LEVEL_S = (-0.10, -0.06)
_CHEST = ("V1", "V2", "V4", "V6")
# What of a lead or wave is noise rather than signal, root mean square: it weakens the evidence of low waves.
_LEAD_FLOOR_MV, _WAVE_FLOOR_MV = 0.02, 0.03

# Correlation from which a wave is called opposite; it decides nothing.
_OPPOSITE = -0.3

_Signed = tuple[str, int]


@dataclass(frozen=True)
class _LimbSwap:
    """Two limb electrodes, the lead that their exchange turns over, and the weights of the evidence for it.

    ``weights`` for P, QRS and T: the lead's net area, then its correlation with V1, V2, V4 and V6. Logistic
    regression without a constant (L2, C = 1) on 3,383 PTB-XL records of folds 1 to 8, each as recorded and
    with the electrodes exchanged. ``from_log_odds`` is the evidence from which a hint is given.
    ``then_one`` and ``then_two`` are what would be I and II with the cables put right.
    """

    electrodes: tuple[str, str]
    turned: str
    untouched: str
    then_one: _Signed
    then_two: _Signed
    from_log_odds: float
    certainty: Certainty
    weights: tuple[tuple[float, ...], ...]


_ARMS = _LimbSwap(
    electrodes=("RA", "LA"),
    turned="I",
    untouched="aVF",
    then_one=("I", -1),
    then_two=("III", 1),
    from_log_odds=2.0,
    certainty="probable",
    weights=(
        (-0.64, 3.03, -0.17, -1.50, -1.62),
        (-1.71, 2.68, -1.38, 0.04, -2.07),
        (-0.68, 1.79, -2.07, -0.20, -0.94),
    ),
)
_RIGHT_ARM_AND_LEG = _LimbSwap(
    electrodes=("RA", "LL"),
    turned="II",
    untouched="aVL",
    then_one=("III", -1),
    then_two=("II", -1),
    from_log_odds=3.0,
    certainty="probable",
    weights=(
        (-0.70, -0.57, 1.00, -2.89, -2.61),
        (1.28, 0.34, 0.91, -1.05, -2.03),
        (-2.22, -0.50, -0.79, -0.49, -1.30),
    ),
)
# P, QRS and T keep a plausible direction, so that one in eight is found.
_LEFT_ARM_AND_LEG = _LimbSwap(
    electrodes=("LA", "LL"),
    turned="III",
    untouched="aVR",
    then_one=("II", 1),
    then_two=("I", 1),
    from_log_odds=5.5,
    certainty="possible",
    weights=(
        (0.92, -4.19, 2.51, -6.41, -0.41),
        (1.66, -3.08, 2.87, -0.80, -0.52),
        (-1.28, -0.49, 0.74, -0.21, -0.87),
    ),
)
_LIMB_SWAPS = (_ARMS, _RIGHT_ARM_AND_LEG, _LEFT_ARM_AND_LEG)

# A limb cable on the right leg leaves one bipolar lead between two legs, with next to nothing to show. Of
# 3,864 PTB-XL records, none has a lead that swings by less than 0.11 of the other two.
_FLAT_SHARE = 0.08
_OTHERS_FROM_MV = 0.15
_NEUTRAL_SWAPS = {"II": ("RA", "RL"), "III": ("LA", "RL"), "I": ("RA", "RL", "LA", "LL")}

# Chest leads change their shape step by step. Log of how much further neighbours are apart as recorded than
# with two of them exchanged; fewer than 2 % of PTB-XL records reach this.
_CHEST_GAIN = 0.7
_CHEST_WINDOW_S = (-0.21, 0.40)
_CHEST_FLOOR = 0.01


def find_swaps(typical_mv: np.ndarray, beats: AlignedBeats) -> tuple[SwapHint, ...]:
    """Electrodes that seem to have changed places.

    Parameters
    ----------
    typical_mv : ndarray, (12, n), mV
        Typical beat; NaN for leads that cannot be read, other than flat ones.
    beats : AlignedBeats
        Where the beat's waves are.

    Returns
    -------
    tuple of SwapHint
        At most one of the limbs and one of the chest, limbs first; empty where nothing is suspected or the
        limb leads (the chest leads) cannot be read.

    Limits: of the limbs, left arm and left leg are mostly missed, the two legs cannot be told apart, and
    three electrodes in a round are not looked for. Dextrocardia inverts V6 with I and gives no hint.
    """
    hints = (_neutral_swap(typical_mv) or _limb_swap(typical_mv, beats), _chest_swap(typical_mv, beats))
    return tuple(hint for hint in hints if hint is not None)


# ── limbs ────────────────────────────────────────────────────────────────────────────────────


def _limb_swap(typical_mv: np.ndarray, beats: AlignedBeats) -> SwapHint | None:
    """The exchange of two limb electrodes that is suspected; of several, the one that explains most.

    It explains most when I and II, put right, look least as if they were exchanged in turn.
    """
    if np.isnan(typical_mv[:3]).any():
        return None
    seen = {lead: _evidence(typical_mv, beats, lead) for lead in ("I", "II", "III")}
    suspected = [swap for swap in _LIMB_SWAPS if _log_odds(swap, seen[swap.turned]) >= swap.from_log_odds]
    if not suspected:
        return None
    swap = min(suspected, key=lambda s: _left_over(s, seen))
    return SwapHint(
        electrodes=swap.electrodes,
        certainty=swap.certainty,
        leads=tuple(lead for lead in LIMB_LEADS if lead != swap.untouched),
        reason=_opposition(swap.turned, seen[swap.turned]),
    )


def _opposition(lead: str, evidence: np.ndarray) -> str:
    """Which waves of a lead run against V6, with their correlations."""
    against = [(wave, of[-1]) for wave, of in zip(_WAVES_S, evidence, strict=True) if of[-1] < _OPPOSITE]
    if not against:
        return f"lead {lead} does not run as it should beside the chest leads"
    waves = _listed([wave for wave, _ in against])
    correlations = _listed([f"{value:.2f}".replace("-", "−") for _, value in against])
    return f"{waves} of lead {lead} run against V6, correlation {correlations}"


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def _log_odds(swap: _LimbSwap, evidence: np.ndarray) -> float:
    """Evidence for an exchange if the lead that it turns over runs like this."""
    return float((np.array(swap.weights) * evidence).sum())


def _left_over(swap: _LimbSwap, seen: Mapping[str, np.ndarray]) -> float:
    """Evidence for another exchange that stays once this one is put right."""
    (one, sign_one), (two, sign_two) = swap.then_one, swap.then_two
    return _log_odds(_ARMS, sign_one * seen[one]) + _log_odds(_RIGHT_ARM_AND_LEG, sign_two * seen[two])


def _evidence(typical_mv: np.ndarray, beats: AlignedBeats, lead: str) -> np.ndarray:
    """How a limb lead runs: (3 waves, 1 + 4), the net area, then correlations with V1, V2, V4 and V6.

    They change their sign when the lead is turned over; those with a lead that cannot be read are 0.
    """
    return np.array([_of_wave(typical_mv, beats, lead, wave) for wave in _WAVES_S])


def _of_wave(typical_mv: np.ndarray, beats: AlignedBeats, lead: str, wave: str) -> list[float]:
    rows = np.nan_to_num(typical_mv[:, _span(_WAVES_S[wave], beats)])
    if wave == "QRS":
        rows = rows - np.nan_to_num(np.median(typical_mv[:, _span(_LEVEL_S, beats)], axis=1))[:, None]
    else:
        rows = rows - np.linspace(rows[:, 0], rows[:, -1], rows.shape[1], axis=1)
    own, norms = rows[lead_index(lead)], np.sqrt(np.square(rows).sum(axis=1))
    size = float(np.sqrt(np.square(norms).sum() / len(LEADS))) + _WAVE_FLOOR_MV
    net = float(own.sum()) / np.sqrt(rows.shape[1]) / size
    chest = [lead_index(name) for name in _CHEST]
    scale = (norms[lead_index(lead)] + _LEAD_FLOOR_MV) * (norms[chest] + _LEAD_FLOOR_MV)
    return [net, *(rows[chest] @ own / scale).tolist()]


def _span(span_s: tuple[float, float], beats: AlignedBeats) -> slice:
    return slice(beats.middle + round(span_s[0] * beats.fs_hz), beats.middle + round(span_s[1] * beats.fs_hz))


def _neutral_swap(typical_mv: np.ndarray) -> SwapHint | None:
    """A limb cable exchanged with the neutral: one bipolar lead is flat beside the other two."""
    swing_mv = np.ptp(typical_mv[:3], axis=1)
    if np.isnan(swing_mv).any():
        return None
    flat = int(np.argmin(swing_mv))
    others_mv = float(np.delete(swing_mv, flat).mean())
    if others_mv < _OTHERS_FROM_MV or swing_mv[flat] > _FLAT_SHARE * others_mv:
        return None
    return SwapHint(
        electrodes=_NEUTRAL_SWAPS[LEADS[flat]],
        certainty="probable",
        leads=LEADS,
        reason=f"lead {LEADS[flat]} swings by {swing_mv[flat]:.2f} mV, the other two by {others_mv:.2f} mV",
    )


# ── chest ────────────────────────────────────────────────────────────────────────────────────


def _chest_swap(typical_mv: np.ndarray, beats: AlignedBeats) -> SwapHint | None:
    """Two neighbouring chest electrodes without which the leads would follow each other better."""
    rows = typical_mv[len(LIMB_LEADS) :, _span(_CHEST_WINDOW_S, beats)]
    if np.isnan(rows).any():
        return None
    apart = _distances(rows)
    moves = [_distance_to_neighbours(apart, k) for k in range(len(rows) - 1)]
    better = [k for k, (now, after) in enumerate(moves) if np.log(now / after) >= _CHEST_GAIN]
    if not better:
        return None
    best = max(better, key=lambda k: moves[k][0] - moves[k][1])
    pair = PRECORDIAL_LEADS[best : best + 2]
    times = moves[best][0] / moves[best][1]
    return SwapHint(
        electrodes=pair,
        certainty="possible",
        leads=pair,
        reason=f"exchanged, they would differ {times:.1f} times less from the chest leads beside them",
    )


def _distances(rows: np.ndarray) -> np.ndarray:
    """Squared distance of the shapes of each two leads, 0 (alike) to 4 (opposite)."""
    level = rows - np.median(rows, axis=1, keepdims=True)
    shapes = level / np.sqrt(np.square(level).sum(axis=1, keepdims=True) + _LEAD_FLOOR_MV**2)
    return np.asarray(np.square(shapes[:, None] - shapes[None]).sum(axis=2))


def _distance_to_neighbours(apart: np.ndarray, k: int) -> tuple[float, float]:
    """Distance of leads k and k + 1 to those beside them, as recorded and with the two exchanged."""
    now = after = _CHEST_FLOOR
    if k > 0:
        now, after = now + float(apart[k - 1, k]), after + float(apart[k - 1, k + 1])
    if k + 2 < len(apart):
        now, after = now + float(apart[k + 1, k + 2]), after + float(apart[k, k + 2])
    return now, after
