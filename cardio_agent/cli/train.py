"""train and export-onnx: the models of the program, made anew or in another form."""

import argparse
from pathlib import Path

from cardio_agent.cli.arguments import Commands, count
from cardio_agent.cli.output import write


def add_train(commands: Commands) -> None:
    command = commands.add_parser("train", help="train a model of the program")
    models = command.add_subparsers(required=True, metavar="MODEL")
    classifier = models.add_parser("classifier", help="the network of statements")
    classifier.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="labelled arrays, or PTB-XL as published"
    )
    classifier.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="run folder; the model in DIR/model"
    )
    classifier.add_argument(
        "--teachers", type=Path, metavar="DIR", help="distil from the two public networks"
    )
    classifier.add_argument(
        "--earlier",
        type=Path,
        nargs="+",
        default=(),
        metavar="FILE",
        help="distil from best.safetensors of earlier runs too",
    )
    classifier.add_argument(
        "--feedback", type=Path, metavar="FILE", help="also learn from this store of clinicians' remarks"
    )
    classifier.add_argument("--epochs", type=count)
    classifier.add_argument(
        "--patience", type=count, metavar="N", help="end after N epochs without a better one"
    )
    classifier.add_argument("--seed", type=int, default=0)
    classifier.add_argument("--device", default="auto", help="auto, cpu or cuda")
    classifier.add_argument(
        "--start-from", type=Path, metavar="FILE", help="a best.safetensors to begin with"
    )
    classifier.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    classifier.set_defaults(run=_run_train_classifier)
    writer = models.add_parser("writer", help="the bundled language model that words reports")
    writer.add_argument("--data", type=Path, required=True, metavar="DIR", help="labelled ECGs, as above")
    writer.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="run folder; the model in DIR/model"
    )
    writer.add_argument("--ecgs", type=count, default=900, metavar="N", help="of folds 1–8 to learn from")
    writer.add_argument("--rounds", type=count, default=4, help="wordings drawn of each report")
    writer.add_argument("--epochs", type=count)
    writer.add_argument("--seed", type=int, default=0)
    writer.add_argument("--device", default="auto", help="auto, cpu or cuda")
    writer.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    writer.set_defaults(run=_run_train_writer)
    vectors = models.add_parser("vectors", help="vectors of statements, and how the chat understands")
    vectors.set_defaults(run=_run_train_vectors)


def _run_train_classifier(args: argparse.Namespace) -> int:
    from cardio_agent.training.session import train_classifier

    train_classifier(
        args.data,
        args.out,
        teachers=args.teachers,
        earlier=args.earlier,
        feedback=args.feedback,
        epochs=args.epochs,
        patience=args.patience,
        seed=args.seed,
        start_from=args.start_from,
        resume=args.resume,
        device=args.device,
    )
    return 0


def _run_train_writer(args: argparse.Namespace) -> int:
    from cardio_agent.training.writer.session import train_writer

    scores = train_writer(
        args.data,
        args.out,
        n_ecgs=args.ecgs,
        rounds=args.rounds,
        epochs=args.epochs,
        seed=args.seed,
        resume=args.resume,
        device=args.device,
    )
    print(scores.model_dump_json(indent=1))
    return 0


def _run_train_vectors(_: argparse.Namespace) -> int:
    from cardio_agent.training.vectors import train_vectors

    print(*train_vectors(), sep="\n")
    return 0


def add_export_onnx(commands: Commands) -> None:
    command = commands.add_parser("export-onnx", help="the classifier as a file that runs without PyTorch")
    command.add_argument("--out", type=Path, default=Path("classifier.onnx"), metavar="FILE")
    command.add_argument("--int8", action="store_true", help="also FILE.int8.onnx: smaller and faster")
    command.add_argument("--data", type=Path, metavar="DIR", help="labelled ECGs: what int8 loses on fold 9")
    command.set_defaults(run=_run_export_onnx)


def _run_export_onnx(args: argparse.Namespace) -> int:
    from cardio_agent.training.export import export_classifier

    files = export_classifier(args.out, int8=args.int8, data_dir=args.data)
    for file in files:
        write(file.path, file.content)
        print(f"{file.path}: {len(file.content) / 1e6:.1f} MB, {file.about}")
    print(f"To run from it: CARDIO_AGENT_CLASSIFIER_RUNTIME=onnx:{files[-1].path}")
    return 0
