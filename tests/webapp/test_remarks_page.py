"""Feedback in a browser: kept as text, shown again, and not offered where none is taken."""

from typing import Any

from cardio_agent.feedback import FeedbackStore
from cardio_agent.webapp.widgets import report_tabs
from tests.facts import facts_lbbb
from tests.rendering.conftest import report_of
from tests.webapp.desk import Server


def test_what_a_clinician_says_is_kept_as_text_and_shown(page: Any, server: Server) -> None:
    store = FeedbackStore(server.store)
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


def test_without_feedback_none_is_asked_for() -> None:
    report = report_of(facts_lbbb())
    taken = {title: show(report) for title, show in report_tabs(takes_remarks=True).items()}
    silent = {title: show(report) for title, show in report_tabs(takes_remarks=False).items()}
    assert [title for title in taken if "data-recording" in taken[title]] == ["Report", "Statements"]
    assert not [title for title in silent if "data-recording" in silent[title] or "Kept" in silent[title]]
    assert "what it rests on" in silent["Report"]
