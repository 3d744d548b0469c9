"""NumPy files: one array (``.npy``) or named arrays (``.npz``).

Enters: a path. Leaves: the channels. Arrays are never unpickled and never allocated before the file is
seen to hold them. Does not guess units or rates; twelve unnamed rows are taken in standard order, and a
note says so.
"""

import io
import math
import tokenize
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np

from cardio_agent.errors import BadRecording, UnreadableFile, UnsupportedFormat
from cardio_agent.leads import LEADS
from cardio_agent.reading.assembly import Channel, Recording, order_notes
from cardio_agent.reading.files import MAX_FILE_BYTES, read_bytes, reason, shown
from cardio_agent.reading.labels import split_unit

_SIGNAL_UNITS = {"signal_mv": "mV", "signal_uv": "uV", "signal": None}
_MAX_CHANNELS = 1000  # body surface maps have some hundred
_LITERAL_ERRORS = (SyntaxError, tokenize.TokenError, MemoryError, RecursionError)


def read_npy(path: Path) -> Recording:
    """Read one array, (leads, n) or (n, leads); it says neither its rate nor its unit.

    Raises
    ------
    UnreadableFile
        The file is truncated, or holds pickled objects or no numbers.
    BadRecording
        The array has not twelve leads.
    """
    signal = _array(read_bytes(path), path)
    rows, notes = _rows(_numbers(signal, path), None, path)
    return Recording("npy", _channels(rows, None, None, None), notes=notes)


def read_npz(path: Path) -> Recording:
    """Read named arrays.

    Keys: ``signal_mv``, ``signal_uv`` or ``signal`` with ``units``; ``fs_hz`` or ``fs``; ``leads``;
    ``age_years`` or ``age``; ``sex``. All but the signal may be absent.

    Raises
    ------
    UnreadableFile
        The archive is broken or too large once unpacked, or an array holds pickled objects.
    UnsupportedFormat
        No key holds a signal.
    BadRecording
        The signal does not fit the names of its leads.
    """
    arrays = _members(path)
    key = next((k for k in _SIGNAL_UNITS if k in arrays), None)
    if key is None:
        raise UnsupportedFormat(
            f"{shown(path)}: no array named {', '.join(_SIGNAL_UNITS)} "
            f"(found: {', '.join(sorted(arrays))[:80] or 'none'}); save the signal under one of these names"
        )
    leads = [_text(lead) or "" for lead in arrays["leads"].ravel()] if "leads" in arrays else None
    rows, notes = _rows(_numbers(arrays[key], path), leads, path)
    unit = _SIGNAL_UNITS[key] or _text(_scalar(arrays, "units", "unit"))
    channels = _channels(rows, leads, unit, _rate(_scalar(arrays, "fs_hz", "fs"), path))
    return Recording(
        "npz",
        channels,
        age=_text(_scalar(arrays, "age_years", "age")),
        sex=_text(_scalar(arrays, "sex")),
        notes=notes,
    )


def _members(path: Path) -> dict[str, np.ndarray]:
    try:
        with zipfile.ZipFile(io.BytesIO(read_bytes(path))) as archive:
            members = [m for m in archive.infolist() if m.filename.endswith(".npy")]
            if sum(m.file_size for m in members) > MAX_FILE_BYTES:
                raise UnreadableFile(
                    f"{shown(path)}: unpacks to more than {MAX_FILE_BYTES // 2**20} MB; cut the recording"
                )
            return {m.filename[: -len(".npy")].lower(): _array(_unpacked(archive, m), path) for m in members}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as exc:
        raise UnreadableFile(
            f"{shown(path)}: not a readable NPZ archive ({reason(exc)}); save it again"
        ) from exc


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """As many bytes as are announced: without a number, a false announcement would be unpacked to its end."""
    with archive.open(member) as stream:
        return stream.read(member.file_size)


def _array(raw: bytes, path: Path) -> np.ndarray:
    """The array in the bytes of an NPY file, its claimed size held against what is there."""
    stream = io.BytesIO(raw)
    try:
        version = np.lib.format.read_magic(stream)
        read_header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # headers that Python 2 wrote
            shape, fortran_order, dtype = read_header(stream)
        if dtype.hasobject or dtype.kind not in "iufUSb":
            raise ValueError(f"arrays of {dtype} are not read")
        if math.prod(shape) * dtype.itemsize > len(raw) - stream.tell():
            raise ValueError(f"truncated: an array of shape {shape} is announced")
        flat = np.frombuffer(raw, dtype, count=math.prod(shape), offset=stream.tell())
        return flat.reshape(shape, order="F" if fortran_order else "C")
    # The header is a Python literal, and parsing it raises what Python's own parser raises.
    except (ValueError, KeyError, TypeError, OverflowError, *_LITERAL_ERRORS) as exc:
        raise UnreadableFile(
            f"{shown(path)}: not a readable NumPy array ({reason(exc)}); save plain numbers with np.save"
        ) from exc


def _numbers(signal: np.ndarray, path: Path) -> np.ndarray:
    squeezed = np.squeeze(signal)
    if signal.dtype.kind not in "iuf" or squeezed.ndim != 2:
        raise BadRecording(
            f"{shown(path)}: an array of {signal.dtype} with shape {signal.shape} is no recording; "
            "give numbers of shape (leads, samples)"
        )
    return squeezed


def _rows(signal: np.ndarray, leads: list[str] | None, path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """The signal as (leads, n), whichever way it lies in the file."""
    n_leads = len(LEADS) if leads is None else len(leads)
    if n_leads > _MAX_CHANNELS:
        raise BadRecording(f"{shown(path)}: names {n_leads:,} leads; save the standard 12 alone")
    if signal.shape[0] == n_leads:
        rows = signal
    elif signal.shape[1] == n_leads:
        rows = signal.T
    else:
        named = "12 leads in standard order" if leads is None else f"its {n_leads} named leads"
        raise BadRecording(
            f"{shown(path)}: an array of shape {signal.shape} does not hold {named}; "
            "save (leads, samples), with the names in 'leads' of an NPZ file"
        )
    notes = () if leads is not None else order_notes(rows)
    return rows, notes


def _channels(
    rows: np.ndarray, leads: list[str] | None, unit: str | None, fs_hz: float | None
) -> list[Channel]:
    channels = []
    for label, row in zip(leads or LEADS, rows, strict=True):
        bare, own_unit = split_unit(label)
        channels.append(Channel(bare, row, own_unit or unit, fs_hz))
    return channels


def _scalar(arrays: dict[str, np.ndarray], *keys: str) -> object:
    """The single value under the first of these keys, or None."""
    found = next((arrays[k] for k in keys if k in arrays), None)
    return found.ravel()[0] if found is not None and found.size == 1 else None


def _text(value: object) -> str | None:
    text = value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value
    return None if text is None else str(text).strip() or None


def _rate(value: object, path: Path) -> float | None:
    if value is None:
        return None
    try:
        return float(str(value))
    except ValueError as exc:
        raise BadRecording(f"{shown(path)}: the sampling rate {str(value)[:20]!r} is not a number") from exc
