"""Changes that make a good file a bad one.

Enters: a source of chance and the bytes of a valid sample. Leaves: other bytes. The same chance gives the
same bytes, so every finding can be made again. Knows nothing of formats but what many have in common:
numbers in binary and in text, tags, quoted values, lengths that announce what follows.
"""

import re
import struct
from collections.abc import Callable
from random import Random

_MOST_CHANGES = 6
_LONGEST_STRETCH = 64
_SEARCHED_BYTES = 1000
_REPEATED_BYTES = 100_000  # one line of this length is part of what must be borne
_HEAD_BYTES = 1024  # headers stand there; what is changed there changes most

_INTEGERS = (
    0,
    1,
    2,
    7,
    12,
    127,
    128,
    255,
    256,
    999,
    2**15 - 1,
    2**15,
    2**16 - 1,
    2**31 - 1,
    2**31,
    2**32 - 1,
)
_LAYOUTS = ("<B", "<H", ">H", "<I", ">I")
_WORDS = (
    b"-1", b"0", b"00", b"1e999", b"-1e-999", b"nan", b"inf", b"-inf", b"1000000000", b"2147483648",
    b"18446744073709551616", b"9" * 400, b"1,5", b"0x7f", b"1/0", b"--", b"", b" ", b"\n", b"\r", b"\t",
    b"\0", b'"', b"'", b"<", b"]]>", b"<a>", b"&a;", b"&#0;", b"../", b"/etc/passwd", b"{x}", b"%s%n",
    b"{0.__class__}", b"[f-clbbb]", b"</facts>", b"# fs_hz: 500", b"NaN", b"null", b"true", b"[", b"{",
    b"II", b"MDC_ECG_LEAD_I", "é\u202e\u0130\u0661\ufdfa\U0001f4a9\u0336".encode(), b"\xff\xfe",
    b"\xed\xa0\x80", b"\x1a", b"utf-7",
)  # fmt: skip
_TOKENS = tuple(
    re.compile(pattern)
    for pattern in (
        rb"[-+]?\d[\d.eE+-]{0,30}",
        rb"<[^<>]{0,200}>",
        rb'"[^"]{0,200}"',
        rb"[^\r\n]{0,200}\r?\n",
    )
)

Change = Callable[[Random, bytearray], None]


def mutate(chance: Random, sample: bytes) -> bytes:
    """The sample with one to six changes, oftener few: what is changed little is read furthest."""
    data = bytearray(sample)
    for _ in range(min(chance.randint(1, _MOST_CHANGES), chance.randint(1, _MOST_CHANGES))):
        chance.choice(_CHANGES)(chance, data)
    return bytes(data)


def _place(chance: Random, data: bytearray) -> int:
    end = min(len(data), _HEAD_BYTES) if chance.random() < 0.5 else len(data)
    return chance.randrange(end) if end else 0


def _stretch(chance: Random, data: bytearray) -> slice:
    start = _place(chance, data)
    return slice(start, start + chance.randint(1, _LONGEST_STRETCH))


def _flip(chance: Random, data: bytearray) -> None:
    if data:
        data[_place(chance, data)] ^= 1 << chance.randrange(8)


def _set_number(chance: Random, data: bytearray) -> None:
    layout = chance.choice(_LAYOUTS)
    number = struct.pack(layout, chance.choice(_INTEGERS) % 256 ** struct.calcsize(layout))
    at = _place(chance, data)
    data[at : at + len(number)] = number


def _set_token(chance: Random, data: bytearray) -> None:
    """Another word in place of a number, a tag, a quoted value or a line."""
    at = _place(chance, data)
    found = chance.choice(_TOKENS).search(data, at, at + _SEARCHED_BYTES)
    if found:
        data[found.start() : found.end()] = chance.choice(_WORDS)


def _insert(chance: Random, data: bytearray) -> None:
    at = _place(chance, data)
    data[at:at] = chance.choice(_WORDS)


def _remove(chance: Random, data: bytearray) -> None:
    del data[_stretch(chance, data)]


def _move(chance: Random, data: bytearray) -> None:
    stretch = _stretch(chance, data)
    moved = data[stretch]
    del data[stretch]
    at = _place(chance, data)
    data[at:at] = moved


def _repeat(chance: Random, data: bytearray) -> None:
    stretch = _stretch(chance, data)
    piece = data[stretch]
    longest = _REPEATED_BYTES // max(len(piece), 1)
    data[stretch.start : stretch.start] = piece * chance.choice((1, 2, 10, 100, longest))


def _cut(chance: Random, data: bytearray) -> None:
    del data[_place(chance, data) :]


# The first ones keep most of a file as it was and so reach deepest; they stand more than once.
_CHANGES: tuple[Change, ...] = (
    _flip, _flip, _set_number, _set_number, _set_token, _set_token, _set_token,
    _insert, _remove, _move, _repeat, _cut,
)  # fmt: skip
