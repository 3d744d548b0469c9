"""A recording as it would be with two electrodes exchanged.

Enters: an ECG. Leaves: the same heart through leads that are not what their names say.
"""

from dataclasses import replace

import numpy as np

from cardio_agent.errors import BadRequest
from cardio_agent.leads import LEADS, PRECORDIAL_LEADS, lead_index
from cardio_agent.schema import Ecg

ELECTRODES = ("RA", "LA", "LL", "RL", *PRECORDIAL_LEADS)


def swap_electrodes(ecg: Ecg, first: str, second: str) -> Ecg:
    """The recording with the cables of two electrodes exchanged.

    Parameters
    ----------
    ecg : Ecg
        With I and II.
    first, second : {"RA", "LA", "LL", "RL", "V1", ..., "V6"}
        Right arm, left arm, left leg, right leg (neutral) and chest.

    Raises
    ------
    BadRequest
        An unknown electrode, a limb with a chest electrode, or a recording without I or II.

    Source: the definitions of the leads (guideline corpus TEC-01, TEC-03).
    Limits: both legs are taken to have the same potential, so that their exchange changes nothing.
    """
    pair = {first, second}
    if len(pair) < 2 or not pair <= set(ELECTRODES) or len(pair & set(PRECORDIAL_LEADS)) == 1:
        raise BadRequest(f"cannot exchange {first} and {second}: choose two limb or two chest electrodes")
    out = ecg.signal_mv.copy()
    if first in PRECORDIAL_LEADS:
        i, j = lead_index(first), lead_index(second)
        out[[i, j]] = out[[j, i]]
        return replace(ecg, signal_mv=out)
    if {"I", "II"} & set(ecg.missing_leads):
        raise BadRequest(f"cannot exchange {first} and {second}: {ecg.source.name} has no lead I or II")
    cables = _limb_potentials(ecg.signal_mv)
    central = (cables["RA"] + cables["LA"] + cables["LL"]) / 3
    cables[first], cables[second] = cables[second], cables[first]
    out[:6] = _limb_leads(cables["RA"], cables["LA"], cables["LL"])
    out[6:] += central - (cables["RA"] + cables["LA"] + cables["LL"]) / 3
    return replace(ecg, signal_mv=out.astype(np.float32))


def _limb_potentials(signal_mv: np.ndarray) -> dict[str, np.ndarray]:
    """Potential of each limb against the legs."""
    one, two = signal_mv[lead_index("I")], signal_mv[lead_index("II")]
    legs = np.zeros_like(two)
    return {"RA": -two, "LA": one - two, "LL": legs, "RL": legs}


def _limb_leads(ra: np.ndarray, la: np.ndarray, ll: np.ndarray) -> np.ndarray:
    """I, II, III, aVR, aVL and aVF of three potentials."""
    leads = {
        "I": la - ra,
        "II": ll - ra,
        "III": ll - la,
        "aVR": ra - (la + ll) / 2,
        "aVL": la - (ra + ll) / 2,
        "aVF": ll - (ra + la) / 2,
    }
    return np.stack([leads[name] for name in LEADS[:6]])
