"""The table of formats, and JSON."""

import json

import pytest

from cardio_agent.errors import BadRequest
from cardio_agent.rendering import RENDERERS, render
from cardio_agent.schema import SCHEMA_VERSION, Report
from tests.facts import ALL_FACTS
from tests.rendering.conftest import report_of


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadRequest, match=r"'docx'.*text, json"):
        render(report_of(ALL_FACTS["normal"]()), "docx")


@pytest.mark.parametrize("format", RENDERERS)
def test_every_format_carries_the_disclaimer(report: Report, format: str) -> None:
    output = render(report, format)
    text = output if isinstance(output, str) else output.decode("utf-8")
    assert "For research and education only." in " ".join(text.split())


@pytest.mark.parametrize("name", ALL_FACTS)
def test_json_round_trip_loses_nothing(name: str) -> None:
    report = report_of(ALL_FACTS[name]())
    assert Report.model_validate_json(render(report, "json")) == report


def test_json_has_the_fields_of_the_contract_and_keeps_its_letters(report: Report) -> None:
    text = str(render(report, "json"))
    fields = set(json.loads(text))
    assert fields >= {
        "schema_version", "recording", "quality", "statements", "measurements", "findings", "attention",
        "evidence", "narrative", "provenance",
    }  # fmt: skip
    assert json.loads(text)["schema_version"] == SCHEMA_VERSION
    assert "L’axe est dévié à gauche, −38°." in text
