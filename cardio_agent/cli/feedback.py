"""The command ``feedback``: export what clinicians said, and rank what they should look at next."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cardio_agent.cli.arguments import Commands
from cardio_agent.cli.output import deliver

if TYPE_CHECKING:
    from cardio_agent.feedback import FeedbackStore


def add_feedback(commands: Commands) -> None:
    command = commands.add_parser("feedback", help="what clinicians said: export it, rank what is next")
    parts = command.add_subparsers(required=True, metavar="PART")
    export = parts.add_parser("export", help="labels, signals and remarks as 'train classifier' reads them")
    export.add_argument("--out", type=Path, required=True, metavar="DIR")
    export.add_argument("--store", type=Path, metavar="FILE", help="default: that of the app")
    export.set_defaults(run=_run_export)
    following = parts.add_parser("next", help="unlabelled ECGs, the least certain first")
    following.add_argument("sources", nargs="+", metavar="SOURCE", help="files, folders or patterns")
    following.add_argument("--top", type=int, default=20, metavar="N", help="how many (default 20)")
    following.add_argument("--store", type=Path, metavar="FILE", help="ECGs with feedback are left out")
    following.set_defaults(run=_run_next)


def _store(path: Path | None) -> "FeedbackStore":
    from cardio_agent.feedback import FeedbackStore, default_store

    return default_store() if path is None else FeedbackStore(path)


def _run_export(args: argparse.Namespace) -> int:
    from cardio_agent.training.feedback_data import export_feedback

    n = export_feedback(_store(args.store), args.out)
    print(f"{n} remarks in {args.out}")
    return 0


def _run_next(args: argparse.Namespace) -> int:
    from cardio_agent.batch.sources import find_items
    from cardio_agent.feedback import rank

    labelled = {kept.sha256 for kept in _store(args.store).recordings()}
    files = [item.file for item in find_items(args.sources, leave_out=Path("no folder is left out"))]
    ranked = rank(_probabilities(files, labelled))[: args.top]
    rows = [
        f"{c.entropy_bits:7.2f}  {c.name}  " + ", ".join(f"{code} {p:.2f}" for code, p in c.doubtful)
        for c in ranked
    ]
    deliver("\n".join(["entropy  file  least certain", *rows]) + "\n", None)
    return 0


def _probabilities(files: list[str], labelled: set[str]) -> Iterator[tuple[str, Mapping[str, float]]]:
    """Of each file that can be read and has no feedback yet; what cannot is named and passed over."""
    import sys

    from tqdm import tqdm

    from cardio_agent.classifier import classify
    from cardio_agent.errors import CardioAgentError
    from cardio_agent.reading import read_ecg

    for path in tqdm(files, unit="ECG", desc="classifying"):
        try:
            ecg = read_ecg(path)
            if ecg.source.sha256 not in labelled:
                yield path, classify([ecg])[0].probabilities
        except CardioAgentError as exc:
            print(f"cardio-agent: left out: {exc}", file=sys.stderr)
