"""The guideline corpus: Markdown files in, checked passages out.

Enters: a folder of topic files (``guidelines/*.md``; their ``README.md`` describes the format).
Leaves: frozen :class:`Passage` records and a hash of the files. A file that breaks the format is
refused as a whole, with its line and field. Does not embed, index or rank anything.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cardio_agent.classifier.statements import CODES
from cardio_agent.errors import CorpusError
from cardio_agent.resources import checked_dir, resource_dir

# What a statement rests on; the key is the exact text of its "Checked" field.
CHECKED = {
    "yes, in the guideline's own text": True,
    "yes, in a society or publisher summary": True,
    "yes, in an educational source": True,
    "no, only in an unreviewed source": False,
    "no, from memory": False,
}
CLASS_CHECKED = {"yes": True, "no, from memory": False}
CLASSES = ("I", "IIa", "IIb", "III", "1", "2a", "2b", "3", "3: no benefit", "3: harm")
LEVELS = ("A", "B", "C", "B-R", "B-NR", "C-LD", "C-EO")

_REQUIRED = ("Guideline", "Short", "Checked")
_OPTIONAL = (
    "Thresholds", "Class of recommendation", "Level of evidence", "Class and level checked", "Society",
    "Year", "Section", "Citation", "DOI", "PTB-XL statements", "Setting", "Terms", "Keywords",
    "Superseded by", "Other society", "Note",
)  # fmt: skip
_TOGETHER = ("Class of recommendation", "Level of evidence", "Class and level checked")
_ABOUT_GUIDELINE = ("guideline", "society", "year", "citation", "doi")

_HEADING = re.compile(r"## (?P<id>[A-Z]{2,4}-\d{2,3}): (?P<title>\S.*)")
_FIELD = re.compile(r"- (?P<name>[^:]+): (?P<value>\S.*)")
_DOI = re.compile(r"10\.\d{4,9}/\S+")


@dataclass(frozen=True)
class Passage:
    """One statement of the corpus.

    ``codes`` are PTB-XL statement codes without their group (``STTC``, never ``sub:STTC``).
    ``setting`` names a clinical setting that a tracing does not show (``after TAVI``): such a
    statement answers questions, but is not cited for a finding by itself.
    ``counterparts`` are the ids of other societies' statements on the same question.
    ``keywords`` are other words that someone may look for the statement with; they are searched, not shown.
    ``checked`` is False where the statement rests on memory or on an unreviewed source alone.
    """

    id: str
    title: str
    text: str
    topic: str
    topic_title: str
    guideline: str
    short: str
    society: str
    year: int | None
    checked: bool
    checked_how: str
    thresholds: str = ""
    class_of_recommendation: str = ""
    level_of_evidence: str = ""
    class_checked: bool = True
    section: str = ""
    citation: str = ""
    doi: str = ""
    codes: tuple[str, ...] = ()
    setting: str = ""
    terms: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    superseded_by: str = ""
    counterparts: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class _Line:
    """A line of a topic file and where it stands, for messages."""

    file: str
    number: int
    text: str

    def error(self, what: str) -> CorpusError:
        return CorpusError(f"{self.file}, line {self.number}: {what}; the format is in guidelines/README.md")


def bare_code(code: str) -> str:
    """A statement code without its group.

    >>> bare_code("sub:STTC"), bare_code("AFIB")
    ('STTC', 'AFIB')
    """
    return code.partition(":")[2] or code


_KNOWN_CODES = frozenset(bare_code(code) for code in CODES)


@lru_cache(maxsize=4)
def load_corpus(folder: Path | None = None) -> tuple[Passage, ...]:
    """Read and check every topic file of a folder.

    Parameters
    ----------
    folder : Path, optional
        Default: the corpus that travels with the program.

    Returns
    -------
    tuple of Passage
        In file name order, then file order; superseded and unchecked statements included.

    Raises
    ------
    CorpusError
        No topic file, or one that breaks the format; the message names file, line and field.
    ModelMissing
        A file of the corpus that travels with the program was altered.
    """
    files = _topic_files(folder or checked_dir("guidelines"))
    placed = [pair for path in files for pair in _parse_file(path)]
    _check_together(placed)
    return tuple(passage for _, passage in placed)


def corpus_mistakes(folder: Path | None = None) -> tuple[str, ...]:
    """Every mistake of a folder's topic files, one a statement, each with file, line and field.

    What only statements together show (an id twice, an unknown successor) is looked for, and the first
    of these named, where each statement is right by itself.

    Raises
    ------
    CorpusError
        When the folder holds no topic file.
    """
    folder = folder or resource_dir("guidelines")
    mistakes: list[str] = []
    for path in _topic_files(folder):
        try:
            title, statements = _split_topic(path)
        except CorpusError as exc:
            mistakes.append(str(exc))
            continue
        for lines in statements:
            try:
                _parse_statement(lines, path.stem, title)
            except CorpusError as exc:
                mistakes.append(str(exc))
    if not mistakes:
        try:
            load_corpus(folder)
        except CorpusError as exc:
            mistakes.append(str(exc))
    return tuple(mistakes)


def corpus_sha256(folder: Path | None = None) -> str:
    """Hash of all files that decide what the search returns, hexadecimal.

    Line endings do not count; names, order and every other character do.
    """
    folder = folder or resource_dir("guidelines")
    digest = hashlib.sha256()
    for path in (*_topic_files(folder), folder / "vocabulary.toml"):
        text = _read_text(path) if path.is_file() else ""
        digest.update(f"{path.name}\0{text}\0".encode())
    return digest.hexdigest()


def _topic_files(folder: Path) -> list[Path]:
    files = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    if not files:
        raise CorpusError(f"no guideline file (*.md) in {folder}: give a folder that holds a corpus")
    return files


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as exc:
        raise CorpusError(f"{path.name}: not UTF-8 text at byte {exc.start}; save the file as UTF-8") from exc
    except OSError as exc:
        raise CorpusError(f"{path.name}: cannot be read ({exc.strerror}); check the file") from exc


def _parse_file(path: Path) -> Iterator[tuple[_Line, Passage]]:
    """Each statement of one file with the line of its heading."""
    title, statements = _split_topic(path)
    for lines in statements:
        yield lines[0], _parse_statement(lines, path.stem, title)


def _split_topic(path: Path) -> tuple[str, list[list[_Line]]]:
    """A file's title, and the lines of each of its statements."""
    lines = [_Line(path.name, n, text.rstrip()) for n, text in enumerate(_read_text(path).splitlines(), 1)]
    if not lines or not lines[0].text.startswith("# "):
        raise (lines[0] if lines else _Line(path.name, 1, "")).error("the first line is not a '# Title'")
    starts = [k for k, line in enumerate(lines) if line.text.startswith("#") and k > 0]
    if not starts:
        raise lines[0].error("the file holds no statement ('## ID: title')")
    stops = [*starts[1:], len(lines)]
    statements = [lines[start:stop] for start, stop in zip(starts, stops, strict=True)]
    return lines[0].text[2:].strip(), statements


def _parse_statement(lines: list[_Line], topic: str, topic_title: str) -> Passage:
    """A heading, one paragraph, then the fields."""
    heading = _HEADING.fullmatch(lines[0].text)
    if heading is None:
        raise lines[0].error(f"'{lines[0].text}' is not a heading of the form '## MI-02: title'")
    paragraph: list[str] = []
    fields: dict[str, _Line] = {}
    for line in lines[1:]:
        if line.text.startswith("- "):
            name, value = _parse_field(line, fields)
            fields[name] = _Line(line.file, line.number, value)
        elif line.text and fields:
            raise line.error(f"{heading['id']}: text after the fields; the statement comes first")
        elif line.text:
            paragraph.append(line.text.strip())
    if not paragraph:
        raise lines[0].error(f"{heading['id']}: the statement is empty")
    _check_fields(lines[0], heading["id"], fields)
    return _passage(heading["id"], heading["title"].strip(), " ".join(paragraph), topic, topic_title, fields)


def _parse_field(line: _Line, fields: dict[str, _Line]) -> tuple[str, str]:
    match = _FIELD.fullmatch(line.text)
    if match is None:
        raise line.error(f"'{line.text}' is not a field of the form '- Name: value'")
    name = match["name"]
    if name not in _REQUIRED and name not in _OPTIONAL:
        raise line.error(f"field '{name}' is not known")
    if name in fields:
        raise line.error(f"field '{name}' stands twice in one statement")
    return name, match["value"].strip()


def _check_fields(heading: _Line, id_: str, fields: dict[str, _Line]) -> None:
    for name in _REQUIRED:
        if name not in fields:
            raise heading.error(f"{id_}: field '{name}' is missing")
    given = [name for name in _TOGETHER if name in fields]
    if given and len(given) != len(_TOGETHER):
        missing = next(name for name in _TOGETHER if name not in fields)
        raise heading.error(f"{id_}: field '{given[0]}' is given without '{missing}'")


def _passage(
    id_: str, title: str, text: str, topic: str, topic_title: str, fields: dict[str, _Line]
) -> Passage:
    def value(name: str) -> str:
        return fields[name].text if name in fields else ""

    checked_how = _one_of(fields, "Checked", CHECKED)
    return Passage(
        id=id_,
        title=title,
        text=text,
        topic=topic,
        topic_title=topic_title,
        guideline=value("Guideline"),
        short=value("Short"),
        society=value("Society"),
        year=_year(fields),
        checked=CHECKED[checked_how],
        checked_how=checked_how,
        thresholds=value("Thresholds"),
        class_of_recommendation=_one_of(fields, "Class of recommendation", CLASSES),
        level_of_evidence=_one_of(fields, "Level of evidence", LEVELS),
        class_checked=CLASS_CHECKED.get(_one_of(fields, "Class and level checked", CLASS_CHECKED), True),
        section=value("Section"),
        citation=value("Citation"),
        doi=_doi(fields),
        codes=_codes(fields),
        setting=value("Setting"),
        terms=_list(value("Terms"), ";"),
        keywords=_list(value("Keywords"), ";"),
        superseded_by=value("Superseded by"),
        counterparts=_list(value("Other society"), ","),
        note=value("Note"),
    )


def _list(text: str, separator: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(separator) if item.strip())


def _one_of(fields: dict[str, _Line], name: str, allowed: Iterable[str]) -> str:
    line = fields.get(name)
    if line is None:
        return ""
    if line.text not in allowed:
        raise line.error(f"field '{name}': '{line.text}' is none of {', '.join(map(repr, allowed))}")
    return line.text


def _year(fields: dict[str, _Line]) -> int | None:
    line = fields.get("Year")
    if line is None:
        return None
    if not re.fullmatch(r"(?:19|20)\d\d", line.text):
        raise line.error(
            f"field 'Year': '{line.text}' is not a year; leave the field out where there is none"
        )
    return int(line.text)


def _doi(fields: dict[str, _Line]) -> str:
    line = fields.get("DOI")
    if line is None:
        return ""
    if not _DOI.fullmatch(line.text):
        raise line.error(f"field 'DOI': '{line.text}' is not a DOI (10.…/…)")
    return line.text


def _codes(fields: dict[str, _Line]) -> tuple[str, ...]:
    line = fields.get("PTB-XL statements")
    codes = () if line is None else tuple(code.strip() for code in line.text.split(","))
    for code in codes:
        if line is not None and code not in _KNOWN_CODES:
            raise line.error(f"field 'PTB-XL statements': '{code}' is no statement code")
    return codes


def _check_together(placed: list[tuple[_Line, Passage]]) -> None:
    """What no statement shows by itself: unique ids, known successors, one description a guideline."""
    first: dict[str, _Line] = {}
    described: dict[str, Passage] = {}
    for line, passage in placed:
        if passage.id in first:
            earlier = first[passage.id]
            raise line.error(f"id {passage.id} stands already in {earlier.file}, line {earlier.number}")
        first[passage.id] = line
        known = described.setdefault(passage.short, passage)
        for name in _ABOUT_GUIDELINE:
            if getattr(known, name) != getattr(passage, name):
                raise line.error(
                    f"{passage.id}: field '{name}' of '{passage.short}' differs from that in {known.id}"
                )
    _check_references(placed, {passage.id: passage for _, passage in placed})


def _check_references(placed: list[tuple[_Line, Passage]], known: dict[str, Passage]) -> None:
    """Successors exist; two societies' statements on one question name each other."""
    for line, passage in placed:
        if passage.superseded_by and passage.superseded_by not in known:
            raise line.error(f"{passage.id}: field 'Superseded by': there is no {passage.superseded_by}")
        for other in passage.counterparts:
            if other not in known:
                raise line.error(f"{passage.id}: field 'Other society': there is no {other}")
            if passage.id not in known[other].counterparts:
                raise line.error(f"{passage.id}: field 'Other society': {other} does not name it in return")
