"""A visitor who leaves is forgotten; one who only lost the line for a moment is not."""

import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.webapp.desk import free_port

# A page that keeps a secret for each visitor, and says whenever the number of those it remembers changes.
APP = """
import sys, time
import gradio as gr
from cardio_agent.webapp.server import ServerOptions, launch
with gr.Blocks(analytics_enabled=False) as page:
    held, box = gr.State(""), gr.Textbox()
    box.submit(lambda text: text, box, held, api_name="keep")
launch(page, ServerOptions(port=int(sys.argv[1])), kept_s=2)
print("ready", flush=True)
known = 0
while True:
    time.sleep(0.05)
    now = sum(1 for one in page.state_holder.session_data.values() if "secret" in one.state_data.values())
    if now != known:
        print(now, flush=True)
    known = now
"""


@pytest.fixture
def app() -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    port = free_port()
    command = [sys.executable, "-c", APP, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield port, process
        process.terminate()


def stay(port: int, session: str) -> socket.socket:
    """A line that an open page holds."""
    line = socket.create_connection(("127.0.0.1", port), timeout=60)
    line.sendall(f"GET /gradio_api/heartbeat/{session} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert b" 200 " in line.recv(32)
    return line


def keep(port: int, session: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = json.dumps({"data": ["secret"], "session_hash": session})
    connection.request("POST", "/gradio_api/call/keep", body, {"Content-Type": "application/json"})
    event = json.load(connection.getresponse())["event_id"]
    connection.request("GET", f"/gradio_api/call/keep/{event}")
    connection.getresponse().read()
    connection.close()


def test_who_leaves_is_forgotten_and_who_comes_back_is_not(app: tuple[int, "subprocess.Popen[str]"]) -> None:
    port, process = app
    assert process.stdout is not None
    leaving, returning = stay(port, "leaving"), stay(port, "returning")
    keep(port, "leaving")
    assert process.stdout.readline() == "1\n"
    keep(port, "returning")
    assert process.stdout.readline() == "2\n"
    returning.close()
    again = stay(port, "returning")
    leaving.close()
    assert process.stdout.readline() == "1\n"  # who came back stays, without doing anything
    again.close()
    assert process.stdout.readline() == "0\n"
