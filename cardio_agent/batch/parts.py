"""The committed parts of a batch.

Enters: the rows of a piece. Leaves: ``parts/part-….parquet``, each there in whole or not at all; and
where in them the row of each file stands. A part says itself which files it covers, so nothing else has
to be kept in step with it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from cardio_agent.batch.disk import committed
from cardio_agent.batch.item import Key
from cardio_agent.errors import BatchError

PARTS = "parts"
COMPRESSION = "zstd"


class Place(NamedTuple):
    """Where the row of a file stands, and whether it is that of a failure."""

    part: Path
    row: int
    has_failed: bool


def results_dir(part: Path) -> Path:
    """The folder of the results that a part belongs to."""
    return part.parent.parent


def part_path(out_dir: Path, attempt: int, number: int) -> Path:
    """Where one piece is committed. No two attempts share a name, so none replaces another's rows.

    >>> part_path(Path("out"), 2, 31).as_posix()
    'out/parts/part-0002-000031.parquet'
    """
    return out_dir / PARTS / f"part-{attempt:04d}-{number:06d}.parquet"


def write_part(path: Path, rows: pa.Table) -> None:
    """Commit the rows of a piece in one step.

    Raises
    ------
    BatchError
        The part cannot be written.
    """
    with committed(path) as beside:
        pq.write_table(rows, beside, compression=COMPRESSION)


def read_part(path: Path, columns: Sequence[str]) -> pa.Table:
    """Some columns of a part.

    Raises
    ------
    BatchError
        The part is damaged.
    """
    try:
        with pq.ParquetFile(path) as part:
            return part.read(columns=list(columns))
    except (OSError, pa.ArrowException) as exc:
        raise BatchError(f"{path} is damaged: delete it and run the same command again") from exc


def find_places(out_dir: Path) -> dict[Key, Place]:
    """Where the row of each committed item stands; of several, a success before a failure, then the last.

    Raises
    ------
    BatchError
        A part is damaged.
    """
    places: dict[Key, Place] = {}
    for path in sorted((out_dir / PARTS).glob("part-*.parquet")):
        rows = read_part(path, ["file", "request", "error"]).to_pydict()
        for row, (*key, error) in enumerate(zip(*rows.values(), strict=True)):
            if (of := Key(*key)) not in places or places[of].has_failed:
                places[of] = Place(path, row, has_failed=error is not None)
    return places
