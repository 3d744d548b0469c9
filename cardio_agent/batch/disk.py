"""Whole files or none.

Enters: the path of a file to write. Leaves: that file complete, or nothing under its name. The one
place where the batch maps the errors of a disk.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cardio_agent.errors import BatchError

UNFINISHED = ".tmp"


@contextmanager
def committed(path: Path) -> Iterator[Path]:
    """A path beside ``path`` to write to; at the end it takes the place of ``path`` in one step.

    Raises
    ------
    BatchError
        The disk is full or the folder cannot be written. ``path`` is then as it was before.
    """
    beside = path.with_name(f".{path.name}{UNFINISHED}")
    try:
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as exc:
        raise cannot_write(path, exc) from exc
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def cannot_write(path: Path, exc: OSError) -> BatchError:
    """What is raised for an error of the disk."""
    return BatchError(f"cannot write {path}: {exc.strerror or exc}; mend that and run the same command again")


def remove_unfinished(folder: Path) -> None:
    """Remove what a killed process had begun to write and not committed."""
    for path in folder.glob(f".*{UNFINISHED}"):
        with suppress(OSError):
            path.unlink()
