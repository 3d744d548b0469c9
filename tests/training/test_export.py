"""The exported classifier: parity, any shape, int8, and nothing written where a check fails."""

from pathlib import Path

import numpy as np
import pytest
import torch

from cardio_agent.classifier.model import Model, load_model
from cardio_agent.classifier.runners import Array, Mask, OnnxRunner
from cardio_agent.classifier.statements import STATEMENTS
from cardio_agent.cli import main
from cardio_agent.datasets.labelled import LabelledSet
from cardio_agent.errors import BadRequest, TrainingError
from cardio_agent.training import export
from cardio_agent.training.export import export_classifier, int8_auroc, simulated_trial, to_int8, to_onnx


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(device="cpu", runtime="torch")


@pytest.fixture(scope="module")
def exported(model: Model) -> bytes:
    return to_onnx(model)


@pytest.fixture(scope="module")
def int8(exported: bytes) -> bytes:
    return to_int8(exported)


def _runner(content: bytes) -> OnnxRunner:
    return OnnxRunner(content, Path("test.onnx"))


def _labelled(n: int = 24) -> LabelledSet:
    """Records whose superclasses take turns."""
    rng = np.random.default_rng(1)
    targets = np.zeros((n, len(STATEMENTS)), np.float32)
    targets[np.arange(n), np.arange(n) % 5] = 1
    signals = rng.normal(0, 0.3, (n, 12, 1000)).astype(np.float32)
    return LabelledSet(np.arange(n), np.arange(n), np.full(n, 9), signals, targets)


@pytest.mark.parametrize(("batch", "n"), [(1, 500), (4, 1000), (2, 1003)])
def test_any_batch_and_length_agrees_with_torch(model: Model, exported: bytes, batch: int, n: int) -> None:
    signal = torch.randn(batch, 12, n, generator=torch.Generator().manual_seed(n))
    present = torch.ones(batch, 12, dtype=torch.bool)
    present[-1, [1, 6]] = False
    with torch.inference_mode():
        expected = model.network(signal, present)
    given = _runner(exported)(signal.numpy(), present.numpy())
    for a, b in zip(expected, given, strict=True):
        assert np.abs(a.numpy() - b).max() < 1e-4


def test_a_network_that_departs_is_not_exported(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = model.runner.__class__

    def shifted(self: object, signal_mv: Array, present: Mask) -> tuple[Array, Array]:
        logits, attention = run(self, signal_mv, present)
        return logits + np.float32(2e-4), attention

    run = runner.__call__
    monkeypatch.setattr(runner, "__call__", shifted)
    with pytest.raises(TrainingError, match="departs from PyTorch"):
        to_onnx(model)


def test_int8_is_a_third_of_the_size_and_close(model: Model, exported: bytes, int8: bytes) -> None:
    assert len(int8) < len(exported) / 3
    trial = simulated_trial()
    before, after = (model.probabilities(_runner(content)(*trial)[0]) for content in (exported, int8))
    assert np.abs(after - before).max() < 0.1
    assert np.abs(after - before).mean() < 0.01


def test_int8_spares_absent_leads(int8: bytes) -> None:
    present = np.ones((1, 12), dtype=np.bool_)
    present[0, 3] = False
    _, attention = _runner(int8)(np.zeros((1, 12, 1000), np.float32), present)
    assert attention[:, :, 3].max() == 0
    assert attention.sum(axis=(2, 3)) == pytest.approx(1, abs=1e-4)


def test_int8_that_loses_too_much_is_refused(
    exported: bytes, int8: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "INT8_LOSS", -1.0)
    with pytest.raises(TrainingError, match="int8 loses"):
        int8_auroc(exported, int8, _labelled())


def test_int8_keeps_the_auroc_of_real_ecgs(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "ptbxl"
    full, small = export_classifier(tmp_path / "c.onnx", int8=True, data_dir=folder)
    assert small.path == tmp_path / "c.int8.onnx"
    assert "fold 9" in small.about
    assert len(full.content) < 12e6
    assert not list(tmp_path.iterdir())  # the caller writes


def test_data_without_int8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="--int8"):
        export_classifier(tmp_path / "c.onnx", data_dir=tmp_path)


def test_command_writes_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "network.onnx"
    assert main(["export-onnx", "--out", str(out)]) == 0
    assert _runner(out.read_bytes()).metadata["precision"] == "float32"
    assert f"onnx:{out}" in capsys.readouterr().out


def test_folder_that_does_not_exist_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export-onnx", "--out", str(tmp_path / "absent" / "c.onnx")]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
