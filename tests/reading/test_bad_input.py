"""Whatever is given, there is one clear `InputError`: no other exception, no warning, nothing written."""

import os
import socket
from pathlib import Path

import numpy as np
import pytest

from cardio_agent.errors import BadRequest, InputError, UnreadableFile, UnsupportedFormat
from cardio_agent.reading import FORMATS, read_ecg

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE AnnotatedECG [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9))
    + "]><AnnotatedECG>&j;</AnnotatedECG>"
).encode()
EXTERNAL = b'<!DOCTYPE RestingECG [<!ENTITY x SYSTEM "file:///etc/passwd">]><RestingECG>&x;</RestingECG>'
KARDIA = b'{"recordedAt": "2019-03-14T08:15:30Z", "algorithmDetermination": '
DEEP = b"<AnnotatedECG>" + b"<a>" * 100_000

CASES: dict[str, tuple[str, bytes, type[InputError], str]] = {
    "empty": ("a.hea", b"", UnreadableFile, "the file is empty"),
    "picture named xml": ("ecg.xml", PNG, UnsupportedFormat, "picture or PDF of a paper ECG cannot be read"),
    "jpeg": ("ecg.jpg", b"\xff\xd8\xff\xe0" + bytes(99), UnsupportedFormat, "give the digital file"),
    "pdf": ("ecg.pdf", b"%PDF-1.7\n1 0 obj", UnsupportedFormat, "picture or PDF"),
    "tiff": ("scan.tif", b"II*\x00" + bytes(99), UnsupportedFormat, "picture or PDF"),
    "garbage": ("ecg.scp", bytes(range(256)) * 8, UnsupportedFormat, "not an ECG format"),
    "zeros": ("ecg.bin", bytes(5000), UnsupportedFormat, "not an ECG format that this program knows"),
    "signal alone": ("1.dat", bytes(range(256)), UnreadableFile, "without its WFDB header '1.hea'"),
    "gzip": ("a.gz", b"\x1f\x8b\x08" + bytes(50), UnsupportedFormat, "unpack it"),
    "zip": ("a.zip", b"PK\x03\x04" + bytes(50), UnsupportedFormat, "unpack it"),
    "web page": ("a.html", b"<!DOCTYPE html><html></html>", UnsupportedFormat, "XML of type 'html'"),
    "other xml": ("a.xml", b"<svg xmlns='x'/>", UnsupportedFormat, "XML of type 'svg'"),
    "broken header": ("a.hea", b"not a header\n", UnreadableFile, "does not give the number"),
    "header of comments": ("a.hea", b"# Age: 3\n", UnreadableFile, "has no record line"),
    "deep json": ("a.json", KARDIA + b"[" * 200_000, UnreadableFile, "cannot be decoded"),
    "unknown encoding": ("a.xml", b"<?xml version='1.0' encoding='x'?><ECG/>", UnreadableFile, "broken XML"),
    "broken xml": ("a.xml", b"<?xml version='1.0'?><", UnreadableFile, "broken XML"),
    "half an export": ("a.xml", b"<AnnotatedECG><component>", UnreadableFile, "cannot be decoded"),
    "entity bomb": ("a.xml", BOMB, UnsupportedFormat, "declares entities"),
    "external entity": ("a.xml", EXTERNAL, UnsupportedFormat, "declares entities"),
    "deep xml": ("a.xml", DEEP, UnsupportedFormat, "nested deeper than 200 levels"),
    "json": ("a.json", b'{"a": 1}', UnsupportedFormat, "JSON that is no Kardia recording"),
    "letter": ("a.csv", "Liebe Frau Müller,\nanbei ein EKG\n".encode(), UnsupportedFormat, "no table"),
    "claims": ("a.hea", b"a 12 500 1000000000\na.dat 16 1000/mV\n", UnreadableFile, "announces 12"),
    "one number": ("a.txt", b"1000000000", UnsupportedFormat, "no table of numbers"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_files_that_are_no_ecg(case: str, tmp_path: Path) -> None:
    name, content, error, message = CASES[case]
    (tmp_path / name).write_bytes(content)

    with pytest.raises(error, match=message) as caught:
        read_ecg(tmp_path / name)

    assert "\n" not in str(caught.value)
    assert repr(name) in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: p / "nothing.hea", "no such file"),
        (lambda p: p / "a\nb.csv", "no such file"),
        (lambda p: p, "is a folder; give one file"),
        (lambda p: p / ("x" * 300), "cannot be opened"),
        (lambda p: p / "nul\0byte", "cannot be opened"),
        (lambda _: Path("/dev/zero"), "not a regular file"),
    ],
)
def test_paths_that_are_no_file(make: object, message: str, tmp_path: Path) -> None:
    path = make(tmp_path)  # type: ignore[operator]
    with pytest.raises(UnreadableFile, match=message) as caught:
        read_ecg(path)
    assert "\n" not in str(caught.value)


def test_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.hea")
    with pytest.raises(UnreadableFile, match="not a regular file"):
        read_ecg(tmp_path / "pipe.hea")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_file_without_permission(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1")
    (tmp_path / "a.csv").chmod(0)
    with pytest.raises(UnreadableFile, match="Permission denied"):
        read_ecg(tmp_path / "a.csv")


def test_file_that_is_too_large(tmp_path: Path) -> None:
    with (tmp_path / "holter.ecg").open("wb") as file:
        file.truncate(65 * 2**20)
    with pytest.raises(UnreadableFile, match="65 MB is more than the 64 MB that are read"):
        read_ecg(tmp_path / "holter.ecg")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fs_hz": 0.0}, "no sampling rate"),
        ({"fs_hz": float("nan")}, "no sampling rate"),
        ({"units": "adu"}, "no unit of voltage"),
    ],
)
def test_options_that_cannot_be(options: dict[str, object], message: str, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match=message):
        read_ecg(tmp_path / "x", **options)  # type: ignore[arg-type]


def test_no_socket_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ecg_mv: np.ndarray) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("reading opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    for name in ("http://physionet.org/x", "s3://bucket/x.hea", "mitdb/100"):
        with pytest.raises(UnreadableFile, match="no such file"):
            read_ecg(name)
    np.savez(tmp_path / "a.npz", signal_mv=ecg_mv, fs_hz=500)
    assert read_ecg(tmp_path / "a.npz").n_samples == 5000


def test_formats_are_listed_for_people() -> None:
    assert len({f.name for f in FORMATS}) == len(FORMATS)
    assert all(s.startswith(".") and s == s.lower() for f in FORMATS for s in f.suffixes)


def test_hash_is_of_the_file_that_was_opened(tmp_path: Path, ecg_mv: np.ndarray) -> None:
    import hashlib

    np.savez(tmp_path / "a.npz", signal_mv=ecg_mv, fs_hz=500)
    source = read_ecg(tmp_path / "a.npz").source
    assert source.sha256 == hashlib.sha256((tmp_path / "a.npz").read_bytes()).hexdigest()
    assert source.name == "a.npz"
