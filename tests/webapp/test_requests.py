"""The running app over HTTP: its page, its probe, its limits, and calls made by hand."""

import json
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from cardio_agent.resources import sample_path
from tests.webapp.desk import LOOK, START_S, WRITER, Server, started


def test_the_page_answers_and_holds_browsers_to_this_server(server: Server) -> None:
    with urllib.request.urlopen(server.url, timeout=20) as answer:
        page = answer.read().decode("utf-8")
        policy = answer.headers["Content-Security-Policy"]
    assert "Research use only" in page
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=.https?://(?!127\.0\.0\.1)", page)


def test_a_probe_finds_the_server_well(server: Server) -> None:
    with urllib.request.urlopen(f"{server.url}/health", timeout=20) as answer:
        assert answer.headers["Content-Type"] == "application/json"
        assert json.load(answer)["status"] == "ok"


def call(server: Server, name: str, *data: Any) -> str:
    """The events of a call made by hand, without the client's own care for files."""
    address = f"{server.url}/gradio_api/call/{name}"
    body = json.dumps({"data": data, "session_hash": "by-hand"}).encode()
    request = urllib.request.Request(address, data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        event = json.load(answer)["event_id"]
    with urllib.request.urlopen(f"{address}/{event}", timeout=60) as answer:
        return str(answer.read().decode("utf-8"))


def test_files_of_the_server_cannot_be_asked_for(server: Server) -> None:
    for path in (sample_path("lbbb"), Path("/etc/hostname")):
        file = {"path": str(path), "meta": {"_type": "gradio.FileData"}}
        events = call(server, "send", {"text": "", "files": [file]}, *WRITER, *LOOK)
        assert events.startswith("event: error")
        assert "Sent" not in events
    assert call(server, "sample", "../../pyproject", *WRITER, *LOOK).startswith("event: error")


def test_a_visitor_cannot_name_a_writer_of_their_own(server: Server) -> None:
    events = call(server, "sample", "normal", "openai:http://127.0.0.1:1/v1#x", "balanced", *LOOK)
    assert events.startswith("event: error")


def test_a_file_over_the_limit_is_refused(server: Server) -> None:
    boundary = "b" * 20
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="big.csv"\r\n\r\n'
    body = head.encode() + bytes(33 * 2**20) + f"\r\n--{boundary}--\r\n".encode()
    request = urllib.request.Request(
        f"{server.url}/gradio_api/upload",
        data=body,
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    with pytest.raises(urllib.error.HTTPError, match="413") as refused:
        urllib.request.urlopen(request, timeout=60)
    refused.value.close()


def test_a_taken_port_is_one_clear_line(server: Server, tmp_path: Path, cache: Path) -> None:
    port = int(server.url.rsplit(":", 1)[1])
    with started(port, tmp_path, cache) as second:
        output, _ = second.process.communicate(timeout=START_S)
    assert second.process.returncode == 1
    assert f"port {port} on 127.0.0.1 cannot be had" in output
    assert output.count("\n") == 1
