"""A built wheel, installed in another folder, works as the checkout does."""

import os
import socket
import subprocess
import sys
import urllib.request
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
    for part in ("guidelines/mi_stemi.md", "models/classifier/model.safetensors", "prompts/"):
        assert any(f"cardio_agent/_resources/{part}" in name for name in names), part
    for part in ("samples/lbbb.dat", "webapp/page.css", "webapp/page.js", "webapp/feedback.js"):
        assert f"cardio_agent/{part}" in names


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


def test_installed_wheel_serves_the_page_with_its_styles_and_scripts(installed: Path, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = f"import cardio_agent.cli as c; raise SystemExit(c.main(['app', '--port', '{port}']))"
    kept = {name: str(tmp_path) for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME")}
    env = dict(os.environ) | kept | {"PYTHONPATH": str(installed), "CARDIO_AGENT_LLM": "plain"}
    command = [sys.executable, "-P", "-c", code]
    with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any("http://" in line for line in process.stdout)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=60) as answer:
            page = answer.read().decode("utf-8")
        process.terminate()
    assert process.returncode == 0
    for part in ("--ca-zoom", "cardioSave", "cardioRemark"):
        assert part in page
