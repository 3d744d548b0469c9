"""What travels with the program is what it was: weights and corpus are checked at load."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cardio_agent import resources
from cardio_agent.classifier.model import load_model
from cardio_agent.cli import main
from cardio_agent.errors import ModelMissing
from cardio_agent.resources import (
    CHECKED_FOLDERS,
    CHECKSUMS,
    check_files,
    checked_dir,
    resource_dir,
    write_checksums,
)
from cardio_agent.retrieval.corpus import load_corpus
from cardio_agent.retrieval.embeddings import load_embeddings
from cardio_agent.retrieval.vectors import KnownEmbeddings
from cardio_agent.writing import get_writer

ADVICE = "install cardio-agent again, or after changes of your own run 'cardio-agent checksums --write'"
MOST_SECONDS = 0.15  # of processor time for all folders: 0.025 s on an idle machine

LOADERS: dict[str, tuple[str, Callable[[], object]]] = {
    "guidelines": ("mi_stemi.md", load_corpus),
    "models/classifier": ("calibration.json", load_model),
    "models/retrieval": ("vectors.npz", lambda: KnownEmbeddings(load_embeddings()).embed_query("x")),
    "models/writer": ("model.safetensors", lambda: get_writer("bundled")),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files with a list of two: the third is for people."""
    for name, content in (("a.md", "one\ntwo\n"), ("weights.safetensors", "w" * 5000), ("README.md", "r")):
        (tmp_path / name).write_text(content)
    write_checksums(tmp_path)
    return tmp_path


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation whose resources lie in another folder, still empty."""

    def forget() -> None:
        for cached in (checked_dir, load_model, load_corpus):
            cached.cache_clear()

    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "cardio_agent")
    forget()
    yield tmp_path
    forget()


@pytest.mark.parametrize("name", CHECKED_FOLDERS)
def test_what_is_committed_is_what_was_listed(name: str) -> None:
    """After a new model or a corrected statement: 'cardio-agent checksums --write'."""
    check_files(resource_dir(name))


def test_every_folder_of_weights_is_checked() -> None:
    folders = {f"models/{path.name}" for path in resource_dir("models").iterdir() if path.is_dir()}
    assert folders <= set(CHECKED_FOLDERS)
    assert LOADERS.keys() == set(CHECKED_FOLDERS)


@pytest.mark.parametrize("name", CHECKED_FOLDERS)
@pytest.mark.parametrize("damage", ["altered", "cut short", "emptied"])
def test_a_damaged_file_is_refused_at_load(name: str, damage: str, elsewhere: Path) -> None:
    for other in CHECKED_FOLDERS:
        (elsewhere / other).parent.mkdir(exist_ok=True)
        if other == name:
            shutil.copytree(Path(resources.__file__).parents[1] / other, elsewhere / other)
    file_name, load = LOADERS[name]
    path = elsewhere / name / file_name
    content = path.read_bytes()
    damaged = {"altered": content[:-1] + bytes([content[-1] ^ 1]), "cut short": content[:-1], "emptied": b""}
    path.write_bytes(damaged[damage])

    with pytest.raises(ModelMissing) as caught:
        load()

    assert str(caught.value).startswith(f"{path}: altered or cut short")
    assert str(caught.value).endswith(ADVICE)


def test_a_file_that_is_not_listed_is_refused(folder: Path) -> None:
    (folder / "more.md").write_text("x")
    with pytest.raises(ModelMissing, match=r"more\.md: not in SHA256SUMS; remove it, or install"):
        check_files(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "a.md").unlink()
    with pytest.raises(ModelMissing, match=r"a\.md: cannot be read \(No such file or directory\)"):
        check_files(folder)


@pytest.mark.parametrize("content", [b"", b"nonsense\n", b"\xff\xfe", b"abc  a.md\n", b"\0" * 100])
def test_a_broken_list_is_refused(content: bytes, folder: Path) -> None:
    (folder / CHECKSUMS).write_bytes(content)
    with pytest.raises(ModelMissing, match=CHECKSUMS):
        check_files(folder)


def test_a_missing_list_is_refused(folder: Path) -> None:
    (folder / CHECKSUMS).unlink()
    with pytest.raises(ModelMissing, match="SHA256SUMS: cannot be read"):
        check_files(folder)


def test_line_endings_notes_for_people_and_hidden_files_do_not_count(folder: Path) -> None:
    (folder / "a.md").write_bytes(b"one\r\ntwo\r\n")
    (folder / "README.md").write_text("changed")
    (folder / ".DS_Store").write_text("x")
    check_files(folder)


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not here")
def test_sha256sum_reads_the_list(folder: Path) -> None:
    done = subprocess.run(
        ["sha256sum", "-c", CHECKSUMS], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout == "a.md: OK\nweights.safetensors: OK\n"


def test_the_check_costs_little() -> None:
    for name in CHECKED_FOLDERS:  # so that the files are in memory
        check_files(resource_dir(name))
    start = time.process_time()
    for name in CHECKED_FOLDERS:
        check_files(resource_dir(name))
    assert time.process_time() - start < MOST_SECONDS


def test_command_says_what_was_altered_and_accepts_it(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in CHECKED_FOLDERS:
        (elsewhere / name).mkdir(parents=True)
        (elsewhere / name / "a.json").write_text("{}")
    assert main(["checksums"]) == 1
    assert "SHA256SUMS: cannot be read" in capsys.readouterr().err
    assert main(["checksums", "--write"]) == 0
    (elsewhere / "models" / "writer" / "a.json").write_text("[]")
    assert main(["checksums"]) == 1
    assert "a.json: altered or cut short" in capsys.readouterr().err
    assert main(["checksums", "--write"]) == 0
    assert main(["checksums"]) == 0
    assert capsys.readouterr().out.count("as its checksums say") == len(CHECKED_FOLDERS)
