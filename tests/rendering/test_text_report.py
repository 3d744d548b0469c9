"""The text report: what it says, in which width, and that nothing in it can command a terminal."""

import unicodedata
from pathlib import Path

import pytest

from cardio_agent.rendering import render
from cardio_agent.schema import Report
from tests.facts import ALL_FACTS
from tests.rendering.conftest import report_of

GOLDEN = Path(__file__).with_name("lbbb_report.txt")


def test_the_report_reads_as_it_was_approved(report: Report) -> None:
    """Compared with a text that a person has read; to renew it, read the new one first."""
    assert render(report, "text") == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ALL_FACTS)
def test_no_line_is_wider_than_eighty_columns(name: str) -> None:
    text = render(report_of(ALL_FACTS[name]()), "text")
    assert isinstance(text, str)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert all(line == line.rstrip() for line in text.splitlines())


def test_a_sentence_that_failed_shows_its_verdict(report: Report) -> None:
    text = " ".join(str(render(report, "text")).split())
    assert "The QRS is 162 ms. [5] (contradicted: m-qrs_ms is 152 ms)" in text
    assert "4 sentences checked against their records: 3 supported, 1 contradicted." in text


def test_a_value_that_was_not_measured_has_its_reason_and_no_number() -> None:
    text = " ".join(str(render(report_of(ALL_FACTS["af"]()), "text")).split())
    assert "Not measured: P duration, PR interval, P axis (no P waves were found)" in text


def test_statements_below_half_their_threshold_are_left_out(report: Report) -> None:
    text = str(render(report, "text"))
    assert "complete left bundle branch block" in text
    assert "atrial flutter" not in text


def test_control_characters_of_a_file_name_do_not_reach_the_terminal(report: Report) -> None:
    name = "a\x1b[2J\u202egpj.hea\r\nHACKED"
    recording = report.recording.model_copy(update={"file": name, "notes": ("bad\x07 note",)})
    text = str(render(report.model_copy(update={"recording": recording}), "text"))
    assert [c for c in text if c != "\n" and unicodedata.category(c).startswith("C")] == []
