"""Units as files spell them, alone or with a lead's name.

Enters: a column heading or the name of a unit. Leaves: its parts, or millivolts per unit. Lead names
themselves are :mod:`cardio_agent.leads`'s.
"""

import re

UNIT_NAMES = ("mV", "uV", "V", "nV")

_MV_PER_UNIT = {
    "nv": 1e-6, "nanovolt": 1e-6, "nanovolts": 1e-6,
    "uv": 1e-3, "microvolt": 1e-3, "microvolts": 1e-3,
    "mv": 1.0, "millivolt": 1.0, "millivolts": 1.0,
    "v": 1e3, "volt": 1e3, "volts": 1e3,
}  # fmt: skip
_MICRO = str.maketrans({"µ": "u", "μ": "u"})  # MICRO SIGN and GREEK SMALL LETTER MU

_LABEL_WITH_UNIT = re.compile(
    r"(?P<label>.+?)(?:\s*[\[(]\s*|[\s_/]+)(?P<unit>[nuµμm]?v)\s*[\])]?", re.IGNORECASE
)


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
