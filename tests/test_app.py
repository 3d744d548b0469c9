"""The real app on a loopback port: over HTTP, through Gradio's client, in a browser where there is one."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.app_load import memory_mb, visit_all
from cardio_agent.feedback import FeedbackStore
from cardio_agent.rendering import RENDERERS
from cardio_agent.resources import sample_path
from tests.rendering.outline import Outline

ROOT = Path(__file__).resolve().parents[1]
STORE = "feedback.sqlite"
LONGEST_S = (
    5  # to the page, on a machine with other work; benchmarks/app_load.py tells what an idle one takes
)
MOST_MB = 3000
START_S = 120  # loading models on a busy machine
LOOK = ["3x4", False, "", 0]
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
    environment |= {"CARDIO_AGENT_LLM": "plain"}
    command = [sys.executable, "-m", "cardio_agent", "app", "--port", str(port)]
    command += ["--feedback", str(cache / STORE)]
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


WRITER = ["Plain: fixed wording", "balanced"]


def say(client: Any, text: str = "", *paths: Path) -> list[tuple[str, str]]:
    """Send a message; who said what after it, as text."""
    from gradio_client import handle_file

    message = {"text": text, "files": [handle_file(path) for path in paths]}
    _, chat, *_ = client.predict(message, *WRITER, *LOOK, api_name="/send")
    return [(turn["role"], Outline(turn["content"][0]["text"]).text) for turn in chat]


def pair(name: str) -> tuple[Path, Path]:
    return sample_path(name), sample_path(name).with_suffix(".dat")


# ── over HTTP ────────────────────────────────────────────────────────────────────────────────


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


# ── through Gradio's client ──────────────────────────────────────────────────────────────────


def test_an_upload_gives_a_report_and_answers(visitor: Callable[[], Any]) -> None:
    turns = say(visitor(), "What is the QRS duration?", *pair("lbbb"))
    assert [role for role, _ in turns] == ["user", "assistant", "user", "assistant"]
    texts = [text for _, text in turns]
    assert texts[0] == "Sent lbbb.hea"
    assert "left bundle branch block" in texts[1]
    assert "Conclusion" in texts[1]
    assert re.search(r"QRS duration is .*1\d\d ms", texts[3])
    assert "Rests on: QRS duration" in texts[3]


def test_a_real_file_of_a_vendor_is_reported_on(visitor: Callable[[], Any], shared_data: Path) -> None:
    turns = say(visitor(), "", shared_data / "vendor" / "129DYPRG.XML")
    assert turns[0][1] == "Sent 129DYPRG.XML"
    assert "Conclusion" in turns[-1][1]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(400), "a picture or PDF of a paper ECG cannot be read"),
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


def test_a_bad_file_keeps_what_was_open_and_nothing_but_uploads_lies_on_disk(
    server: Server, visitor: Callable[[], Any]
) -> None:
    client = visitor()
    say(client, "", *pair("normal"))
    assert "lbbb.dat" in say(client, "", sample_path("lbbb"))[-1][1]
    assert "bpm" in say(client, "What is the heart rate?")[-1][1]
    [uploads] = server.temporary.glob("cardio-agent-*")
    assert uploads.stat().st_mode & 0o077 == 0
    assert all(path.is_relative_to(uploads) for path in files_below(server.temporary))


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


# ── in a browser ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium."""
    executable = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if executable is None:
        pytest.skip("no Chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=BROWSER_FLAGS)
        yield running
        running.close()


@dataclass
class Desk:
    """A page in the browser, and what it asked for and complained of since it was opened."""

    page: Any
    requested: list[str]
    faults: list[str]


def open_desk(server: Server, browser: Any) -> Desk:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    desk = Desk(context.new_page(), [], [])
    desk.page.set_default_timeout(60_000)  # ms; a machine with other work is slow, not broken
    desk.page.on("request", lambda request: desk.requested.append(request.url))
    desk.page.on("pageerror", lambda error: desk.faults.append(str(error)))
    desk.page.goto(server.url)
    desk.page.wait_for_selector("#box textarea")
    return desk


@pytest.fixture(scope="module")
def reported(server: Server, browser: Any) -> Iterator[Desk]:
    """A page on which one visitor has sent an ECG; no request of it may leave this machine."""
    desk = open_desk(server, browser)
    upload(desk.page, *pair("lbbb"))
    yield desk
    desk.page.context.close()
    assert [url for url in desk.requested if not url.startswith((server.url, "data:", "blob:"))] == []
    assert desk.faults == []


@pytest.fixture
def page(reported: Desk) -> Any:
    """That page as it stands at 1280 pixels, with the report in front."""
    reported.page.set_viewport_size({"width": 1280, "height": 900})
    reported.page.get_by_role("tab", name="Report").click()
    return reported.page


def upload(page: Any, *paths: Path) -> None:
    """Send files and wait for their report."""
    page.set_input_files("#box input[type=file]", [str(path) for path in paths])
    page.wait_for_selector("#box .thumbnail-item")
    page.locator("#box textarea").press("Enter")
    page.wait_for_selector("#tabs .ca-sentence", state="attached")


def choose(page: Any, label: str, option: str) -> None:
    page.get_by_label(label).click()
    page.get_by_role("option", name=re.compile(option)).first.click()


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


def test_a_person_sees_what_each_sentence_rests_on_and_asks(page: Any) -> None:
    assert "left bundle branch block" in page.locator("#chat .bot.message").last.inner_text()
    sentence = page.locator("#tabs .ca-sentence", has_text="QRS duration").first
    note = sentence.locator(".ca-basis")
    assert not note.is_visible()
    sentence.hover()
    assert note.is_visible()
    assert "supported" in note.inner_text()
    assert re.search(r"m-qrs_ms QRS duration 1\d\d ms", note.inner_text())
    page.mouse.move(5, 5)
    sentence.focus()
    assert note.is_visible()
    page.keyboard.press("Escape")
    assert not note.is_visible()
    assert "QTc (Bazett)" in ask(page, "What is the QTc?")
    for tab in ("Measurements", "Statements", "Findings", "Guidelines"):
        page.get_by_role("tab", name=tab).click()
        assert page.locator("#tabs .ca-doc:visible").inner_text()
    assert page.get_by_text("Research use only").first.is_visible()
    assert page.get_by_label("Cardio Agent").count() > 0  # the author of a message, not its markup


def test_the_trace_is_true_to_scale_and_drawn_as_asked(page: Any) -> None:
    pulse = page.locator("#trace polyline.trace").first.get_attribute("points").split()
    xs, ys = zip(*(map(float, point.split(",")) for point in pulse), strict=True)
    assert max(ys) - min(ys) == pytest.approx(10.0)  # mm of the view box: one millivolt
    assert xs[3] - xs[2] == pytest.approx(5.0)  # 200 ms
    width = page.locator("#trace svg").bounding_box()["width"]
    page.get_by_role("button", name="Zoom in").click()
    assert page.locator("#trace svg").bounding_box()["width"] == pytest.approx(1.5 * width, rel=0.02)
    page.locator("#trace .ca-scroll").focus()
    page.keyboard.press("0")
    assert page.locator("#trace svg").bounding_box()["width"] == pytest.approx(width, rel=0.02)
    page.get_by_label("Mark waves").check()
    page.wait_for_selector("#trace polyline.qrs", state="attached")
    page.get_by_label("6×2").check()
    page.wait_for_function("document.querySelectorAll('#trace polyline.trace').length > 12")
    choose(page, "Show evidence for", "left bundle branch block")
    page.wait_for_selector("#trace rect.shade", state="attached")
    assert "what the classifier relied on" in page.locator("#trace svg").text_content()


def test_every_format_is_saved_and_what_is_saved_is_that_format(page: Any, tmp_path: Path) -> None:
    page.get_by_role("tab", name="Download").click()
    contents = {}
    for format, renderer in RENDERERS.items():
        with page.expect_download() as saved:
            page.locator("#downloads").get_by_role("button", name=renderer.title, exact=True).click()
        assert saved.value.suggested_filename == f"lbbb{renderer.suffix}"
        saved.value.save_as(tmp_path / format)
        contents[format] = (tmp_path / format).read_bytes()
    assert contents["pdf"].startswith(b"%PDF-")
    assert contents["dicom"][128:132] == b"DICM"
    assert b"<svg" in contents["html"]
    assert json.loads(contents["json"])["recording"]["file"] == "lbbb.hea"
    assert json.loads(contents["fhir"])["resourceType"] == "DiagnosticReport"
    for format in ("text", "markdown", "html"):
        assert "left bundle branch block" in contents[format].decode("utf-8")


def test_a_score_lists_what_is_missing(page: Any) -> None:
    page.get_by_role("tab", name="Scores").click()
    page.get_by_role("group", name="Hypertension").get_by_label("yes").check()
    page.get_by_text("no total while inputs are missing").wait_for()
    assert "diabetes mellitus" in page.locator("#tabs .ca-doc:visible").inner_text()


def test_a_phone_shows_all_without_moving_sideways(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    sentence = page.locator("#tabs .ca-sentence", has_text="QRS duration").first
    sentence.click()
    box = sentence.locator(".ca-basis").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert page.get_by_text("Research use only").first.is_visible()


def test_what_a_clinician_says_is_kept_as_text_and_shown(page: Any, cache: Path) -> None:
    store = FeedbackStore(cache / STORE)
    sentence = page.locator("#tabs .ca-sentence", has_text="QRS duration").first
    sentence.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "✓ Agree"
    page.keyboard.press("Enter")
    page.get_by_text(f"Kept in {store.path}").wait_for()
    assert sentence.get_by_role("button", name="Agree", pressed=True).count() == 1
    evil = "<img src=x onerror=\"document.title='owned'\"> QRS is wide."
    sentence.get_by_role("button", name="Correct").click()
    page.get_by_label("It should read").fill(evil)
    page.get_by_role("button", name="Keep", exact=True).click()
    sentence.get_by_role("button", name="Correct", pressed=True).wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Statements").click()
    view = page.get_by_role("group", name="Your view of: present: complete left bundle branch block")
    view.get_by_role("button", name="Disagree").click()
    view.get_by_role("button", name="Disagree", pressed=True).wait_for()
    statement, said = sorted(store.remarks(), key=lambda kept: kept.subject, reverse=True)
    assert (statement.about, statement.opinion, statement.was_present) == ("CLBBB", "disagree", True)
    assert said.about == sentence.evaluate("node => node.firstChild.data")
    assert (said.opinion, said.correction) == ("correct", evil)
    assert page.title() == "Cardio Agent"


# Texts whose contrast with what is behind them is below 4.5 (WCAG 2.2, 1.4.3), with their ratios.
SETTLED_MS = 1000  # colours fade into each other
CONTRAST = """() => {
    const rgb = text => text.match(/[\\d.]+/g).map(Number);
    const linear = c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const behind = node => {
        for (; node; node = node.parentElement) {
            const colour = rgb(getComputedStyle(node).backgroundColor);
            if ((colour[3] ?? 1) === 1) return colour;
        }
        return [255, 255, 255];
    };
    const hasText = node => [...node.childNodes].some(part => part.nodeType === 3 && part.data.trim());
    const texts = document.querySelectorAll(".ca-doc *, .ca-header *, #controls span, #tabs button");
    return [...texts].filter(node => node.checkVisibility() && hasText(node)).map(node => {
        const [a, b] = [light(rgb(getComputedStyle(node).color)), light(behind(node))];
        return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), node.textContent.slice(0, 40)];
    }).filter(([ratio]) => ratio < 4.5);
}"""


def test_light_and_dark_are_chosen_and_both_can_be_read(page: Any) -> None:
    page.get_by_role("tab", name="Measurements").click()
    page.wait_for_timeout(SETTLED_MS)
    assert page.evaluate(CONTRAST) == []
    page.get_by_role("button", name="Dark colours").click()
    assert page.evaluate("document.body.classList.contains('dark')")
    page.wait_for_timeout(SETTLED_MS)
    assert page.evaluate(CONTRAST) == []
    page.get_by_role("button", name="Dark colours").click()
    assert not page.evaluate("document.body.classList.contains('dark')")


def test_what_is_told_and_an_earlier_ecg_change_the_report(page: Any) -> None:
    page.get_by_text("Patient, earlier ECG, settings").click()
    page.get_by_label("Age, years").fill("83")
    page.get_by_label("Clinical context").fill("<b>chest pain</b>")
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Upload an earlier ECG").click()
    chosen.value.set_files([str(path) for path in pair("normal")])
    page.wait_for_function(
        "[...document.querySelectorAll('#form input')].some(i => i.value === 'normal.hea')"
    )
    page.get_by_role("button", name="Analyse again").click()
    page.wait_for_function("document.querySelectorAll('#trace svg').length === 2")
    report = page.locator("#tabs .ca-report")
    report.get_by_text("<b>chest pain</b>").wait_for()
    assert "83 years" in report.inner_text()
    assert re.search(r"prior ECG", report.inner_text())
    page.get_by_role("tab", name="Comparison").click()
    table = page.locator("#tabs table:visible").inner_text()
    assert re.search(r"QRS duration\s+9\d ms\s+1\d\d ms\s+\+\d\d ms", table)


def test_a_new_visitor_reaches_everything_by_keyboard_and_markup_stays_text(
    server: Server, browser: Any
) -> None:
    desk = open_desk(server, browser)
    page = desk.page
    name_of = "(e => e.ariaLabel || e.labels?.[0]?.innerText || e.innerText)(document.activeElement)"
    names = []
    for _ in range(25):
        page.keyboard.press("Tab")
        names.append(str(page.evaluate(name_of)))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none" or (
            page.evaluate("document.activeElement.matches('input, textarea')")  # their frame has the outline
        )
    for name in ("Open a sample", "Summarise this ECG", "3×4", "Show evidence for", "Zoom in"):
        assert name in " | ".join(names)
    text = "<img src=x onerror=\"document.title='owned'\"> <b>loud</b> **bold** [a](javascript:alert(1))"
    page.fill("#box textarea", text)
    page.locator("#box textarea").press("Enter")
    page.wait_for_selector("#chat .bot.message .ca-fault")
    assert page.locator("#chat .user.message").last.inner_text().strip() == text
    assert page.locator("#chat").locator("img[src=x], b, a").count() == 0
    assert page.title() == "Cardio Agent"
    page.context.close()
    assert desk.faults == []
