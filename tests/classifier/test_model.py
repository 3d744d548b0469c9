"""The classifier's files: altered, absent or foreign ones are refused with a clear word."""

import json
import shutil
from pathlib import Path

import pytest

from cardio_agent.classifier.model import load_model
from cardio_agent.errors import ModelMissing
from cardio_agent.resources import resource_dir


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(resource_dir("models") / "classifier", tmp_path / "classifier"))


def test_altered_weights_are_refused(folder: Path) -> None:
    weights = folder / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ModelMissing, match="altered"):
        load_model(folder)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "calibration.json"])
def test_absent_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelMissing, match=name):
        load_model(folder)


def test_weights_of_another_shape_are_refused(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["network"]["fused_channels"] = 64
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelMissing, match="do not fit"):
        load_model(folder)


def test_shipped_files_stay_small() -> None:
    assert (resource_dir("models") / "classifier" / "model.safetensors").stat().st_size < 12e6
