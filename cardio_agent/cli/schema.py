"""The command ``schema``: the JSON Schema of the report."""

import argparse
from pathlib import Path

from cardio_agent.cli.arguments import Commands
from cardio_agent.cli.output import deliver


def add_schema(commands: Commands) -> None:
    command = commands.add_parser("schema", help="the JSON Schema that 'report --format json' follows")
    command.add_argument("--out", type=Path, metavar="FILE", help="write there instead of the screen")
    command.set_defaults(run=_run_schema)


def _run_schema(args: argparse.Namespace) -> int:
    from cardio_agent.rendering.json_report import report_schema

    deliver(report_schema(), args.out)
    return 0
