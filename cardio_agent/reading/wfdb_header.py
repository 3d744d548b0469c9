"""The text of a WFDB header, parsed and distrusted.

Enters: the text of a ``.hea`` file. Leaves: what it says of the record and of each signal, with None
for what it leaves open. The format's silent defaults (250 Hz, 200 units/mV) are not applied, since they
would pass for facts. Does not open the signal files that the header names.

Source: WFDB Applications Guide, header(5). Limits: single-segment records.
"""

import re
from dataclasses import dataclass
from datetime import datetime

UNCALIBRATED = "uncalibrated units"
_MAX_SIGNALS = 100

_FORMAT = re.compile(r"(?P<fmt>\d+)(?:x(?P<per_frame>\d+))?(?::(?P<skew>\d+))?(?:\+(?P<offset>\d+))?")
_GAIN = re.compile(
    r"(?P<gain>[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?:\((?P<baseline>-?\d+)\))?(?:/(?P<unit>\S+))?",
    re.IGNORECASE,
)
_RECORD_LINE = re.compile(r"\S+[ \t]+\d+(?:[ \t]+[\d.+-]\S*)?(?:[ \t]+\d+)?(?:[ \t]+\S+){0,2}[ \t]*")
_COMMENT = re.compile(r"#+\s*<?(?P<key>[A-Za-z]+)>?\s*[:=]\s*(?P<value>.*)")


class HeaderError(ValueError):
    """A line that does not follow the format; the message says which and why."""


@dataclass(frozen=True)
class SignalSpec:
    """One signal line. ``samples_per_frame`` is 1 unless the signal is faster than the record's rate."""

    file: str
    fmt: str
    samples_per_frame: int
    skew: int
    byte_offset: int
    gain: float
    baseline: int
    unit: str
    initial_value: int
    label: str


@dataclass(frozen=True)
class WfdbHeader:
    """A header; ``fs_hz`` and ``n_frames`` are None where the record line ends before them."""

    fs_hz: float | None
    n_frames: int | None
    recorded_at: datetime | None
    signals: tuple[SignalSpec, ...]
    comments: dict[str, str]


def looks_like_header(text: str) -> bool:
    """Whether a text begins with a record line and a signal line."""
    lines = _content_lines(text)
    if len(lines) < 2 or not _RECORD_LINE.fullmatch(lines[0]):
        return False
    fields = lines[1].split()
    return len(fields) >= 2 and _FORMAT.fullmatch(fields[1]) is not None


def parse_header(text: str) -> WfdbHeader:
    """Parse a header.

    Raises
    ------
    HeaderError
        The header is empty, multi-segment, or a line does not follow the format.
    """
    lines = _content_lines(text)
    if not lines:
        raise HeaderError("the header has no record line")
    fields = lines[0].split()
    if len(fields) < 2 or not fields[1].isdecimal():
        raise HeaderError("the record line does not give the number of signals")
    if re.search(r"/\d+$", fields[0]):
        raise HeaderError("it is a multi-segment record; give the header of one segment")
    n_signals = int(fields[1][:6])
    if not 1 <= n_signals <= min(len(lines) - 1, _MAX_SIGNALS):
        raise HeaderError(f"it announces {n_signals} signals and describes {len(lines) - 1}")
    return WfdbHeader(
        fs_hz=_rate(fields[2]) if len(fields) > 2 else None,
        n_frames=_length(fields[3]) if len(fields) > 3 else None,
        recorded_at=_moment(fields[4:6]),
        signals=tuple(_signal(line) for line in lines[1 : n_signals + 1]),
        comments=_comments(text),
    )


def _content_lines(text: str) -> list[str]:
    stripped = (line.strip() for line in text.splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def _rate(field: str) -> float:
    number = field.split("/")[0]
    if not re.fullmatch(r"\d+\.?\d*|\.\d+", number):
        raise HeaderError(f"the sampling rate {field[:20]!r} is not a number")
    return float(number)


def _length(field: str) -> int | None:
    if not field.isdecimal():
        raise HeaderError(f"the number of samples {field[:20]!r} is not a whole number")
    return int(field[:15]) or None


def _moment(fields: list[str]) -> datetime | None:
    """Base time and date of the record line; None unless both are there and possible."""
    for pattern in ("%H:%M:%S %d/%m/%Y", "%H:%M:%S.%f %d/%m/%Y"):
        try:
            return datetime.strptime(" ".join(fields), pattern)
        except ValueError:
            continue
    return None


def _signal(line: str) -> SignalSpec:
    fields = line.split(maxsplit=8)
    layout = _FORMAT.fullmatch(fields[1]) if len(fields) > 1 else None
    if layout is None:
        raise HeaderError(f"the signal line {line[:40]!r} gives no storage format")
    calibration = _GAIN.fullmatch(fields[2]) if len(fields) > 2 else None
    if len(fields) > 2 and calibration is None:
        raise HeaderError(f"the gain {fields[2][:20]!r} is not of the form 1000(0)/mV")
    gain = float(calibration["gain"]) if calibration else 0.0
    adc_zero = _integer(fields[4]) if len(fields) > 4 else 0
    return SignalSpec(
        file=fields[0],
        fmt=layout["fmt"],
        samples_per_frame=_integer(layout["per_frame"] or "1") or 1,
        skew=_integer(layout["skew"] or "0"),
        byte_offset=_integer(layout["offset"] or "0"),
        gain=gain or 1.0,
        baseline=_integer(calibration["baseline"]) if calibration and calibration["baseline"] else adc_zero,
        unit=((calibration["unit"] if calibration else None) or "mV") if gain else UNCALIBRATED,
        initial_value=_integer(fields[5]) if len(fields) > 5 else 0,
        label=fields[8].strip() if len(fields) > 8 else "",
    )


def _integer(field: str) -> int:
    if not re.fullmatch(r"-?\d{1,15}", field):
        raise HeaderError(f"{field[:20]!r} stands where a whole number must stand")
    return int(field)


def _comments(text: str) -> dict[str, str]:
    """``key: value`` comments, keys in lower case; the first of each."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = _COMMENT.match(line.strip())
        if match:
            found.setdefault(match["key"].lower(), match["value"].strip())
    return found
