"""A piece of a batch: some ECGs, examined one after another and committed together.

Enters: a piece and an examiner. Leaves: one part on disk with a row for every item of the piece, and their
documents. Does not choose the files and does not know of processes.
"""

import json
import traceback
from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from cardio_agent.batch.deadline import ended_after, took_too_long
from cardio_agent.batch.disk import UNFINISHED, cannot_write
from cardio_agent.batch.documents import write_documents
from cardio_agent.batch.examination import Examined, Examiner
from cardio_agent.batch.item import Item
from cardio_agent.batch.parts import results_dir, write_part
from cardio_agent.batch.table import Row, examined_row, failed_row, part_table
from cardio_agent.errors import CardioAgentError

_LONGEST_REASON = 500


@dataclass(frozen=True)
class Piece:
    """Items that are committed together, and the part that is to hold their rows.

    ``made_by`` names the fingerprint under which they are examined.
    """

    items: tuple[Item, ...]
    part: Path
    made_by: str = ""

    @property
    def note(self) -> Path:
        """What the worker leaves when a file takes longer than it may."""
        return self.part.with_name(f".{self.part.name}.note{UNFINISHED}")

    def to_json(self) -> str:
        """The piece as text, for another machine."""
        return json.dumps([[astuple(item) for item in self.items], str(self.part), self.made_by])

    @classmethod
    def from_json(cls, text: str) -> "Piece":
        """The piece that :meth:`to_json` wrote."""
        items, part, made_by = json.loads(text)
        return cls(tuple(Item(*item) for item in items), Path(part), made_by)

    def count_try(self) -> int:
        """Count one more try of this piece, and say which it is; kept on disk, since tries end processes.

        Raises
        ------
        BatchError
            The count cannot be written.
        """
        count = self.part.with_name(f".{self.part.name}.tries{UNFINISHED}")
        try:
            with count.open("ab") as file:
                file.write(b".")
                return file.tell()
        except OSError as exc:
            raise cannot_write(count, exc) from exc

    def singles(self) -> list["Piece"]:
        """The same items, each a piece of its own."""
        return [
            replace(self, items=(item,), part=self.part.with_stem(f"{self.part.stem}-{i:04d}"))
            for i, item in enumerate(self.items)
        ]


def complete(
    piece: Piece,
    examiner: Examiner,
    *,
    timeout_s: float | None = None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Examine the items of a piece and commit them; one that fails gets a row that says so.

    With a time limit, an item that takes longer ends this process.

    Raises
    ------
    BatchError
        The part or a document cannot be written.
    """
    rows = []
    with ended_after(timeout_s, piece.note) as start_clock:
        for item in piece.items:
            if is_stopped():
                break
            start_clock()
            rows.append(_row(piece, item, examiner))
    if len(rows) == len(piece.items):
        write_part(piece.part, part_table(rows))


def record_death(piece: Piece, timeout_s: float | None) -> None:
    """Commit a piece whose items brought their worker process down."""
    if timeout_s is not None and took_too_long(piece.note):
        error = "TookTooLong"
        reason = f"not done after {timeout_s:g} s, twice: try it alone with 'cardio-agent report'"
    else:
        error = "WorkerDied"
        reason = (
            "its worker process died twice on this file (out of memory, or a crash in a library): "
            "try it alone with 'cardio-agent report'"
        )
    rows = [failed_row(item, error, reason, made_by=piece.made_by) for item in piece.items]
    write_part(piece.part, part_table(rows))


def _row(piece: Piece, item: Item, examiner: Examiner) -> Row:
    examined = _examined(item, examiner)
    if not isinstance(examined, Examined):
        error, reason = examined
        return failed_row(item, error, reason, made_by=piece.made_by)
    write_documents(results_dir(piece.part), item, examined.documents)
    return examined_row(item, examined, made_by=piece.made_by)


def _examined(item: Item, examiner: Examiner) -> Examined | tuple[str, str]:
    """What was found, or error and reason. The one boundary of the program at which any failure is caught."""
    try:
        return examiner(item)
    except CardioAgentError as exc:
        return type(exc).__name__, str(exc)[:_LONGEST_REASON]
    except Exception as exc:  # noqa: BLE001
        return type(exc).__name__, _unforeseen(exc)


def _unforeseen(exc: Exception) -> str:
    """What an exception that nobody raised on purpose says, and where it arose."""
    origin = traceback.extract_tb(exc.__traceback__)[-1]
    what = str(exc)[:_LONGEST_REASON] or "no message"
    return f"{what} ({Path(origin.filename).name}, line {origin.lineno}); please report this as a fault"
