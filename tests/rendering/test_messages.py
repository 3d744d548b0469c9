"""Chat messages: complete, and closed to markup."""

import re

import pytest

from cardio_agent.errors import BadRecording
from cardio_agent.rendering.messages import answer_message, as_markdown, fault_message, report_message
from cardio_agent.schema import Report
from tests.rendering.conftest import sentence


def shown(markdown: str) -> str:
    """What a CommonMark renderer shows of text whose only marks are escapes and emphasis."""
    return re.sub(r"\\(.)|\*", r"\1", markdown)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "**bold** _it_ `code`",
        "[a](javascript:b)",
        "1. x",
        "# x",
        "$x$",
        "a|b",
        "\\*",
    ],
)
def test_every_mark_is_escaped_and_the_text_is_kept(text: str) -> None:
    escaped = as_markdown(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[<>*_`\[\]()#$|.]", escaped)
    assert re.sub(r"\\(.)", r"\1", escaped) == text


def test_a_report_has_its_headings_and_flags_what_did_not_pass(report: Report) -> None:
    message = shown(report_message(report.narrative))
    assert message.startswith("Rhythm\n\nSinus rhythm at 78 bpm.")
    assert "The QRS is 162 ms. (contradicted: m-qrs_ms is 152 ms)" in message


def test_an_answer_tells_what_it_rests_on_once_each(report: Report) -> None:
    sentences = [sentence("The QRS is 152 ms.", "m-qrs_ms"), sentence("It is long.", "m-qrs_ms", "XY-01")]
    assert shown(answer_message(sentences, report)) == (
        "The QRS is 152 ms. It is long.\n\nRests on: QRS duration 152 ms; XY-01"
    )


def test_a_long_basis_is_cut_with_its_count(report: Report) -> None:
    many = [sentence("All is measured.", *(m.id for m in report.measurements[:10]))]
    assert shown(answer_message(many, report)).endswith("; QRS duration 152 ms; and 4 more")


def test_a_fault_is_one_line() -> None:
    assert shown(fault_message(BadRecording("x.csv: 2 s long;\nuse 5 s"))) == (
        "That did not work. x.csv: 2 s long; use 5 s"
    )
