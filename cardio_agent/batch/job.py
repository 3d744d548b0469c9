"""One batch from start to end: find the files, go on where a run stopped, work, merge.

Enters: sources, a folder for the results, options. Leaves: ``table.parquet`` (one row an ECG),
``reports.jsonl`` (one report a line), ``failures.csv`` and ``run.json`` in that folder, and where formats
are asked for ``reports/``. Does not look into a file or a row.

Rows are committed in pieces under ``parts/``. A kill at any moment loses at most the pieces in hand; the
same command then does what is missing and gives the results of an undisturbed run. Files that failed are
tried again by each new run, so a mended file is taken up.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from cardio_agent.batch.engines import Engine, EngineName, open_engine
from cardio_agent.batch.examination import EcgExaminer, Examiner
from cardio_agent.batch.item import Item, Key
from cardio_agent.batch.lock import locked
from cardio_agent.batch.parts import Place, find_places, part_path
from cardio_agent.batch.piece import Piece
from cardio_agent.batch.record import BatchSummary, RunRecord, begin, finish
from cardio_agent.batch.results import write_results
from cardio_agent.batch.sources import find_items
from cardio_agent.errors import BadRequest

_PIECES_A_WORKER = 8  # at least, so that progress shows and workers end together
_ENGINES = ", ".join(get_args(EngineName))


@dataclass(frozen=True)
class BatchOptions:
    """Options of a batch.

    Parameters
    ----------
    writer : str
        ``'plain'``, ``'bundled'``, ``'hf:FOLDER-OR-ID'`` or ``'openai:URL#MODEL'``. The setting ``llm`` does
        not reach here: a language model takes far longer than all the rest.
    with_text : bool
        False: the table only, no guideline passages and no reports.
    explained : bool
        Reports say what the classifier relied on. It takes longer than all the rest.
    formats : tuple of str
        Formats in which each report is also written to a file of its own.
    gzipped : bool
        ``reports.jsonl.gz`` instead of ``reports.jsonl``: an eighth of the size.
    engine : {"local", "ray"}
    ray_address : str, optional
        Of a running Ray cluster; default: Ray on this machine.
    workers : int, optional
        Processes or actors; default: one a core, at most one a piece.
    piece_size : int
        Files committed together, at most.
    timeout_s : float, optional
        Longest that one file may take. Default: no limit.
    may_mix : bool
        Keep the rows of earlier runs in the folder even when other versions or settings made them.
    quiet : bool
        No progress bar. It is left out by itself where standard error is no terminal.

    Raises
    ------
    BadRequest
        A number is too small, the engine is unknown, or options exclude each other.
    """

    writer: str = "plain"
    with_text: bool = True
    explained: bool = False
    formats: tuple[str, ...] = ()
    gzipped: bool = False
    engine: EngineName = "local"
    ray_address: str | None = None
    workers: int | None = None
    piece_size: int = 64
    timeout_s: float | None = None
    may_mix: bool = False
    quiet: bool = False

    def __post_init__(self) -> None:
        for name in ("workers", "piece_size"):
            number = getattr(self, name)
            if number is not None and number < 1:
                raise BadRequest(f"{name} is {number}: give 1 or more")
        if self.timeout_s is not None and not 0 < self.timeout_s < float("inf"):
            raise BadRequest(f"the time limit is {self.timeout_s:g} s: give more than 0")
        if self.engine not in get_args(EngineName):
            raise BadRequest(f"no engine is called '{self.engine}': choose one of {_ENGINES}")
        if self.ray_address is not None and self.engine != "ray":
            raise BadRequest("a Ray address is of use with the engine 'ray' only: choose it, or leave it out")
        if self.formats and not self.with_text:
            raise BadRequest("without text there is no report to write in a format: leave one of them out")


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
        Folders (with all below them), the folder of PTB-XL, patterns, manifests, files.
    out_dir : Path
        Made when absent. Its files have the same bytes whatever the engine, workers, pieces and
        interruptions; ``run.json`` alone has times.
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
        A pattern, a manifest, the writer or a format cannot be understood; nothing is written.
    ModelMissing, CorpusError, PromptError, MissingExtra
        A part of the program is absent or altered; nothing is written.
    BatchError
        The folder cannot be used, another run works in it, or it was begun with other versions or settings;
        the disk is full; the Ray cluster cannot be reached.

    Limits: a file that has a row is not read again, even when it has changed since; its ``sha256`` in
    the table says which content the row is of. When a manifest says something else of it, it is.
    """
    items = find_items(sources, leave_out=out_dir)
    examiner = examiner or EcgExaminer(
        options.writer, options.with_text, options.explained and options.with_text, options.formats
    )
    examiner.fingerprint()  # raises what is wrong with the options before anything is written
    with locked(out_dir), _engine(options, len(items)) as engine:
        fingerprint = engine.fingerprint(examiner)
        record = begin(out_dir, sources, fingerprint, engine=options.engine, may_mix=options.may_mix)
        missing = _missing(items, find_places(out_dir))
        if missing:
            size = _piece_size(len(missing), engine.n_workers, options.piece_size)
            pieces = _pieces(missing, out_dir, record, size)
            with closing(engine.complete_all(pieces, examiner)) as sizes:
                _show_progress(sizes, len(items), len(items) - len(missing), is_quiet=options.quiet)
        summary = _merge(out_dir, items, missing, with_reports=examiner.with_text, gzipped=options.gzipped)
        finish(out_dir, record, workers=engine.n_workers, summary=summary)
    return summary


def _engine(options: BatchOptions, n_items: int) -> AbstractContextManager[Engine]:
    return open_engine(
        options.engine,
        n_workers=options.workers,
        n_items=n_items,
        timeout_s=options.timeout_s,
        ray_address=options.ray_address,
    )


def _missing(items: Sequence[Item], places: Mapping[Key, Place]) -> list[Item]:
    """Items without a row, and those that failed."""
    return [item for item in items if (place := places.get(item.key)) is None or place.has_failed]


def _pieces(items: Sequence[Item], out_dir: Path, record: RunRecord, size: int) -> Iterator[Piece]:
    for number, start in enumerate(range(0, len(items), size)):
        chosen = tuple(items[start : start + size])
        yield Piece(chosen, part_path(out_dir, record.attempt, number), record.made_by)


def _piece_size(n_items: int, n_workers: int, largest: int) -> int:
    return max(1, min(largest, n_items // (_PIECES_A_WORKER * n_workers)))


def _show_progress(sizes: Iterable[int], n_items: int, n_before: int, *, is_quiet: bool) -> None:
    """Follow the pieces to their end, with rate and time left on a terminal's standard error."""
    from tqdm import tqdm

    disable = True if is_quiet else None  # None: tqdm looks whether there is a terminal
    with tqdm(total=n_items, initial=n_before, unit="ECG", desc="batch", disable=disable) as bar:
        for size in sizes:
            bar.update(size)


def _merge(
    out_dir: Path, items: Sequence[Item], missing: Sequence[Item], *, with_reports: bool, gzipped: bool
) -> BatchSummary:
    committed = find_places(out_dir)
    places = [committed[item.key] for item in items]
    write_results(out_dir, places, with_reports=with_reports, gzipped=gzipped)
    n_failed = sum(place.has_failed for place in places)
    return BatchSummary(
        n_done=len(missing) - n_failed, n_failed=n_failed, n_skipped=len(items) - len(missing)
    )
