"""The report in a browser: what each sentence rests on, the tables, scores, downloads, an earlier ECG."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest

from cardio_agent.rendering import RENDERERS
from tests.webapp.desk import choose, pair, wait_for_report

ANSWERED = """([question, words]) => {
    const [asked, answer] = [...document.querySelectorAll("#chat .message-row")].slice(-2);
    return asked.innerText.includes(question) && answer.innerText.includes(words);
}"""

PIXELS_PER_MM = 10
BOLD_LINE = 205  # of 255: the bold red of the ruling against the paper


def ask(page: Any, question: str, words: str) -> str:
    """The answer that appears below a typed question, sentence by sentence, once it holds these words."""
    page.fill("#box textarea", question)
    page.locator("#box textarea").press("Enter")
    page.wait_for_function(ANSWERED, arg=[question, words])
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
    assert "Rests on" in ask(page, "What is the QTc?", "QTc (Bazett)")
    for tab in ("Measurements", "Statements", "Findings", "Guidelines"):
        page.get_by_role("tab", name=tab).click()
        assert page.locator("#tabs .ca-doc:visible").inner_text()
    assert page.get_by_text("Research use only").first.is_visible()


def test_the_note_of_a_long_sentence_stands_within_the_window(page: Any) -> None:
    sentence = page.locator("#tabs .ca-sum .ca-sentence").first
    sentence.click()
    box = sentence.locator(".ca-basis").bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 900
    page.keyboard.press("Escape")


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


def test_a_score_lists_what_is_missing_and_is_put_into_the_report_and_its_files(page: Any) -> None:
    page.get_by_role("tab", name="Scores").click()
    page.get_by_role("group", name="Hypertension").get_by_label("yes").check()
    page.get_by_text("no total while inputs are missing").wait_for()
    assert "diabetes mellitus" in page.locator("#tabs .ca-doc:visible").inner_text()
    page.get_by_role("button", name="Put into the report").click()
    page.get_by_role("tab", name="Report").click()
    page.locator("#tabs .ca-report li", has_text="CHA2DS2-VA: 2 to 7 points").wait_for()
    page.get_by_role("tab", name="Download").click()
    with page.expect_download() as saved:
        page.locator("#downloads").get_by_role("button", name="JSON", exact=True).click()
    [score] = json.loads(saved.value.path().read_text(encoding="utf-8"))["scores"]
    assert score["inputs"] == {"age_years": 71, "hypertension": "yes"}


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


def test_a_sample_is_opened_from_the_welcome_and_from_the_list(newcomer: Any) -> None:
    newcomer.locator("#chat").get_by_role("button", name="Atrial fibrillation").click()
    wait_for_report(newcomer)
    assert "fibrillation" in newcomer.locator("#tabs .ca-sum").inner_text().replace("AF", "fibrillation")
    assert newcomer.locator(".ca-basis:visible").count() == 0  # the pointer rests, and points at nothing
    choose(newcomer, "Open a sample", "Normal ECG")
    newcomer.wait_for_function("document.querySelector('#trace svg').textContent.includes('normal')")
    assert newcomer.get_by_label("ECG on the desk").input_value() == "normal.hea"


def test_the_saved_page_prints_the_trace_first_and_in_true_size(
    page: Any, browser: Any, tmp_path: Path
) -> None:
    """Bold lines of the ruling stand 5 mm apart on paper, and no part is cut off at its edge."""
    page.get_by_role("tab", name="Download").click()
    with page.expect_download() as saved:
        page.locator("#downloads").get_by_role("button", name="HTML", exact=True).click()
    saved.value.save_as(tmp_path / "report.html")
    printer = browser.new_page()
    printer.goto((tmp_path / "report.html").as_uri())
    printed = printer.pdf(prefer_css_page_size=True, print_background=True)
    printer.close()
    document = pypdfium2.PdfDocument(printed)
    sizes = [document[n].get_size() for n in range(len(document))]
    pixels = document[0].render(scale=PIXELS_PER_MM * 25.4 / 72, grayscale=False).to_numpy()
    document.close()
    assert [width > height for width, height in sizes] == [True] + [False] * (len(sizes) - 1)
    green = np.median(pixels[400:1000, 300:2600, 1].astype(float), axis=0)
    bold = np.flatnonzero(green < BOLD_LINE)
    gaps = np.diff(bold[np.diff(bold, prepend=-10) > PIXELS_PER_MM])
    assert len(gaps) >= 40
    assert gaps.sum() == pytest.approx(5 * PIXELS_PER_MM * len(gaps), abs=5)
