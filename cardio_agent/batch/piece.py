"""A piece of a batch: some files, examined one after another and committed together.

Enters: a piece and an examiner. Leaves: one part on disk with a row for every file of the piece. Does
not choose the files and does not know of processes.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from cardio_agent.batch.examination import Examiner
from cardio_agent.batch.parts import write_part
from cardio_agent.batch.table import examined_row, failed_row
from cardio_agent.errors import CardioAgentError

_LONGEST_REASON = 500


@dataclass(frozen=True)
class Piece:
    """Files that are committed together, and the part that is to hold their rows."""

    files: tuple[str, ...]
    part: Path

    def singles(self) -> list["Piece"]:
        """The same files, each a piece of its own."""
        return [
            Piece((file,), self.part.with_name(f"{self.part.stem}-{i:04d}{self.part.suffix}"))
            for i, file in enumerate(self.files)
        ]


def complete(piece: Piece, examiner: Examiner, is_stopped: Callable[[], bool] = lambda: False) -> None:
    """Examine the files of a piece and commit them; a file that fails gets a row that says so.

    Raises
    ------
    BatchError
        The part cannot be written.
    """
    rows = []
    for file in piece.files:
        if is_stopped():
            return
        rows.append(_row(file, examiner))
    write_part(piece.part, pa.concat_tables(rows))


def record_death(piece: Piece) -> None:
    """Commit a piece whose files brought their worker process down."""
    reason = (
        "its worker process died twice on this file (out of memory, or a crash in a library): "
        "try it alone with 'cardio-agent report'"
    )
    write_part(piece.part, pa.concat_tables([failed_row(file, "WorkerDied", reason) for file in piece.files]))


def _row(file: str, examiner: Examiner) -> pa.Table:
    """The row of one file. The one boundary of the program at which any failure is caught and recorded."""
    try:
        return examined_row(file, examiner(Path(file)))
    except CardioAgentError as exc:
        return failed_row(file, type(exc).__name__, str(exc)[:_LONGEST_REASON])
    except Exception as exc:  # noqa: BLE001
        return failed_row(file, type(exc).__name__, _unforeseen(exc))


def _unforeseen(exc: Exception) -> str:
    """What an exception that nobody raised on purpose says, and where it arose."""
    origin = traceback.extract_tb(exc.__traceback__)[-1]
    what = str(exc)[:_LONGEST_REASON] or "no message"
    return f"{what} ({Path(origin.filename).name}, line {origin.lineno}); please report this as a fault"
