"""Where the files that travel with the program lie (corpus, weights, prompts, samples), and whether they
are still what they were.

In a checkout they stand at its top level; in an installed wheel, under ``cardio_agent/_resources``.
Each folder of weights, and the corpus, holds a list of checksums in the form of the program ``sha256sum``;
the folder is held against it when it is loaded. The list tells damage and mistakes; against someone who can
write to the folder it protects as little as any file beside what it vouches for.
"""

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from cardio_agent.errors import ModelMissing

CHECKSUMS = "SHA256SUMS"
# Folders that hold a list; the program loads nothing of them that is not in it.
CHECKED_FOLDERS = ("guidelines", "models/classifier", "models/retrieval", "models/writer")

_PACKAGE = Path(__file__).resolve().parent
_ABOUT = frozenset((CHECKSUMS, "README.md", "metrics.json"))  # read by people only
_TEXTS = (".json", ".md", ".toml", ".txt")
_LINE = re.compile(r"([0-9a-f]{64}) [ *](\S.*)")
_ADVICE = "install cardio-agent again, or after changes of your own run 'cardio-agent checksums --write'"


def resource_dir(name: str) -> Path:
    """Folder of one kind of resource.

    Parameters
    ----------
    name : {"guidelines", "models", "prompts"}

    Raises
    ------
    ModelMissing
        When the folder travels neither with the wheel nor with the checkout.
    """
    for root in (_PACKAGE / "_resources", _PACKAGE.parent):
        if (root / name).is_dir():
            return root / name
    raise ModelMissing(f"the folder '{name}' is missing from this installation: install cardio-agent again")


@lru_cache(maxsize=len(CHECKED_FOLDERS))
def checked_dir(name: str) -> Path:
    """Folder of a resource whose files are all as its list of checksums says; looked at once a process.

    Parameters
    ----------
    name : str
        One of ``CHECKED_FOLDERS``.

    Raises
    ------
    ModelMissing
        When the folder or its list is missing, or a file is altered, cut short, missing or not in the list.
    """
    folder = resource_dir(name)
    check_files(folder)
    return folder


def check_files(folder: Path) -> None:
    """Hold every file of a folder that is loaded against the folder's list of checksums.

    Raises
    ------
    ModelMissing
        When the list is missing or broken, or a file is altered, cut short, missing or not in the list.
    """
    listed = _listed(folder / CHECKSUMS)
    for name, expected in listed.items():
        if _sha256(folder / name) != expected:
            raise ModelMissing(
                f"{folder / name}: altered or cut short, its SHA-256 is not the one in {CHECKSUMS}; {_ADVICE}"
            )
    for name in _names(folder):
        if name not in listed:
            raise ModelMissing(f"{folder / name}: not in {CHECKSUMS}; remove it, or {_ADVICE}")


def write_checksums(folder: Path) -> Path:
    """Write the list of a folder's files anew; what makes a folder calls this when it has done.

    Raises
    ------
    OSError
        When the folder cannot be read or written.
    """
    path = folder / CHECKSUMS
    lines = [f"{_sha256(folder / name)}  {name}\n" for name in _names(folder)]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    return path


def _names(folder: Path) -> list[str]:
    """The files that are loaded; hidden ones and those for people are not."""
    return sorted(
        path.name
        for path in folder.iterdir()
        if path.is_file() and path.name not in _ABOUT and not path.name.startswith(".")
    )


def _listed(path: Path) -> dict[str, str]:
    """Checksum by file name."""
    try:
        matches = [_LINE.fullmatch(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as exc:
        raise ModelMissing(f"{path}: cannot be read ({exc}); {_ADVICE}") from exc
    listed = {match[2]: match[1] for match in matches if match is not None}
    if not matches or len(listed) < len(matches):
        raise ModelMissing(f"{path}: not a list as 'sha256sum' writes it; {_ADVICE}")
    return listed


def _sha256(path: Path) -> str:
    """SHA-256, hexadecimal; the line endings of texts do not count, since a checkout may change them."""
    try:
        if path.suffix in _TEXTS:
            return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as exc:
        raise ModelMissing(f"{path}: cannot be read ({exc.strerror}); {_ADVICE}") from exc


def sample_names() -> tuple[str, ...]:
    """Names of the packaged sample ECGs."""
    return tuple(sorted(path.stem for path in (_PACKAGE / "samples").glob("*.hea")))


def sample_path(name: str) -> Path:
    """Path of a packaged sample ECG, e.g. ``sample_path("lbbb")``."""
    return _PACKAGE / "samples" / f"{name}.hea"
