"""The columns of the table, and the values of a row."""

from pathlib import Path

import pytest

from cardio_agent.batch import Item
from cardio_agent.batch.table import PART_SCHEMA, TABLE_SCHEMA, examined_row, failed_row, part_table
from tests.batch.fake_examination import FakeExaminer


@pytest.fixture
def row(tmp_path: Path) -> dict[str, object]:
    (tmp_path / "a.csv").write_text("62", encoding="utf-8")
    rows = [examined_row(Item("a.csv"), FakeExaminer()(Item(str(tmp_path / "a.csv"))))]
    return dict(part_table(rows).to_pylist()[0])


def test_the_table_has_a_column_for_everything_of_the_contract() -> None:
    names = TABLE_SCHEMA.names
    assert len(names) == len(set(names)) == 13 + 59 + 18 + 22 * 12 + 1 + 4 + 6
    for name in (
        "file",
        "sha256",
        "quality",
        "p_NORM",
        "p_CLBBB",
        "p_sub:STTC",
        "p_form:NST",
        "qtc_hodges_ms",
    ):
        assert name in names
    for lead in ("I", "aVR", "V6"):
        assert f"st_j_mv_{lead}" in names


def test_a_row_says_what_the_analysis_says(row: dict[str, object]) -> None:
    expected = {
        "file": "a.csv", "sha256": "5e" * 32, "format": "csv", "fs_hz": 500.0, "duration_s": 10.0,
        "age_years": 45.0, "sex": "female", "quality": "good", "missing_leads": [], "p_NORM": 0.96,
        "p_CLBBB": 0.03, "heart_rate_bpm": 62.0, "qrs_ms": 92.0, "t_mv_aVR": -0.25,
        "statements": ["NORM", "SR"], "n_supported": 2, "n_contradicted": 1,
        "n_unsupported": 0, "writer": "fake", "error": None,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert row["finding_ids"]
    assert len(row["finding_ids"]) == len(row["finding_texts"])  # type: ignore[arg-type]


def test_a_failed_row_has_nothing_but_its_reason() -> None:
    (row,) = part_table([failed_row(Item("a.csv"), "BadRecording", "too\nshort")]).to_pylist()
    filled = {name: value for name, value in row.items() if value is not None}
    assert filled == {"file": "a.csv", "error": "BadRecording", "reason": "too short", "made_by": ""}
    assert list(row) == PART_SCHEMA.names
