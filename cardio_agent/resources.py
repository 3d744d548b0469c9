"""Where the files that travel with the program lie: corpus, weights, prompts, samples.

In a checkout they stand at its top level; in an installed wheel, under ``cardio_agent/_resources``.
"""

from pathlib import Path

from cardio_agent.errors import ModelMissing

_PACKAGE = Path(__file__).resolve().parent


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


def sample_names() -> tuple[str, ...]:
    """Names of the packaged sample ECGs."""
    return tuple(sorted(path.stem for path in (_PACKAGE / "samples").glob("*.hea")))


def sample_path(name: str) -> Path:
    """Path of a packaged sample ECG, e.g. ``sample_path("lbbb")``."""
    return _PACKAGE / "samples" / f"{name}.hea"
