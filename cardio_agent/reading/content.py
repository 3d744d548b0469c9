"""What kind of file it is, told from its bytes.

Enters: a path. Leaves: the reader for its content, or an error that names what the file is instead.
The suffix decides nothing but one thing: a signal file of WFDB has no marks of its own and is known by
the header beside it. Does not decode anything.
"""

import re
import struct
import xml.parsers.expat
from collections.abc import Callable
from pathlib import Path

from cardio_agent.errors import UnreadableFile, UnsupportedFormat
from cardio_agent.reading.arrays import read_npy, read_npz
from cardio_agent.reading.assembly import Recording
from cardio_agent.reading.compressed import check_scp, check_xli
from cardio_agent.reading.files import decode_text, read_bytes, reason, shown
from cardio_agent.reading.table import read_table
from cardio_agent.reading.vendor import read_vendor
from cardio_agent.reading.wfdb_header import looks_like_header
from cardio_agent.reading.wfdb_record import SIGNAL_SUFFIXES, header_of, read_wfdb

Reader = Callable[[Path], Recording]

_HEAD_BYTES = 4096
# Ten seconds are 0.3 MB of text and an hour has no place in one: parsers make 10 to 40 bytes of each.
_MAX_TEXT_BYTES = 16 * 2**20
_MAX_XML_DEPTH = 200
_MAX_MARKUP = 200_000  # tags and attributes; exports of recorders have some thousand

_PICTURE = "a picture or PDF of a paper ECG cannot be read; give the digital file that the recorder saved"
_ARCHIVE = "a compressed archive; unpack it and give the ECG file"

# Where the bytes stand, the bytes, and what reads them (or why nothing does). First match decides.
_SIGNATURES: tuple[tuple[int, bytes, Reader | str], ...] = (
    (0, b"\x93NUMPY", read_npy),
    (128, b"DICM", read_vendor),
    (0, b"ISHNE1.0", read_vendor),
    (2, b"MFR ", read_vendor),  # MFER with its preamble
    (0, b"\x89PNG", _PICTURE),
    (0, b"\xff\xd8\xff", _PICTURE),  # JPEG
    (0, b"GIF8", _PICTURE),
    (0, b"II*\x00", _PICTURE),  # TIFF
    (0, b"MM\x00*", _PICTURE),
    (8, b"WEBP", _PICTURE),
    (4, b"ftyphei", _PICTURE),
    (0, b"\x1f\x8b", _ARCHIVE),
    (0, b"7z\xbc\xaf", _ARCHIVE),
    (0, b"Rar!\x1a", _ARCHIVE),
    (0, b"\xffBIOSEMI", "BioSemi BDF is not read; export EDF"),
    (0, b"\x89HDF", "HDF5 is not read; export the recording as NPZ or CSV"),
    (0, b"MATLAB 5.0", "a MATLAB file that is no WFDB signal; export the recording as NPZ or CSV"),
)

_ECG_ROOTS = {"restingecgdata", "restingecg", "annotatedecg", "ecg"}
_KNOWN = (
    "known are WFDB, CSV, NPY, NPZ, DICOM, SCP-ECG, EDF, ISHNE, MFER and the XML of GE, Philips, Mortara, HL7"
)


def reader_of(path: Path) -> Reader:
    """The reader for a file's content.

    Raises
    ------
    UnsupportedFormat
        The content is of no format that is read.
    UnreadableFile
        The file cannot be opened, is a signal file without its header, or would grow too large.
    """
    if path.suffix.lower() in SIGNAL_SUFFIXES and header_of(path) is not None:
        return read_wfdb
    raw = read_bytes(path)
    for offset, magic, reader in _SIGNATURES:
        if raw.startswith(magic, offset):
            return _or_refuse(reader, path)
    if raw.startswith(b"PK\x03\x04"):
        return _or_refuse(read_npz if b".npy" in raw[:_HEAD_BYTES] else _ARCHIVE, path)
    if _is_scp(raw):
        check_scp(raw, shown(path))
        return read_vendor
    if _is_edf(raw):
        return read_vendor
    if _is_pdf(raw) or _is_bitmap(raw):
        return _or_refuse(_PICTURE, path)
    if _is_text(raw[:_HEAD_BYTES]):
        return _text_reader(raw, path)
    if path.suffix.lower() in SIGNAL_SUFFIXES:
        raise UnreadableFile(
            f"{shown(path)}: a signal file without its WFDB header {path.stem + '.hea'!r}; "
            "put both into one folder"
        )
    raise UnsupportedFormat(f"{shown(path)}: not an ECG format that this program knows; {_KNOWN}")


def _or_refuse(reader: Reader | str, path: Path) -> Reader:
    if isinstance(reader, str):
        raise UnsupportedFormat(f"{shown(path)}: {reader}")
    return reader


def _is_edf(raw: bytes) -> bool:
    """Whether a header of EDF begins here: version 0 and, further on, a number of signals."""
    return raw.startswith(b"0       ") and raw[252:256].strip().isdigit()


def _is_scp(raw: bytes) -> bool:
    """Whether a record of SCP-ECG begins here: section 0 first, which points to itself at byte 7."""
    if len(raw) < 32:
        return False
    section, pointed_section, index = (
        int(struct.unpack_from(layout, raw, at)[0]) for layout, at in (("<H", 8), ("<H", 22), ("<I", 28))
    )
    return section == 0 and pointed_section == 0 and index == 7


def _is_pdf(raw: bytes) -> bool:
    """Whether a PDF begins here; scanners put a line break or a byte order mark before it."""
    return raw[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf\0 \t\r\n").startswith(b"%PDF")


def _is_bitmap(raw: bytes) -> bool:
    """Whether it is a Windows bitmap: its second field is its own length."""
    return raw.startswith(b"BM") and int.from_bytes(raw[2:6], "little") == len(raw)


def _is_text(head: bytes) -> bool:
    text = decode_text(head)
    return not re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text)


def _text_reader(raw: bytes, path: Path) -> Reader:
    if len(raw) > _MAX_TEXT_BYTES:
        raise UnreadableFile(
            f"{shown(path)}: a text of {len(raw) / 2**20:.0f} MB, and at most {_MAX_TEXT_BYTES // 2**20} MB "
            "are read; cut out the part that matters, or export a binary format"
        )
    start = decode_text(raw[:_HEAD_BYTES]).lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        return _xml_reader(raw, path)
    if start.startswith("{"):
        if '"recordedAt"' in start:
            return read_vendor  # AliveCor Kardia
        raise UnsupportedFormat(f"{shown(path)}: JSON that is no Kardia recording; export another format")
    is_header = looks_like_header(start) or path.suffix.lower() == ".hea"
    return read_wfdb if is_header else read_table


def _xml_reader(raw: bytes, path: Path) -> Reader:
    root = _xml_root(raw, path)
    if root.lower() not in _ECG_ROOTS:
        raise UnsupportedFormat(
            f"{shown(path)}: XML of type {root[:40]!r}, which is not an ECG export that this program knows; "
            f"{_KNOWN}"
        )
    check_xli(raw, shown(path))
    return read_vendor


def _xml_root(raw: bytes, path: Path) -> str:
    """Name of the root element, without its namespace prefix.

    The document is passed once through expat, which keeps nothing, so that what would harm a parser
    that builds a tree is turned away here: entities, elements nested without end, and more of them than
    any recorder writes.
    """
    if raw.count(b"<") + raw.count(b"=") > _MAX_MARKUP:
        raise UnsupportedFormat(
            f"{shown(path)}: XML of more than {_MAX_MARKUP:,} tags and attributes is not read; export one ECG"
        )
    names: list[str] = []
    depth = 0

    def open_element(name: str, _attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if not names:
            names.append(name.rsplit(":", 1)[-1])
        if depth > _MAX_XML_DEPTH:
            raise UnsupportedFormat(
                f"{shown(path)}: XML nested deeper than {_MAX_XML_DEPTH} levels is not read"
            )

    def close_element(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse_entity(*_declaration: object) -> None:
        raise UnsupportedFormat(
            f"{shown(path)}: XML that declares entities is not read; export it again without"
        )

    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = open_element
    parser.EndElementHandler = close_element
    parser.EntityDeclHandler = refuse_entity
    try:
        parser.Parse(raw, True)
    except (xml.parsers.expat.ExpatError, LookupError, ValueError) as exc:  # the latter two: encodings
        if not names:
            raise UnreadableFile(
                f"{shown(path)}: broken XML ({reason(exc)}); export it again, in UTF-8"
            ) from exc
    return names[0]
