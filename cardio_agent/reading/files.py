"""Finding and opening the one file that is to be read.

Enters: a path from outside, trusted in nothing. Leaves: a regular, non-empty file of bounded size,
its bytes, its hash. Does not look at what the bytes mean and never writes.
"""

import hashlib
import stat
from pathlib import Path

from cardio_agent.errors import UnreadableFile

# An hour of twelve leads at 500 Hz and 16 bits is 43 MB; what is larger is a Holter recording.
MAX_FILE_BYTES = 64 * 2**20
_WFDB_HEADER = ".hea"


def shown(path: Path) -> str:
    """Name of a file as it stands in messages: without its folder, on one line."""
    return repr(path.name)


def locate(path: Path) -> Path:
    """The file to open: the path itself, or the WFDB header of which it is the stem.

    Raises
    ------
    UnreadableFile
        There is no such file, or it is a folder, a device, empty, too large or not allowed to be read.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as exc:
        header = sibling(path.parent, path.name + _WFDB_HEADER)
        if header is None:
            raise UnreadableFile(f"{shown(path)}: no such file; check the path") from exc
        return locate(header)
    except (OSError, ValueError) as exc:
        raise UnreadableFile(f"{shown(path)}: cannot be opened ({reason(exc)}); check the path") from exc
    if stat.S_ISDIR(mode):
        raise UnreadableFile(f"{shown(path)}: is a folder; give one file, or use the batch command")
    if not stat.S_ISREG(mode):
        raise UnreadableFile(f"{shown(path)}: is not a regular file; give a file on disk")
    check_size(path)
    return path


def check_size(path: Path) -> int:
    """Size of a file in bytes.

    Raises
    ------
    UnreadableFile
        It is empty or larger than `MAX_FILE_BYTES`.
    """
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFile(f"{shown(path)}: the file is empty; export the recording again")
    if size > MAX_FILE_BYTES:
        raise UnreadableFile(
            f"{shown(path)}: {size / 2**20:.0f} MB is more than the {MAX_FILE_BYTES // 2**20} MB that are "
            "read; cut out the part of the recording that matters"
        )
    return size


def read_bytes(path: Path) -> bytes:
    """The whole of a file of bounded size.

    Raises
    ------
    UnreadableFile
        It is empty, too large or may not be opened.
    """
    try:
        check_size(path)
        return path.read_bytes()
    except OSError as exc:
        raise UnreadableFile(
            f"{shown(path)}: cannot be opened ({reason(exc)}); check its permissions"
        ) from exc


def decode_text(raw: bytes) -> str:
    """Text of a file: UTF-16 or UTF-8 by its byte order mark, else UTF-8, else Latin-1."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def sha256(*paths: Path) -> str:
    """SHA-256 of files, one after the other, hexadecimal."""
    return hashlib.sha256(b"".join(map(read_bytes, paths))).hexdigest()


def sibling(folder: Path, name: str) -> Path | None:
    """The file of that name in a folder, in the exact spelling or else in another case; None without one."""
    try:
        if (folder / name).is_file():
            return folder / name
        spelt_otherwise = (p for p in sorted(folder.iterdir()) if p.name.lower() == name.lower())
        return next((p for p in spelt_otherwise if p.is_file()), None)
    except (OSError, ValueError):
        return None


def reason(exc: BaseException) -> str:
    """What a foreign exception says, on one line and without the path."""
    text = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
    return " ".join(text.split())[:200] or type(exc).__name__
