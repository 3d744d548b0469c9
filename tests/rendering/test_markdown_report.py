"""Markdown: what it says, and that nothing in it becomes markup."""

from pathlib import Path

import pytest

from cardio_agent.rendering.markdown_report import escaped_markdown, render_markdown
from cardio_agent.schema import Report
from tests.facts import ALL_FACTS
from tests.rendering.conftest import report_of

GOLDEN = Path(__file__).with_name("lbbb_report.md")


def test_the_report_reads_as_it_was_approved(report: Report) -> None:
    """Compared with a text that a person has read; to renew it, read the new one first."""
    assert render_markdown(report) == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ALL_FACTS)
def test_rows_of_a_table_have_as_many_cells_as_its_head(name: str) -> None:
    lines = render_markdown(report_of(ALL_FACTS[name]())).splitlines()
    cells = 0
    for line in lines:
        cells = (cells or line.count(" | ")) if line.startswith("|") else 0
        assert not line.startswith("|") or line.count(" | ") == cells


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# heading", r"\# heading"),
        ("- item", r"\- item"),
        ("1. item", r"1\. item"),
        ("0.25 mV", "0.25 mV"),
        ("-0.25 mV", "-0.25 mV"),
        ("---", r"\---"),
        ("a|b", r"a\|b"),
        ("[x](javascript:1)", r"\[x\](javascript:1)"),
        ("![x](http://a/b)", r"!\[x\](http://a/b)"),
        ("<script>", r"\<script\>"),
        ("&lt;", r"\&lt;"),
        ("QRS 152 ms (limit 120)", "QRS 152 ms (limit 120)"),
    ],
)
def test_only_markup_is_escaped(text: str, shown: str) -> None:
    assert escaped_markdown(text) == shown
