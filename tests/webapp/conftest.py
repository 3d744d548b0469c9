"""One app and one browser for all tests of the page, and a page on which a visitor has sent an ECG."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.webapp.desk import (
    Desk,
    Server,
    close_desk,
    files_below,
    free_port,
    open_desk,
    pair,
    started,
    upload,
    wait_for_report,
    wait_until_ready,
)

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


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the guideline index is kept; shared with the other tests."""
    return tmp_path_factory.getbasetemp() / "cache"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Server]:
    """The app; told to end, it must leave no file of a visitor behind."""
    temporary = tmp_path_factory.mktemp("app") / "tmp"
    temporary.mkdir()
    with started(free_port(), temporary, cache) as running:
        wait_until_ready(running)
        yield running
    assert running.process.returncode == 0
    assert files_below(running.temporary) == []


@pytest.fixture
def visitor(server: Server) -> Callable[[], Any]:
    """Makes a new visitor, a session of Gradio's own client."""
    gradio_client = pytest.importorskip("gradio_client")
    return lambda: gradio_client.Client(server.url, verbose=False)


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="module")
def reported(server: Server, browser: Any) -> Iterator[Desk]:
    """A page on which one visitor has sent an ECG."""
    desk = open_desk(server, browser)
    upload(desk.page, *pair("lbbb"))
    wait_for_report(desk.page)
    yield desk
    close_desk(server, desk)


@pytest.fixture
def page(reported: Desk) -> Any:
    """That page as it stands at 1280 pixels, with the report in front."""
    reported.page.set_viewport_size({"width": 1280, "height": 900})
    reported.page.get_by_role("tab", name="Report").click()
    return reported.page


@pytest.fixture
def newcomer(server: Server, browser: Any) -> Iterator[Any]:
    """The page of a visitor who has just come."""
    desk = open_desk(server, browser)
    yield desk.page
    close_desk(server, desk)
