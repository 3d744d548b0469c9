"""``run.json``: what a batch folder was made with, and how far it is.

Enters: the folder, the sources and the fingerprint of the examiner. Leaves: the record on disk, or the
refusal to go on in a folder that was begun otherwise. Knows nothing of rows.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from cardio_agent.batch.disk import committed, remove_unfinished
from cardio_agent.batch.parts import PARTS
from cardio_agent.batch.results import FAILURES, REPORTS, REPORTS_GZIPPED, TABLE
from cardio_agent.errors import BatchError
from cardio_agent.schema import Record

RUN = "run.json"
_OURS = (TABLE, REPORTS, REPORTS_GZIPPED, FAILURES, PARTS)


class BatchSummary(Record):
    """What a run came to, in files."""

    n_done: int = Field(description="examined by this run")
    n_failed: int = Field(description="listed in failures.csv")
    n_skipped: int = Field(description="already there from earlier runs")


class RunRecord(Record):
    """The content of ``run.json``; counts and end are None until the run has ended."""

    schema_version: str = "1.1"
    made_by: str = Field(description="name of the fingerprint, as in the table's column")
    fingerprint: dict[str, Any] = Field(description="versions, hashes and settings that shape the rows")
    mixed_with: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="fingerprints of rows of earlier runs, by name; none unless told"
    )
    attempt: int = Field(ge=1, description="how often a run was started in this folder")
    sources: tuple[str, ...]
    engine: str
    workers: int | None = Field(None, description="processes; None before the work has begun")
    started_at: datetime
    finished_at: datetime | None = None
    elapsed_s: float | None = None
    counts: BatchSummary | None = None


def begin(
    out_dir: Path,
    sources: Sequence[str | Path],
    fingerprint: Mapping[str, Any],
    *,
    engine: str,
    may_mix: bool = False,
) -> RunRecord:
    """Start the folder, or go on in it.

    Parameters
    ----------
    may_mix : bool
        Go on with the rows there even when other versions or settings made them.

    Raises
    ------
    BatchError
        The folder cannot be written, holds results of unknown origin, or was begun with other versions or
        settings and may not mix.
    """
    earlier = _earlier(out_dir)
    if earlier is not None and not may_mix:
        _refuse_mixing(out_dir, earlier.fingerprint, fingerprint)
    made_by = _name(fingerprint)
    record = RunRecord(
        made_by=made_by,
        fingerprint=dict(fingerprint),
        mixed_with={} if earlier is None else _others(earlier, made_by),
        engine=engine,
        attempt=1 if earlier is None else earlier.attempt + 1,
        sources=tuple(str(source) for source in sources),
        started_at=_now(),
    )
    try:
        (out_dir / PARTS).mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise BatchError(f"cannot write in {out_dir}: {exc.strerror}; choose another --out") from exc
    remove_unfinished(out_dir / PARTS)
    _write(out_dir, record)
    return record


def finish(out_dir: Path, record: RunRecord, *, workers: int, summary: BatchSummary) -> None:
    """Record the end of a run, and remove what workers that died have left."""
    remove_unfinished(out_dir / PARTS)
    finished_at = _now()
    end = {
        "workers": workers,
        "counts": summary,
        "finished_at": finished_at,
        "elapsed_s": round((finished_at - record.started_at).total_seconds(), 1),
    }
    _write(out_dir, record.model_copy(update=end))


def _earlier(out_dir: Path) -> RunRecord | None:
    """The record of the run before, or None in a folder where there was none."""
    try:
        text = (out_dir / RUN).read_text(encoding="utf-8")
        return RunRecord.model_validate_json(text)
    except FileNotFoundError as exc:
        if any((out_dir / name).exists() for name in _OURS):
            raise BatchError(f"{out_dir} holds results without their {RUN}: choose another --out") from exc
        return None
    except (OSError, ValidationError, UnicodeDecodeError) as exc:
        raise BatchError(f"{out_dir / RUN} is no record of a run: choose another --out") from exc


def _name(fingerprint: Mapping[str, Any]) -> str:
    """A short name by which rows refer to a fingerprint."""
    return hashlib.sha256(json.dumps(fingerprint, sort_keys=True).encode()).hexdigest()[:12]


def _others(earlier: RunRecord, made_by: str) -> dict[str, dict[str, Any]]:
    """The fingerprints of all runs before that rows may be of."""
    known = {**earlier.mixed_with, earlier.made_by: earlier.fingerprint}
    return {name: fingerprint for name, fingerprint in known.items() if name != made_by}


def _refuse_mixing(out_dir: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    changed = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
    if changed:
        said = "; ".join(f"{name} was {before.get(name)!r}, is {now.get(name)!r}" for name in changed)
        raise BatchError(
            f"{out_dir} was begun otherwise ({said}): choose another --out, run as before, or keep its rows "
            "with --mix"
        )


def _write(out_dir: Path, record: RunRecord) -> None:
    with committed(out_dir / RUN) as beside:
        beside.write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
