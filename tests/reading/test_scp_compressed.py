"""SCP-ECG as carts write it: differences, packed with the standard's own Huffman table."""

import binascii
import struct
from pathlib import Path

import numpy as np
import pytest

from cardio_agent.leads import LEADS
from cardio_agent.reading import read_ecg

EIGHT = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
NV_PER_COUNT = 5000
DEFAULT_TABLE = 19999


def word(value: int) -> str:
    """Bits of one value in the default Huffman table of EN 1064."""
    if value == 0:
        return "0"
    if abs(value) <= 8:
        return f"{'1' * abs(value)}0{int(value < 0)}"
    if -128 <= value < 128:
        return f"{'1' * 9}0{value & 0xFF:08b}"
    return f"{'1' * 10}{value & 0xFFFF:016b}"


def packed(counts: np.ndarray, order: int) -> bytes:
    """A lead as differences of an order, Huffman-coded; the first samples stand as they are."""
    differences = [*counts[:order], *np.diff(counts, n=order)]
    bits = "".join(word(int(value)) for value in differences)
    bits += "0" * (-len(bits) % 16)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def section(number: int, body: bytes) -> bytes:
    body += b"\0" * (len(body) % 2)
    rest = struct.pack("<HIBB6x", number, 16 + len(body), 20, 20) + body
    return struct.pack("<H", binascii.crc_hqx(rest, 0xFFFF)) + rest


def record(ecg_mv: np.ndarray, order: int) -> bytes:
    """Sections 0 (pointers), 1 (patient), 2 (Huffman table), 3 (leads) and 6 (rhythm)."""
    rows = np.round(ecg_mv[[LEADS.index(lead) for lead in EIGHT]] * 1e6 / NV_PER_COUNT).astype(int)
    leads = [packed(row, order) for row in rows]
    span = b"".join(struct.pack("<IIB", 1, rows.shape[1], code) for code in range(1, 9))
    rhythm = struct.pack("<HHBB8H", NV_PER_COUNT, 2000, order, 0, *map(len, leads)) + b"".join(leads)
    tags = struct.pack("<BHBBH", 8, 1, 2, 255, 0)  # sex: female; end
    bodies = {1: tags, 2: struct.pack("<H", DEFAULT_TABLE), 3: bytes((8, 0x44)) + span, 6: rhythm}
    sections = {number: section(number, body) for number, body in bodies.items()}
    head = 16 + 10 * (len(sections) + 1)
    index, pointers = 7 + head, struct.pack("<HII", 0, head, 7)
    for number, content in sections.items():
        pointers += struct.pack("<HII", number, len(content), index)
        index += len(content)
    body = section(0, pointers) + b"".join(sections.values())
    rest = struct.pack("<I", 6 + len(body)) + body
    return struct.pack("<H", binascii.crc_hqx(rest, 0xFFFF)) + rest


@pytest.mark.parametrize("order", [0, 1, 2])
def test_huffman_coded_differences(order: int, tmp_path: Path, ecg_mv: np.ndarray) -> None:
    (tmp_path / "a.scp").write_bytes(record(ecg_mv, order))
    ecg = read_ecg(tmp_path / "a.scp")
    assert (ecg.source.format, ecg.fs_hz, ecg.patient.sex) == ("scp_ecg", 500.0, "female")
    counts = np.round(ecg_mv * 1e6 / NV_PER_COUNT)
    recorded = [LEADS.index(lead) for lead in EIGHT]
    assert ecg.signal_mv[recorded] == pytest.approx(counts[recorded] * NV_PER_COUNT / 1e6, abs=1e-6)


def test_compression_is_what_makes_the_file_small(ecg_mv: np.ndarray) -> None:
    """Else the differences were not in it."""
    assert len(record(ecg_mv, 2)) < 0.5 * 2 * 8 * ecg_mv.shape[1]
