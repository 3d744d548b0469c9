"""Reading an ECG file, whatever its format.

Enters: a path from outside and what the caller declares of it. Leaves: an `Ecg` that can be analysed,
or one `InputError` that says what is wrong and what to do. Writes nothing and reaches no network.
"""

import math
from pathlib import Path

from cardio_agent.errors import BadRequest
from cardio_agent.reading.assembly import Declared, assemble
from cardio_agent.reading.content import reader_of
from cardio_agent.reading.files import locate, sha256
from cardio_agent.reading.labels import UNIT_NAMES, mv_per_unit
from cardio_agent.reading.validation import check_recording
from cardio_agent.schema import Ecg


def read_ecg(path: str | Path, *, fs_hz: float | None = None, units: str | None = None) -> Ecg:
    """Read one 12-lead recording.

    Parameters
    ----------
    path : str or Path
        The file. For a WFDB record its header, its signal file or their common stem.
    fs_hz : float, optional
        Sampling rate in hertz of a file that does not state it (bare CSV or NPY).
    units : {"mV", "uV", "V", "nV"}, optional
        Unit of a file that does not state it. What a file states is believed over what is declared
        here, and a note in ``source.notes`` says so where they differ.

    Returns
    -------
    Ecg
        Twelve rows in the order I, II, III, aVR, aVL, aVF, V1–V6, float32, mV. Limb leads that follow
        from others are derived (``source.derived_leads``); leads that were not recorded are NaN.
        Age and sex are None where the file does not state them or cannot be right.

    Raises
    ------
    UnreadableFile
        No such file, a folder, empty, truncated, too large, broken.
    UnsupportedFormat
        Not an ECG format that is read, or a picture of an ECG.
    UnknownUnits
        The sampling rate or the unit is neither stated nor declared.
    BadRecording
        Too short or long, too few leads, missing samples, no signal, or impossible amplitudes.
    BadRequest
        `fs_hz` or `units` is no rate or unit.
    MissingExtra
        A DICOM file without the package pydicom.

    Limits: one recording a file, up to 64 MB and two million samples a lead.
    """
    declared = _declared(fs_hz, units)
    file = locate(Path(path))
    recording = reader_of(file)(file)
    ecg = assemble(recording, declared, name=file.name, sha256=sha256(file, *recording.companions))
    check_recording(ecg)
    return ecg


def _declared(fs_hz: float | None, units: str | None) -> Declared:
    if fs_hz is not None and not (math.isfinite(fs_hz) and fs_hz > 0):
        raise BadRequest(f"fs_hz={fs_hz!r} is no sampling rate; give hertz, e.g. 500")
    if units is not None and mv_per_unit(units) is None:
        raise BadRequest(f"units={units!r} is no unit of voltage; give one of {', '.join(UNIT_NAMES)}")
    return Declared(fs_hz, units)
