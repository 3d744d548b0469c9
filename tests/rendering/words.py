"""What a reader finds in a rendered report, read by another library than the one that wrote it."""

import base64
import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pypdfium2
import wfdb
from pydicom.dataset import Dataset

from tests.rendering.outline import Outline


def words_of(format: str, output: str | bytes) -> str:
    """All text of a report on one line."""
    if isinstance(output, str):
        text = Outline(output).text if format == "html" else output
        return " ".join(_with_attachment(text).split() if format.startswith("fhir") else text.split())
    reading = {"pdf": pdf_words, "dicom": _dicom_words, "wfdb": _annotation_words}
    return " ".join(reading[format](output).split())


def pdf_words(output: bytes) -> str:
    """Text of all pages, each closed by a form feed."""
    document = pypdfium2.PdfDocument(output)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return "\f".join(page.replace("\r\n", "\n") for page in pages)


def dicom_lines(output: bytes) -> list[str]:
    """The content of a structured report, indented."""
    return [*_tree(pydicom.dcmread(io.BytesIO(output)), 0)]


def _tree(item: Dataset, depth: int) -> Iterator[str]:
    name = item.ConceptNameCodeSequence[0]
    relation = item.get("RelationshipType", "")
    code = f"({name.CodeValue}, {name.CodingSchemeDesignator}, {name.CodeMeaning})"
    yield f"{'  ' * depth}{relation} {item.ValueType} {code} {item.get('TextValue', '')}".rstrip()
    for child in item.get("ContentSequence", []):
        yield from _tree(child, depth + 1)


def _dicom_words(output: bytes) -> str:
    return "\n".join(dicom_lines(output))


def _annotation_words(output: bytes) -> str:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "record.fid").write_bytes(output)
        return " ".join(wfdb.rdann(str(Path(folder) / "record"), "fid").aux_note)


def _with_attachment(text: str) -> str:
    """A FHIR report with the text that it carries as an attachment."""
    (form,) = json.loads(text)["presentedForm"]
    return text + base64.b64decode(form["data"]).decode("utf-8")
