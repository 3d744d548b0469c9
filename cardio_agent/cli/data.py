"""data: fetch published data."""

import argparse
from pathlib import Path

from cardio_agent.cli.arguments import Commands


def add_data(commands: Commands) -> None:
    command = commands.add_parser("data", help="fetch published data")
    sets = command.add_subparsers(required=True, metavar="SET")
    ptbxl = sets.add_parser("ptbxl", help="download PTB-XL, or go on with a download")
    ptbxl.add_argument("dir", type=Path, metavar="DIR", help="folder for the data set")
    ptbxl.add_argument("--base-url", metavar="URL", help="where SHA256SUMS.txt lies (default: PhysioNet)")
    ptbxl.add_argument("--rate", type=int, choices=(100, 500), default=100, help="records in Hz")
    ptbxl.set_defaults(run=_run_data_ptbxl)


def _run_data_ptbxl(args: argparse.Namespace) -> int:
    from cardio_agent.datasets.download import BASE_URL, download_ptbxl

    done = download_ptbxl(args.dir, base_url=args.base_url or BASE_URL, rate_hz=args.rate)
    print(f"{done.n_fetched} files fetched, {done.n_kept} already there: {args.dir}")
    return 0
