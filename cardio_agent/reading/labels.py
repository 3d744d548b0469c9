"""Lead names and units as files spell them.

Enters: the label of a channel or the name of a unit. Leaves: a standard lead, millivolts per unit, or
None. Does not guess: a channel that is only numbered names no lead.
"""

import re

from cardio_agent.leads import standard_name

UNIT_NAMES = ("mV", "uV", "V", "nV")

_MV_PER_UNIT = {
    "nv": 1e-6, "nanovolt": 1e-6, "nanovolts": 1e-6,
    "uv": 1e-3, "microvolt": 1e-3, "microvolts": 1e-3,
    "mv": 1.0, "millivolt": 1.0, "millivolts": 1.0,
    "v": 1e3, "volt": 1e3, "volts": 1e3,
}  # fmt: skip
_MICRO = str.maketrans({"µ": "u", "μ": "u"})  # MICRO SIGN and GREEK SMALL LETTER MU

# "Lead 1" or "CH2" is a channel's number, not lead I or II (Holter recorders number unnamed leads so).
_NUMBERED = re.compile(r"(?:ECG|EKG|LEAD|CHANNEL|CHAN|CH|CODE)?[\s_:.#-]*\d+", re.IGNORECASE)
# Latin spelling: "derivação" I is DI or D1.
_LATIN = re.compile(r"D(?=(?:I{1,3}|[123])$)", re.IGNORECASE)
_LABEL_WITH_UNIT = re.compile(
    r"(?P<label>.+?)(?:\s*[\[(]\s*|[\s_/]+)(?P<unit>[nuµμm]?v)\s*[\])]?", re.IGNORECASE
)


def lead_of(label: str) -> str | None:
    """Standard lead that a channel label names, or None.

    >>> [lead_of(s) for s in ("avr", "MDC_ECG_LEAD_V3", "DII", "D3", "Lead 1", "2", "MLII")]
    ['aVR', 'V3', 'II', 'III', None, None, None]
    """
    bare = label.strip()
    if _NUMBERED.fullmatch(bare):
        return None
    return standard_name(_LATIN.sub("", bare))


def mv_per_unit(unit: str) -> float | None:
    """Millivolts in one of that unit, or None when it is not a voltage.

    >>> [mv_per_unit(u) for u in ("µV", "mV", "V", "mmHg")]
    [0.001, 1.0, 1000.0, None]
    """
    return _MV_PER_UNIT.get(unit.strip().translate(_MICRO).lower())


def split_unit(label: str) -> tuple[str, str | None]:
    """Label and unit of a column heading.

    >>> [split_unit(s) for s in ("I (mV)", "II_uV", "V1 [µV]", "aVR")]
    [('I', 'mV'), ('II', 'uV'), ('V1', 'µV'), ('aVR', None)]
    """
    match = _LABEL_WITH_UNIT.fullmatch(label.strip())
    return (match["label"].strip(), match["unit"]) if match else (label.strip(), None)
