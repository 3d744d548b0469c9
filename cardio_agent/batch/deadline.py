"""The longest that one file may take.

Enters: a time limit. Leaves: the process, ended, when something takes longer, and a note that it was so.
Whoever waits for the process sees its end and reads the note.
"""

import faulthandler
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cardio_agent.batch.disk import cannot_write


@contextmanager
def ended_after(timeout_s: float | None, note: Path) -> Iterator[Callable[[], None]]:
    """Gives a function that starts the clock anew; the process ends when it runs out within the block.

    The clock is a thread of the interpreter outside its lock, so that a library which never returns is
    ended too. ``note`` is then left with what the process was doing.

    Parameters
    ----------
    timeout_s : float, optional
        None: no limit, no note.
    note : Path

    Raises
    ------
    BatchError
        The note cannot be written.
    """
    if timeout_s is None:
        yield lambda: None
        return
    try:
        file = note.open("w", encoding="utf-8")
    except OSError as exc:
        raise cannot_write(note, exc) from exc
    with file:
        try:
            yield lambda: faulthandler.dump_traceback_later(timeout_s, exit=True, file=file)
        finally:
            faulthandler.cancel_dump_traceback_later()
    note.unlink(missing_ok=True)


def took_too_long(note: Path) -> bool:
    """Whether the process that left this note was ended by its clock."""
    return note.exists() and note.stat().st_size > 0
