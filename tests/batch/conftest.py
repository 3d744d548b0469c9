"""Folders of files that tell the fake examiner what to do."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

MakeFiles = Callable[[Sequence[str]], Path]


@pytest.fixture
def make_files(tmp_path: Path) -> MakeFiles:
    """Makes a folder with one file for each content, in that order of names."""

    def make(contents: Sequence[str]) -> Path:
        folder = tmp_path / "ecgs"
        folder.mkdir()
        for i, content in enumerate(contents):
            (folder / f"{i:03d}.csv").write_text(content, encoding="utf-8")
        return folder

    return make
