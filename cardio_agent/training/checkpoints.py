"""The files of a training run: checkpoints and history.

Enters: tensors with a small record about them, and paths. Leaves: safetensors files that are whole or
not there at all. Does not know what the tensors mean.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch import Tensor

from cardio_agent.errors import TrainingError


def write_checkpoint(path: Path, tensors: dict[str, Tensor], about: dict[str, Any]) -> None:
    """Write beside, then rename, so that a full disk or a kill leaves the old file whole.

    Raises
    ------
    TrainingError
        The file cannot be written.
    """
    from safetensors.torch import save_file

    beside = path.with_suffix(".part")
    whole = {k: v.detach().cpu().contiguous().clone() for k, v in tensors.items()}
    with writing(path):
        try:
            save_file(whole, beside, {"about": json.dumps(about)})
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def read_checkpoint(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors of a checkpoint and the record about them.

    Raises
    ------
    TrainingError
        The file is absent, truncated or no checkpoint of this program.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads(file.metadata()["about"])
            return {key: file.get_tensor(key) for key in file.keys()}, about  # noqa: SIM118
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as exc:
        raise TrainingError(f"{path} is not a checkpoint of this program ({exc})") from exc


@contextmanager
def refuse_foreign(path: Path) -> Iterator[None]:
    """Say that a checkpoint is of another make when its content does not fit where it is put.

    Raises
    ------
    TrainingError
        In place of what a missing entry or a tensor of another shape raises.
    """
    try:
        yield
    except (KeyError, TypeError, ValueError, RuntimeError) as exc:
        said = " ".join(str(exc).split())[:200]
        raise TrainingError(
            f"{path} belongs to another architecture or version: train again ({said})"
        ) from exc


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say which file or folder of a run could not be written.

    Raises
    ------
    TrainingError
        In place of what a full disk or a folder without permission raises.
    """
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, SafetensorError) as exc:  # from save_file a full disk is a SafetensorError
        raise TrainingError(
            f"cannot write {path} ({exc}); checkpoints made before are whole: make room, then --resume"
        ) from exc
