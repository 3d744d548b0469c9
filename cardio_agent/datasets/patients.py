"""Age and sex of PTB-XL's patients, which the labels leave out.

Enters: the folder of a labelled set. Leaves: one :class:`~cardio_agent.schema.Patient` a record; what the
table does not say stays unknown.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cardio_agent.datasets.labelled import read_table
from cardio_agent.datasets.noise_notes import METADATA
from cardio_agent.datasets.ptbxl import DATABASE
from cardio_agent.errors import TrainingError
from cardio_agent.schema import Patient, Sex

_SEX: Mapping[str, Sex] = {"0": "male", "1": "female", "0.0": "male", "1.0": "female"}
_OLDEST = 90.0
"""PTB-XL writes 300 for 90 years and more: 90 is then what is known."""


def read_patients(folder: Path, ids: npt.NDArray[np.int64]) -> tuple[Patient, ...]:
    """Patients of some records, in their order.

    Raises
    ------
    TrainingError
        The folder holds no table with age and sex, or an age is not a number.
    """
    path = next((folder / name for name in (METADATA, DATABASE) if (folder / name).is_file()), None)
    if path is None:
        raise TrainingError(f"{folder}: holds no age and sex: looked for {METADATA} and {DATABASE}")
    rows = {row["ecg_id"]: row for row in read_table(path, ("ecg_id", "age", "sex"))}
    try:
        return tuple(_patient(rows.get(str(i), {})) for i in ids)
    except ValueError as exc:
        raise TrainingError(f"{path}: an age is not a number ({exc}): copy the file again") from exc


def _patient(row: Mapping[str, str]) -> Patient:
    age = min(float(row["age"]), _OLDEST) if row.get("age") else None
    return Patient(age_years=age, sex=_SEX.get(row.get("sex", "")))
