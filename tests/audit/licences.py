"""The licences of everything that this program needs to run, from what is installed.

    python -m tests.audit.licences

Prints a line a package: name, version, licence as its metadata give it, and whether it is permissive. The
exit status is 1 where one is not known to be. Follows the dependencies of ``pyproject.toml``, not what else
happens to be installed.
"""

import re
import sys
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
_PERMISSIVE = re.compile(
    r"\b(?:mit|bsd|apache|isc|psf|python software foundation|python-2\.0|zlib|unlicense|cc0|0bsd|hpnd|"
    r"mit-cmu|boost|bsl-1\.0|public domain|libtiff|freetype)\b",
    re.IGNORECASE,
)
# May be used beside this program, unchanged; a change of their own files would have to be published.
_WEAK_COPYLEFT = re.compile(r"\b(?:mpl|mozilla public license|lgpl|lesser general public)\b", re.IGNORECASE)
_COPYLEFT = re.compile(r"\b(?:a?gpl|affero|gnu general public license)\b", re.IGNORECASE)


class Licence(NamedTuple):
    """One package and the licence that its metadata give."""

    name: str
    version: str
    text: str

    @property
    def kind(self) -> str:
        """``permissive``, ``weak copyleft``, ``copyleft`` or ``unknown``."""
        if _COPYLEFT.search(self.text) and not _PERMISSIVE.search(self.text):
            return "copyleft"
        if _WEAK_COPYLEFT.search(self.text):
            return "weak copyleft"
        return "permissive" if _PERMISSIVE.search(self.text) else "unknown"


def licences() -> list[Licence]:
    """Licences of the dependencies and of theirs, by name."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    waiting = [Requirement(text) for text in project["dependencies"]]
    found: dict[str, Licence] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if key in seen:
            continue
        seen.add(key)
        try:
            package = distribution(requirement.name)
        except PackageNotFoundError:
            continue  # for another platform
        found[key[0]] = Licence(package.metadata["Name"], package.version, _text(package))
        waiting += _needed(package, requirement.extras)
    return [found[name] for name in sorted(found)]


def _needed(package: Distribution, extras: set[str]) -> list[Requirement]:
    requirements = [Requirement(text) for text in package.requires or ()]
    environments = [{"extra": extra} for extra in ("", *extras)]
    return [r for r in requirements if r.marker is None or any(map(r.marker.evaluate, environments))]


def _text(package: Distribution) -> str:
    """The licence in few words: expression, classifiers, else the first words of the licence field."""
    metadata = package.metadata
    if expression := metadata.get("License-Expression"):
        return expression
    classifiers = [
        c.rpartition(" :: ")[2] for c in metadata.get_all("Classifier") or () if c.startswith("License")
    ]
    named = [c for c in classifiers if c != "OSI Approved"]
    return "; ".join(named) or " ".join((metadata.get("License") or "").split())[:60]


def main() -> int:
    """Print the list; 1 where a licence is not known to be permissive."""
    found = licences()
    for licence in found:
        print(f"{licence.name:34} {licence.version:18} {licence.kind:14} {licence.text}")
    others = [licence for licence in found if licence.kind != "permissive"]
    print(
        f"{len(found)} packages, {len(others)} not permissive: {', '.join(o.name for o in others) or 'none'}"
    )
    return int(bool(others))


if __name__ == "__main__":
    sys.exit(main())
