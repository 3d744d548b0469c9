"""The table of formats, and JSON."""

import json
from pathlib import Path

import jsonschema
import pytest

from cardio_agent.cli.ecg import REPORT_FORMATS
from cardio_agent.errors import BadRequest
from cardio_agent.rendering import RENDERERS, render
from cardio_agent.rendering.json_report import report_schema
from cardio_agent.schema import SCHEMA_VERSION, Analysis, Report
from tests.facts import ALL_FACTS
from tests.rendering.conftest import report_of
from tests.rendering.words import words_of

PUBLISHED_SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "report.schema.json"


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadRequest, match=r"'docx'.*text, markdown, html, pdf, json"):
        render(report_of(ALL_FACTS["normal"]()), "docx")


def test_the_command_line_knows_every_format() -> None:
    assert tuple(RENDERERS) == REPORT_FORMATS


def test_suffixes_are_unlike() -> None:
    assert len({renderer.suffix for renderer in RENDERERS.values()}) == len(RENDERERS)


@pytest.mark.parametrize("format", RENDERERS)
def test_every_format_carries_the_disclaimer(report: Report, analysis: Analysis, format: str) -> None:
    assert "For research and education only." in words_of(format, render(report, format, analysis))


@pytest.mark.parametrize("format", RENDERERS)
def test_text_and_bytes_are_told_apart(report: Report, analysis: Analysis, format: str) -> None:
    assert isinstance(render(report, format, analysis), bytes) is RENDERERS[format].is_binary


@pytest.mark.parametrize("format", [format for format in RENDERERS if format != "wfdb"])
@pytest.mark.parametrize("name", ALL_FACTS)
def test_every_format_tells_every_sentence_without_a_trace(name: str, format: str, report: Report) -> None:
    told = report_of(ALL_FACTS[name](), *report.narrative)
    words = words_of(format, render(told, format))
    for section in told.narrative:
        for sentence in section.sentences:
            assert sentence.text in words.replace("\\", "")


@pytest.mark.parametrize("name", ALL_FACTS)
def test_json_round_trip_loses_nothing(name: str, report: Report) -> None:
    told = report_of(ALL_FACTS[name](), *report.narrative)
    assert Report.model_validate_json(render(told, "json")) == told


def test_json_has_the_fields_of_the_contract_and_keeps_its_letters(report: Report) -> None:
    text = str(render(report, "json"))
    fields = set(json.loads(text))
    assert fields >= {
        "schema_version", "recording", "quality", "statements", "measurements", "findings", "attention",
        "evidence", "narrative", "provenance",
    }  # fmt: skip
    assert json.loads(text)["schema_version"] == SCHEMA_VERSION
    assert "L’axe est dévié à gauche, −38°." in text


@pytest.mark.parametrize("name", ALL_FACTS)
def test_reports_follow_the_published_schema(name: str, report: Report) -> None:
    schema = json.loads(PUBLISHED_SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    told = report_of(ALL_FACTS[name](), *report.narrative)
    jsonschema.validate(json.loads(render(told, "json")), schema, jsonschema.Draft202012Validator)


def test_the_published_schema_is_that_of_the_report() -> None:
    """To renew it: cardio-agent schema --out docs/report.schema.json."""
    assert PUBLISHED_SCHEMA.read_text(encoding="utf-8") == report_schema()
