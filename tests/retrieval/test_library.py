"""A user's own documents: added once, found, removed; interrupted and continued; never mixed."""

import hashlib
import io
import multiprocessing
import re
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from cardio_agent.errors import BadRequest, CorpusError, IndexUnavailable, UnreadableFile
from cardio_agent.retrieval import Selection, gather_evidence, load_corpus, retrieve
from cardio_agent.retrieval.index import VectorIndex
from cardio_agent.retrieval.opening import add_own, own_library, remove_own
from cardio_agent.retrieval.own.indexing import (
    BATCH,
    add_document,
    open_vectors,
    search_documents,
    shown_progress,
)
from cardio_agent.retrieval.own.library import Document, Library
from cardio_agent.retrieval.retriever import with_own
from cardio_agent.retrieval.search import Hit
from cardio_agent.retrieval.vocabulary import Vocabulary, load_vocabulary
from cardio_agent.schema import Finding
from cardio_agent.settings import get_settings

PROTOCOL = """# House protocol for zebra fibre

Zebra fibre pacing is started within twenty minutes.

- Zebra fibre ablation is recommended (class I, level B).
"""
WORDS = Vocabulary({}, {})


class Hashed(Embeddings):
    """Unit vectors from the words of a text; counts what it embeds and stops when it is told to."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.weights_sha256 = hashlib.sha256(b"hashed").hexdigest()
        self.n_embedded = 0
        self._stop_after = stop_after

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        if self._stop_after is not None and self.n_embedded >= self._stop_after:
            raise KeyboardInterrupt
        self.n_embedded += len(texts)
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        vector = np.full(64, 1e-3)
        for word in re.findall(r"\w+", text.lower()):
            vector[int(hashlib.sha256(word.encode()).hexdigest(), 16) % 64] += 1
        return list((vector / np.linalg.norm(vector)).tolist())


def silent(_done: int, _total: int) -> None:
    """No progress bar."""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "protocol.md"
    path.write_text(PROTOCOL, encoding="utf-8")
    return path


def add(library: Library, path: Path, model: Hashed) -> tuple[Document, bool]:
    index = open_vectors(library, model.weights_sha256)
    return add_document(library, path, index, model, WORDS, silent)


def many(path: Path, n: int) -> Path:
    """A text of ``n`` passages."""
    sections = (f"# Section {k}\n\nPassage number {k} speaks of item {k}.\n" for k in range(n))
    path.write_text("\n".join(sections), encoding="utf-8")
    return path


# ── added, found, removed ────────────────────────────────────────────────────────────────────


def test_added_found_marked_and_removed(data_dir: Path, file: Path) -> None:
    before = retrieve("zebra fibre pacing")
    document, is_new = add_own(file)
    assert is_new
    assert (document.title, document.file, document.n_passages) == (
        "House protocol for zebra fibre", "protocol.md", 2,
    )  # fmt: skip
    found = [e for e in retrieve("zebra fibre ablation") if e.is_own]
    best = found[0]
    assert (best.class_of_recommendation, best.level_of_evidence) == ("I", "B")
    assert not best.checked
    assert not best.class_checked
    assert best.short == "Own document protocol.md"
    assert (best.society, best.year) == ("", None)
    assert best.id.startswith(f"{document.id}-")
    assert best.id not in {p.id for p in load_corpus()}
    remove_own("protocol.md")
    assert retrieve("zebra fibre pacing") == before
    assert list((data_dir / "guidelines").glob("own-*")) == []


def test_re_adding_the_same_file_changes_nothing(data_dir: Path, file: Path, tmp_path: Path) -> None:
    first, _ = add_own(file)
    held = {path: path.read_bytes() for path in (data_dir / "guidelines").glob("own-*")}
    copy = tmp_path / "another name.md"
    copy.write_bytes(file.read_bytes())
    assert add_own(copy) == (first, False)
    assert {path: path.read_bytes() for path in (data_dir / "guidelines").glob("own-*")} == held


@pytest.mark.usefixtures("data_dir")
def test_what_is_unchecked_can_be_left_out_and_a_society_leaves_them_out(file: Path) -> None:
    add_own(file)
    assert not any(e.is_own for e in retrieve("zebra fibre pacing", include_unchecked=False))
    assert not any(e.is_own for e in retrieve("zebra fibre pacing", selection=Selection(society="ESC")))


def test_they_leave_half_of_the_places_to_the_corpus() -> None:
    own = load_corpus()[:9]
    corpus = load_corpus()[9:12]
    best, others = [Hit(p, 0.9) for p in own], [Hit(p, 0.5) for p in corpus]
    assert [hit.passage for hit in with_own(others, best, 4)] == [*own[:2], *corpus[:2]]
    assert [hit.passage for hit in with_own(others, best, 8)] == [*own[:5], *corpus]
    assert [hit.passage for hit in with_own([], best, 3)] == [*own[:3]]
    assert [hit.passage for hit in with_own(others, best, 1)] == [corpus[0]]


@pytest.mark.usefixtures("data_dir")
def test_reports_cite_them_only_where_the_setting_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "own.md"
    path.write_text("# Sinus bradycardia\n\nSinus bradycardia is reported to the ward.\n", encoding="utf-8")
    add_own(path)
    asked = Finding(
        id="f-x", kind="rhythm", text="sinus bradycardia", certainty="definite", basis=("s-SBRAD",),
        codes=("SBRAD",), query="sinus bradycardia",
    )  # fmt: skip
    plain = gather_evidence([asked])
    assert not any(e.is_own for e in plain)
    monkeypatch.setenv("CARDIO_AGENT_CITE_OWN_GUIDELINES", "true")
    get_settings.cache_clear()
    cited = gather_evidence([asked])
    assert [e for e in cited if not e.is_own] == list(plain)
    assert [(e.text, e.checked) for e in cited if e.is_own] == [
        ("Sinus bradycardia is reported to the ward.", False)
    ]


@pytest.mark.usefixtures("data_dir")
def test_the_corpus_answers_as_before(file: Path) -> None:
    queries = ("first-degree AV block", "LBBB criteria", "QTc limit in women")
    before = [[(e.id, e.score) for e in retrieve(query)] for query in queries]
    add_own(file)
    assert [[(e.id, e.score) for e in retrieve(query)] for query in queries] == before


# ── duplicates ───────────────────────────────────────────────────────────────────────────────


def test_a_passage_is_kept_once_in_a_document_and_found_once_in_several(
    library: Library, tmp_path: Path
) -> None:
    one, two = tmp_path / "one.md", tmp_path / "two.md"
    one.write_text(
        "# A\n\nZebra pacing is used.\n\n# B\n\nZebra  PACING is used\n\n# D\n\nOther words here now.",
        "utf-8",
    )
    two.write_text("# C\n\nZebra pacing is used.\n", "utf-8")
    model = Hashed()
    first, _ = add(library, one, model)
    add(library, two, model)
    assert (first.n_passages, first.n_repeated) == (2, 1)
    index = open_vectors(library, model.weights_sha256)
    search = search_documents(library, library.documents(), index, model, WORDS)
    assert sorted(p.text for p in search.passages) == ["Other words here now.", "Zebra pacing is used."]


# ── interruptions ────────────────────────────────────────────────────────────────────────────


def test_an_interrupted_addition_is_continued_where_it_stopped(library: Library, tmp_path: Path) -> None:
    path, n = many(tmp_path / "long.md", 4 * BATCH), 4 * BATCH
    with pytest.raises(KeyboardInterrupt):
        add(library, path, Hashed(stop_after=2 * BATCH))
    assert library.documents() == ()
    assert [d.file for d in library.unfinished()] == ["long.md"]
    model = Hashed()
    document, is_new = add(library, path, model)
    assert is_new
    assert model.n_embedded == n - 2 * BATCH
    assert library.unfinished() == ()
    index = open_vectors(library, model.weights_sha256)
    assert index.ids() == {p.id for p in library.passages(document)}


def test_a_killed_process_leaves_the_others_searchable(data_dir: Path, file: Path, tmp_path: Path) -> None:
    add_own(file)
    path = many(tmp_path / "long.md", 200)
    program = (
        "import sys; from pathlib import Path; from cardio_agent.retrieval.opening import add_own;"
        "add_own(Path(sys.argv[1]))"
    )
    environment = {"CARDIO_AGENT_DATA_DIR": str(data_dir), "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen([sys.executable, "-c", program, str(path)], env=environment)
    vectors = data_dir / "guidelines" / "vectors" / "chroma.sqlite3"
    library = own_library(get_settings())
    deadline = time.monotonic() + 60
    while not (library.unfinished() and _n_vectors(vectors) > 2) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert [d.file for d in library.unfinished()] == ["long.md"]
    assert retrieve("zebra fibre ablation")[0].is_own
    _, is_new = add_own(path)
    assert is_new
    assert retrieve("passage that speaks of item 177")[0].text == "Passage number 177 speaks of item 177."


def _n_vectors(database: Path) -> int:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        try:
            return int(connection.execute("select count(distinct id) from embeddings_queue").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def test_two_processes_do_not_write_at_once(library: Library) -> None:
    other = multiprocessing.get_context("spawn").Pool(1)
    with other, library.only_writer(), pytest.raises(IndexUnavailable, match="another process"):
        other.apply(_lock, (str(library.folder),))
    with library.only_writer():
        pass


def _lock(folder: str) -> None:
    with Library(Path(folder)).only_writer():
        pass


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "is_shown"), [(Terminal(), True), (io.StringIO(), False)])
def test_only_a_terminal_sees_progress(
    stream: io.StringIO, is_shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    progress = shown_progress("a.pdf")
    for done in (0, BATCH, 2 * BATCH):
        progress(done, 2 * BATCH)
    assert ("a.pdf" in stream.getvalue()) == is_shown


# ── models ───────────────────────────────────────────────────────────────────────────────────


def test_after_a_change_of_model_all_is_embedded_anew_and_nothing_mixed(library: Library, file: Path) -> None:
    old, new = Hashed(), Hashed()
    new.weights_sha256 = hashlib.sha256(b"another model").hexdigest()
    document, _ = add(library, file, old)
    index = open_vectors(library, new.weights_sha256)
    assert index.ids() == set()
    search_documents(library, library.documents(), index, new, WORDS)
    assert new.n_embedded == document.n_passages
    assert index.ids() == {p.id for p in library.passages(document)}


# ── faults ───────────────────────────────────────────────────────────────────────────────────


def test_an_empty_document_leaves_nothing_behind(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "empty.md"
    path.write_text("# Title\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="no passage"):
        add(library, path, Hashed())
    assert list(library.folder.glob("own-*")) == []


def test_a_damaged_document_is_named(library: Library, file: Path) -> None:
    document, _ = add(library, file, Hashed())
    (library.folder / f"{document.id}.jsonl").write_text("{not json", encoding="utf-8")
    with pytest.raises(CorpusError, match="damaged"):
        library.documents()


def test_removing_what_is_not_there_lists_what_is(library: Library, file: Path) -> None:
    document, _ = add(library, file, Hashed())
    with pytest.raises(BadRequest, match=document.id):
        library.remove("other.md")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with (
        pytest.raises(IndexUnavailable, match="CARDIO_AGENT_DATA_DIR"),
        Library(tmp_path / "taken" / "x").only_writer(),
    ):
        pass


def test_the_index_holds_no_text(library: Library, file: Path) -> None:
    add(library, file, Hashed())
    assert isinstance(open_vectors(library, Hashed().weights_sha256), VectorIndex)
    stored = b"".join(path.read_bytes() for path in (library.folder / "vectors").rglob("*") if path.is_file())
    assert b"ebra" not in stored
    assert load_vocabulary().unify("fibre") == "fiber"
