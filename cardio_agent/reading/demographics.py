"""Age, sex and time of recording as files state them.

Enters: text or numbers from a header. Leaves: a value that can be right, or None with a note.
Never fills in what is absent.
"""

import re
from datetime import datetime

from cardio_agent.schema import Patient, Sex

# The oldest person on record reached 122. PTB-XL writes 300 for "over 89".
OLDEST_YEARS = 125
_FIRST_YEAR, _LAST_YEAR = 1900, 2100  # electrocardiography began in 1901; other years are fillers
_EDF_UNKNOWN = datetime(1985, 1, 1)  # what EDF+ prescribes for a date that is not known

_AGE = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*(?:y|yr|yrs|year|years|a)?", re.IGNORECASE)
_SEXES: dict[str, Sex] = {"m": "male", "male": "male", "f": "female", "female": "female"}
_UNSTATED = {"", "unknown", "nan", "none", "n/a", "na", "null", "?", "-", "u", "x", "o", "other"}


def patient_of(age: object, sex: object) -> tuple[Patient, tuple[str, ...]]:
    """What a file says of the person.

    Parameters
    ----------
    age : object
        Years as a number or text; None when the file has no such field.
    sex : object
        ``M``, ``F``, ``male`` or ``female`` in any case; None when the file has no such field.

    Returns
    -------
    Patient
        With None for what is absent or cannot be right.
    tuple of str
        A note on each value that stood in the file and was left out.
    """
    age_years, age_note = _age_years(_stated(age))
    sex_text = _stated(sex)
    known_sex = _SEXES.get(sex_text)
    sex_note = f"sex '{sex_text}' left out: not one of M, F" if sex_text and known_sex is None else None
    notes = tuple(note for note in (age_note, sex_note) if note)
    return Patient(age_years=age_years, sex=known_sex), notes


def recorded_at_of(moment: datetime | None) -> datetime | None:
    """A recording time in a year when there were electrocardiographs, and no filler; else None."""
    if moment is None or moment.replace(tzinfo=None) == _EDF_UNKNOWN:
        return None
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def _stated(value: object) -> str:
    text = "" if value is None else " ".join(str(value).split()).lower()[:40]
    return "" if text in _UNSTATED else text


def _age_years(text: str) -> tuple[float | None, str | None]:
    if not text:
        return None, None
    match = _AGE.fullmatch(text)
    if match and float(match[1]) <= OLDEST_YEARS:
        return float(match[1]), None
    return None, f"age '{text}' left out: not an age in years of up to {OLDEST_YEARS}"
