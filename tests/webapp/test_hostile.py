"""Visitors who mean harm: whatever they send, they get nothing of others and the next visitor is served."""

import contextlib
import hashlib
import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cardio_agent.visit import MAX_FILES, Visit
from cardio_agent.webapp.events import on_remark
from cardio_agent.webapp.scores import scored
from tests.rendering.outline import EVIL, Outline
from tests.webapp.desk import free_port

TIMEOUT_S = 60
CHOICES = ["Plain: fixed wording", "balanced", "3x4", False, "", 0]
SECRET = b"a recording of somebody else\n"

# The real page; no model is loaded for it until somebody sends a recording that can be read.
APP = """
import os, sys, tempfile
from pathlib import Path
os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp()
from cardio_agent.feedback import FeedbackStore
from cardio_agent.settings import Settings
from cardio_agent.webapp.page import build_app
from cardio_agent.webapp.server import ServerOptions, launch
page = build_app(Settings(llm="plain"), FeedbackStore(Path(sys.argv[2])))
launch(page, ServerOptions(port=int(sys.argv[1])))
print("ready", flush=True)
page.block_thread()
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of a server that must still run when all tests are done."""
    port, store = free_port(), tmp_path_factory.mktemp("kept") / "feedback.sqlite"
    command = [sys.executable, "-c", APP, str(port), str(store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield port
        assert process.poll() is None
        process.terminate()
    assert not store.exists()  # nothing that was sent here was a remark


@pytest.fixture(autouse=True)
def _the_next_visitor_is_served(port: int) -> Iterator[None]:
    yield
    assert "no ECG is open yet" in call(port, "send", {"text": "What is the QTc?", "files": []}, *CHOICES)


def request(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    with contextlib.closing(connection):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        return answer.status, answer.read()


def call(port: int, name: str, *data: Any, session: str = "mine") -> str:
    """The events of a call made by hand."""
    body = json.dumps({"data": data, "session_hash": session}).encode()
    status, answer = request(port, "POST", f"/gradio_api/call/{name}", body, Content_Type="application/json")
    if status != http.HTTPStatus.OK:
        return f"refused: {status}"
    event = json.loads(answer)["event_id"]
    return request(port, "GET", f"/gradio_api/call/{name}/{event}")[1].decode("utf-8")


def uploaded(port: int, *files: tuple[str, bytes]) -> list[str]:
    """Where the server put files."""
    boundary = "b" * 20
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name, content in files
    ]
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    form = f"multipart/form-data; boundary={boundary}"
    status, answer = request(port, "POST", "/gradio_api/upload", body, Content_Type=form)
    assert status == http.HTTPStatus.OK, answer
    return list(json.loads(answer))


def sent(port: int, *paths: str, session: str = "mine") -> str:
    files = [{"path": path, "meta": {"_type": "gradio.FileData"}} for path in paths]
    return call(port, "send", {"text": "", "files": files}, *CHOICES, session=session)


def test_an_upload_has_no_address_and_no_place_that_can_be_guessed(port: int) -> None:
    [path] = uploaded(port, ("theirs.csv", SECRET))
    for address in (f"/gradio_api/file={path}", f"/file={path}", f"/gradio_api/file/{path}"):
        status, answer = request(port, "GET", address)
        assert status == http.HTTPStatus.NOT_FOUND
        assert SECRET not in answer
    assert hashlib.sha256(SECRET).hexdigest() not in path


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/hostname",
        "/gradio_api/file=../../../../etc/hostname",
        "/gradio_api/%66ile=/etc/hostname",
        "/gradio_api/file%3D/etc/hostname",
        "/gradio_api/proxy=http://127.0.0.1:1/",
        "/static/../../../../etc/hostname",
        "/static/%2e%2e/%2e%2e/%2e%2e/etc/hostname",
        "/assets/..%2f..%2f..%2fetc/hostname",
        "/theme/../../etc/hostname",
        "/../../../../etc/hostname",
    ],
)
def test_no_path_leads_to_a_file_of_the_machine(port: int, path: str) -> None:
    status, answer = request(port, "GET", path)
    assert status in (http.HTTPStatus.NOT_FOUND, http.HTTPStatus.FORBIDDEN, http.HTTPStatus.BAD_REQUEST)
    assert Path("/etc/hostname").read_bytes().strip() not in answer


def test_a_path_in_a_message_must_be_an_upload(port: int) -> None:
    [path] = uploaded(port, ("mine.csv", b"1,2\n"))
    beside = str(Path(path).parent.parent / ("0" * 64) / "theirs.csv")
    for wrong in ("/etc/hostname", f"{path}/../../../../../etc/hostname", beside, "http://127.0.0.1:1/x.csv"):
        events = sent(port, wrong)
        assert "event: error" in events
        assert "Sent" not in events


def test_a_name_that_climbs_or_holds_markup_is_cleaned(port: int) -> None:
    [path] = uploaded(port, ("..%2F..%2F<img src=x onerror=alert(1)>.csv", b"nothing\n"))
    events = sent(port, path)
    assert "That did not work" in events
    assert "<img" not in events
    assert "Traceback" not in events


def test_too_many_files_are_refused_in_one_sentence(port: int) -> None:
    paths = uploaded(port, *((f"{n}.csv", b"1,2\n") for n in range(MAX_FILES + 1)))
    assert f"send at most {MAX_FILES}" in sent(port, *paths)


def test_what_is_too_large_is_refused_before_it_is_read(port: int) -> None:
    for path in ("/gradio_api/upload", "/gradio_api/call/send", "/gradio_api/queue/join"):
        with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as raw:
            raw.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {10**12}\r\n\r\n".encode())
            assert b" 413 " in raw.recv(64)
        with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as raw:
            raw.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
            assert b" 411 " in raw.recv(64)


WRONG: list[Any] = [None, True, 7, -1e308, "", "x" * 5000, EVIL, [], [[]], {}, {"path": "/etc/hostname"}]


@pytest.mark.parametrize("name", ["send", "sample", "again", "remark"])
def test_wrong_types_in_any_place_do_no_harm(port: int, name: str) -> None:
    usual: dict[str, list[Any]] = {
        "send": [{"text": "?", "files": []}, *CHOICES],
        "sample": ["nobody", *CHOICES],
        "again": ["", 60, "female", "pain", *CHOICES],
        "remark": [{"recording": "", "subject": "statement", "about": "SR", "opinion": "agree"}],
    }
    for place in range(len(usual[name])):
        for wrong in WRONG:
            data = [*usual[name][:place], wrong, *usual[name][place + 1 :]]
            events = call(port, name, *data)
            assert events.startswith(("event: ", "refused: "))
            assert "Traceback" not in events
            # Gradio tells the caller alone, in JSON, which choice it does not know.
            assert "<img" not in events or events.startswith("event: error")
    assert call(port, name).startswith(("event: error", "refused: "))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"data": 5}', b"\xff\xfe", b'{"data": [' + b"[" * 5000])
def test_a_body_that_is_no_call_is_refused(port: int, body: bytes) -> None:
    status, answer = request(port, "POST", "/gradio_api/call/send", body, Content_Type="application/json")
    assert status >= http.HTTPStatus.BAD_REQUEST or json.loads(answer)["event_id"]


def test_connections_that_break_off_hold_up_nobody(port: int) -> None:
    start = b"POST /gradio_api/upload HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n"
    form = b"Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\nContent-Disposition: form-data; na"
    body = json.dumps({"data": [{"text": "?", "files": []}, *CHOICES], "session_hash": "gone"}).encode()
    for n in range(30):
        with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as raw:
            raw.sendall(start + form if n % 2 else start[:30])
        status, answer = request(port, "POST", "/gradio_api/call/send", body, Content_Type="application/json")
        assert status == http.HTTPStatus.OK
        event = json.loads(answer)["event_id"]
        with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as raw:
            raw.sendall(f"GET /gradio_api/call/send/{event} HTTP/1.1\r\nHost: x\r\n\r\n".encode())


def test_a_session_has_nothing_of_another(port: int) -> None:
    first = call(port, "send", {"text": "only mine", "files": []}, *CHOICES, session="first")
    assert "only mine" in first
    second = call(port, "send", {"text": "hello", "files": []}, *CHOICES, session="second")
    assert "only mine" not in second


@pytest.mark.parametrize("text", [EVIL, "nan", "1e999", "-5", "x" * 100_000, "\x00"])
def test_a_score_takes_no_text_for_markup_or_a_number(text: str) -> None:
    for name, key in (("qt_risk", "qtc_ms"), ("chads", "age_years")):
        shown = scored(name, Visit(), 70, "female", {key: text})
        assert "<img" not in shown
        assert Outline(shown).text


def test_a_remark_that_is_none_is_answered_in_words(tmp_path: Path) -> None:
    from cardio_agent.feedback import FeedbackStore

    for given in (None, [], EVIL, {"about": EVIL, "opinion": EVIL}):
        said, kept = on_remark(FeedbackStore(tmp_path / "s.sqlite"), given, Visit())
        assert "another ECG is on the desk" in said
        assert kept is None
