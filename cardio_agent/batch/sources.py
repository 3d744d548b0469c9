"""Which files a batch reads.

Enters: folders, patterns and files as the user named them. Leaves: the paths of ECG files, each record
once, in a stable order. Opens no file: whether one holds an ECG is told when it is read.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from cardio_agent.errors import BadRequest, UnreadableFile
from cardio_agent.reading import FORMATS

_SUFFIXES = frozenset(suffix for format in FORMATS for suffix in format.suffixes)
_HEADERS = (".hea", ".HEA")
_SIGNALS = (".dat", ".mat")


def find_files(sources: Sequence[str | Path], *, leave_out: Path) -> list[str]:
    """The ECG files that the sources name.

    Parameters
    ----------
    sources : sequence of str or Path
        A folder gives the files of known suffixes in it and below it, hidden ones and linked folders
        left out. A pattern (``data/**/*.xml``) gives what it matches, a file itself.
    leave_out : Path
        The folder of the results, which may lie within a source.

    Returns
    -------
    list of str
        Sorted. A signal file stands for its WFDB header where there is one, so a record comes once.

    Raises
    ------
    UnreadableFile
        A source is not there, a folder cannot be listed, or no source holds an ECG file.
    BadRequest
        A pattern cannot be understood.
    """
    excluded = _absolute(leave_out)
    found: dict[Path, str] = {}
    for source in sources:
        for path in _expand(Path(source)):
            record = _record(path)
            key = _absolute(record)
            if not key.is_relative_to(excluded):
                found.setdefault(key, str(record))
    if not found:
        named = ", ".join(repr(str(source)) for source in sources) or "no source"
        raise UnreadableFile(
            f"no ECG file in {named}: known suffixes are {' '.join(sorted(_SUFFIXES))}; name another folder"
        )
    return sorted(found.values())


def _absolute(path: Path) -> Path:
    """One spelling for one place; links are left as they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100


def _expand(source: Path) -> Iterator[Path]:
    if source.is_dir():
        yield from _below(source)
    elif source.is_file():
        yield source
    elif any(mark in str(source) for mark in "*?["):
        for match in _matches(source):
            yield from _below(match) if match.is_dir() else (match,)
    else:
        raise UnreadableFile(f"'{source}': no such file or folder; check the path")


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
