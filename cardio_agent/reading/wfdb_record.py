"""WFDB records: a header (``.hea``) with its signal files (``.dat`` or ``.mat``).

Enters: the path of the header or of a signal file. Leaves: the channels in the units of the header.
The samples are decoded by the `wfdb` package. It is given a clean copy in a temporary folder rather
than the files themselves, because it opens only names of a narrow form, reads 'µV' as 'V', fills in a
rate and a gain that the header does not state, allocates what the header claims, and would follow a
name that is an address. Nothing of what the file says reaches it but numbers.
"""

import math
import re
import tempfile
import warnings
from pathlib import Path

import numpy as np

from cardio_agent.errors import BadRecording, UnreadableFile, UnsupportedFormat
from cardio_agent.reading.assembly import Channel, Recording
from cardio_agent.reading.files import (
    MAX_FILE_BYTES,
    check_size,
    decode_text,
    read_bytes,
    reason,
    shown,
    sibling,
)
from cardio_agent.reading.validation import MAX_SAMPLES
from cardio_agent.reading.wfdb_header import HeaderError, SignalSpec, WfdbHeader, parse_header

SIGNAL_SUFFIXES = (".dat", ".mat")

# Bytes that a sample takes in each storage format. Source: WFDB Applications Guide, signal(5).
_BYTES_PER_SAMPLE = {
    "8": 1.0, "16": 2.0, "24": 3.0, "32": 4.0, "61": 2.0, "80": 1.0, "160": 2.0,
    "212": 1.5, "310": 4 / 3, "311": 4 / 3,
}  # fmt: skip
_PLAIN_NAME = re.compile(r"[^/\\:\x00-\x1f]+")


def header_of(path: Path) -> Path | None:
    """The header that belongs to a signal file, or None."""
    return sibling(path.parent, path.stem + ".hea")


def read_wfdb(path: Path) -> Recording:
    """Read a WFDB record.

    Parameters
    ----------
    path : Path
        The header, whatever its suffix, or a signal file beside its header.

    Raises
    ------
    UnreadableFile
        The header or a signal file is absent, truncated or broken, or lies outside the header's folder.
    UnsupportedFormat
        A storage format that is not read.
    BadRecording
        More samples are announced than fit.

    Limits: single-segment records; storage formats 8 to 311, not FLAC.
    """
    header_path = header_of(path) if path.suffix.lower() in SIGNAL_SUFFIXES else path
    if header_path is None:
        raise UnreadableFile(
            f"{shown(path)}: a signal file without its header {path.stem + '.hea'!r}; "
            "put both into one folder"
        )
    try:
        header = parse_header(decode_text(read_bytes(header_path)))
    except HeaderError as exc:
        raise UnreadableFile(f"{shown(header_path)}: not a readable WFDB header: {exc}") from exc
    files = _signal_files(header, header_path)
    n_frames = _frames(header, files, header_path)
    signals = _decode(header, files, n_frames, header_path)
    channels = [
        Channel(spec.label, samples, spec.unit, header.fs_hz and header.fs_hz * spec.samples_per_frame)
        for spec, samples in zip(header.signals, signals, strict=True)
    ]
    return Recording(
        "wfdb",
        channels,
        age=header.comments.get("age"),
        sex=header.comments.get("sex"),
        recorded_at=header.recorded_at,
        notes=_origin(header),
        companions=tuple(files.values()),
    )


def _origin(header: WfdbHeader) -> tuple[str, ...]:
    """A note where the header says that the ECG is none of a person."""
    return ("simulated ECG",) if "simulated" in header.comments else ()


def _signal_files(header: WfdbHeader, header_path: Path) -> dict[str, Path]:
    """The signal files by the names that the header gives them, none outside its folder."""
    folder = header_path.parent
    files: dict[str, Path] = {}
    for name in {spec.file: None for spec in header.signals}:
        if not _PLAIN_NAME.fullmatch(name) or name in (".", "..", "~"):
            raise UnreadableFile(
                f"{shown(header_path)}: the signal file {name[:60]!r} is not named as a file in the header's "
                "own folder; it is not opened"
            )
        found = sibling(folder, name)
        if found is None:
            raise UnreadableFile(
                f"{shown(header_path)}: its signal file {name[:60]!r} is not in the folder; "
                "put it beside the header"
            )
        if not found.resolve().is_relative_to(folder.resolve()):
            raise UnreadableFile(
                f"{shown(header_path)}: the signal file {name[:60]!r} is a link out of the header's folder; "
                "copy the file itself there"
            )
        files[name] = found
    if sum(map(check_size, files.values())) > MAX_FILE_BYTES:
        raise UnreadableFile(
            f"{shown(header_path)}: its signal files together are larger than the "
            f"{MAX_FILE_BYTES // 2**20} MB that are read; cut out the part of the recording that matters"
        )
    return files


def _frames(header: WfdbHeader, files: dict[str, Path], header_path: Path) -> int:
    """Number of frames, once every file is known to hold them."""
    for spec in header.signals:
        if spec.fmt not in _BYTES_PER_SAMPLE:
            raise UnsupportedFormat(
                f"{shown(header_path)}: WFDB storage format {spec.fmt} is not read; "
                "convert the record to format 16"
            )
    held = {name: _held_frames(header, name, path) for name, path in files.items()}
    n_frames = min(held.values()) if header.n_frames is None else header.n_frames
    if n_frames * max(spec.samples_per_frame for spec in header.signals) > MAX_SAMPLES:
        raise BadRecording(
            f"{shown(header_path)}: announces {n_frames:,} samples a lead, more than the {MAX_SAMPLES:,} "
            "that fit; cut out the part of the recording that matters"
        )
    for name, n in held.items():
        if n < n_frames:
            raise UnreadableFile(
                f"{shown(files[name])}: truncated: holds {n:,} of the {n_frames:,} samples a lead that the "
                "header announces; copy the file again"
            )
    if n_frames < 1:
        raise UnreadableFile(f"{shown(header_path)}: the record holds no samples; export it again")
    if max(spec.skew for spec in header.signals) > n_frames:
        raise UnreadableFile(
            f"{shown(header_path)}: a signal is said to be shifted by more than the whole record; "
            "export it again"
        )
    return n_frames


def _held_frames(header: WfdbHeader, name: str, path: Path) -> int:
    specs = [spec for spec in header.signals if spec.file == name]
    n_bytes = check_size(path) - specs[0].byte_offset
    per_frame = sum(spec.samples_per_frame for spec in specs) * _BYTES_PER_SAMPLE[specs[0].fmt]
    return max(0, math.floor(n_bytes / per_frame + 1e-9))


def _decode(header: WfdbHeader, files: dict[str, Path], n_frames: int, header_path: Path) -> list[np.ndarray]:
    """The signals, each (n,) float64 in its own unit, through a clean copy of the record."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # wfdb's own use of pandas, when it is first imported
        import wfdb

    copies = {name: f"signal{i}.dat" for i, name in enumerate(files)}
    lines = [f"record {len(header.signals)} 1 {n_frames}"]
    lines += [_signal_line(spec, copies[spec.file]) for spec in header.signals]
    try:
        with tempfile.TemporaryDirectory(prefix="cardio-agent-") as folder:
            for name, copy in copies.items():
                (Path(folder) / copy).write_bytes(read_bytes(files[name]))
            (Path(folder) / "record.hea").write_text("\n".join(lines) + "\n", encoding="ascii")
            record = wfdb.rdrecord(str(Path(folder) / "record"), smooth_frames=False)
    except (ValueError, TypeError, LookupError, ArithmeticError, OSError) as exc:
        raise UnreadableFile(
            f"{shown(header_path)}: the signals cannot be decoded ({reason(exc)}); export the record again"
        ) from exc
    return list(record.e_p_signal)


def _signal_line(spec: SignalSpec, file: str) -> str:
    layout = f"{spec.fmt}x{spec.samples_per_frame}:{spec.skew}+{spec.byte_offset}"
    return f"{file} {layout} {spec.gain!r}({spec.baseline})/mV 0 0 {spec.initial_value} 0 0"
