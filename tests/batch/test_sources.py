"""Which files a batch takes up."""

import os
from pathlib import Path

import pytest

from cardio_agent.batch.sources import find_items
from cardio_agent.errors import BadRequest, UnreadableFile


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder tree with records, companions, notes and what is to be left out; the working folder."""
    for name in (
        "b/00002.hea", "b/00002.mat", "a/00001.hea", "a/00001.dat", "a/orphan.dat", "c.XML", "c.csv",
        "read.me", "SHA256SUMS", ".hidden.hea", ".git/x.hea", "out/failures.csv",
    ):  # fmt: skip
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(*sources: str) -> list[str]:
    return [Path(item.file).as_posix() for item in find_items(sources, leave_out=Path("data/out"))]


ALL = ["data/a/00001.hea", "data/a/orphan.dat", "data/b/00002.hea", "data/c.XML", "data/c.csv"]


@pytest.mark.usefixtures("folder")
class TestFindFiles:
    def test_a_folder_gives_each_record_once_in_order(self) -> None:
        assert found("data") == ALL

    def test_overlapping_sources_give_no_file_twice(self, folder: Path) -> None:
        assert found("data", "data/a", "./data/c.csv", str(folder / "data" / "b")) == ALL

    def test_a_signal_file_stands_for_its_header(self) -> None:
        assert found("data/a/00001.dat", "data/a/00001.hea") == ["data/a/00001.hea"]

    def test_a_pattern(self, folder: Path) -> None:
        assert found("data/**/*.hea") == ["data/a/00001.hea", "data/b/00002.hea"]
        assert found(f"{folder}/data/?.csv") == [f"{folder.as_posix()}/data/c.csv"]
        assert found("data/[ab]") == ["data/a/00001.hea", "data/a/orphan.dat", "data/b/00002.hea"]

    def test_a_named_file_is_taken_whatever_its_suffix(self) -> None:
        assert found("data/read.me") == ["data/read.me"]

    def test_a_link_to_a_folder_above_is_not_followed(self, folder: Path) -> None:
        (folder / "data" / "b" / "loop").symlink_to(folder / "data")
        assert found("data") == ALL

    def test_an_absent_source_is_named(self) -> None:
        with pytest.raises(UnreadableFile, match="'data/d': no such file or folder"):
            found("data", "data/d")

    @pytest.mark.parametrize("source", ["data/*.scp", "data/out", "data/.git/*.scp"])
    def test_nothing_found(self, source: str) -> None:
        with pytest.raises(UnreadableFile, match=r"no ECG file in 'data.*known suffixes are .*\.hea"):
            found(source)

    def test_the_results_are_left_out_however_they_are_spelled(self) -> None:
        items = find_items(["data"], leave_out=Path("data/a/../out"))
        assert [Path(item.file).as_posix() for item in items] == ALL

    def test_a_folder_that_cannot_be_listed_is_not_passed_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        scandir = os.scandir

        def guarded(path: str) -> object:
            if Path(path).name == "b":
                raise PermissionError(13, "Permission denied", str(path))
            return scandir(path)

        monkeypatch.setattr(os, "scandir", guarded)
        with pytest.raises(UnreadableFile, match=r"data.b.: cannot be listed \(Permission denied\)"):
            found("data")

    def test_an_impossible_pattern(self) -> None:
        with pytest.raises(BadRequest, match="not a pattern"):
            found("data/**x/*.hea")

    def test_a_manifest_and_a_folder_name_one_record(self, folder: Path) -> None:
        (folder / "list.csv").write_text("path,age\ndata/b/00002.hea,62\n", encoding="utf-8")
        for sources in (["list.csv", "data/b"], ["data/b", "list.csv"]):
            (item,) = find_items(sources, leave_out=Path("out"))
            assert (Path(item.file), item.age_years) == (Path("data/b/00002.hea"), 62.0)

    def test_a_manifest_names_a_signal_file(self, folder: Path) -> None:
        (folder / "list.csv").write_text("path,id\ndata/a/00001.dat,x\n", encoding="utf-8")
        (item,) = find_items(["list.csv"], leave_out=Path("out"))
        assert (Path(item.file), item.id) == (Path("data/a/00001.hea"), "x")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("path,age\na.hea,62\n./a.hea,63\n", "listed twice, with different id, age, sex or prior"),
            ("path,id\na.hea,1\nb.hea,1\n", "id '1' is that of both"),
        ],
    )
    def test_contradictions_are_refused(self, folder: Path, text: str, message: str) -> None:
        (folder / "list.csv").write_text(text, encoding="utf-8")
        with pytest.raises(BadRequest, match=message):
            find_items(["list.csv"], leave_out=Path("out"))

    def test_ptbxl_as_published_is_read_by_its_table(self, folder: Path) -> None:
        heading = "ecg_id,age,sex,filename_lr,filename_hr\n"
        (folder / "data" / "ptbxl_database.csv").write_text(heading + "7,56,1,a/00001,b/00002\n")
        (item,) = find_items(["data"], leave_out=Path("out"))
        assert (Path(item.file), item.id, item.sex) == (Path("data/b/00002.hea"), "7", "female")
