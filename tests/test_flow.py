"""Data flows one way: a module imports only from stages above its own; heavy packages stay at home."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cardio_agent

PACKAGE = Path(cardio_agent.__file__).parent
# Stages in flow order; those of one line do not import each other.
FLOW = (
    ("errors", "leads"),
    ("schema", "settings", "resources"),
    ("reading", "simulation", "signal"),
    ("anonymisation",),
    ("measurement",),
    ("classifier",),
    ("explanation",),
    ("findings",),
    ("retrieval",),
    ("writing",),
    ("verification",),
    ("reporting",),
    ("chat",),
    ("rendering",),
    ("provenance",),
    ("pipeline",),
    ("feedback",),
    ("batch", "visit", "datasets"),
    ("evaluation",),
    ("training",),
    ("webapp",),
    ("cli",),
    ("__main__",),
)
RANK = {stage: rank for rank, line in enumerate(FLOW) for stage in line}
# Package → the only places that may import it.
AT_HOME = {
    "chromadb": {"retrieval"},
    "langchain": {"writing", "retrieval"},
    "langchain_core": {"writing", "retrieval"},
    "langchain_openai": {"writing"},
    "gradio": {"webapp"},
}
FILES = sorted(PACKAGE.rglob("*.py"))


def _stage(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            if node.module == "cardio_agent":
                names |= {f"cardio_agent.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_up_the_flow(path: Path) -> None:
    own = _stage(path)
    if own == "__init__":
        return
    for name in _imported(path):
        if name.startswith("cardio_agent."):
            stage = name.split(".")[1]
            if stage in RANK:  # else a name of the package itself, such as __version__
                assert stage == own or RANK[stage] < RANK[own], f"{own} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_heavy_packages_stay_in_their_stage(path: Path) -> None:
    for name in _imported(path):
        home = AT_HOME.get(name.split(".")[0])
        assert home is None or _stage(path) in home, f"{path.name} imports {name}"


def test_chromadb_is_imported_in_one_file() -> None:
    importing = [p.name for p in FILES if any(n.split(".")[0] == "chromadb" for n in _imported(p))]
    assert len(importing) == 1


def test_the_package_itself_imports_nothing_heavy() -> None:
    heavy = {"torch", "transformers", "chromadb", "gradio", "langchain_core", "scipy", "matplotlib", "numpy"}
    code = f"import sys, cardio_agent, cardio_agent.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
