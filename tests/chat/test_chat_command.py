"""The command ``chat`` with a file of questions: a conversation that anyone can print again."""

from pathlib import Path

import pytest

from cardio_agent.cli.main import main


def test_questions_of_a_file_are_asked_in_turn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "questions.txt"
    path.write_text("What is the heart rate?\n\nand the QTc?\n", encoding="utf-8")
    assert main(["chat", "sample:normal", "--llm", "plain", "--questions", str(path)]) == 0
    out = capsys.readouterr().out
    assert "**What is the heart rate?**" in out
    assert "`m-heart_rate_bpm`" in out
    assert "`m-qtc_fridericia_ms`" in out


def test_a_file_that_is_not_there_is_an_input_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "none.txt"
    assert main(["chat", "sample:normal", "--llm", "plain", "--questions", str(path)]) == 1
    assert "give one question a line" in capsys.readouterr().err
