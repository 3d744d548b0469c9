"""Chat messages: complete, one block of HTML each, and closed to markup."""

import pytest

from cardio_agent.errors import BadRecording
from cardio_agent.rendering.messages import (
    answer_message,
    fault_message,
    opened_message,
    progress_message,
    report_message,
    said_message,
)
from cardio_agent.schema import Report
from tests.rendering.conftest import sentence
from tests.rendering.outline import EVIL, Outline


@pytest.mark.parametrize("message", [said_message, opened_message, progress_message])
def test_text_of_a_person_or_a_file_shows_as_it_stands(message: object) -> None:
    html = message(f"{EVIL} **bold** [a](javascript:b) $x$")  # type: ignore[operator]
    outline = Outline(html)
    assert not {"script", "img", "a"} & set(outline.tags)
    assert f"{EVIL} **bold** [a](javascript:b) $x$" in outline.text


@pytest.mark.parametrize("text", ["one\n\n# two", "<div>\n\n*x*", "a\u2028b"])
def test_a_message_is_one_block_so_that_no_markdown_begins_in_it(text: str) -> None:
    html = said_message(text)
    assert html.startswith("<div")
    assert "\n" not in html


def test_a_report_has_its_headings_and_flags_what_did_not_pass(report: Report) -> None:
    text = Outline(report_message(report.narrative, report.records(), "hf:tiny")).text
    assert text.startswith("RhythmSinus rhythm at 78 bpm.")
    assert "The QRS is 162 ms. contradicted" in text


def test_a_report_in_the_making_says_what_is_being_done(report: Report) -> None:
    text = Outline(report_message(report.narrative, report.records(), "hf:tiny", "Writing …")).text
    assert text.endswith("Writing …")


def test_an_answer_tells_what_it_rests_on_once_each(report: Report) -> None:
    sentences = [sentence("The QRS is 152 ms.", "m-qrs_ms"), sentence("It is long.", "m-qrs_ms", "XY-01")]
    text = Outline(answer_message(sentences, report.records(), "hf:tiny")).text
    assert text.endswith("Rests on: QRS duration 152 ms; XY-01")


def test_a_long_basis_is_cut_with_its_count(report: Report) -> None:
    many = [sentence("All is measured.", *(m.id for m in report.measurements[:10]))]
    text = Outline(answer_message(many, report.records(), "hf:tiny")).text
    assert text.endswith("; QRS duration 152 ms; and 4 more")


def test_a_fault_is_one_line() -> None:
    assert Outline(fault_message(BadRecording("x.csv: 2 s long;\nuse 5 s"))).text == (
        "That did not work. x.csv: 2 s long; use 5 s"
    )
