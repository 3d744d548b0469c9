"""Running the classifier from an exported file: the same answers without PyTorch, none from a wrong file."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cardio_agent.classifier import classify
from cardio_agent.classifier.model import load_model
from cardio_agent.classifier.runners import TorchRunner
from cardio_agent.errors import BadRequest, ModelMissing
from cardio_agent.provenance import versions
from cardio_agent.reading import read_ecg
from cardio_agent.resources import sample_path
from cardio_agent.schema import Ecg
from cardio_agent.settings import get_settings
from cardio_agent.simulation import lose_leads, simulate
from cardio_agent.training.export import simulated_trial, to_onnx

# An import hook, not None in sys.modules: SciPy takes an entry there, even None, for the package.
WITHOUT_TORCH = """
import json, sys

class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, NoTorch())
from cardio_agent import classify, read_ecg
(result,) = classify([read_ecg(sys.argv[1])])
print(json.dumps(result.probabilities))
"""


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("onnx") / "classifier.onnx"
    path.write_bytes(to_onnx(load_model(device="cpu", runtime="torch")))
    return path


@pytest.fixture
def from_onnx(exported: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CARDIO_AGENT_CLASSIFIER_RUNTIME", f"onnx:{exported}")
    _forget()
    yield
    _forget()


def _forget() -> None:
    get_settings.cache_clear()
    load_model.cache_clear()


@pytest.fixture(scope="module")
def ecgs() -> list[Ecg]:
    """Two lengths, one over a window, and missing leads."""
    lbbb = simulate("lbbb").ecg
    return [lbbb, lose_leads(lbbb, ("V2", "aVF")), simulate("af", duration_s=13).ecg]


def test_both_runtimes_agree(ecgs: list[Ecg], exported: Path) -> None:
    torch = classify(ecgs, model=load_model(runtime="torch"))
    onnx = classify(ecgs, model=load_model(runtime=f"onnx:{exported}"))
    for a, b in zip(torch, onnx, strict=True):
        assert b.probabilities == pytest.approx(a.probabilities, abs=1e-4)
        for code, attention in a.attention.items():
            assert b.attention[code] == pytest.approx(attention, abs=1e-4)


def test_runs_where_torch_cannot_be_imported(exported: Path) -> None:
    path = sample_path("lbbb")
    environment = os.environ | {"CARDIO_AGENT_CLASSIFIER_RUNTIME": f"onnx:{exported}"}
    done = _without_torch(path, environment)
    (expected,) = classify([read_ecg(path)])
    assert json.loads(done.stdout) == pytest.approx(dict(expected.probabilities), abs=1e-4)


def test_without_torch_the_way_out_is_told() -> None:
    done = _without_torch(sample_path("lbbb"), dict(os.environ))
    assert done.returncode != 0
    assert "MissingExtra" in done.stderr
    assert "CARDIO_AGENT_CLASSIFIER_RUNTIME=onnx:FILE" in done.stderr


def _without_torch(path: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT_TORCH, str(path)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.usefixtures("from_onnx")
def test_provenance_tells_the_runtime() -> None:
    onnx = versions("plain")
    model = load_model(runtime="torch")
    assert onnx["classifier"] == f"{model.version}, ONNX float32"
    assert onnx["classifier_sha256"] != model.sha256


@pytest.mark.usefixtures("from_onnx")
def test_torch_network_is_not_to_be_had_from_onnx() -> None:
    with pytest.raises(ModelMissing, match="RUNTIME=torch"):
        _ = load_model().network


def test_file_of_other_weights_is_refused(exported: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.onnx"
    sha256 = load_model(runtime="torch").sha256.encode()
    other.write_bytes(exported.read_bytes().replace(sha256, sha256[::-1]))
    with pytest.raises(ModelMissing, match="present weights"):
        load_model(runtime=f"onnx:{other}")


@pytest.mark.parametrize("content", [b"", b"not an ONNX file", None])
def test_unreadable_file_is_named(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelMissing, match=r"broken\.onnx.*export-onnx"):
        load_model(runtime=f"onnx:{path}")


def test_cut_file_is_refused(exported: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.onnx"
    path.write_bytes(exported.read_bytes()[:100_000])
    with pytest.raises(ModelMissing, match=r"cut\.onnx"):
        load_model(runtime=f"onnx:{path}")


def test_unknown_runtime_is_refused() -> None:
    with pytest.raises(BadRequest, match="tensorflow"):
        load_model(runtime="tensorflow")


def test_bf16_stays_close_and_gives_float32() -> None:
    model = load_model(device="cpu", runtime="torch")
    trial = simulated_trial()
    exact, (logits, attention) = model.runner(*trial), TorchRunner(model.network, bf16=True)(*trial)
    assert logits.dtype == attention.dtype == np.float32
    assert np.abs(model.probabilities(logits) - model.probabilities(exact[0])).max() < 0.05
