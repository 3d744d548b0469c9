"""Bounds on compressed waveforms, looked at before they are decompressed.

Enters: the bytes of a vendor file. Leaves: nothing, or an error where the waveform would grow beyond what is
read: a few megabytes can stand for gigabytes. Does not decompress.

Source: for Philips XLI the format as `sierraecg` and `ecgdatakit` decode it (LZW, codes of 10 bits); for
SCP-ECG EN 1064, where the length of a lead is a number of 16 bits.
"""

import base64
import contextlib
import xml.parsers.expat

import numpy as np

from cardio_agent.errors import UnreadableFile

# Twelve leads of 65,535 bytes, the most that the format allows, and what else stands in such a file.
_MAX_SCP_BYTES = 2**20
_MAX_EXPANDED_BYTES = 8 * 2**20  # twelve leads of five minutes at 1000 Hz and 16 bits
_CHUNK_HEADER_BYTES = 8
_CODE_BITS = 10
_N_CODES = 2**_CODE_BITS - 1  # the last code ends the stream


def check_scp(raw: bytes, name: str) -> None:
    """Refuse an SCP-ECG file that is larger than twelve full leads.

    Raises
    ------
    UnreadableFile
        It is.
    """
    if len(raw) > _MAX_SCP_BYTES:
        raise UnreadableFile(
            f"{name}: {len(raw) / 2**20:.1f} MB is more than the {_MAX_SCP_BYTES // 2**20} MB of SCP-ECG "
            "that are read; export the recording without what is not rhythm"
        )


def check_xli(raw: bytes, name: str) -> None:
    """Refuse a Philips file whose compressed waveforms would grow beyond all recordings.

    Raises
    ------
    UnreadableFile
        They would.
    """
    n_bytes = 0
    for encoded in _xli_texts(raw):
        try:
            data = base64.b64decode("".join(encoded.split()), validate=True)
        except ValueError:
            return  # no base64: the decoder says so
        for chunk in _chunks(data):
            n_bytes += _expanded(chunk, _MAX_EXPANDED_BYTES - n_bytes)
            if n_bytes > _MAX_EXPANDED_BYTES:
                raise UnreadableFile(
                    f"{name}: its compressed waveforms become more than {_MAX_EXPANDED_BYTES // 2**20} MB; "
                    "export the part of the recording that matters"
                )


def _xli_texts(raw: bytes) -> list[str]:
    """The text of every element that is said to be compressed so, found as a parser finds it."""
    texts: list[list[str]] = []
    inside: list[bool] = []

    def open_element(_name: str, attributes: dict[str, str]) -> None:
        inside.append(any(value.strip().upper() == "XLI" for value in attributes.values()))
        if inside[-1]:
            texts.append([])

    def take(text: str) -> None:
        if inside and inside[-1]:
            texts[-1].append(text)

    parser = xml.parsers.expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = open_element
    parser.EndElementHandler = lambda _name: inside.pop()
    parser.CharacterDataHandler = take
    # What is broken the decoder refuses.
    with contextlib.suppress(xml.parsers.expat.ExpatError, LookupError, ValueError):
        parser.Parse(raw, True)
    return ["".join(parts) for parts in texts]


def _chunks(data: bytes) -> list[bytes]:
    """The compressed leads; what follows a broken header is left to the decoder, which refuses it."""
    chunks, at = [], 0
    while at + _CHUNK_HEADER_BYTES < len(data):
        size = int.from_bytes(data[at : at + 4], "little", signed=True)
        at += _CHUNK_HEADER_BYTES
        if not 0 < size <= len(data) - at:
            break
        chunks.append(data[at : at + size])
        at += size
    return chunks


def _expanded(chunk: bytes, enough: int) -> int:
    """Bytes that an LZW stream becomes; counting ends when there are more than enough."""
    bits = np.unpackbits(np.frombuffer(chunk, np.uint8))
    whole = bits[: len(bits) // _CODE_BITS * _CODE_BITS].reshape(-1, _CODE_BITS)
    codes = whole @ (1 << np.arange(_CODE_BITS - 1, -1, -1))
    lengths = [1] * 256
    n_bytes = previous = 0
    for code in codes.tolist():
        if code >= _N_CODES or n_bytes > enough:
            break
        length = lengths[code] if code < len(lengths) else previous + 1
        if previous and len(lengths) < _N_CODES:
            lengths.append(previous + 1)
        n_bytes += length
        previous = length
    return n_bytes
