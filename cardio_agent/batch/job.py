"""One batch from start to end: find the files, go on where a run stopped, work, merge.

Enters: sources, a folder for the results, options. Leaves: ``table.parquet`` (one row an ECG),
``reports.jsonl`` (one report a line), ``failures.csv`` and ``run.json`` in that folder. Does not look
into a file or a row.

Rows are committed in pieces under ``parts/``. A kill at any moment loses at most the pieces in hand; the
same command then does what is missing and gives the results of an undisturbed run. Files that failed are
tried again by each new run, so a mended file is taken up.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from cardio_agent.batch.examination import EcgExaminer, Examiner
from cardio_agent.batch.parts import Place, find_places, part_path
from cardio_agent.batch.piece import Piece
from cardio_agent.batch.pool import run_pieces
from cardio_agent.batch.record import BatchSummary, begin, finish
from cardio_agent.batch.results import write_results
from cardio_agent.batch.sources import find_files
from cardio_agent.batch.table import shown
from cardio_agent.errors import BadRequest
from cardio_agent.settings import get_settings

_PIECES_A_WORKER = 8  # at least, so that progress shows and workers end together


@dataclass(frozen=True)
class BatchOptions:
    """Options of a batch.

    Parameters
    ----------
    writer : str, optional
        ``'plain'``, ``'hf:FOLDER-OR-ID'`` or ``'openai:URL#MODEL'``; default: the setting ``llm``.
    with_text : bool
        False: the table only, no guideline passages and no reports.
    explained : bool
        Reports say what the classifier relied on. It takes longer than all the rest.
    workers : int, optional
        Processes; default: one a core, at most one a file. 1 works in this process.
    piece_size : int
        Files committed together, at most.
    quiet : bool
        No progress bar. It is left out by itself where standard error is no terminal.

    Raises
    ------
    BadRequest
        A number is under 1.
    """

    writer: str | None = None
    with_text: bool = True
    explained: bool = False
    workers: int | None = None
    piece_size: int = 64
    quiet: bool = False

    def __post_init__(self) -> None:
        for name in ("workers", "piece_size"):
            number = getattr(self, name)
            if number is not None and number < 1:
                raise BadRequest(f"{name} is {number}: give 1 or more")


def run_batch(
    sources: Sequence[str | Path],
    out_dir: Path,
    *,
    options: BatchOptions = BatchOptions(),
    examiner: Examiner | None = None,
) -> BatchSummary:
    """Examine all files of the sources; go on where an earlier run in the same folder stopped.

    Parameters
    ----------
    sources : sequence of str or Path
        Folders (with all below them), patterns, files.
    out_dir : Path
        Made when absent. Its files have the same bytes whatever the workers, pieces and interruptions;
        ``run.json`` alone has times.
    options : BatchOptions
    examiner : Examiner, optional
        What is done with each file; default: the program's pipeline. Must pickle.

    Returns
    -------
    BatchSummary
        With ``n_failed`` of 0 when every file has its row.

    Raises
    ------
    UnreadableFile
        A source is not there or cannot be listed, or no ECG file was found; nothing is written.
    BadRequest
        A pattern or the writer cannot be understood; nothing is written.
    ModelMissing, CorpusError, PromptError
        A part of the program is absent or altered; nothing is written.
    BatchError
        The folder cannot be used, or was begun with other versions or settings; the disk is full.

    Limits: a file that has a row is not read again, even when it has changed since; its ``sha256`` in
    the table says which content the row is of. One run at a time in one folder.
    """
    files = find_files(sources, leave_out=out_dir)
    examiner = examiner or EcgExaminer(
        options.writer or get_settings().llm, options.with_text, options.explained and options.with_text
    )
    record = begin(out_dir, sources, examiner.fingerprint())
    missing = _missing(files, find_places(out_dir))
    n_workers = min(options.workers or _n_cores(), max(1, len(missing)))
    pieces = _pieces(
        missing, out_dir, record.attempt, _piece_size(len(missing), n_workers, options.piece_size)
    )
    with closing(run_pieces(pieces, examiner, n_workers)) as sizes:
        _show_progress(sizes, len(files), len(files) - len(missing), is_quiet=options.quiet)
    summary = _merge(out_dir, files, missing, with_reports=examiner.with_text)
    finish(out_dir, record, workers=n_workers, summary=summary)
    return summary


def _missing(files: Sequence[str], places: Mapping[str, Place]) -> list[str]:
    """Files without a row, and those that failed."""
    return [file for file in files if (place := places.get(shown(file))) is None or place.has_failed]


def _pieces(files: Sequence[str], out_dir: Path, attempt: int, size: int) -> Iterator[Piece]:
    for number, start in enumerate(range(0, len(files), size)):
        yield Piece(tuple(files[start : start + size]), part_path(out_dir, attempt, number))


def _piece_size(n_files: int, n_workers: int, largest: int) -> int:
    return max(1, min(largest, n_files // (_PIECES_A_WORKER * n_workers)))


def _n_cores() -> int:
    """Cores that this process may use, which a container can make fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _show_progress(sizes: Iterable[int], n_files: int, n_before: int, *, is_quiet: bool) -> None:
    """Follow the pieces to their end, with rate and time left on a terminal's standard error."""
    from tqdm import tqdm

    disable = True if is_quiet else None  # None: tqdm looks whether there is a terminal
    with tqdm(total=n_files, initial=n_before, unit="ECG", desc="batch", disable=disable) as bar:
        for size in sizes:
            bar.update(size)


def _merge(
    out_dir: Path, files: Sequence[str], missing: Sequence[str], *, with_reports: bool
) -> BatchSummary:
    committed = find_places(out_dir)
    places = [committed[shown(file)] for file in files]
    write_results(out_dir, places, with_reports=with_reports)
    n_failed = sum(place.has_failed for place in places)
    return BatchSummary(
        n_done=len(missing) - n_failed, n_failed=n_failed, n_skipped=len(files) - len(missing)
    )
