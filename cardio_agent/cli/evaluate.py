"""evaluate: figures of merit against labelled data and known truth."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cardio_agent.cli.arguments import Commands, count
from cardio_agent.cli.output import write
from cardio_agent.errors import BadRequest

if TYPE_CHECKING:
    from cardio_agent.classifier.model import Model
    from cardio_agent.datasets.labelled import LabelledSet
    from cardio_agent.evaluation.stress import StressTable
    from cardio_agent.explanation.methods import MethodInfo


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
        "--records", type=count, default=100, metavar="N", help="explained for each statement (default 100)"
    )
    command.add_argument(
        "--other-network",
        type=Path,
        metavar="FILE",
        help="best.safetensors of another training seed: do its explanations agree?",
    )
    command.set_defaults(run=_run_evaluate)


def _run_evaluate(args: argparse.Namespace) -> int:
    chosen = [name for name in _EVALUATIONS if getattr(args, name)]
    if not chosen:
        raise BadRequest(f"evaluate: give at least one of --{', --'.join(_EVALUATIONS)}")
    if args.explanations is not None and not args.data:
        raise BadRequest("evaluate --explanations: give --data, the labelled ECGs to explain")
    for name in chosen:
        _EVALUATIONS[name](args)
    return 0


def _evaluate_data(args: argparse.Namespace) -> None:
    if args.explanations is None:
        _evaluate_classifier(args)
    else:
        _evaluate_explanations(args)


def _evaluate_retrieval(args: argparse.Namespace) -> None:
    from cardio_agent.evaluation.retrieval import read_questions, retrieval_table

    print(retrieval_table(read_questions(args.retrieval)))


def _evaluate_quality(args: argparse.Namespace) -> None:
    from cardio_agent.evaluation.quality import score_quality

    print(score_quality(args.quality, _labelled(args.quality, args.fold)))


def _evaluate_criteria(args: argparse.Namespace) -> None:
    from cardio_agent.evaluation.criteria import score_criteria

    print(score_criteria(args.criteria, _labelled(args.criteria, args.fold)))


def _evaluate_repeatability(args: argparse.Namespace) -> None:
    from cardio_agent.evaluation.repeatability import score_repeatability

    print(score_repeatability(_labelled(args.repeatability)))


def _evaluate_rhythm(args: argparse.Namespace) -> None:
    from cardio_agent.evaluation.rhythm import score_rhythm

    print(score_rhythm(_labelled(args.rhythm, args.fold)))


def _evaluate_chat(args: argparse.Namespace) -> None:
    if args.questions is None:
        from cardio_agent.evaluation.ecgqa import score_ecgqa

        print(score_ecgqa(args.chat))
        return
    from cardio_agent.evaluation.chat import score_chat
    from cardio_agent.evaluation.chat_expected import read_chat_questions

    print(score_chat(read_chat_questions(args.questions), args.chat / "ptbxl" / "wfdb"))


def _labelled(folder: Path, fold: int | None = None) -> "LabelledSet":
    from cardio_agent.datasets.labelled import load_labelled

    data = load_labelled(folder)
    return data if fold is None else data.of_folds((fold,))


def _evaluate_delineation(args: argparse.Namespace) -> None:
    from cardio_agent.evaluation import delineation as scores
    from cardio_agent.evaluation.neurokit import has_neurokit, neurokit_leads
    from cardio_agent.measurement import delineate

    folder = scores.annotated_folder(args.delineation)
    names = scores.annotated_records(folder)
    if not names:
        raise BadRequest(f"no annotated record in {folder}: give a folder with .hea, .dat and a file a lead")
    own = scores.score_folder(folder, lambda ecg: delineate(ecg).leads, names)
    other = scores.score_folder(folder, neurokit_leads, names) if has_neurokit() else None
    print(scores.delineation_table(own, other, "NeuroKit2"))
    if other is None:
        print("\nNeuroKit2 is not installed: pip install 'cardio-agent[compare]' puts it beside.")


def _evaluate_simulated(_: argparse.Namespace) -> None:
    from cardio_agent.evaluation.simulated import score_simulated, simulated_table
    from cardio_agent.measurement import delineate, measure
    from cardio_agent.signal import assess_quality

    print(simulated_table(score_simulated(lambda ecg: measure(ecg, delineate(ecg), assess_quality(ecg)))))


def _evaluate_classifier(args: argparse.Namespace) -> None:
    from cardio_agent.classifier.model import load_model
    from cardio_agent.datasets.labelled import load_labelled
    from cardio_agent.evaluation.classifier import evaluate_classifier
    from cardio_agent.evaluation.figures import write_figures
    from cardio_agent.evaluation.scoring import logits_of, recordings
    from cardio_agent.evaluation.tables import figures_table

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
    from cardio_agent.datasets.labelled import load_labelled
    from cardio_agent.evaluation.faithfulness.checks import with_network
    from cardio_agent.evaluation.faithfulness.summary import summarise
    from cardio_agent.evaluation.faithfulness.tables import faithfulness_tables
    from cardio_agent.evaluation.faithfulness.trials import choose_cases, examine
    from cardio_agent.training.classifier import load_checkpoint

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

    from cardio_agent.evaluation.stress import StressTable, faults, stress_test

    rows = tqdm(stress_test(model, data), total=1 + len(faults()), unit="fault", desc="stress")
    return StressTable(rows=tuple(rows))


_EVALUATIONS: dict[str, Callable[[argparse.Namespace], None]] = {
    "data": _evaluate_data,
    "delineation": _evaluate_delineation,
    "simulated": _evaluate_simulated,
    "retrieval": _evaluate_retrieval,
    "quality": _evaluate_quality,
    "criteria": _evaluate_criteria,
    "repeatability": _evaluate_repeatability,
    "chat": _evaluate_chat,
    "rhythm": _evaluate_rhythm,
}
