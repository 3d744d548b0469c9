"""A built wheel, installed in another folder, works as the checkout does."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("elsewhere")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--target",
        str(target),
    ]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True)
    return target


def test_resources_travel_in_the_wheel(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for part in ("guidelines/mi_stemi.md", "models/classifier/model.safetensors", "prompts/", "app.py"):
        assert any(f"cardio_agent/_resources/{part}" in name for name in names), part
    assert "cardio_agent/samples/lbbb.dat" in names


def test_installed_wheel_writes_a_report(installed: Path, tmp_path: Path) -> None:
    code = (
        "import cardio_agent.cli as c; print(c.__file__); raise SystemExit(c.main(['report', 'sample:lbbb']))"
    )
    env = dict(os.environ) | {"PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(installed))
    assert "left bundle branch block" in done.stdout
