"""No pickle is loaded, anywhere: not by the program's text, and not while it makes a report."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import cardio_agent

FILES = sorted(Path(cardio_agent.__file__).parent.rglob("*.py"))
# What unpickles, or runs what a file says.
MODULES = {"pickle", "cPickle", "_pickle", "dill", "joblib", "cloudpickle", "shelve", "marshal", "yaml"}
CALLS = {
    "torch.load",
    "pd.read_pickle",
    "pandas.read_pickle",
    "eval",
    "exec",
    "__import__",
    "scipy.io.loadmat",
}
SUFFIXES = {".pkl", ".pickle", ".pt", ".pth", ".bin", ".joblib", ".ckpt", ".npy"}

# The program's own rooms of memory, a report in words of the bundled writer included; a hook of the
# interpreter hears of every object that a pickle asks for.
REPORT = """
import sys
def listen(event, arguments):
    if event == "pickle.find_class":
        print("unpickled", arguments, flush=True)
sys.addaudithook(listen)
from cardio_agent.cli import main
sys.exit(main(["report", "sample:lbbb", "--llm", "bundled"]))
"""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_module_loads_a_pickle(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                assert not MODULES & {alias.name.split(".")[0] for alias in names}
            case ast.ImportFrom(module=str(module)):
                assert module.split(".")[0] not in MODULES
            case ast.Call(func=called, keywords=keywords):
                assert ast.unparse(called) not in CALLS
                assert all(
                    word.arg != "allow_pickle" or ast.unparse(word.value) == "False" for word in keywords
                )
                assert all(word.arg != "trust_remote_code" for word in keywords)


def test_no_file_that_travels_with_the_program_is_one() -> None:
    root = FILES[0].parent.parent
    folders = [root / name for name in ("cardio_agent", "guidelines", "models", "prompts")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix in SUFFIXES]
    # A pickle of protocol 2 or later begins so.
    assert not [path for path in files if path.read_bytes()[:1] == b"\x80" and path.suffix != ".dat"]


def test_a_report_is_made_without_unpickling(tmp_path: Path) -> None:
    environment = dict(os.environ) | {"XDG_CACHE_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", REPORT], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "left bundle branch block" in done.stdout
    assert "unpickled" not in done.stdout
