"""The command line: arguments in, calls to the package, exit status out.

Exit status: 0 done, 1 the input is at fault (one line on stderr), 2 wrong usage, 3 batch finished
with failures. Heavy stages are imported by the command that needs them.
"""

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from cardio_agent.errors import BadRequest, CardioAgentError, UnreadableFile

if TYPE_CHECKING:
    from cardio_agent.classifier.model import Model
    from cardio_agent.schema import Analysis, Ecg
    from cardio_agent.training.datasets import LabelledSet
    from cardio_agent.training.stress import StressTable

EXIT_INPUT = 1
EXIT_BATCH_FAILURES = 3


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    # Waiting threads sleep: spinning ones made PyTorch five times slower beside another busy program.
    # OpenMP reads this when PyTorch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    args = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = args.run
    try:
        return run(args)
    except CardioAgentError as exc:
        print(f"cardio-agent: {exc}", file=sys.stderr)
        return EXIT_INPUT
    except BrokenPipeError:
        # The reader (head, less) went away; leave without Python's complaint at shutdown.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("cardio-agent: interrupted", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cardio-agent",
        description="A second pair of eyes on a 12-lead ECG that shows its reasoning. "
        "For research and education only.",
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    _add_report(commands)
    _add_chat(commands)
    _add_app(commands)
    _add_batch(commands)
    _add_delineate(commands)
    _add_guidelines(commands)
    _add_simulate(commands)
    _add_evaluate(commands)
    _add_train(commands)
    _add_export_onnx(commands)
    _add_data(commands)
    return parser


_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _version() -> str:
    from cardio_agent import __version__

    return f"cardio-agent {__version__}"


# ── report, chat, app ────────────────────────────────────────────────────────────────────────


def _add_ecg_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE", help="an ECG file, or 'sample:NAME' for a packaged one")
    command.add_argument("--age", type=float, metavar="YEARS", help="age, where the file does not say it")
    command.add_argument("--sex", choices=("female", "male"), help="sex, where the file does not say it")
    command.add_argument(
        "--fs", type=float, metavar="HZ", help="sampling rate, where the file does not say it"
    )
    command.add_argument("--units", choices=("mV", "uV"), help="units, where the file does not say them")


def _add_llm_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--llm", metavar="WRITER", help="plain, hf:FOLDER-OR-ID or openai:URL#MODEL")


def _add_report(commands: _Commands) -> None:
    command = commands.add_parser("report", help="write the report of one ECG")
    _add_ecg_options(command)
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.add_argument("--out", type=Path, metavar="FILE", help="write there instead of the screen")
    command.add_argument("--prior", metavar="FILE", help="an earlier ECG of the same person")
    command.add_argument("--plot", type=Path, metavar="PNG", help="also draw the 12 leads on ECG paper")
    _add_llm_option(command)
    command.set_defaults(run=_run_report)


def _run_report(args: argparse.Namespace) -> int:
    from cardio_agent.pipeline import analyze, write_report
    from cardio_agent.reading import read_ecg
    from cardio_agent.rendering import render

    ecg = _read(args)
    prior = None if args.prior is None else read_ecg(_path(args.prior))
    analysis = analyze(ecg, prior=prior)
    rendered = render(write_report(analysis, writer=args.llm), args.format)
    if args.plot is not None:
        _plot(analysis, args.plot)
    _deliver(rendered, args.out)
    return 0


def _read(args: argparse.Namespace) -> "Ecg":
    from dataclasses import replace

    from cardio_agent.reading import read_ecg

    ecg = read_ecg(_path(args.file), fs_hz=args.fs, units=args.units)
    told = {"age_years": args.age, "sex": args.sex}
    update = {k: v for k, v in told.items() if v is not None}
    if not update:
        return ecg
    if args.age is not None and not 0 <= args.age <= 130:
        raise BadRequest(f"--age {args.age:g}: give an age from 0 to 130 years")
    return replace(ecg, patient=ecg.patient.model_copy(update=update))


def _path(name: str) -> Path:
    """A file's path; ``sample:NAME`` names a packaged ECG."""
    if not name.startswith("sample:"):
        return Path(name)
    from cardio_agent.resources import sample_names, sample_path

    wanted = name.removeprefix("sample:")
    if wanted not in sample_names():
        raise BadRequest(f"no packaged sample '{wanted}': choose one of {', '.join(sample_names())}")
    return sample_path(wanted)


def _plot(analysis: "Analysis", path: Path) -> None:
    from cardio_agent.rendering.paper import figure_png, plot_ecg

    figure = plot_ecg(analysis.ecg, measurements=analysis.measurements)
    _write(path, figure_png(figure, dpi=150))


def _deliver(content: str | bytes, out: Path | None) -> None:
    data = content.encode() if isinstance(content, str) else content
    if out is not None:
        _write(out, data)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as exc:
        raise UnreadableFile(f"cannot write {path}: {exc.strerror}; choose another --out") from exc


def _add_chat(commands: _Commands) -> None:
    command = commands.add_parser("chat", help="ask questions about one ECG")
    _add_ecg_options(command)
    _add_llm_option(command)
    command.set_defaults(run=_run_chat)


def _run_chat(args: argparse.Namespace) -> int:
    from cardio_agent.chat import Chat
    from cardio_agent.pipeline import analyze, write_report
    from cardio_agent.rendering import render

    report = write_report(analyze(_read(args)), writer=args.llm)
    chat = Chat(report, writer=args.llm)
    if sys.stdin.isatty():
        _deliver(render(report, "text"), None)
        print("\nAsk about this ECG; an empty line ends.")
    while question := _next_question():
        for sentence in chat.ask(question).sentences:
            print(sentence.text, " ".join(f"[{cite}]" for cite in sentence.cites))
        print(flush=True)
    return 0


def _next_question() -> str:
    prompt = "> " if sys.stdin.isatty() else ""
    with contextlib.suppress(EOFError):
        return input(prompt).strip()
    return ""


def _add_app(commands: _Commands) -> None:
    command = commands.add_parser("app", help="open the chat in a browser")
    command.add_argument(
        "--host", default="127.0.0.1", help="address to bind to (default: this machine only)"
    )
    command.add_argument("--port", type=int, default=7860)
    command.set_defaults(run=_run_app)


def _run_app(args: argparse.Namespace) -> int:
    from importlib.util import module_from_spec, spec_from_file_location

    from cardio_agent.resources import app_path

    spec = spec_from_file_location("cardio_agent_app", app_path())
    if spec is None or spec.loader is None:
        raise UnreadableFile(f"{app_path()} cannot be loaded: install cardio-agent again")
    app = module_from_spec(spec)
    sys.modules[spec.name] = app
    spec.loader.exec_module(app)
    app.main(host=args.host, port=args.port)
    return 0


# ── batch, delineate, guidelines, simulate ───────────────────────────────────────────────────


def _add_batch(commands: _Commands) -> None:
    command = commands.add_parser(
        "batch", help="reports and a table of many ECGs; continues where it stopped"
    )
    command.add_argument("sources", nargs="+", metavar="SOURCE", help="folders, files or patterns")
    command.add_argument("--out", type=Path, required=True, metavar="DIR")
    command.add_argument("--workers", type=int, metavar="N", help="processes (default: one a core)")
    command.add_argument("--no-text", action="store_true", help="the table only, without written reports")
    _add_llm_option(command)
    command.set_defaults(run=_run_batch)


def _run_batch(args: argparse.Namespace) -> int:
    from cardio_agent.batch import BatchOptions, run_batch

    options = BatchOptions(writer=args.llm, with_text=not args.no_text, workers=args.workers)
    try:
        summary = run_batch(args.sources, args.out, options=options)
    except KeyboardInterrupt:
        print("cardio-agent: what is finished is kept; the same command goes on from there", file=sys.stderr)
        raise
    print(f"{summary.n_done} done, {summary.n_failed} failed, {summary.n_skipped} already there: {args.out}")
    return EXIT_BATCH_FAILURES if summary.n_failed else 0


def _add_delineate(commands: _Commands) -> None:
    command = commands.add_parser("delineate", help="onset, peak and offset of P, QRS and T as JSON")
    _add_ecg_options(command)
    command.add_argument("--out", type=Path, metavar="FILE")
    command.set_defaults(run=_run_delineate)


def _run_delineate(args: argparse.Namespace) -> int:
    import json

    from cardio_agent.measurement import delineate

    waves = delineate(_read(args))
    table = {
        "fs_hz": waves.fs_hz,
        "beats": {name: getattr(waves.beats, name) for name in ("p", "qrs", "t")},
        "leads": {
            lead: {name: getattr(own, name) for name in ("p", "qrs", "t")}
            for lead, own in waves.leads.items()
        },
    }
    _deliver(json.dumps(table) + "\n", args.out)
    return 0


def _add_guidelines(commands: _Commands) -> None:
    command = commands.add_parser("guidelines", help="search the guideline statements")
    actions = command.add_subparsers(required=True, metavar="ACTION")
    search = actions.add_parser("search", help="passages that answer a question")
    search.add_argument("query", nargs="+")
    search.add_argument("-k", type=int, default=5, help="how many at most")
    search.set_defaults(run=_run_search)


def _run_search(args: argparse.Namespace) -> int:
    from cardio_agent.rendering import evidence_lines
    from cardio_agent.retrieval import retrieve

    found = retrieve(" ".join(args.query), k=args.k, include_unchecked=True)
    if not found:
        print("No guideline statement bears on this question.")
    for evidence in found:
        print("\n".join(evidence_lines(evidence)), end="\n\n")
    return 0


def _add_simulate(commands: _Commands) -> None:
    command = commands.add_parser("simulate", help="make a synthetic ECG with known intervals")
    command.add_argument("--rhythm", default="normal", help="normal, af, lbbb, … (a wrong name lists all)")
    command.add_argument("--rate", type=float, metavar="BPM")
    command.add_argument("--fs", type=float, default=500, metavar="HZ")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="folder for the files")
    command.set_defaults(run=_run_simulate)


def _run_simulate(args: argparse.Namespace) -> int:
    from cardio_agent.simulation import simulate, write_simulation

    simulated = simulate(args.rhythm, heart_rate_bpm=args.rate, fs_hz=args.fs, seed=args.seed)
    print(write_simulation(simulated, args.out, args.rhythm))
    return 0


# ── evaluate, train ──────────────────────────────────────────────────────────────────────────


def _add_evaluate(commands: _Commands) -> None:
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
        "--retrieval", type=Path, metavar="FILE", help="questions with their passages: hit rates"
    )
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="also write the classifier's figures as JSON"
    )
    command.add_argument(
        "--stress",
        action="store_true",
        help="also under noise, lost leads and exchanged electrodes (minutes)",
    )
    command.add_argument("--figures", type=Path, metavar="DIR", help="also draw ROC and reliability curves")
    command.set_defaults(run=_run_evaluate)


def _run_evaluate(args: argparse.Namespace) -> int:
    if not (args.data or args.delineation or args.retrieval):
        raise BadRequest("evaluate: give at least one of --data, --delineation, --retrieval")
    if args.data:
        _evaluate_classifier(args)
    if args.delineation:
        _evaluate_delineation(args.delineation)
    if args.retrieval:
        from cardio_agent.training.retrieval_scores import read_questions, score_retrieval

        print(score_retrieval(read_questions(args.retrieval)))
    return 0


def _evaluate_delineation(folder: Path) -> None:
    from cardio_agent.measurement import delineate
    from cardio_agent.training.delineation_scores import annotated_records, delineation_table, score_folder

    names = annotated_records(folder)
    if not names:
        raise BadRequest(f"no annotated record in {folder}: give a folder with .hea, .dat and a file a lead")
    print(delineation_table(score_folder(folder, delineate, names), len(names)))


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
        _write(args.out, figures.model_dump_json(indent=1).encode())


def _stress(model: "Model", data: "LabelledSet") -> "StressTable":
    from tqdm import tqdm

    from cardio_agent.training.stress import StressTable, faults, stress_test

    rows = tqdm(stress_test(model, data), total=1 + len(faults()), unit="fault", desc="stress")
    return StressTable(rows=tuple(rows))


def _add_train(commands: _Commands) -> None:
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
    vectors = models.add_parser("vectors", help="vectors of the guideline statements, as shipped")
    vectors.set_defaults(run=_run_train_vectors)


def _run_train_classifier(args: argparse.Namespace) -> int:
    from cardio_agent.training.session import train_classifier

    train_classifier(
        args.data,
        args.out,
        teachers=args.teachers,
        epochs=args.epochs,
        patience=args.patience,
        seed=args.seed,
        start_from=args.start_from,
        resume=args.resume,
        device=args.device,
    )
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


def _add_export_onnx(commands: _Commands) -> None:
    command = commands.add_parser("export-onnx", help="the classifier as a file that runs without PyTorch")
    command.add_argument("--out", type=Path, default=Path("classifier.onnx"), metavar="FILE")
    command.add_argument("--int8", action="store_true", help="also FILE.int8.onnx: smaller and faster")
    command.add_argument("--data", type=Path, metavar="DIR", help="labelled ECGs: what int8 loses on fold 9")
    command.set_defaults(run=_run_export_onnx)


def _run_export_onnx(args: argparse.Namespace) -> int:
    from cardio_agent.training.export import export_classifier

    files = export_classifier(args.out, int8=args.int8, data_dir=args.data)
    for file in files:
        _write(file.path, file.content)
        print(f"{file.path}: {len(file.content) / 1e6:.1f} MB, {file.about}")
    print(f"To run from it: CARDIO_AGENT_CLASSIFIER_RUNTIME=onnx:{files[-1].path}")
    return 0


# ── data ─────────────────────────────────────────────────────────────────────────────────────


def _add_data(commands: _Commands) -> None:
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
