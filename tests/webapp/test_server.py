"""The server's doors: password, root path, probes, and the writers that it offers."""

import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator

import pytest

from cardio_agent.errors import BadRequest
from cardio_agent.settings import Settings
from cardio_agent.webapp import ServerOptions, serve
from cardio_agent.webapp.page import offered_writers
from tests.webapp.desk import free_port

# An empty page behind the server's own doors, in a process of its own: no model is loaded for it.
DOORS = """
import gradio as gr
from cardio_agent.webapp.server import ServerOptions, launch
with gr.Blocks(analytics_enabled=False) as page:
    gr.HTML("inside")
launch(page, ServerOptions(port={port}, password="s3cret ü", root_path="/ecg"))
print("ready", flush=True)
page.block_thread()
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Of a server with a password, below a path of a proxy."""
    port = free_port()
    command = [sys.executable, "-c", DOORS.format(port=port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def status(address: str, **form: str) -> int:
    data = urllib.parse.urlencode(form).encode() if form else None
    try:
        with urllib.request.urlopen(address, data=data, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def test_a_password_keeps_out_who_does_not_know_it(address: str) -> None:
    assert status(f"{address}/gradio_api/info") == 401
    assert status(f"{address}/login", username="a", password="guess") == 400
    assert status(f"{address}/login", username="a", password="s3cret ü") == 200


def test_a_probe_needs_no_password_with_or_without_the_path(address: str) -> None:
    assert status(f"{address}/health") == 200
    assert status(f"{address}/ecg/health") == 200


def test_a_page_below_a_path_of_a_proxy_loads_its_parts_from_there(address: str) -> None:
    with urllib.request.urlopen(address, timeout=20) as answer:
        page = answer.read().decode("utf-8")
    assert re.search(r'"root":"[^"]*/ecg"', page)


@pytest.mark.parametrize("port", [99999, -1])
def test_a_port_that_cannot_be_is_refused(port: int) -> None:
    with pytest.raises(BadRequest, match=f"port {port} on 127.0.0.1 cannot be had"):
        serve(ServerOptions(port=port))


def test_visitors_choose_among_the_writers_of_the_server_and_see_no_paths() -> None:
    bundled = {"Bundled language model": "bundled", "Plain: fixed wording": "plain"}
    assert offered_writers(Settings(llm="plain")) == bundled
    offered = offered_writers(Settings(llm="hf:/secret/place/tiny"))
    assert set(offered) == {"Language model: tiny", *bundled}
    assert set(offered.values()) == {"hf:/secret/place/tiny", *bundled.values()}
