"""Tables of samples in text: CSV, TSV, semicolon- or space-separated, one column a lead.

Enters: a path. Leaves: the channels. The separator and a decimal comma are recognised; units are read
from the headings (``I (mV)``) or a comment (``# units: mV``), the rate from a comment (``# fs_hz: 500``)
or a time column. Does not guess: a table that says neither is refused until the caller declares it.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cardio_agent.errors import BadRecording, UnknownUnits, UnreadableFile, UnsupportedFormat
from cardio_agent.leads import LEADS
from cardio_agent.reading.assembly import Channel, Recording, order_notes
from cardio_agent.reading.files import decode_text, read_bytes, reason, shown
from cardio_agent.reading.labels import split_unit

_SEPARATORS = ("\t", ";", ",", None)  # None: runs of spaces, as str.split has it
_NUMBER = re.compile(r"[-+]?(?:\d+[.,]?\d*|[.,]\d+)(?:e[-+]?\d+)?|[-+]?(?:nan|inf)|", re.IGNORECASE)
_COMMENT = re.compile(r"[#%]\s*(?P<key>[a-z][\w ()-]*?)\s*[:=]\s*(?P<value>.*)", re.IGNORECASE)
_RATE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<kilo>k)?(?:hz)?", re.IGNORECASE)
_TIME = re.compile(
    r"(?:time|timestamp|t)(?:[\s_]*[\[(]?\s*(?P<unit>s|sec|seconds?|ms|us|µs|μs)\s*[\])]?)?", re.IGNORECASE
)
_SECONDS = {"ms": 1e-3, "us": 1e-6, "µs": 1e-6, "μs": 1e-6}
_COUNTERS = ("", "index", "sample", "n", "unnamed: 0")

_RATE_KEYS = ("fs_hz", "fs", "sampling_rate", "sampling_rate_hz", "sampling_frequency", "sample_rate")
_UNIT_KEYS = ("units", "unit")
_AGE_KEYS = ("age", "age_years")
_SEX_KEYS = ("sex", "gender")

_SNIFFED_LINES = 20
# Times written with few digits put a rate off by this much at most; within it a whole number is meant.
_RATE_ROUNDING = 2e-4


@dataclass(frozen=True, eq=False)
class _Table:
    """Columns of numbers, ``values`` (n, columns); ``headings`` is empty where the file has none."""

    headings: tuple[str, ...]
    values: np.ndarray
    comments: dict[str, str]

    def comment(self, keys: Sequence[str]) -> str | None:
        """Value of the first of these comment keys that the file has."""
        return next((self.comments[key] for key in keys if key in self.comments), None)


def read_table(path: Path) -> Recording:
    """Read a table of samples.

    Raises
    ------
    UnsupportedFormat
        A text file, but no table of numbers.
    UnreadableFile
        A row is broken.
    BadRecording
        Neither headings nor twelve columns, uneven times, or a rate that is no number.
    UnknownUnits
        A time column whose unit cannot be known.
    """
    table = _parse(decode_text(read_bytes(path)), path)
    times, columns, notes = _columns(table, path)
    fs_hz = _stated_rate(table, path)
    if fs_hz is None and times:
        fs_hz = _rate_of(*times[0], path)
    unit = table.comment(_UNIT_KEYS)
    channels = []
    for heading, samples in columns:
        label, own_unit = split_unit(heading)
        channels.append(Channel(label, samples, own_unit or unit, fs_hz))
    age, sex = table.comment(_AGE_KEYS), table.comment(_SEX_KEYS)
    return Recording("csv", channels, age=age, sex=sex, notes=notes)


_Column = tuple[str, np.ndarray]


def _columns(table: _Table, path: Path) -> tuple[list[_Column], list[_Column], tuple[str, ...]]:
    """Time columns, signal columns, and a note where the leads are not named."""
    if not table.headings:
        rows = table.values.T if table.values.shape[1] == len(LEADS) else table.values
        if rows.shape[0] != len(LEADS):
            raise BadRecording(
                f"{shown(path)}: {table.values.shape[1]} columns without headings; "
                "add a first row that names the leads, e.g. 'I (mV),II (mV),…'"
            )
        return [], list(zip(LEADS, rows, strict=True)), order_notes(rows)
    named = list(zip(table.headings, table.values.T, strict=True))
    times = [column for column in named if _TIME.fullmatch(column[0])]
    signals = [c for c in named if not _TIME.fullmatch(c[0]) and c[0].lower() not in _COUNTERS]
    return times, signals, ()


def _parse(text: str, path: Path) -> _Table:
    lines = [line for line in (raw.replace('"', "").strip() for raw in text.splitlines()) if line]
    comments = _comments([line for line in lines if line[0] in "#%"])
    body = [line for line in lines if line[0] not in "#%"]
    separator = _separator(body, path)
    first = _cells(body[0], separator)
    has_headings = not all(_NUMBER.fullmatch(cell) for cell in first)
    rows = "\n".join(body[1:] if has_headings else body)
    if separator != ",":
        rows = rows.replace(",", ".")
    try:
        values = np.loadtxt(io.StringIO(rows), delimiter=separator, comments=None, ndmin=2)
    except ValueError as exc:
        raise UnreadableFile(
            f"{shown(path)}: a row of the table is broken ({reason(exc)}); mend it or export the table again"
        ) from exc
    if has_headings and len(first) != values.shape[1]:
        raise UnreadableFile(
            f"{shown(path)}: {len(first)} headings over {values.shape[1]} columns; name every column once"
        )
    return _Table(tuple(first) if has_headings else (), values, comments)


def _separator(body: list[str], path: Path) -> str | None:
    """The separator that cuts the first lines into equally many cells, all numbers but the headings."""
    head = body[:_SNIFFED_LINES]
    for separator in _SEPARATORS:
        rows = [_cells(line, separator) for line in head]
        same_length = len({len(row) for row in rows}) == 1 and len(rows) > 1 and len(rows[0]) > 1
        if same_length and all(_NUMBER.fullmatch(cell) for row in rows[1:] for cell in row):
            return separator
    raise UnsupportedFormat(
        f"{shown(path)}: a text file, but no table of numbers with a column for each lead; "
        "give the recorder's digital file or such a table"
    )


def _cells(line: str, separator: str | None) -> list[str]:
    return [cell.strip() for cell in line.split(separator)]


def _comments(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        match = _COMMENT.fullmatch(line)
        if match:
            found.setdefault(re.sub(r"\W+", "_", match["key"].lower()).strip("_"), match["value"].strip())
    return found


def _stated_rate(table: _Table, path: Path) -> float | None:
    text = table.comment(_RATE_KEYS)
    if text is None:
        return None
    match = _RATE.fullmatch(text)
    if match is None:
        raise BadRecording(
            f"{shown(path)}: the sampling rate {text[:20]!r} is not a number; write e.g. '# fs_hz: 500'"
        )
    return float(match["number"]) * (1000.0 if match["kilo"] else 1.0)


def _rate_of(heading: str, times: np.ndarray, path: Path) -> float:
    """Sampling rate from a column of times; a column without a unit counts seconds.

    Raises
    ------
    UnknownUnits
        The column has no unit and its steps are too long for seconds.
    BadRecording
        The times do not rise evenly: samples are missing.
    """
    match = _TIME.fullmatch(heading)
    unit = match["unit"] if match else None
    seconds = times * _SECONDS.get((unit or "s").lower(), 1.0)
    n, span_s = len(seconds), seconds[-1] - seconds[0]
    if not np.isfinite(span_s) or span_s <= 0 or n < 2:
        raise BadRecording(f"{shown(path)}: the times in {heading!r} do not rise; mend the column")
    step_s = span_s / (n - 1)
    if unit is None and step_s > 0.1:
        raise UnknownUnits(
            f"{shown(path)}: the column {heading!r} rises by {step_s:g} a sample, which are no seconds; "
            "head it e.g. 'time_ms' or declare the rate (fs_hz=500)"
        )
    even = seconds[0] + step_s * np.arange(n)
    if not np.all(np.abs(seconds - even) <= step_s):
        raise BadRecording(
            f"{shown(path)}: the times in {heading!r} are uneven: samples are missing; mend the gap"
        )
    fs_hz = 1.0 / step_s
    return float(round(fs_hz)) if abs(fs_hz - round(fs_hz)) <= _RATE_ROUNDING * fs_hz else float(fs_hz)
