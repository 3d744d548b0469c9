"""The real app on a loopback port: over HTTP, through Gradio's client, in a browser where there is one."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cardio_agent.resources import app_path, sample_path

ROOT = Path(__file__).resolve().parents[1]
START_S = 120  # loading models on a busy machine
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_FLAGS = [
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Server:
    """A running app."""

    url: str
    process: subprocess.Popen[str]
    temporary: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def started(port: int, temporary: Path, cache: Path) -> Iterator[Server]:
    """The app as the command line starts it, with its own folder for temporary files; ended after."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CARDIO_AGENT_", "GRADIO_"))}
    environment |= {"TMPDIR": str(temporary), "XDG_CACHE_HOME": str(cache), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "cardio_agent", "app", "--port", str(port)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as process:
        try:
            yield Server(f"http://127.0.0.1:{port}", process, temporary)
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


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the guideline index is kept; shared with the other tests."""
    return tmp_path_factory.getbasetemp() / "cache"


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Server]:
    """The app for all tests of this file; told to end, it must leave no file of a visitor behind."""
    with started(free_port(), tmp_path_factory.mktemp("app"), cache) as running:
        wait_until_ready(running)
        yield running
    assert running.process.returncode == 0
    assert files_below(running.temporary) == []


@pytest.fixture
def visitor(server: Server) -> Callable[[], Any]:
    """Makes a new visitor, a session of Gradio's own client."""
    gradio_client = pytest.importorskip("gradio_client")
    return lambda: gradio_client.Client(server.url, verbose=False)


def say(client: Any, text: str = "", *paths: Path) -> list[tuple[str, str]]:
    """Send a message; who said what after it."""
    from gradio_client import handle_file

    message = {"text": text, "files": [handle_file(path) for path in paths]}
    chat, *_ = client.predict(message, "3x4", False, api_name="/send")
    return [(turn["role"], turn["content"][0]["text"]) for turn in chat]


def plain(markdown: str) -> str:
    """Markdown without its escapes and marks."""
    return re.sub(r"\\(.)", r"\1", markdown.replace("**", ""))


def pair(name: str) -> tuple[Path, Path]:
    return sample_path(name), sample_path(name).with_suffix(".dat")


def test_the_page_answers_and_holds_browsers_to_this_server(server: Server) -> None:
    with urllib.request.urlopen(server.url, timeout=20) as answer:
        page = answer.read().decode("utf-8")
        policy = answer.headers["Content-Security-Policy"]
    assert "Research use only" in page
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=.https?://(?!127\.0\.0\.1)", page)


def test_an_upload_gives_a_report_and_answers(visitor: Callable[[], Any]) -> None:
    turns = say(visitor(), "What is the QRS duration?", *pair("lbbb"))
    assert [role for role, _ in turns] == ["user", "assistant", "user", "assistant"]
    texts = [plain(text) for _, text in turns]
    assert texts[0] == "Opened lbbb.hea"
    assert "left bundle branch block" in texts[1]
    assert "Conclusion" in texts[1]
    assert re.search(r"QRS duration is .*1\d\d ms", texts[3])
    assert "Rests on: QRS duration" in texts[3]


def test_a_sample_opens(visitor: Callable[[], Any]) -> None:
    chat, *_ = visitor().predict("normal", "6x2", True, api_name="/sample")
    assert "sinus rhythm" in plain(chat[-1]["content"][0]["text"]).lower()


def test_a_bad_file_gets_one_clear_sentence_and_keeps_what_was_open(
    visitor: Callable[[], Any], tmp_path: Path
) -> None:
    bad = tmp_path / "scan.xml"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    client = visitor()
    say(client, "", *pair("normal"))
    turns = say(client, "", bad)
    assert turns[-1][1].startswith("**That did not work.** ")
    assert "Traceback" not in turns[-1][1]
    assert "\n" not in turns[-1][1]
    assert "bpm" in say(client, "What is the heart rate?")[-1][1]


def test_a_header_without_its_signal_says_so(visitor: Callable[[], Any]) -> None:
    text = plain(say(visitor(), "", sample_path("lbbb"))[-1][1])
    assert text.startswith("That did not work. ")
    assert "lbbb.dat" in text


def test_a_question_before_any_ecg_is_answered_kindly(visitor: Callable[[], Any]) -> None:
    assert "no ECG is open yet" in plain(say(visitor(), "What is the QTc?")[-1][1])


def test_visitors_share_nothing(visitor: Callable[[], Any]) -> None:
    one, other = visitor(), visitor()
    say(one, "", *pair("lbbb"))
    assert "no ECG is open yet" in plain(say(other, "What is the QTc?")[-1][1])
    say(other, "", *pair("normal"))
    assert "normal" not in " ".join(text for _, text in say(one, "What is the rhythm?")[:1])
    assert len(say(one, "What is the QTc?")) == 6
    assert len(say(other, "What is the QTc?")) == 6


def test_visitors_at_the_same_time_each_get_their_own_report(visitor: Callable[[], Any]) -> None:
    names = ("lbbb", "normal", "af", "lbbb")
    clients = [visitor() for _ in names]
    with ThreadPoolExecutor(len(names)) as pool:
        chats = list(
            pool.map(lambda item: say(item[0], "", *pair(item[1])), zip(clients, names, strict=True))
        )
    for name, turns in zip(names, chats, strict=True):
        assert plain(turns[0][1]) == f"Opened {name}.hea"
        assert len(turns) == 2
    assert chats[0][1] == chats[3][1]


def test_markup_of_a_visitor_or_a_file_is_escaped(visitor: Callable[[], Any], tmp_path: Path) -> None:
    bad = tmp_path / "[x](a.b) _y_ 'z'.csv"
    bad.write_text("<img src=x onerror=alert(1)>,b\n1,2\n", encoding="utf-8")
    turns = say(visitor(), "<img src=x onerror=alert(1)> **bold** https://example.org", bad)
    for _, text in turns:
        bare = text.replace("**Opened", "").replace("**That did not work.**", "")
        assert not re.search(r"(?<!\\)[<>\[\]_`]", bare)
        assert "://" not in bare


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
        events = call(server, "send", {"text": "", "files": [file]}, "3x4", False)
        assert events.startswith("event: error")
        assert "Opened" not in events
    assert call(server, "sample", "../../pyproject", "3x4", False).startswith("event: error")


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


def test_nothing_of_a_visitor_stays_on_disk_but_the_upload(
    server: Server, visitor: Callable[[], Any]
) -> None:
    say(visitor(), "", *pair("rbbb"))
    [uploads] = server.temporary.glob("cardio-agent-*")
    assert uploads.stat().st_mode & 0o077 == 0
    assert all(path.is_relative_to(uploads) for path in files_below(server.temporary))


def test_a_taken_port_is_one_clear_line(server: Server, tmp_path: Path, cache: Path) -> None:
    port = int(server.url.rsplit(":", 1)[1])
    with started(port, tmp_path, cache) as second:
        output, _ = second.process.communicate(timeout=START_S)
    assert second.process.returncode == 1
    assert f"port {port} on 127.0.0.1 cannot be had" in output
    assert output.count("\n") == 1


def test_the_app_stands_where_the_command_line_finds_it() -> None:
    assert app_path().is_file()


# ── in a browser ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def page(server: Server) -> Iterator[Any]:
    """The page in headless Chromium."""
    executable = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if executable is None:
        pytest.skip("no Chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=BROWSER_FLAGS)
        opened = browser.new_page(viewport={"width": 1280, "height": 900})
        opened.set_default_timeout(90_000)  # ms; a machine with other work is slow, not broken
        opened.requested = []
        opened.on("request", lambda request: opened.requested.append(request.url))
        opened.goto(server.url)
        opened.wait_for_selector("#box textarea")
        yield opened
        browser.close()


def upload(page: Any, *paths: Path) -> None:
    page.set_input_files("#box input[type=file]", [str(path) for path in paths])
    page.wait_for_selector("#box .thumbnail-item")
    page.locator("#box textarea").press("Enter")


ANSWERED = """question => {
    const [asked, answer] = [...document.querySelectorAll("#chat .message-row")].slice(-2);
    return asked.innerText.includes(question) && answer.innerText.includes("Rests on");
}"""


def ask(page: Any, question: str) -> str:
    """The answer that appears below a typed question."""
    page.fill("#box textarea", question)
    page.locator("#box textarea").press("Enter")
    page.wait_for_function(ANSWERED, arg=question)
    return str(page.locator("#chat .message-row").last.inner_text())


def test_a_person_uploads_an_ecg_sees_it_on_paper_and_asks(server: Server, page: Any) -> None:
    upload(page, *pair("lbbb"))
    page.wait_for_selector("#tabs .ca-sentence", timeout=60_000)
    assert page.locator("#trace img").evaluate("image => image.naturalWidth") > 2000
    assert "left bundle branch block" in page.locator("#chat .bot.message").last.inner_text()
    assert "QTc (Bazett)" in ask(page, "What is the QTc?")
    assert "left bundle branch block" in ask(page, "Is there left bundle branch block?")
    for tab in ("Measurements", "Statements", "Findings", "Guidelines"):
        page.get_by_role("tab", name=tab).click()
        assert page.locator("#tabs .ca-doc:visible").inner_text()
    assert page.get_by_text("Research use only").is_visible()
    assert [url for url in page.requested if not url.startswith((server.url, "data:", "blob:"))] == []


def test_the_trace_is_redrawn_as_asked(page: Any) -> None:
    upload(page, *pair("lbbb"))
    page.wait_for_selector("#tabs .ca-sentence", timeout=60_000)
    source = "document.querySelector('#trace img').src"
    seen = {page.evaluate(source)}
    for action in (
        lambda: page.get_by_label("Mark waves").check(),
        lambda: page.get_by_label("6x2").check(),
        lambda: choose(page, "Show evidence for", "left bundle branch block"),
    ):
        before = page.evaluate(source)
        action()
        page.wait_for_function(f"before => {source} !== before", arg=before)
        seen.add(page.evaluate(source))
    assert len(seen) == 4


def choose(page: Any, label: str, option: str) -> None:
    page.get_by_label(label).click()
    page.get_by_role("option", name=re.compile(option)).first.click()


def test_markup_does_not_come_alive_in_the_page(page: Any) -> None:
    text = "<img src=x onerror=\"document.title='owned'\"> <b>loud</b> **bold** [a](javascript:alert(1))"
    page.fill("#box textarea", text)
    page.locator("#box textarea").press("Enter")
    page.wait_for_selector("#chat .bot.message")
    assert page.locator("#chat .user.message").last.inner_text().strip() == text
    assert page.locator("#chat").locator("img[src=x], b, a").count() == 0
    time.sleep(0.3)
    assert page.title() == "Cardio Agent"
