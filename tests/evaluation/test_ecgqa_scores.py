"""ECG-QA's questions on a few real records: counted, and answered from what the chat cites."""

import json
from pathlib import Path

import pytest

from cardio_agent.errors import UnreadableFile
from cardio_agent.evaluation.ecgqa import COMPARISON, NOISE, Item, _table, score_ecgqa


def test_accuracy_stands_beside_that_of_the_commonest_label() -> None:
    items = [Item("a", True, True), Item("a", False, False), Item("a", False, True), Item("a", False, False)]
    assert list(_table(items))[2] == "| a | 4 | 75.0 % | 75.0 % | 100.0 % | 66.7 % |"


def test_a_few_questions_of_each_file(shared_data: Path, tmp_path: Path) -> None:
    (tmp_path / "ptbxl").symlink_to(shared_data / "ptbxl")
    (tmp_path / "ecgqa").mkdir()
    for name in (NOISE, COMPARISON):
        rows = json.loads((shared_data / "ecgqa" / name).read_text(encoding="utf-8"))[:2]
        (tmp_path / "ecgqa" / name).write_text(json.dumps(rows), encoding="utf-8")
    table = score_ecgqa(tmp_path)
    assert "2 questions on noise" in table
    assert "2 questions on the measurements of two ECGs" in table
    assert "| all | 12 |" in table


def test_a_folder_without_questions_is_refused(shared_data: Path, tmp_path: Path) -> None:
    (tmp_path / "ptbxl").symlink_to(shared_data / "ptbxl")
    with pytest.raises(UnreadableFile, match="no file of ECG-QA"):
        score_ecgqa(tmp_path)
