"""Settings come from the environment; a value that cannot be taken is one clear line."""

import pytest

from cardio_agent.cli import main
from cardio_agent.errors import BadRequest
from cardio_agent.settings import get_settings


def test_a_variable_sets_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARDIO_AGENT_OPERATING_POINT", "screening")
    get_settings.cache_clear()
    assert get_settings().operating_point == "screening"


@pytest.mark.parametrize(
    ("name", "value"),
    [("CARDIO_AGENT_OPERATING_POINT", "sharp"), ("CARDIO_AGENT_LLM_RETRIES", "-1")],
)
def test_a_wrong_value_is_named_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    with pytest.raises(BadRequest, match=f"{name} cannot be '{value}'"):
        get_settings()


def test_the_command_line_says_it_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CARDIO_AGENT_OPERATING_POINT", "sharp")
    get_settings.cache_clear()
    assert main(["report", "sample:normal"]) == 1
    error = capsys.readouterr().err
    assert "balanced" in error
    assert error.count("\n") == 1
