"""The app as a visitor meets it: started from the command line, and driven by hand or in a browser."""

import contextlib
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cardio_agent.resources import sample_path
from tests.rendering.outline import Outline

ROOT = Path(__file__).resolve().parents[2]
STORE = "feedback.sqlite"
START_S = 120  # loading models on a busy machine
WAIT_MS = 180_000  # a machine with other work is slow, not broken
WRITER = ["Plain: fixed wording", "balanced"]
LOOK = ["3x4", False, "", 0]


@dataclass(frozen=True)
class Server:
    """A running app, its folder for temporary files, and where it keeps remarks."""

    url: str
    process: subprocess.Popen[str]
    temporary: Path
    store: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def started(port: int, temporary: Path, cache: Path) -> Iterator[Server]:
    """The app as the command line starts it, with its own folder for temporary files; ended after."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CARDIO_AGENT_", "GRADIO_"))}
    environment |= {"TMPDIR": str(temporary), "XDG_CACHE_HOME": str(cache), "OMP_NUM_THREADS": "1"}
    environment |= {"CARDIO_AGENT_LLM": "plain"}
    command = [sys.executable, "-m", "cardio_agent", "app", "--port", str(port)]
    command += ["--feedback", str(temporary.with_name(STORE))]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as process:
        try:
            yield Server(f"http://127.0.0.1:{port}", process, temporary, temporary.with_name(STORE))
        finally:
            process.terminate()


def wait_until_ready(server: Server) -> None:
    """Read the app's output up to its address."""
    assert server.process.stdout is not None
    lines: list[str] = []
    for line in server.process.stdout:
        if server.url in line:
            return
        lines.append(line)
    pytest.fail("the app did not start:\n" + "".join(lines))


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def pair(name: str) -> tuple[Path, Path]:
    """Header and signal of a packaged sample."""
    return sample_path(name), sample_path(name).with_suffix(".dat")


# ── through Gradio's client ──────────────────────────────────────────────────────────────────


def say(client: Any, text: str = "", *paths: Path) -> list[tuple[str, str]]:
    """Send a message; who said what after it, as text."""
    from gradio_client import handle_file

    message = {"text": text, "files": [handle_file(path) for path in paths]}
    _, chat, *_ = client.predict(message, *WRITER, *LOOK, api_name="/send")
    return [(turn["role"], Outline(turn["content"][0]["text"]).text) for turn in chat]


# ── in a browser ─────────────────────────────────────────────────────────────────────────────


@dataclass
class Desk:
    """A page in the browser, and what it asked for and complained of since it was opened."""

    page: Any
    requested: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def open_desk(server: Server, browser: Any, width: int = 1280) -> Desk:
    """A new visitor's page."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme="light")
    desk = Desk(context.new_page())
    desk.page.set_default_timeout(WAIT_MS)
    desk.page.on("request", lambda request: desk.requested.append(request.url))
    desk.page.on("pageerror", lambda error: desk.faults.append(str(error)))
    desk.page.goto(server.url)
    desk.page.wait_for_selector("#box textarea")
    return desk


def close_desk(server: Server, desk: Desk) -> None:
    """Close the page; no request of it may have left this machine, and no script may have failed."""
    desk.page.context.close()
    assert [url for url in desk.requested if not url.startswith((server.url, "data:", "blob:"))] == []
    assert desk.faults == []


def upload(page: Any, *paths: Path) -> None:
    """Send files as a visitor who drops them."""
    page.set_input_files("#box input[type=file]", [str(path) for path in paths])
    page.wait_for_selector("#box .thumbnail-item")
    page.locator("#box textarea").press("Enter")


def wait_for_report(page: Any) -> None:
    page.wait_for_selector("#tabs .ca-sentence", state="attached")


def choose(page: Any, label: str, option: str) -> None:
    page.get_by_label(label).click()
    page.get_by_role("option", name=re.compile(option)).first.click()
