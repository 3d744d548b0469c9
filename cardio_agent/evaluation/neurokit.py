"""The delineation of NeuroKit2, to be scored beside this program's.

Enters: a recording. Leaves: the waves of each lead, found lead by lead with its discrete wavelet transform.
The package is optional and is only needed for this comparison.
"""

import importlib.util
import warnings

import numpy as np

from cardio_agent.evaluation.delineation import NOT_ANNOTATED
from cardio_agent.leads import LEADS
from cardio_agent.schema import Ecg, LeadWaves, Wave

_KEYS = {"p": "P", "qrs": "R", "t": "T"}


def has_neurokit() -> bool:
    """Whether the package is installed."""
    return importlib.util.find_spec("neurokit2") is not None


def neurokit_leads(ecg: Ecg) -> dict[str, LeadWaves]:
    """Waves of each lead; none in a lead that it cannot delineate."""
    return {lead: _lead_waves(ecg.lead(lead), round(ecg.fs_hz)) for lead in LEADS}


def _lead_waves(row: np.ndarray, fs_hz: int) -> LeadWaves:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own dependencies, and on leads with few beats
        import neurokit2

        try:
            cleaned = neurokit2.ecg_clean(row, sampling_rate=fs_hz)
            _, peaks = neurokit2.ecg_peaks(cleaned, sampling_rate=fs_hz)
            r_peaks = peaks["ECG_R_Peaks"]
            _, found = neurokit2.ecg_delineate(cleaned, r_peaks, sampling_rate=fs_hz, method="dwt")
        except (ValueError, IndexError, ZeroDivisionError):
            return LeadWaves()  # it raises these where it finds too few beats
    found = {**found, "ECG_R_Peaks": r_peaks}
    return LeadWaves(**{name: _waves(found, key) for name, key in _KEYS.items()})


def _waves(found: dict[str, list[float]], key: str) -> tuple[Wave, ...]:
    columns = [found[f"ECG_{key}_{part}"] for part in ("Onsets", "Peaks", "Offsets")]
    rows = zip(*columns, strict=True)
    return tuple(Wave(*(_sample(v) for v in row)) for row in rows if not np.isnan(row[1]))


def _sample(value: float) -> int:
    return NOT_ANNOTATED if np.isnan(value) else int(value)
