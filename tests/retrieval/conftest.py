"""A user's data folder of the test's own."""

from pathlib import Path

import pytest

from cardio_agent.settings import get_settings


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty; the settings of this test keep own guidelines there."""
    folder = tmp_path / "data"
    monkeypatch.setenv("CARDIO_AGENT_DATA_DIR", str(folder))
    get_settings.cache_clear()
    return folder
