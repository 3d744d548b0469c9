"""The command ``batch``: many ECGs into a table and reports."""

import argparse
import sys
from pathlib import Path

from cardio_agent.cli.arguments import Commands
from cardio_agent.cli.ecg import REPORT_FORMATS

EXIT_BATCH_FAILURES = 3
DEFAULT_TIMEOUT_S = 300.0


def add_batch(commands: Commands) -> None:
    command = commands.add_parser(
        "batch",
        help="reports and a table of many ECGs; continues where it stopped",
        description="Examine many ECGs: table.parquet (one row each), reports.jsonl, failures.csv, run.json. "
        "Stopped or killed, the same command goes on from there.",
    )
    command.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="folders, PTB-XL's folder, files, patterns, or CSV manifests with the columns path, id, age, "
        "sex, prior (all but path may be left out)",
    )
    command.add_argument("--out", type=Path, required=True, metavar="DIR")
    _add_parts(command)
    _add_engine(command)
    command.set_defaults(run=_run_batch)


def _add_parts(command: argparse.ArgumentParser) -> None:
    command.add_argument("--no-text", action="store_true", help="the table only, without written reports")
    command.add_argument(
        "--explain", action="store_true", help="reports say what the classifier relied on (slower)"
    )
    command.add_argument(
        "--format",
        action="append",
        choices=REPORT_FORMATS,
        default=[],
        dest="formats",
        help="also one file an ECG in reports/; may be given several times",
    )
    command.add_argument(
        "--gzip", action="store_true", help="reports.jsonl.gz instead of reports.jsonl: an eighth of the size"
    )
    command.add_argument(
        "--llm",
        default="plain",
        metavar="WRITER",
        help="plain (default here, whatever the setting), bundled, hf:FOLDER-OR-ID or openai:URL#MODEL",
    )


def _add_engine(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--engine", choices=("local", "ray"), default="local", help="processes (default) or a Ray cluster"
    )
    command.add_argument(
        "--ray-address", metavar="ADDRESS", help="of a running cluster (default: Ray on this machine)"
    )
    command.add_argument("--workers", type=int, metavar="N", help="processes or actors (default: one a core)")
    command.add_argument(
        "--timeout",
        type=float,
        default=DEFAULT_TIMEOUT_S,
        metavar="S",
        help="longest that one ECG may take; then it is a failure (default %(default)g)",
    )
    command.add_argument(
        "--mix", action="store_true", help="keep rows in --out that other versions or settings made"
    )
    command.add_argument("--quiet", action="store_true", help="no progress")


def _run_batch(args: argparse.Namespace) -> int:
    from cardio_agent.batch import BatchOptions, run_batch

    options = BatchOptions(
        writer=args.llm,
        with_text=not args.no_text,
        explained=args.explain,
        formats=tuple(dict.fromkeys(args.formats)),
        gzipped=args.gzip,
        engine=args.engine,
        ray_address=args.ray_address,
        workers=args.workers,
        timeout_s=args.timeout,
        may_mix=args.mix,
        quiet=args.quiet,
    )
    try:
        summary = run_batch(args.sources, args.out, options=options)
    except KeyboardInterrupt:
        print("cardio-agent: what is finished is kept; the same command goes on from there", file=sys.stderr)
        raise
    print(f"{summary.n_done} done, {summary.n_failed} failed, {summary.n_skipped} already there: {args.out}")
    return EXIT_BATCH_FAILURES if summary.n_failed else 0
