"""The page for those on a phone, without a mouse, without good eyes, or without any."""

import re
from typing import Any

from tests.webapp.desk import upload

SETTLED_MS = 1000  # colours fade into each other
# Texts whose contrast with what is behind them is below 4.5 (WCAG 2.2, 1.4.3), with their ratios.
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
    const shown = ".ca-doc *, .ca-header *, .ca-hint, #controls span, #tabs button";
    const texts = document.querySelectorAll(shown);
    return [...texts].filter(node => node.checkVisibility() && hasText(node)).map(node => {
        const [a, b] = [light(rgb(getComputedStyle(node).color)), light(behind(node))];
        return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), node.textContent.slice(0, 40)];
    }).filter(([ratio]) => ratio < 4.5);
}"""


def test_a_phone_shows_all_without_moving_sideways(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    sentence = page.locator("#tabs .ca-sentence", has_text="QRS duration").first
    sentence.click()
    box = sentence.locator(".ca-basis").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.keyboard.press("Escape")
    assert page.get_by_text("Research use only").first.is_visible()


def test_light_and_dark_are_chosen_and_both_can_be_read(page: Any) -> None:
    for tab in ("Report", "Measurements"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(SETTLED_MS)
        assert page.evaluate(CONTRAST) == []
        page.get_by_role("button", name="Dark colours").click()
        assert page.evaluate("document.body.classList.contains('dark')")
        page.wait_for_timeout(SETTLED_MS)
        assert page.evaluate(CONTRAST) == []
        page.get_by_role("button", name="Dark colours").click()
        assert not page.evaluate("document.body.classList.contains('dark')")


def test_who_hears_the_page_hears_names_and_no_codes(page: Any) -> None:
    heard = page.locator("body").aria_snapshot()
    for part in (
        'region "Conversation"',
        'region "Trace and report"',
        'combobox "Open a sample ECG (simulated)"',
        'group "Layout"',
        'combobox "Show evidence for"',
        'group "Zoom of the trace"',
        'region "Trace, zoomable"',
        "Research use only",
    ):
        assert part in heard
    assert "common." not in heard
    assert not re.search(r"(button|textbox|combobox|checkbox|radio|tab)(:|$)", heard, re.MULTILINE)
    assert page.get_by_label("Cardio Agent").count() > 0  # the author of a message, not its markup
    sentence = page.locator("#tabs .ca-sentence").first
    sentence.focus()
    assert "supported" in page.locator("#tabs .ca-report").aria_snapshot()
    page.keyboard.press("Escape")


def test_a_new_visitor_reaches_everything_by_keyboard_and_markup_stays_text(newcomer: Any) -> None:
    page = newcomer
    name_of = "(e => e.ariaLabel || e.labels?.[0]?.innerText || e.innerText)(document.activeElement)"
    names = []
    for _ in range(30):
        page.keyboard.press("Tab")
        names.append(str(page.evaluate(name_of)))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none" or (
            page.evaluate("document.activeElement.matches('input, textarea')")  # their frame has the outline
        )
    for name in ("Open a sample", "Normal ECG", "Summarise this ECG", "3×4", "Show evidence for", "Zoom in"):
        assert name in " | ".join(names)
    text = "<img src=x onerror=\"document.title='owned'\"> <b>loud</b> **bold** [a](javascript:alert(1))"
    page.fill("#box textarea", text)
    page.locator("#box textarea").press("Enter")
    page.wait_for_selector("#chat .bot.message .ca-fault")
    assert page.locator("#chat .user.message").last.inner_text().strip() == text
    assert page.locator("#chat").locator("img[src=x], b, a").count() == 0
    assert page.title() == "Cardio Agent"


def test_a_file_over_the_limit_is_told_and_research_use_stays_in_view(newcomer: Any, tmp_path: Any) -> None:
    (tmp_path / "big.csv").write_bytes(b"1,2\n" * (9 * 2**20))
    newcomer.set_input_files("#box input[type=file]", str(tmp_path / "big.csv"))
    toast = newcomer.get_by_text("exceed the maximum allowed size").first
    toast.wait_for()
    use = newcomer.locator(".ca-use").bounding_box()
    assert toast.bounding_box()["y"] > use["y"] + use["height"]


def test_a_scan_is_refused_in_the_conversation(newcomer: Any, tmp_path: Any) -> None:
    (tmp_path / "scan.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(400))
    upload(newcomer, tmp_path / "scan.png")
    newcomer.get_by_text("a picture or PDF of a paper ECG cannot be read").wait_for()
