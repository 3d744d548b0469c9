"""The twelve leads: order, spellings, territories, and how limb leads follow from two others.

Enters: lead names as files spell them, rows of signals. Leaves: standard names and derived rows.
Does not read files and does not judge signals.
"""

import re
from collections.abc import Mapping

import numpy as np

LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
LIMB_LEADS = LEADS[:6]
PRECORDIAL_LEADS = LEADS[6:]

# Leads that look at one wall; V2 looks at the septum and the anterior wall.
# Source: guideline corpus STD-17.
TERRITORIES = {
    "inferior": ("II", "III", "aVF"),
    "septal": ("V1", "V2"),
    "anterior": ("V2", "V3", "V4"),
    "lateral": ("I", "aVL", "V5", "V6"),
}

_CANONICAL = {lead.upper(): lead for lead in LEADS}
_PREFIX = re.compile(r"^(?:ECG|EKG|MDC_ECG_LEAD|LEAD)[\s_:.-]*", re.IGNORECASE)
# "Derivação" I, II and III.
_LATIN = {"DI": "I", "DII": "II", "DIII": "III", "D1": "I", "D2": "II", "D3": "III"}


def lead_index(lead: str) -> int:
    """Row of a standard lead in every (12, n) array.

    >>> lead_index("aVF")
    5
    """
    return LEADS.index(lead)


def standard_name(name: str) -> str | None:
    """Standard name of a lead in any case or common spelling, or None when it is not one of the 12.

    Numbers are no names: "Lead 2" and "CH2" may be a channel of anything.

    >>> [standard_name(s) for s in ("avr", "Lead II", "MDC_ECG_LEAD_V3", "ecg v1", "D3", "V3R", "CH2")]
    ['aVR', 'II', 'V3', 'V1', 'III', None, None]
    """
    bare = _PREFIX.sub("", name.strip())
    upper = re.sub(r"[\s_]+", "", bare).upper()
    return _CANONICAL.get(_LATIN.get(upper, upper).upper())


def derive_limb_leads(rows: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Add the limb leads that follow from any two of I, II and III.

    Parameters
    ----------
    rows : mapping of lead name to (n,) array, mV

    Returns
    -------
    dict
        The given rows, unchanged, and those of III, aVR, aVL, aVF (and I or II) that were absent
        and can be computed. Rows are added only; a recorded lead is never replaced.

    Source: Einthoven's law (I + III = II) and Goldberger's definitions of the augmented leads.
    """
    out = dict(rows)
    if "I" not in out and "II" in out and "III" in out:
        out["I"] = out["II"] - out["III"]
    if "II" not in out and "I" in out and "III" in out:
        out["II"] = out["I"] + out["III"]
    if "I" in out and "II" in out:
        one, two = out["I"], out["II"]
        out.setdefault("III", two - one)
        out.setdefault("aVR", -(one + two) / 2)
        out.setdefault("aVL", one - two / 2)
        out.setdefault("aVF", two - one / 2)
    return out
