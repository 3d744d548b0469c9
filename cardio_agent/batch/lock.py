"""One run at a time in one folder.

Enters: the folder of the results. Leaves: a lock that ends with the process, however that ends.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cardio_agent.errors import BatchError

_LOCK = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder for one run; the folder is made when absent.

    Raises
    ------
    BatchError
        Another run works in the folder, or the folder cannot be written.

    Limits: the operating system keeps the lock (``flock``), so no killed run leaves one behind; a shared
    file system must support it between machines. No lock on Windows.
    """
    if folder.exists() and not folder.is_dir():
        raise BatchError(f"{folder} is a file: choose a folder for --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as exc:
        raise BatchError(f"cannot write in {folder}: {exc.strerror}; choose another --out") from exc
    try:
        _lock(file, folder)
        yield
    finally:
        os.close(file)


def _lock(file: int, folder: Path) -> None:
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        raise BatchError(
            f"another run is at work in {folder}: wait for its end, or choose another --out"
        ) from exc
    except OSError as exc:  # a file system without locks
        raise BatchError(f"cannot lock {folder}: {exc.strerror}; choose another --out") from exc
