"""Visitors and their files, through Gradio's own client: reports, answers, refusals, and whose is whose."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.app_load import memory_mb, visit_all
from cardio_agent.resources import sample_path
from tests.webapp.desk import WRITER, Server, files_below, pair, say

LONGEST_S = (
    5  # to the page, on a machine with other work; benchmarks/app_load.py tells what an idle one takes
)
MOST_MB = 3000


def test_an_upload_gives_a_report_and_answers_and_is_gone(server: Server, visitor: Callable[[], Any]) -> None:
    turns = say(visitor(), "What is the QRS duration?", *pair("lbbb"))
    assert [role for role, _ in turns] == ["user", "assistant", "user", "assistant"]
    texts = [text for _, text in turns]
    assert texts[0] == "Sent lbbb.hea"
    assert "left bundle branch block" in texts[1]
    assert "Conclusion" in texts[1]
    assert re.search(r"QRS duration is .*1\d\d ms", texts[3])
    assert "Rests on: QRS duration" in texts[3]
    assert not [path for path in files_below(server.temporary) if path.name.startswith("lbbb")]


def test_several_files_at_once_each_get_a_report(visitor: Callable[[], Any], shared_data: Path) -> None:
    turns = say(visitor(), "", *pair("af"), shared_data / "vendor" / "129DYPRG.XML")
    assert [text for role, text in turns if role == "user"] == ["Sent af.hea", "Sent 129DYPRG.XML"]
    assert all("Conclusion" in text for role, text in turns if role == "assistant")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(400), "a picture or PDF of a paper ECG cannot be read"),
        ("scan.png", b"\x89PNG\r\n\x1a\n" + bytes(400), "a picture or PDF of a paper ECG cannot be read"),
        ("scan.pdf", b"%PDF-1.7\n" + bytes(400), "a picture or PDF of a paper ECG cannot be read"),
        ("notes.txt", b"nothing about a heart\n", "notes.txt"),
        ("empty.csv", b"", "empty.csv"),
        ("cut.hea", b"cut 12 500 5000\n# <img src=x onerror=alert(1)>\n", "not a readable WFDB header"),
    ],
)
def test_a_file_that_cannot_be_read_gets_one_clear_sentence(
    visitor: Callable[[], Any], tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    text = say(visitor(), "", path)[-1][1]
    assert text.startswith("That did not work. ")
    assert says in text
    assert "Traceback" not in text
    assert "\n" not in text


def test_a_bad_file_keeps_what_was_open(visitor: Callable[[], Any]) -> None:
    client = visitor()
    say(client, "", *pair("normal"))
    assert "lbbb.dat" in say(client, "", sample_path("lbbb"))[-1][1]
    assert "bpm" in say(client, "What is the heart rate?")[-1][1]


def test_uploads_lie_in_a_folder_that_only_the_server_can_open(server: Server) -> None:
    [uploads] = server.temporary.glob("cardio-agent-uploads-*")
    assert uploads.stat().st_mode & 0o077 == 0


def test_visitors_at_the_same_time_each_get_their_own_and_the_page_answers(
    server: Server, visitor: Callable[[], Any]
) -> None:
    visited, probes = visit_all(server.url, ("pvc", "normal", "lbbb"), WRITER[0])
    assert [one.sample for one in visited if one.is_own] == ["pvc", "normal", "lbbb"]
    assert max(probes.took_s["/"] + probes.took_s["/health"]) < LONGEST_S
    assert memory_mb(server.process.pid) < MOST_MB
    assert "no ECG is open yet" in say(visitor(), "What is the QTc?")[-1][1]


def test_markup_of_a_visitor_or_a_file_stays_text(visitor: Callable[[], Any], tmp_path: Path) -> None:
    evil = "<img src=x onerror=alert(1)>"
    header, signal = pair("normal")
    path = tmp_path / "[x](a.b) _y_.hea"
    record = header.read_text(encoding="utf-8").replace("normal.dat", "n.dat")
    path.write_text(f"{record}# {evil}\n", encoding="utf-8")
    copied = shutil.copyfile(signal, tmp_path / "n.dat")
    turns = say(visitor(), f"{evil} **bold** [a](javascript:b)", path, Path(copied))
    assert turns[0][1] == "Sent [x](a.b) _y_.hea"
    assert turns[2][1] == f"{evil} **bold** [a](javascript:b)"
