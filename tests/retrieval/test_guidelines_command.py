"""``guidelines`` as a user meets it: search, list, show, check, add, remove."""

import shutil
from pathlib import Path

import pytest

from cardio_agent.cli import main
from cardio_agent.resources import resource_dir
from cardio_agent.retrieval import load_corpus


def shown(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main(["guidelines", *arguments]) == status
    return capsys.readouterr().out


def test_list_filters_and_marks(capsys: pytest.CaptureFixture[str]) -> None:
    everything = shown(capsys, "list", "--superseded")
    assert f"{len(load_corpus())} of {len(load_corpus())} statements" in everything
    assert "SUPERSEDED by PER-02" in everything
    assert "unchecked" in everything
    assert "PER-03" not in shown(capsys, "list")
    some = shown(capsys, "list", "--topic", "paced_ecg", "--checked")
    assert "PAC-01" in some
    assert "unchecked" not in some


def test_show_gives_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "show", "AF-06", "PER-03")
    for part in ("ESC AF 2024", "10.1093/", "I, level", "AF-23", "PER-02"):
        assert part.split(",")[0] in text


def test_search_takes_the_same_filters(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "search", "anticoagulation in AF", "--society", "ACC/AHA")
    assert "AF-23" in text
    assert "AF-06" not in text


def test_an_unknown_id_or_topic_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["show", "XX-99"], ["list", "--topic", "xx"]):
        assert main(["guidelines", *arguments]) == 1
        assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_check_names_every_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "corpus"
    shutil.copytree(resource_dir("guidelines"), folder)
    assert "no mistake" in shown(capsys, "check", str(folder))
    path = folder / "pe.md"
    text = path.read_text(encoding="utf-8")
    broken = text.replace("- Year: 2019", "- Year: soon", 1).replace("- Checked: yes", "- Chekced: yes", 1)
    path.write_text(broken, encoding="utf-8")
    lines = shown(capsys, "check", str(folder), status=1).splitlines()
    assert len(lines) == len({line.split(":")[0] for line in lines}) >= 1
    assert all(line.startswith("pe.md, line ") and "field" in line for line in lines)


def test_check_prints_the_mapping(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "check", "--mapping")
    assert "CLBBB" in text
    assert "sokolow_lyon" in text
    assert "NOT IN THE CORPUS" not in text


@pytest.mark.usefixtures("data_dir")
def test_add_list_show_and_remove(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "own.md", tmp_path / "own.docx"
    good.write_text("# Ward protocol\n\nEvery ECG is read within ten minutes.\n", encoding="utf-8")
    bad.write_bytes(b"PK")
    assert main(["guidelines", "add", str(bad), str(good)]) == 1
    captured = capsys.readouterr()
    assert "own.docx" in captured.err
    assert "your own, unchecked" in captured.out
    assert "there already" in shown(capsys, "add", str(good))
    listed = shown(capsys, "list", "--own")
    id_ = listed.split()[0]
    assert "Ward protocol" in listed
    assert "Every ECG is read" in shown(capsys, "show", f"{id_}-0001")
    assert "removed" in shown(capsys, "remove", id_)
    assert shown(capsys, "list", "--own") == ""
