"""Reports as files of every format."""

import json
from pathlib import Path

import pytest

from cardio_agent.errors import BadRequest
from cardio_agent.rendering import RENDERERS
from cardio_agent.visit import Visit, download, opening
from tests.visit.fake_pipeline import replace_pipeline
from tests.visit.test_opening import opened, steps


@pytest.fixture(autouse=True)
def _pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    replace_pipeline(monkeypatch, opening)


@pytest.mark.parametrize("format", RENDERERS)
def test_every_format_can_be_had_under_its_suffix(tmp_path: Path, format: str) -> None:
    made = download(opened(tmp_path), format)
    assert made.name == f"a{RENDERERS[format].suffix}"
    assert made.content
    if "json" in format or "fhir" in format:
        json.loads(made.content)


def test_every_format_for_reading_says_research_only(tmp_path: Path) -> None:
    visit = opened(tmp_path)
    for format in ("text", "markdown", "html", "json", "fhir"):
        assert "research" in download(visit, format).content.decode("utf-8").lower()


def test_a_name_for_a_file_has_no_path_and_no_odd_letter(tmp_path: Path) -> None:
    path = tmp_path / "..a b<c>é.csv"
    path.write_text("", encoding="utf-8")
    assert download(steps("", [path])[-1], "text").name == "a_b_c.txt"


def test_there_must_be_a_report() -> None:
    with pytest.raises(BadRequest, match="open an ECG first"):
        download(Visit(), "text")
