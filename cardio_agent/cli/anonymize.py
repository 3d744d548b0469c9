"""The command ``anonymize``: recordings without name, number and dates."""

import argparse
from pathlib import Path

from cardio_agent.cli.arguments import Commands


def add_anonymize(commands: Commands) -> None:
    command = commands.add_parser(
        "anonymize",
        help="copies without name, number and dates",
        description="Write each recording anew as WFDB with nothing but its leads, rate, age and sex, under "
        "a new name. Whatever its format was, the copy is WFDB; the original is left as it is.",
    )
    command.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="ECG files of any readable format"
    )
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the copies")
    command.add_argument(
        "--dates",
        choices=("drop", "shift", "keep"),
        default="drop",
        help="time of recording: left out (default); moved by one secret number of days, the same for all "
        "files of this call; or kept",
    )
    command.set_defaults(run=_run_anonymize)


def _run_anonymize(args: argparse.Namespace) -> int:
    from cardio_agent.anonymisation import anonymise

    for copy in anonymise(args.files, args.out, dates=args.dates):
        note = "" if copy.format == "wfdb" else f" (converted from {copy.format})"
        print(f"{copy.original} → {copy.header}{note}", flush=True)
    return 0
