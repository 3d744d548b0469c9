"""The results of a batch, merged from its parts.

Enters: the place of every file's row, in the order of the files. Leaves: ``table.parquet``,
``reports.jsonl`` (or ``reports.jsonl.gz``) and ``failures.csv`` in that order, however the parts came about.
Holds the rows of a few parts at a time and never all.
"""

import csv
import gzip
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from io import TextIOWrapper
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from cardio_agent.batch.disk import committed
from cardio_agent.batch.parts import COMPRESSION, Place, read_part
from cardio_agent.batch.table import TABLE_SCHEMA

TABLE, FAILURES = "table.parquet", "failures.csv"
REPORTS, REPORTS_GZIPPED = "reports.jsonl", "reports.jsonl.gz"

_ROWS_A_GROUP = 4096  # of the Parquet file's row groups
_PARTS_AT_HAND = 8  # kept while merging: rows of one stretch of files come from few parts
GZIP_LEVEL = 6  # 9 takes 2.5 times as long for 3 % less
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_results(
    out_dir: Path, places: Sequence[Place], *, with_reports: bool, gzipped: bool = False
) -> None:
    """Write table, reports and failures, each in one step.

    Parameters
    ----------
    out_dir : Path
    places : sequence of Place
        One a file, in the order of the results.
    with_reports : bool
        Whether ``reports.jsonl`` is written. Its line k belongs to row k of the table; ``null`` where a run
        without text, mixed with others, made that row.
    gzipped : bool
        Whether it is written as ``reports.jsonl.gz``; that of the other form is then removed.

    Raises
    ------
    BatchError
        A result cannot be written, or a part is damaged.
    """
    done = [place for place in places if not place.has_failed]
    _write_table(out_dir / TABLE, done)
    if with_reports:
        chosen, other = (REPORTS_GZIPPED, REPORTS) if gzipped else (REPORTS, REPORTS_GZIPPED)
        _write_reports(out_dir / chosen, done)
        (out_dir / other).unlink(missing_ok=True)
    _write_failures(out_dir / FAILURES, [place for place in places if place.has_failed])


def _write_table(path: Path, places: Sequence[Place]) -> None:
    with (
        committed(path) as beside,
        pq.ParquetWriter(beside, TABLE_SCHEMA, compression=COMPRESSION) as writer,
    ):
        for start in range(0, len(places), _ROWS_A_GROUP):
            stretches = _rows(places[start : start + _ROWS_A_GROUP], TABLE_SCHEMA.names)
            writer.write_table(pa.concat_tables(stretches).combine_chunks())


def _write_reports(path: Path, places: Sequence[Place]) -> None:
    with committed(path) as beside, _text(beside, gzipped=path.name == REPORTS_GZIPPED) as lines:
        for stretch in _rows(places, ["report"]):
            lines.writelines(f"{report or 'null'}\n" for report in stretch["report"].to_pylist())


@contextmanager
def _text(path: Path, *, gzipped: bool) -> Iterator[TextIO]:
    """A new text file; gzipped without name and time, so that the same lines give the same bytes."""
    if not gzipped:
        with path.open("w", encoding="utf-8", newline="\n") as text:
            yield text
        return
    with (
        path.open("wb") as file,
        gzip.GzipFile("", "wb", GZIP_LEVEL, file, mtime=0) as packed,
        TextIOWrapper(packed, encoding="utf-8", newline="\n") as text,
    ):
        yield text


def _write_failures(path: Path, places: Sequence[Place]) -> None:
    columns = ("file", "id", "error", "reason")
    with committed(path) as beside, beside.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(columns)
        for stretch in _rows(places, columns):
            writer.writerows([_inert(row[column]) for column in columns] for row in stretch.to_pylist())


def _rows(places: Sequence[Place], columns: Sequence[str]) -> Iterator[pa.Table]:
    """The rows at these places in their order, a stretch from one part at a time."""
    read = lru_cache(maxsize=_PARTS_AT_HAND)(partial(read_part, columns=columns))
    for part, stretch in groupby(places, key=attrgetter("part")):
        yield read(part).take([place.row for place in stretch])


def _inert(cell: str | None) -> str:
    """A cell that no spreadsheet takes for a formula. Source: OWASP, CSV injection."""
    return f"'{cell}" if cell and cell.startswith(_FORMULA_STARTS) else cell or ""
