"""Take the pictures of the app that the README shows: ``python docs/screenshots.py``.

Starts the app with the bundled writer, opens a packaged sample in headless Chromium (``pip install .[test]``,
Debian's ``chromium``) and writes ``docs/app.png``, ``app-dark.png`` and ``app-phone.png``.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PORT = 7868
FLAGS = ["--no-sandbox", "--headless=new", "--disable-gpu", "--hide-scrollbars"]
SETTLED_MS = 1500


@contextmanager
def app() -> Iterator[str]:
    """The app as the command line starts it, ready for visitors; ended after."""
    command = [sys.executable, "-m", "cardio_agent", "app", "--port", str(PORT)]
    environment = os.environ | {"CARDIO_AGENT_LLM": "bundled"}
    with tempfile.TemporaryDirectory() as folder:
        command += ["--feedback", f"{folder}/feedback.sqlite"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            try:
                assert process.stdout is not None
                if not any("http://" in line for line in process.stdout):
                    raise SystemExit("the app did not start")
                yield f"http://127.0.0.1:{PORT}"
            finally:
                process.terminate()


def opened(browser: Any, url: str, size: tuple[int, int], colours: str) -> Any:
    """A page on which a sample with left bundle branch block has been read."""
    viewport = {"width": size[0], "height": size[1]}
    page = browser.new_context(viewport=viewport, color_scheme=colours, device_scale_factor=1.25).new_page()
    page.goto(url)
    page.locator("#chat").get_by_role("button", name="Left bundle branch block").click()
    page.wait_for_selector("#tabs .ca-sentence", state="attached")
    page.mouse.move(3, 300)
    return page


def take(page: Any, name: str) -> None:
    page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=HERE / name)
    page.context.close()


def take_light(page: Any) -> None:
    """The evidence for the finding on the trace, and what a sentence rests on beside it."""
    page.get_by_label("Show evidence for").click()
    page.get_by_role("option", name="complete left bundle branch block").first.click()
    page.wait_for_selector("#trace rect.shade", state="attached")
    page.evaluate("window.scrollTo(0, 0)")
    rhythm = page.locator("#tabs h3", has_text="Rhythm").locator("xpath=following-sibling::p[1]")
    box = rhythm.locator(".ca-sentence").first.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 8, steps=4)
    take(page, "app.png")


def take_dark(page: Any) -> None:
    """The waves on the trace, the statements below it."""
    page.get_by_label("Mark waves").check()
    page.wait_for_selector("#trace polyline.qrs", state="attached")
    page.get_by_role("tab", name="Statements").click()
    page.evaluate("window.scrollTo(0, 0)")
    take(page, "app-dark.png")


def take_phone(page: Any) -> None:
    """The trace and the conclusion."""
    page.locator("#controls").evaluate("node => window.scrollBy(0, node.getBoundingClientRect().top - 60)")
    take(page, "app-phone.png")


def main() -> None:
    """Take the three pictures."""
    from playwright.sync_api import sync_playwright

    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with app() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        take_light(opened(browser, url, (1440, 1110), "light"))
        take_dark(opened(browser, url, (1440, 1000), "dark"))
        take_phone(opened(browser, url, (390, 844), "light"))
        browser.close()


if __name__ == "__main__":
    main()
