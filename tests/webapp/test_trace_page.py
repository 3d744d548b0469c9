"""The trace in a browser: true to scale, zoomed, drawn as asked."""

from typing import Any

import pytest

from tests.webapp.desk import choose


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
