"""The command ``score`` as a user meets it."""

import json

import pytest

from cardio_agent.cli import main


def test_missing_inputs_are_listed_with_the_range(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "cha2ds2-va", "--input", "age_years=72", "hypertension=yes"]) == 0
    text = capsys.readouterr().out
    assert "no total; from 2 to 7 points" in text
    assert "stroke=no|yes" in text
    assert "AF-05" in text


def test_a_full_score_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["history=highly", "ecg=normal", "age_years=50", "risk_factors=1", "troponin_x_limit=0.4"]
    assert main(["score", "heart", "--input", *given, "--format", "json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["total"], result["missing"], result["checked"]) == (4, [], False)


def test_a_measured_qtc_is_said_to_be_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "schwartz-ecg", "--ecg", "sample:normal"]) == 0
    text = capsys.readouterr().out
    assert "measured in normal.hea: Bazett" in text
    assert "unchecked" in text


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["unicorn"], "no score 'unicorn'"),
        (["heart", "--input", "age_years"], "KEY=VALUE"),
        (["heart", "--ecg", "sample:normal"], "takes nothing from a file"),
        (["schwartz-ecg", "--ecg", "sample:normal", "--input", "qtc_ms=480"], "given twice"),
    ],
)
def test_wrong_input_is_one_line_and_exit_1(
    args: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["score", *args]) == 1
    captured = capsys.readouterr()
    assert says in captured.err
    assert len(captured.err.strip().splitlines()) == 1
