"""Commands about models and data: evaluate, train, export-onnx, data."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cardio_agent.cli.output import Commands, write
from cardio_agent.errors import BadRequest

if TYPE_CHECKING:
    from cardio_agent.classifier.model import Model
    from cardio_agent.explanation.methods import MethodInfo
    from cardio_agent.training.datasets import LabelledSet
    from cardio_agent.training.stress import StressTable


# ── evaluate, train ──────────────────────────────────────────────────────────────────────────


def add_evaluate(commands: Commands) -> None:
    command = commands.add_parser("evaluate", help="figures of merit against labelled data")
    command.add_argument(
        "--data", type=Path, metavar="DIR", help="labelled ECGs: AUROC with bootstrap intervals"
    )
    command.add_argument("--fold", type=int, default=9)
    command.add_argument("--teachers", type=Path, metavar="DIR", help="compare with the two public networks")
    command.add_argument(
        "--delineation", type=Path, metavar="DIR", help="LUDB folder: F1 and errors of the waves"
    )
    command.add_argument(
        "--simulated", action="store_true", help="measurements against the truth of simulated ECGs"
    )
    command.add_argument(
        "--retrieval", type=Path, metavar="FILE", help="questions with their passages: hit rates"
    )
    command.add_argument(
        "--quality", type=Path, metavar="DIR", help="PTB-XL with its notes: noise and exchanged electrodes"
    )
    command.add_argument(
        "--criteria", type=Path, metavar="DIR", help="PTB-XL with age and sex: criteria against statements"
    )
    command.add_argument(
        "--repeatability", type=Path, metavar="DIR", help="how far measurements differ from themselves"
    )
    command.add_argument(
        "--rhythm", type=Path, metavar="DIR", help="labelled ECGs: P waves, flutter, premature beats, pacing"
    )
    command.add_argument("--chat", type=Path, metavar="DIR", help="ECG-QA and PTB-XL: answers of the chat")
    command.add_argument(
        "--questions", type=Path, metavar="FILE", help="with --chat: ask these of twenty ECGs instead"
    )
    command.add_argument("--out", type=Path, metavar="FILE", help="also write the figures of --data as JSON")
    command.add_argument(
        "--stress",
        action="store_true",
        help="also under noise, lost leads and exchanged electrodes (minutes)",
    )
    command.add_argument("--figures", type=Path, metavar="DIR", help="also draw ROC and reliability curves")
    command.add_argument(
        "--explanations",
        nargs="*",
        metavar="METHOD",
        help="instead: how faithful the explanations are (all methods: hours)",
    )
    command.add_argument(
        "--records", type=_count, default=100, metavar="N", help="explained for each statement (default 100)"
    )
    command.add_argument(
        "--other-network",
        type=Path,
        metavar="FILE",
        help="best.safetensors of another training seed: do its explanations agree?",
    )
    command.set_defaults(run=_run_evaluate)


def _run_evaluate(args: argparse.Namespace) -> int:
    sources = (
        "data", "delineation", "simulated", "retrieval", "quality", "criteria", "repeatability", "rhythm",
        "chat",
    )  # fmt: skip
    if not any(getattr(args, name) for name in sources):
        raise BadRequest(f"evaluate: give at least one of --{', --'.join(sources)}")
    if args.explanations is not None:
        _evaluate_explanations(args)
    elif args.data:
        _evaluate_classifier(args)
    if args.delineation:
        _evaluate_delineation(args.delineation)
    if args.simulated:
        _evaluate_simulated()
    if args.retrieval:
        from cardio_agent.training.retrieval_scores import read_questions, retrieval_table

        print(retrieval_table(read_questions(args.retrieval)))
    if args.quality:
        from cardio_agent.training.quality_scores import score_quality

        print(score_quality(args.quality, _labelled(args.quality, args.fold)))
    if args.criteria:
        from cardio_agent.training.criteria_scores import score_criteria

        print(score_criteria(args.criteria, _labelled(args.criteria, args.fold)))
    if args.repeatability:
        from cardio_agent.training.repeatability import score_repeatability

        print(score_repeatability(_labelled(args.repeatability)))
    if args.chat:
        _evaluate_chat(args.chat, args.questions)
    if args.rhythm:
        from cardio_agent.training.rhythm_scores import score_rhythm

        print(score_rhythm(_labelled(args.rhythm, args.fold)))
    return 0


def _evaluate_chat(folder: Path, questions: Path | None) -> None:
    if questions is None:
        from cardio_agent.training.ecgqa_scores import score_ecgqa

        print(score_ecgqa(folder))
        return
    from cardio_agent.training.chat_expected import read_chat_questions
    from cardio_agent.training.chat_scores import score_chat

    print(score_chat(read_chat_questions(questions), folder / "ptbxl" / "wfdb"))


def _labelled(folder: Path, fold: int | None = None) -> "LabelledSet":
    from cardio_agent.training.datasets import load_labelled

    data = load_labelled(folder)
    return data if fold is None else data.of_folds((fold,))


def _evaluate_delineation(folder: Path) -> None:
    from cardio_agent.measurement import delineate
    from cardio_agent.training import delineation_scores as scores
    from cardio_agent.training.neurokit import has_neurokit, neurokit_leads

    folder = scores.annotated_folder(folder)
    names = scores.annotated_records(folder)
    if not names:
        raise BadRequest(f"no annotated record in {folder}: give a folder with .hea, .dat and a file a lead")
    own = scores.score_folder(folder, lambda ecg: delineate(ecg).leads, names)
    other = scores.score_folder(folder, neurokit_leads, names) if has_neurokit() else None
    print(scores.delineation_table(own, other, "NeuroKit2"))
    if other is None:
        print("\nNeuroKit2 is not installed: pip install 'cardio-agent[compare]' puts it beside.")


def _evaluate_simulated() -> None:
    from cardio_agent.measurement import delineate, measure
    from cardio_agent.signal import assess_quality
    from cardio_agent.training.simulated_scores import score_simulated, simulated_table

    print(simulated_table(score_simulated(lambda ecg: measure(ecg, delineate(ecg), assess_quality(ecg)))))


def _evaluate_classifier(args: argparse.Namespace) -> None:
    from cardio_agent.classifier.model import load_model
    from cardio_agent.training.datasets import load_labelled
    from cardio_agent.training.evaluation import evaluate_classifier
    from cardio_agent.training.figures import write_figures
    from cardio_agent.training.scoring import logits_of, recordings
    from cardio_agent.training.tables import figures_table

    model, data = load_model(), load_labelled(args.data).of_folds((args.fold,))
    logits = logits_of(model, recordings(data))
    figures = evaluate_classifier(model, data, logits, args.teachers)
    if args.figures:
        write_figures(args.figures, figures, data.targets, model.probabilities(logits))
    if args.stress:
        figures = figures.model_copy(update={"stress": _stress(model, data)})
    print(figures_table(figures))
    if args.out:
        write(args.out, figures.model_dump_json(indent=1).encode())


def _evaluate_explanations(args: argparse.Namespace) -> None:
    from tqdm import tqdm

    from cardio_agent.classifier.model import load_model
    from cardio_agent.training.classifier import load_checkpoint
    from cardio_agent.training.datasets import load_labelled
    from cardio_agent.training.faithfulness import summarise
    from cardio_agent.training.faithfulness_checks import with_network
    from cardio_agent.training.faithfulness_tables import faithfulness_tables
    from cardio_agent.training.faithfulness_trials import choose_cases, examine

    if not args.data:
        raise BadRequest("evaluate --explanations: give --data, the labelled ECGs to explain")
    if args.stress or args.figures or args.teachers:
        raise BadRequest("evaluate --explanations: run --stress, --figures and --teachers without it")
    methods = _explanation_methods(args.explanations)
    model, data = load_model(), load_labelled(args.data).of_folds((args.fold,))
    other = with_network(model, load_checkpoint(args.other_network)[0]) if args.other_network else None
    cases = choose_cases(data, args.records)
    progress = tqdm(
        examine(model, data, methods, cases, other=other),
        total=sum(map(len, cases.values())),
        unit="explained",
        desc="explanations",
    )
    figures = summarise([trial for trials in progress for trial in trials], model, data, methods)
    print(faithfulness_tables(figures))
    if args.out:
        write(args.out, figures.model_dump_json(indent=1).encode())


def _explanation_methods(names: list[str]) -> "dict[str, MethodInfo]":
    from cardio_agent.explanation import METHODS

    unknown = [name for name in names if name not in METHODS]
    if unknown:
        raise BadRequest(f"no explanation method '{unknown[0]}': choose from {', '.join(METHODS)}")
    return {name: METHODS[name] for name in names or METHODS}


def _stress(model: "Model", data: "LabelledSet") -> "StressTable":
    from tqdm import tqdm

    from cardio_agent.training.stress import StressTable, faults, stress_test

    rows = tqdm(stress_test(model, data), total=1 + len(faults()), unit="fault", desc="stress")
    return StressTable(rows=tuple(rows))


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
    classifier.add_argument("--epochs", type=_count)
    classifier.add_argument(
        "--patience", type=_count, metavar="N", help="end after N epochs without a better one"
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
    writer.add_argument("--ecgs", type=_count, default=900, metavar="N", help="of folds 1–8 to learn from")
    writer.add_argument("--rounds", type=_count, default=4, help="wordings drawn of each report")
    writer.add_argument("--epochs", type=_count)
    writer.add_argument("--seed", type=int, default=0)
    writer.add_argument("--device", default="auto", help="auto, cpu or cuda")
    writer.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    writer.set_defaults(run=_run_train_writer)
    vectors = models.add_parser("vectors", help="vectors of the guideline statements, as shipped")
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


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def _run_train_vectors(_: argparse.Namespace) -> int:
    from cardio_agent.training.vectors import train_vectors

    print(train_vectors())
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


# ── data ─────────────────────────────────────────────────────────────────────────────────────


def add_data(commands: Commands) -> None:
    command = commands.add_parser("data", help="fetch published data")
    sets = command.add_subparsers(required=True, metavar="SET")
    ptbxl = sets.add_parser("ptbxl", help="download PTB-XL, or go on with a download")
    ptbxl.add_argument("dir", type=Path, metavar="DIR", help="folder for the data set")
    ptbxl.add_argument("--base-url", metavar="URL", help="where SHA256SUMS.txt lies (default: PhysioNet)")
    ptbxl.add_argument("--rate", type=int, choices=(100, 500), default=100, help="records in Hz")
    ptbxl.set_defaults(run=_run_data_ptbxl)


def _run_data_ptbxl(args: argparse.Namespace) -> int:
    from cardio_agent.training.download import BASE_URL, download_ptbxl

    done = download_ptbxl(args.dir, base_url=args.base_url or BASE_URL, rate_hz=args.rate)
    print(f"{done.n_fetched} files fetched, {done.n_kept} already there: {args.dir}")
    return 0
