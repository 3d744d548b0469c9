"""Files made by hand to do harm: bombs, depths, sizes that are only claimed, links and paths that lead out.

Each ends in one line of the program's own errors, soon and in bounded memory.
"""

import contextlib
import io
import json
import os
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from cardio_agent.batch.manifest import read_manifest
from cardio_agent.errors import (
    BadRecording,
    BadRequest,
    CardioAgentError,
    InputError,
    UnreadableFile,
    UnsupportedFormat,
)
from cardio_agent.leads import LEADS
from cardio_agent.reading import read_ecg
from cardio_agent.retrieval.own import Library
from tests.fuzz import seeds
from tests.reading import vendor_files

MOST_SECONDS = 5.0  # of processor time
MB = 2**20


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """Fails where too much time is taken; memory that is only reserved is not counted."""
    start = time.process_time()
    yield
    assert time.process_time() - start < MOST_SECONDS


def refused(path: Path, error: type[CardioAgentError] = InputError, match: str | None = None) -> str:
    """The message with which a file is turned away."""
    with bounded(), pytest.raises(error, match=match) as caught:
        read_ecg(path)
    assert str(caught.value).isprintable()
    return str(caught.value)


# ── XML ──────────────────────────────────────────────────────────────────────────────────────

ROOTS = ("AnnotatedECG", "RestingECG", "restingecgdata", "ECG")
DOCTYPES = {
    "billion laughs": "".join(f'<!ENTITY l{k + 1} "{f"&l{k};" * 10}">' for k in range(9)),
    "quadratic blow-up": f'<!ENTITY l9 "{"a" * 50_000}">',
    "external file": '<!ENTITY l9 SYSTEM "file:///etc/passwd">',
    "external address": '<!ENTITY l9 SYSTEM "http://127.0.0.1:1/x">',
    "parameter entity": '<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;',
    "recursive": '<!ENTITY l9 "&l8;"><!ENTITY l8 "&l9;">',
}


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("kind", DOCTYPES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_never_expanded(root: str, kind: str, encoding: str, tmp_path: Path) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE {root} [<!ENTITY l0 "ha">{DOCTYPES[kind]}]>'
    path = tmp_path / "a.xml"
    path.write_bytes(f"{text}<{root}>{'&l9;' * 1000}</{root}>".encode(encoding))
    refused(path, UnsupportedFormat, "declares entities")


@pytest.mark.parametrize("root", ROOTS)
def test_an_external_document_type_is_not_fetched(root: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(f'<!DOCTYPE {root} SYSTEM "http://127.0.0.1:1/x.dtd"><{root}/>')
    refused(path)  # and the network is closed to tests


XML_SHAPES: dict[str, Callable[[str], str]] = {
    "deep": lambda root: f"<{root}>" + "<a>" * 100_000,
    "deep and closed": lambda root: f"<{root}>" + "<a>" * 5_000 + "</a>" * 5_000 + f"</{root}>",
    "wide": lambda root: f"<{root}>" + "<a/>" * 300_000 + f"</{root}>",
    "many attributes": lambda root: f"<{root} " + " ".join(f'a{k}="1"' for k in range(300_000)) + "/>",
    "long name": lambda root: f"<{root}><{'a' * 5_000_000}/></{root}>",
    "endless comment": lambda root: f"<{root}><!--" + "-" * 1_000_000,
    "namespaces": lambda root: f'<{"p:" * 200}{root} xmlns:p="x"/>',
}


@pytest.mark.parametrize("shape", XML_SHAPES)
@pytest.mark.parametrize("root", ROOTS)
def test_no_shape_of_xml_takes_long(root: str, shape: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(XML_SHAPES[shape](root))
    refused(path)


# ── archives, JSON, text ─────────────────────────────────────────────────────────────────────


def test_an_archive_that_would_unpack_to_gigabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("signal_mv.npy", bytes(100 * MB))
    refused(path, UnreadableFile, "unpacks to more than 64 MB")


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("signal_mv.npy", bytes(100 * MB))
    size = struct.pack("<I", 100 * MB)
    assert stream.getvalue().count(size) == 2
    (tmp_path / "a.npz").write_bytes(stream.getvalue().replace(size, struct.pack("<I", 1000)))
    tracemalloc.start()
    try:
        refused(tmp_path / "a.npz")
        assert tracemalloc.get_traced_memory()[1] < 20 * MB
    finally:
        tracemalloc.stop()


def test_an_archive_of_very_many_members_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        for k in range(20_000):
            archive.writestr(f"a{k}.npy", b"")
    refused(tmp_path / "a.npz")


@pytest.mark.parametrize("inner", ["[", '{"a":', '[{"a":['])
def test_deep_json_is_refused(inner: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"recordedAt": "2019-03-14T08:15:30Z", "data": ' + inner * 100_000)
    refused(tmp_path / "a.json")


@pytest.mark.parametrize(
    "content",
    [b"<AnnotatedECG>" + b" " * 17 * MB, b'{"recordedAt": "' + b" " * 17 * MB, b"I,II\n" + b"0,0\n" * 5 * MB],
    ids=["xml", "json", "table"],
)
def test_texts_of_more_than_16_mb_are_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    refused(tmp_path / "a.txt", UnreadableFile, "at most 16 MB are read")


@pytest.mark.parametrize(
    "content",
    [
        b"0," * 1_000_000 + b"0\n" + b"1," * 1_000_000 + b"1\n",
        b"I" + b",I" * 500_000 + b"\n" + b"1,2\n" * 9,
        b"0\n" * MB,
    ],
    ids=["wide", "headings", "narrow"],
)
def test_tables_of_a_million_columns_or_lines_are_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    refused(tmp_path / "a.csv")


# ── sizes that are only claimed ──────────────────────────────────────────────────────────────

HUGE = 2**31 - 1


def _set(sample: bytes, at: int, layout: str, value: int) -> bytes:
    changed = bytearray(sample)
    struct.pack_into(layout, changed, at, value)
    return bytes(changed)


def _npy(shape: tuple[int, ...]) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f4", "fortran_order": False, "shape": shape})
    return stream.getvalue() + bytes(1000)


def _edf(at: int, width: int, value: object) -> bytes:
    head = seeds.vendor("edf_plus")[0]
    return head[:at] + str(value).ljust(width).encode() + head[at + width :]


def _wfdb(
    layout: str = "16", n: object = 2600, fs: object = 500, gain: str = "1000(0)/mV", signals: int = 12
) -> bytes:
    lines = [f"a {signals} {fs} {n}", *(f"a.dat {layout} {gain} 16 0 0 0 0 {lead}" for lead in LEADS)]
    return "\n".join(lines).encode() + b"\n"


ISHNE, MFER, DICOM, SCP = (seeds.vendor(n)[0] for n in ("ishne_holter", "mfer", "dicom_waveform", "scp_ecg"))
N_SAMPLES = struct.pack("<I", 2600)
KARDIA = seeds.vendor("alivecor_kardia")[0]
CLAIMS: dict[str, tuple[str, bytes]] = {
    "npy shape": ("a.npy", _npy((12, 10**12))),
    "npy shape of no product": ("a.npy", _npy((12, 2**62, 2**62))),
    "npy negative": ("a.npy", _npy((12, -5))),
    "npy 100 dimensions": ("a.npy", _npy((1,) * 100)),
    "wfdb samples": ("a.hea", _wfdb(n=10**14)),
    "wfdb signals": ("a.hea", _wfdb(signals=10**6)),
    "wfdb per frame": ("a.hea", _wfdb("16x999999999")),
    "wfdb skew": ("a.hea", _wfdb("16:31000000000")),
    "wfdb offset": ("a.hea", _wfdb("16+999999999999")),
    "wfdb gain nothing": ("a.hea", _wfdb(gain="1e-300(0)/mV")),
    "wfdb gain all": ("a.hea", _wfdb(gain="1e300(0)/mV")),
    "wfdb baseline": ("a.hea", _wfdb(gain="1000(999999999999999)/mV")),
    "wfdb format": ("a.hea", _wfdb("99999")),
    "ishne samples": ("a.ecg", _set(ISHNE, 14, "<i", HUGE)),
    "ishne offset": ("a.ecg", _set(ISHNE, 22, "<i", HUGE)),
    "ishne negative": ("a.ecg", _set(ISHNE, 14, "<i", -1)),
    "ishne leads": ("a.ecg", _set(ISHNE, 10 + 146, "<h", 2**15 - 1)),
    "mfer block": ("a.mwf", MFER.replace(struct.pack("<H", 2600), b"\xff\xff", 1)),
    "mfer length": ("a.mwf", MFER.replace(b"\x84", b"\x88", 1)),
    "dicom samples": ("a.dcm", DICOM.replace(N_SAMPLES, struct.pack("<I", HUGE), 1)),
    "dicom length": ("a.dcm", DICOM[:140] + struct.pack("<I", HUGE) + DICOM[144:]),
    "scp samples": ("a.scp", SCP.replace(N_SAMPLES, struct.pack("<I", HUGE))),
    "scp section": ("a.scp", _set(SCP, 24, "<I", HUGE)),
    "edf signals": ("a.edf", _edf(252, 4, 9999)),
    "edf records": ("a.edf", _edf(236, 8, 99999999)),
    "edf duration": ("a.edf", _edf(244, 8, "1e-300")),
    "edf header": ("a.edf", _edf(184, 8, 99999999)),
    "kardia rate": ("a.json", KARDIA.replace(b'"frequency": 500', b'"frequency": 1e309')),
}  # fmt: skip


@pytest.mark.parametrize("claim", CLAIMS)
def test_what_is_only_claimed_is_not_believed(claim: str, tmp_path: Path) -> None:
    name, content = CLAIMS[claim]
    (tmp_path / "a.dat").write_bytes(seeds.wfdb_signal())
    (tmp_path / name).write_bytes(content)
    with bounded(), contextlib.suppress(InputError):
        assert read_ecg(tmp_path / name).n_samples in (2600, 5000)  # what is there was read


@pytest.mark.parametrize("fs", ["0", "-500", "1000000000", "nan", "inf", "1e9", "0.0", "1e-9"])
def test_rates_that_cannot_be_are_refused(fs: str, tmp_path: Path) -> None:
    (tmp_path / "a.dat").write_bytes(seeds.wfdb_signal())
    (tmp_path / "a.hea").write_bytes(_wfdb(fs=fs))
    refused(tmp_path / "a.hea")
    table = seeds.tables()[0].replace(b"# fs_hz: 500", f"# fs_hz: {fs}".encode())
    (tmp_path / "a.csv").write_bytes(table)
    refused(tmp_path / "a.csv")
    np.savez(tmp_path / "a.npz", signal_mv=seeds.ecg_mv(), fs_hz=fs)
    refused(tmp_path / "a.npz", BadRecording)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38])
@pytest.mark.parametrize("n_bad", [1, 12 * 2600])
def test_samples_that_are_no_voltage_are_refused(value: float, n_bad: int, tmp_path: Path) -> None:
    signal = seeds.ecg_mv().astype(np.float32)
    signal.ravel()[:n_bad] = value
    signal[:, ::2] *= -1  # so that no lead is constant
    np.savez(tmp_path / "a.npz", signal_mv=signal, fs_hz=500)
    if n_bad == 1 and np.isfinite(value):
        read_ecg(tmp_path / "a.npz")  # one spike is the quality stage's to judge
    else:
        refused(tmp_path / "a.npz", BadRecording)


def test_a_million_channels_are_refused(tmp_path: Path) -> None:
    names = np.full(10**6, "x")
    np.savez(tmp_path / "a.npz", signal_mv=np.zeros((10**6, 5), np.int8), fs_hz=500, leads=names)
    message = refused(tmp_path / "a.npz", BadRecording, "names 1,000,000 leads")
    assert len(message) < 500


# ── links and paths ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name",
    ["../a.dat", "/etc/passwd", "a/../../a.dat", "..\\a.dat", "C:\\a.dat", "http://127.0.0.1:1/a.dat", "~",
     "..", ".", "file:///etc/passwd", "\\\\host\\share\\a.dat", "%2e%2e/a.dat", "/dev/zero", "a\x0b", "-"],
)  # fmt: skip
def test_a_header_names_no_file_outside_its_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    (tmp_path / "a.dat").write_bytes(seeds.wfdb_signal())
    (folder / "a.hea").write_bytes(_wfdb().replace(b"a.dat", name.encode()))
    refused(folder / "a.hea", UnreadableFile)


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a/b/c", "a" * 5000, "a\u202eb"])
def test_the_name_of_a_record_is_of_no_account(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.dat").write_bytes(seeds.wfdb_signal())
    (tmp_path / "a.hea").write_bytes(_wfdb().replace(b"a 12 500", f"{name} 12 500".encode()))
    assert read_ecg(tmp_path / "a.hea").source.name == "a.hea"


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    (tmp_path / "secret.dat").write_bytes(seeds.wfdb_signal())
    (folder / "a.dat").symlink_to(tmp_path / "secret.dat")
    (folder / "a.hea").write_bytes(_wfdb())
    refused(folder / "a.hea", UnreadableFile, "is a link out of the header's folder")


def test_links_that_lead_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.hea").symlink_to(tmp_path / "b.hea")
    (tmp_path / "b.hea").symlink_to(tmp_path / "a.hea")
    refused(tmp_path / "a.hea", UnreadableFile)
    (tmp_path / "c.dat").symlink_to(tmp_path / "c.dat")
    (tmp_path / "c.hea").write_bytes(_wfdb().replace(b"a.dat", b"c.dat"))
    refused(tmp_path / "c.hea", UnreadableFile)


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_what_is_no_file_is_not_opened(kind: str, tmp_path: Path) -> None:
    signal = tmp_path / "a.dat"
    match kind:
        case "pipe":
            os.mkfifo(signal)
        case "device":
            signal.symlink_to("/dev/zero")
        case "folder":
            signal.mkdir()
    (tmp_path / "a.hea").write_bytes(_wfdb())
    refused(tmp_path / "a.hea", UnreadableFile)
    refused(signal)


@pytest.mark.parametrize("name", seeds.BINARY)
@pytest.mark.parametrize("length", [0, 1, 7, 127, 131, 512, 700])
def test_files_that_end_early_are_refused(name: str, length: int, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(vendor_files.BUILDERS[name](seeds.ecg_mv(5000))[:length])
    refused(tmp_path / "a")


# ── guideline documents ──────────────────────────────────────────────────────────────────────

N = 100_000
DOCUMENTS: dict[str, bytes] = {
    "dashes.md": b"- " + b"-" * N + b"x",
    "spaces.md": b"#" + b" " * N + b"x",
    "bars.md": b"|" * N,
    "links.md": b"[a](b" * N,
    "brackets.md": b"[" * N,
    "marks.md": b"`a " * N + b"**a " * N,
    "comments.md": b"<!--" * N,
    "one word.md": b"a" * 10 * N,
    "ligatures.md": "\ufdfa".encode() * N,
    "lines.txt": b"a\n" * 5 * N,
    "blank.txt": b"\n \t" * N,
    "tags.html": b"<div>" * N,
    "angles.html": b"<" * N,
    "styles.html": b"<style>" * N,
    "style.html": b"<style>" + b"a" * 5 * N,
    "rules.html": b"<style>" + b".a{" * N + b"</style>",
    "comments.html": b"<!--" * N,
    "instructions.html": b"<?" * N,
    "attributes.html": b"<a" + b" b" * N,
    "equals.html": b"<a b=" * N,
    "scripts.html": b"<script>" + b"<!--" * N,
    "references.html": b"&" * N + b"&#x110000;" * N,
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_document_takes_long(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(DOCUMENTS[name])
    library = Library(tmp_path / "own")
    with bounded(), contextlib.suppress(UnreadableFile):  # many hold no passage of text
        library.prepare(tmp_path / name)


@pytest.mark.parametrize("suffix", [".md", ".txt", ".html"])
def test_a_document_of_more_than_4_mb_of_text_is_refused(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    with path.open("wb") as file:
        file.truncate(2**40)  # a terabyte that takes no room on disk
    with bounded(), pytest.raises(UnreadableFile, match="more than the 4 MB that are read"):
        list(Library(tmp_path / "own").prepare(path))


def test_a_page_that_is_named_a_million_times_is_refused(tmp_path: Path) -> None:
    pdf = seeds.pdfs()[0]
    kids = pdf[pdf.index(b"/Kids [") + 7 : pdf.index(b"]", pdf.index(b"/Kids ["))]
    content = pdf.replace(kids, kids * 5_000).replace(b"/Count 2", b"/Count 10000")
    (tmp_path / "a.pdf").write_bytes(content)
    with bounded(), pytest.raises(UnreadableFile, match="pages"):
        Library(tmp_path / "own").prepare(tmp_path / "a.pdf")


def test_json_of_the_library_that_was_altered_is_named(tmp_path: Path) -> None:
    (tmp_path / "own-00000000.jsonl").write_text(json.dumps({"id": 1}) + "\n")
    with pytest.raises(CardioAgentError, match="is damaged"):
        Library(tmp_path).documents()


def test_a_list_of_very_many_columns_is_read_soon(tmp_path: Path) -> None:
    path = tmp_path / "ptbxl_database.csv"
    path.write_text("ecg_id," + "id," * 40_000 + "age,sex,filename_lr,filename_hr\n1\n")
    with bounded(), pytest.raises(BadRequest, match="has 1 cells"):
        read_manifest(path)
