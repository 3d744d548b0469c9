"""The command ``checksums``: are weights and guidelines of this installation what they were."""

import argparse
from pathlib import Path

from cardio_agent.cli.arguments import Commands
from cardio_agent.errors import BadRequest
from cardio_agent.resources import CHECKED_FOLDERS, check_files, resource_dir, write_checksums


def add_checksums(commands: Commands) -> None:
    command = commands.add_parser(
        "checksums", help="hold the weights and guidelines of this installation against their checksums"
    )
    command.add_argument(
        "--write", action="store_true", help="write the checksums anew, after changes of your own"
    )
    command.set_defaults(run=_run_checksums)


def _run_checksums(args: argparse.Namespace) -> int:
    for folder in map(resource_dir, CHECKED_FOLDERS):
        if args.write:
            _write(folder)
        check_files(folder)
        print(f"{folder}: {'checksums written' if args.write else 'as its checksums say'}")
    return 0


def _write(folder: Path) -> None:
    try:
        write_checksums(folder)
    except OSError as exc:
        raise BadRequest(f"cannot write into {folder} ({exc.strerror}); check its permissions") from exc
