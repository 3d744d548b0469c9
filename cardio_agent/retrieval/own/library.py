"""The user's documents on this machine: which there are, and their passages.

Enters: a folder and files. Leaves: documents and passages. One file a document, JSON lines: the document,
then its passages. It is written aside (``.tmp``), takes its place in one step, waits there as ``.part``
until its vectors are made and is then renamed to ``.jsonl``; only such documents are searched. A kill
leaves at most a ``.part`` that the next addition goes on with. Does not embed or search.
"""

import hashlib
import json
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cardio_agent.errors import BadRequest, CorpusError, IndexUnavailable, UnreadableFile
from cardio_agent.retrieval.corpus import Passage
from cardio_agent.retrieval.own.blocks import Block, clean
from cardio_agent.retrieval.own.files import check_document, read_blocks
from cardio_agent.retrieval.own.passages import Draft, drafts

OWN_TOPIC = "own"
# No id of the corpus ("MI-02") or of a report's records ("s-MI") starts like this.
ID_PREFIX = "own-"
_CHECKED_HOW = "no, a document that the user added"
_LONGEST_TITLE = 120


@dataclass(frozen=True)
class Document:
    """A file that was added; ``id`` comes from its content, ``n_repeated`` passages stood in it twice."""

    id: str
    title: str
    file: str
    sha256: str
    added: str
    n_pages: int
    n_passages: int
    n_repeated: int


class Library:
    """The documents in a folder; the folder is made when the first one is added."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def documents(self) -> tuple[Document, ...]:
        """Those that can be searched, by title.

        Raises
        ------
        CorpusError
            When one of their files is damaged.
        """
        found = [self._document(path) for path in self._paths(".jsonl")]
        return tuple(sorted(found, key=lambda document: (document.title.casefold(), document.id)))

    def unfinished(self) -> tuple[Document, ...]:
        """Those whose addition was interrupted."""
        return tuple(self._document(path) for path in self._paths(".part"))

    def passages(self, document: Document) -> tuple[Passage, ...]:
        """The passages of a document, in reading order."""
        for suffix in (".jsonl", ".part"):
            path = self.folder / f"{document.id}{suffix}"
            if path.is_file():
                rows = enumerate(self._rows(path)[1:], 1)
                return tuple(_passage(document, number, row) for number, row in rows)
        return ()

    def prepare(self, path: Path) -> tuple[Document, bool]:
        """Cut a file into passages, unless that was done before.

        Returns
        -------
        Document, bool
            And whether it is finished already.

        Raises
        ------
        UnreadableFile, UnsupportedFormat
            When the file cannot be read or holds no passage.
        IndexUnavailable
            When the folder cannot be written.
        """
        check_document(path)
        sha256 = _sha256(path)
        id_ = f"{ID_PREFIX}{sha256[:8]}"
        for suffix in (".jsonl", ".part"):
            known = self.folder / f"{id_}{suffix}"
            if known.is_file():
                return self._document(known), suffix == ".jsonl"
        return self._extract(path, id_, sha256), False

    def finish(self, document: Document) -> None:
        """A document may be searched from now on."""
        part = self.folder / f"{document.id}.part"
        part.replace(part.with_suffix(".jsonl"))

    def remove(self, name: str) -> Document:
        """Take a document away, finished or not.

        Parameters
        ----------
        name : str
            Its id or its file's name.

        Raises
        ------
        BadRequest
            When there is none of that name, or several.
        """
        held = [*self.documents(), *self.unfinished()]
        named = [document for document in held if name in (document.id, document.file)]
        if len(named) != 1:
            what = "several own documents are" if named else "no own document is"
            ids = ", ".join(document.id for document in named or held)
            raise BadRequest(f"{what} called '{name}': give an id ({ids or 'there is none yet'})")
        for suffix in (".jsonl", ".part"):
            (self.folder / f"{named[0].id}{suffix}").unlink(missing_ok=True)
        return named[0]

    def identity(self) -> str:
        """A name that no other library has."""
        path = self.folder / "library.id"
        if not path.is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_text(uuid.uuid4().hex[:12], encoding="ascii")
        return path.read_text(encoding="ascii").strip()

    def state(self) -> tuple[tuple[str, int], ...]:
        """Changes when documents are added or removed."""
        return tuple((path.name, path.stat().st_mtime_ns) for path in self._paths(".jsonl"))

    @contextmanager
    def only_writer(self) -> Iterator[None]:
        """Keep other processes from adding at the same time; a killed one holds nothing.

        Raises
        ------
        IndexUnavailable
            When another process is adding, or the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.folder / "lock.sqlite", timeout=0, isolation_level=None)
        except (OSError, sqlite3.Error) as exc:
            raise IndexUnavailable(
                f"{self.folder} cannot be written ({exc}): set CARDIO_AGENT_DATA_DIR"
            ) from exc
        with closing(connection):
            try:
                connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as exc:
                raise IndexUnavailable(
                    "another process is adding or removing guidelines: try again when it has ended"
                ) from exc
            yield

    def _extract(self, path: Path, id_: str, sha256: str) -> Document:
        """Write the passages of a file as an unfinished document."""
        self.folder.mkdir(parents=True, exist_ok=True)
        aside = self.folder / f"{id_}.tmp"
        noted = _Noted()
        seen: set[bytes] = set()
        n_passages = n_repeated = 0
        with aside.open("w", encoding="utf-8") as file:
            for draft in drafts(noted.watch(read_blocks(path))):
                key = _content_key(draft.text)
                n_repeated += key in seen
                if key not in seen:
                    seen.add(key)
                    n_passages += 1
                    file.write(json.dumps(_row(draft), ensure_ascii=False) + "\n")
        if not n_passages:
            aside.unlink()
            raise UnreadableFile(f"{path.name} holds no passage of text: give a document with sentences")
        name = clean(path.name)
        title = noted.title[:_LONGEST_TITLE] or clean(path.stem)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        document = Document(id_, title, name, sha256, now, noted.last_page, n_passages, n_repeated)
        self._place(aside, document)
        return document

    def _place(self, aside: Path, document: Document) -> None:
        """The document's line before its passages, then all in one step to its place."""
        whole = aside.with_suffix(".new")
        with whole.open("w", encoding="utf-8") as file, aside.open(encoding="utf-8") as rows:
            file.write(json.dumps(asdict(document), ensure_ascii=False) + "\n")
            file.writelines(rows)
        aside.unlink()
        whole.replace(aside.with_suffix(".part"))

    def _paths(self, suffix: str) -> list[Path]:
        return sorted(self.folder.glob(f"{ID_PREFIX}*{suffix}"))

    def _document(self, path: Path) -> Document:
        try:
            with path.open(encoding="utf-8") as file:
                return Document(**json.loads(file.readline()))
        except (OSError, ValueError, TypeError) as exc:
            raise CorpusError(f"{path} is damaged ({exc}): delete it and add the document again") from exc

    def _rows(self, path: Path) -> list[dict[str, Any]]:
        try:
            return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        except (OSError, ValueError) as exc:
            raise CorpusError(f"{path} is damaged ({exc}): delete it and add the document again") from exc


class _Noted:
    """What the blocks of a document tell of the whole: its title and number of pages."""

    def __init__(self) -> None:
        self.title = ""
        self.last_page = 0

    def watch(self, blocks: Iterator[Block]) -> Iterator[Block]:
        for block in blocks:
            self.last_page = max(self.last_page, block.page or 0)
            if not self.title and block.kind == "heading":
                self.title = clean(block.text)
            yield block


def distinct(passages: Iterator[Passage]) -> Iterator[Passage]:
    """Passages without those whose words another one has already; of two documents the first keeps them."""
    seen: set[bytes] = set()
    for passage in passages:
        key = _content_key(passage.text)
        if key not in seen:
            seen.add(key)
            yield passage


def _content_key(text: str) -> bytes:
    """Equal for texts of the same letters and numbers."""
    letters = "".join(c for c in text.casefold() if c.isalnum())
    return hashlib.sha256(letters.encode()).digest()[:16]


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as exc:
        raise UnreadableFile(f"{path}: cannot be read ({exc.strerror}); check the file") from exc
    return digest.hexdigest()


def _row(draft: Draft) -> dict[str, Any]:
    return {
        "headings": draft.headings,
        "text": draft.text,
        "page": draft.page,
        "class": draft.grade.class_of_recommendation,
        "level": draft.grade.level_of_evidence,
    }


def _passage(document: Document, number: int, row: dict[str, Any]) -> Passage:
    headings = list(row["headings"])
    page = f"page {row['page']}" if row["page"] else ""
    return Passage(
        id=f"{document.id}-{number:04d}",
        title=" > ".join(headings) or document.title,
        text=row["text"],
        topic=OWN_TOPIC,
        topic_title=document.title,
        guideline=document.title,
        short=f"Own document {document.file}",
        society="",
        year=None,
        checked=False,
        checked_how=_CHECKED_HOW,
        class_of_recommendation=row["class"],
        level_of_evidence=row["level"],
        class_checked=False,
        section=", ".join(part for part in (page, headings[-1] if headings else "") if part),
        citation=document.file,
    )
