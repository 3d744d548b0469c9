"""Files that would grow: what a megabyte may stand for is known before it is unpacked."""

import base64
import struct
import time
from pathlib import Path

import numpy as np
import pytest
from ecgdatakit.parsing.codecs.lzw import LzwDecoder

from cardio_agent.errors import UnreadableFile
from cardio_agent.reading import read_ecg
from cardio_agent.reading.compressed import _expanded, check_xli
from tests.reading import vendor_files

MOST_SECONDS = 2.0  # of processor time
BITS = 10


def lzw(codes: list[int]) -> bytes:
    """Codes of ten bits, one after the other."""
    bits = "".join(f"{code:010b}" for code in codes)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def philips(*chunks: bytes, tag: str = "parsedwaveforms", encoding: str = "utf-8") -> bytes:
    payload = b"".join(struct.pack("<iHh", len(chunk), 0, 0) + chunk for chunk in chunks)
    return (
        f'<?xml version="1.0" encoding="{encoding}"?><restingecgdata><documentinfo><documenttype>PhilipsECG'
        "</documenttype><documentversion>1.04</documentversion></documentinfo><waveforms>"
        f'<{tag} compressflag="True" compressmethod="XLI" dataencoding="Base64" durationperchannel="11000" '
        f'samplespersecond="500" leadlabels="I">{base64.b64encode(payload).decode()}</{tag}>'
        "</waveforms></restingecgdata>"
    ).encode(encoding)


def bomb(n_codes: int) -> bytes:
    """Each code names the string that it is itself about to make; from the last on always that one."""
    grown = [0, *range(256, 1023)]
    return lzw(grown + [1022] * (n_codes - len(grown)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("tag", ["parsedwaveforms", "p:parsedwaveforms"])
def test_a_waveform_that_would_grow_without_end_is_refused(encoding: str, tag: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb.xml"
    path.write_bytes(philips(bomb(200_000), tag=tag, encoding=encoding))  # 120 MB from 0.3 MB
    start = time.process_time()
    with pytest.raises(UnreadableFile, match="become more than 8 MB"):
        read_ecg(path)
    assert time.process_time() - start < MOST_SECONDS


def test_what_the_decoder_makes_is_what_was_counted() -> None:
    """Against the library: a stream of known codes and random ones, at the limit and beyond."""
    rng = np.random.default_rng(0)
    streams = [bomb(2000), lzw([65, 66, 1023, 67]), lzw(list(range(256)) * 3)]
    for _ in range(20):
        codes: list[int] = [int(rng.integers(256))]
        while len(codes) < 900:
            codes.append(int(rng.integers(min(255 + len(codes), 1022) + 1)))
        streams.append(lzw(codes))
    for stream in streams:
        assert _expanded(stream, 10**9) == len(LzwDecoder(stream, BITS).read_all())


def test_bombs_in_many_chunks_are_added_up() -> None:
    with pytest.raises(UnreadableFile, match="become more than 8 MB"):
        check_xli(philips(*[bomb(3000)] * 6), "a.xml")
    check_xli(philips(*[bomb(3000)] * 4), "a.xml")


def test_an_scp_file_of_more_than_twelve_full_leads_is_refused(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    (tmp_path / "a.scp").write_bytes(vendor_files.scp(ecg_mv) + bytes(2**20))
    with pytest.raises(UnreadableFile, match="more than the 1 MB of SCP-ECG"):
        read_ecg(tmp_path / "a.scp")
