"""Tables that name the ECGs of a batch: a CSV manifest, and the table of PTB-XL.

Enters: the path of a table. Leaves: the items that it lists, in its order. Opens no ECG: a file that is
not there becomes a failure of that file when it is read.

A manifest has the column ``path`` and may have ``id``, ``age``, ``sex`` and ``prior``; paths are relative to
its own folder, an empty cell says nothing. Errors name line and column.
"""

import csv
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from cardio_agent.batch.item import Item
from cardio_agent.errors import BadRequest, UnreadableFile
from cardio_agent.schema.records import Sex

PTBXL_TABLE = "ptbxl_database.csv"
COLUMNS = ("path", "id", "age", "sex", "prior")
_PTBXL_COLUMNS = ("ecg_id", "age", "sex", "filename_lr", "filename_hr")
_SEXES: Mapping[str, Sex] = {"female": "female", "f": "female", "male": "male", "m": "male"}
_PTBXL_SEXES: Mapping[str, Sex] = {"0": "male", "1": "female"}  # Source: Wagner et al. 2020, table 2
_OLDEST = 130.0
# Source: Wagner et al. 2020: ages above 89 years are given as 300. 90 is then what is known.
_PTBXL_AGES = {"300": 90.0, "300.0": 90.0}


def is_manifest(path: Path) -> bool:
    """Whether a CSV file lists ECGs rather than being one: its first line has a manifest's column.

    Raises
    ------
    UnreadableFile
        The file cannot be opened.
    """
    if path.suffix.lower() != ".csv":
        return False
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            heading = lines.readline(10_000)
    except OSError as exc:
        raise UnreadableFile(f"'{path}': cannot be opened ({exc.strerror}); check its permissions") from exc
    return path.name == PTBXL_TABLE or not {name.strip().lower() for name in heading.split(",")}.isdisjoint(
        COLUMNS
    )


def read_manifest(path: Path) -> list[Item]:
    """The ECGs that a manifest, or the table of PTB-XL, lists.

    Raises
    ------
    BadRequest
        A column is absent, unknown or twice there; a cell cannot be taken; a path or an id comes twice; no
        ECG is listed.
    UnreadableFile
        The table cannot be opened or is no text in UTF-8.
    """
    is_ptbxl = path.name == PTBXL_TABLE
    rows = _rows(path, _PTBXL_COLUMNS, ()) if is_ptbxl else _rows(path, ("path",), COLUMNS)
    items = [_ptbxl_item(row) if is_ptbxl else _item(row) for row in rows]
    if not items:
        raise BadRequest(f"{path}: lists no ECG; add one a line")
    return items


@dataclass(frozen=True)
class _Row:
    """One line of a table; cells are stripped."""

    table: Path
    line: int
    cells: Mapping[str, str]

    def fault(self, column: str, what: str) -> BadRequest:
        return BadRequest(f"{self.table}, line {self.line}, column '{column}': {what}")

    def path(self, column: str) -> str | None:
        """The cell as a path from the folder of the table; None where it is empty."""
        name = self.cells.get(column, "")
        if "\0" in name:
            raise self.fault(column, "a path has no NUL; correct it")
        return str(self.table.parent / name) if name else None

    def age(self, column: str, codes: Mapping[str, float] = MappingProxyType({})) -> float | None:
        text = self.cells.get(column, "")
        try:
            age = codes.get(text, float(text)) if text else None
        except ValueError as exc:
            raise self.fault(column, f"'{text}' is no number; give years, or leave the cell empty") from exc
        if age is not None and not 0 <= age <= _OLDEST:
            raise self.fault(column, f"'{text}' is not from 0 to {_OLDEST:g} years; correct it")
        return age

    def sex(self, column: str, sexes: Mapping[str, Sex]) -> Sex | None:
        text = self.cells.get(column, "").lower()
        if text and text not in sexes:
            raise self.fault(column, f"'{text}' is none of {', '.join(sexes)}; or leave the cell empty")
        return sexes.get(text)


def _item(row: _Row) -> Item:
    file = row.path("path")
    if file is None:
        raise row.fault("path", "is empty; name an ECG file")
    return Item(
        file,
        id=row.cells.get("id") or None,
        age_years=row.age("age"),
        sex=row.sex("sex", _SEXES),
        prior=row.path("prior"),
    )


def _ptbxl_item(row: _Row) -> Item:
    """The record at 500 Hz, or at 100 Hz where only that is there."""
    names = [row.path(column) for column in ("filename_hr", "filename_lr")]
    headers = [f"{name}.hea" for name in names if name is not None]
    if not headers:
        raise row.fault("filename_hr", "is empty; take the table of PTB-XL 1.0.3")
    return Item(
        # Unlike Path.exists, this bears names that are too long for any file.
        next((header for header in headers if os.path.exists(header)), headers[0]),  # noqa: PTH110
        id=row.cells["ecg_id"] or None,
        age_years=row.age("age", _PTBXL_AGES),
        sex=row.sex("sex", _PTBXL_SEXES),
    )


def _rows(table: Path, required: tuple[str, ...], known: tuple[str, ...]) -> Iterator[_Row]:
    """The lines of a table; where ``known`` is given, other columns are refused: they may be misspelled."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines, strict=True)
            columns = _columns(table, next(reader, []), required, known)
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield _row(table, reader.line_num, columns, cells)
    except OSError as exc:
        raise UnreadableFile(f"'{table}': cannot be read ({exc.strerror}); check its permissions") from exc
    except UnicodeDecodeError as exc:
        raise UnreadableFile(f"'{table}': is no text in UTF-8; save it as 'CSV UTF-8'") from exc
    except csv.Error as exc:
        raise BadRequest(f"{table}, line {reader.line_num}: is no CSV ({exc}); correct it") from exc


def _columns(table: Path, heading: list[str], required: tuple[str, ...], known: tuple[str, ...]) -> list[str]:
    columns = [name.strip().lower() for name in heading]
    for name in required:
        if name not in columns:
            raise BadRequest(
                f"{table}, line 1: no column '{name}'; separate the columns by commas and add it"
            )
    for name, n in Counter(columns).items():
        if known and name not in known:
            raise BadRequest(f"{table}, line 1: column '{name}' is none of {', '.join(known)}; take it out")
        if n > 1 and name in (*required, *known):
            raise BadRequest(f"{table}, line 1: column '{name}' is there twice; take one out")
    return columns


def _row(table: Path, line: int, columns: list[str], cells: list[str]) -> _Row:
    if len(cells) != len(columns):
        raise BadRequest(
            f"{table}, line {line}: has {len(cells)} cells, the heading {len(columns)}; "
            "put a cell that holds a comma between quotes"
        )
    return _Row(table, line, dict(zip(columns, map(str.strip, cells), strict=True)))
