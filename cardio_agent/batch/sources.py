"""Which files a batch reads.

Enters: folders, patterns, files and manifests as the user named them. Leaves: the ECGs, each record once, in
a stable order. Opens no file but a manifest: whether one holds an ECG is told when it is read.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

from cardio_agent.batch.item import Item
from cardio_agent.batch.manifest import PTBXL_TABLE, is_manifest, read_manifest
from cardio_agent.errors import BadRequest, UnreadableFile
from cardio_agent.reading import FORMATS

_SUFFIXES = frozenset(suffix for format in FORMATS for suffix in format.suffixes)
_HEADERS = (".hea", ".HEA")
_SIGNALS = (".dat", ".mat")


def find_items(sources: Sequence[str | Path], *, leave_out: Path) -> list[Item]:
    """The ECGs that the sources name.

    Parameters
    ----------
    sources : sequence of str or Path
        A folder gives the files of known suffixes in it and below it, hidden ones and linked folders
        left out; where it holds ``ptbxl_database.csv``, the records of PTB-XL that this lists, with age and
        sex. A pattern (``data/**/*.xml``) gives what it matches, a manifest what it lists, a file itself.
    leave_out : Path
        The folder of the results, which may lie within a source.

    Returns
    -------
    list of Item
        Sorted by file. A signal file stands for its WFDB header where there is one, so a record comes once;
        what a manifest says of a record holds however else it is named.

    Raises
    ------
    UnreadableFile
        A source is not there, a folder cannot be listed, or no source holds an ECG file.
    BadRequest
        A pattern cannot be understood; a manifest has a fault; two say different things of one record or
        give one id to two.
    """
    excluded = _absolute(leave_out)
    found: dict[Path, Item] = {}
    for source in sources:
        for named in _expand(Path(source)):
            item = replace(named, file=str(_record(Path(named.file))))
            key = _absolute(Path(item.file))
            if not key.is_relative_to(excluded):
                found[key] = _united(found.get(key, item), item)
    _require_own_ids(found.values())
    if not found:
        looked_in = ", ".join(repr(str(source)) for source in sources) or "no source"
        raise UnreadableFile(
            f"no ECG file in {looked_in}: known suffixes are {' '.join(sorted(_SUFFIXES))}; name another"
        )
    return sorted(found.values(), key=attrgetter("file"))


def _united(first: Item, second: Item) -> Item:
    """Two namings of one record: what is said of it counts, and must not differ."""
    said = [item for item in (first, second) if item.key.request is not None]
    if len({item.key.request for item in said}) > 1:
        raise BadRequest(
            f"'{second.file}' is listed twice, with different id, age, sex or prior; take one out"
        )
    return said[0] if said else first


def _require_own_ids(items: Iterable[Item]) -> None:
    files: dict[str, str] = {}
    for item in items:
        if item.id is not None and files.setdefault(item.id, item.file) != item.file:
            raise BadRequest(
                f"id '{item.id}' is that of both '{files[item.id]}' and '{item.file}'; give each its own"
            )


def _absolute(path: Path) -> Path:
    """One spelling for one place; links are left as they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100


def _expand(source: Path) -> Iterator[Item]:
    if source.is_dir():
        yield from _in_folder(source)
    elif source.is_file():
        yield from read_manifest(source) if is_manifest(source) else (Item(str(source)),)
    elif any(mark in str(source) for mark in "*?["):
        for match in _matches(source):
            yield from _in_folder(match) if match.is_dir() else (Item(str(match)),)
    else:
        raise UnreadableFile(f"'{source}': no such file or folder; check the path")


def _in_folder(folder: Path) -> Iterator[Item]:
    table = folder / PTBXL_TABLE
    yield from read_manifest(table) if table.is_file() else map(Item, map(str, _below(folder)))


def _below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, onerror=_refuse_folder):
        folders[:] = [name for name in folders if not _is_hidden(name)]
        for name in names:
            if not _is_hidden(name) and os.path.splitext(name)[1].lower() in _SUFFIXES:  # noqa: PTH122
                yield Path(parent, name)


def _refuse_folder(exc: OSError) -> None:
    raise UnreadableFile(
        f"'{exc.filename}': cannot be listed ({exc.strerror}); check its permissions"
    ) from exc


def _matches(pattern: Path) -> list[Path]:
    try:
        matches = list(Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor))))
    except ValueError as exc:
        raise BadRequest(f"'{pattern}': not a pattern of file names ({exc}); correct it") from exc
    meant = {part for part in pattern.parts if _is_hidden(part)}
    return [path for path in matches if not any(_is_hidden(part) for part in {*path.parts} - meant)]


def _is_hidden(name: str) -> bool:
    return name.startswith(".")


def _record(path: Path) -> Path:
    """The header of a WFDB signal file; any other file itself."""
    if path.suffix.lower() not in _SIGNALS:
        return path
    return next((header for end in _HEADERS if (header := path.with_suffix(end)).exists()), path)
