"""The command ``concepts``: which channels of the network speak for a statement, as a gallery."""

import argparse
from pathlib import Path

from cardio_agent.cli.arguments import Commands, count
from cardio_agent.errors import BadRequest


def add_concepts(commands: Commands) -> None:
    command = commands.add_parser(
        "concepts", help="which channels of the network speak for a statement (minutes)"
    )
    command.add_argument("--statement", required=True, metavar="CODE", help="e.g. AFIB")
    command.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="labelled arrays, or PTB-XL as published"
    )
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the gallery")
    command.add_argument("--fold", type=int, default=9, help="records to show and to score (default 9)")
    command.add_argument(
        "--rank-fold", type=int, default=8, help="other records, for the channels' order (default 8)"
    )
    command.add_argument(
        "--layer", default="fused", help="default: the last; pruning needs it (a wrong name lists all)"
    )
    command.add_argument("--top", type=count, default=8, metavar="N", help="channels to show (default 8)")
    command.add_argument(
        "--references", type=count, default=6, metavar="N", help="ECGs for each channel (default 6)"
    )
    command.set_defaults(run=_run_concepts)


def _run_concepts(args: argparse.Namespace) -> int:
    from cardio_agent.classifier.model import load_model
    from cardio_agent.datasets.labelled import load_labelled
    from cardio_agent.evaluation.concepts.channels import Search, find_concepts, rank_channels
    from cardio_agent.evaluation.concepts.files import gallery_folder, write_gallery
    from cardio_agent.evaluation.concepts.pruning import prune
    from cardio_agent.evaluation.concepts.tables import concepts_text
    from cardio_agent.explanation import check_statement
    from cardio_agent.explanation.relevance import LAST_LAYER

    check_statement(args.statement)
    if args.fold == args.rank_fold:
        raise BadRequest(f"--rank-fold {args.fold} is also --fold: rank the channels on another fold")
    model, data, folder = load_model(), load_labelled(args.data), gallery_folder(args.out)
    search = Search(args.statement, args.layer, n_top=args.top, n_references=args.references)
    shown = data.of_folds((args.fold,))
    ranking = rank_channels(model, data.of_folds((args.rank_fold,)), search)
    found = find_concepts(model, shown, ranking, search)
    pruning = prune(model, shown, ranking, search) if args.layer == LAST_LAYER else None
    print(concepts_text(found, pruning))
    write_gallery(folder, found, pruning)
    print(f"\nGallery: {folder / 'index.html'}")
    return 0
