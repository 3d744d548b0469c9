"""Commands about ECGs: report, chat, app, simulate."""

import argparse
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cardio_agent.cli.arguments import Commands
from cardio_agent.cli.output import deliver, refuse_screen, write
from cardio_agent.errors import BadRequest, UnreadableFile

if TYPE_CHECKING:
    from cardio_agent.chat import Chat
    from cardio_agent.schema import Analysis, Ecg

# The names of rendering.RENDERERS, here so that --help need not load what writes them.
REPORT_FORMATS = ("text", "markdown", "html", "pdf", "json", "fhir", "fhir-r5", "dicom", "wfdb")


# ── report, chat, app ────────────────────────────────────────────────────────────────────────


def add_ecg_options(command: argparse.ArgumentParser) -> None:
    """The file and what it may leave unsaid."""
    command.add_argument("file", metavar="FILE", help="an ECG file, or 'sample:NAME' for a packaged one")
    command.add_argument("--age", type=float, metavar="YEARS", help="age, where the file does not say it")
    command.add_argument("--sex", choices=("female", "male"), help="sex, where the file does not say it")
    command.add_argument(
        "--fs", type=float, metavar="HZ", help="sampling rate, where the file does not say it"
    )
    command.add_argument("--units", choices=("mV", "uV"), help="units, where the file does not say them")


def _add_llm_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--llm", metavar="WRITER", help="bundled, plain, hf:FOLDER or openai:URL#MODEL")


def add_report(commands: Commands) -> None:
    command = commands.add_parser("report", help="write the report of one ECG")
    add_ecg_options(command)
    command.add_argument(
        "--format",
        choices=REPORT_FORMATS,
        help="default: by the suffix of --out, else text; wfdb: annotations",
    )
    command.add_argument("--out", type=Path, metavar="FILE", help="write there instead of the screen")
    command.add_argument("--prior", metavar="FILE", help="an earlier ECG of the same person")
    command.add_argument("--plot", type=Path, metavar="PNG", help="also draw the 12 leads on ECG paper")
    _add_llm_option(command)
    command.set_defaults(run=_run_report)


def _run_report(args: argparse.Namespace) -> int:
    from cardio_agent.pipeline import analyze, write_report
    from cardio_agent.reading import read_ecg
    from cardio_agent.rendering import RENDERERS, format_of, render

    format = args.format or (args.out and format_of(args.out.name)) or "text"
    if RENDERERS[format].is_binary:
        refuse_screen(format, args.out)
    ecg = read(args)
    prior = None if args.prior is None else read_ecg(ecg_path(args.prior))
    analysis = analyze(ecg, prior=prior)
    rendered = render(write_report(analysis, writer=args.llm), format, analysis)
    if args.plot is not None:
        _plot(analysis, args.plot)
    deliver(rendered, args.out)
    return 0


def read(args: argparse.Namespace) -> "Ecg":
    """The recording that the options of :func:`add_ecg_options` name."""
    from dataclasses import replace

    from cardio_agent.reading import read_ecg

    ecg = read_ecg(ecg_path(args.file), fs_hz=args.fs, units=args.units)
    told = {"age_years": args.age, "sex": args.sex}
    update = {k: v for k, v in told.items() if v is not None}
    if not update:
        return ecg
    if args.age is not None and not 0 <= args.age <= 130:
        raise BadRequest(f"--age {args.age:g}: give an age from 0 to 130 years")
    return replace(ecg, patient=ecg.patient.model_copy(update=update))


def ecg_path(name: str) -> Path:
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
    write(path, figure_png(figure, dpi=150))


def add_chat(commands: Commands) -> None:
    command = commands.add_parser("chat", help="ask questions about one ECG")
    add_ecg_options(command)
    command.add_argument("--prior", metavar="FILE", help="an earlier ECG of the same person")
    command.add_argument(
        "--questions", type=Path, metavar="FILE", help="ask these, one a line, and print the conversation"
    )
    _add_llm_option(command)
    command.set_defaults(run=_run_chat)


def _run_chat(args: argparse.Namespace) -> int:
    from cardio_agent.chat import Chat
    from cardio_agent.pipeline import analyze, write_report
    from cardio_agent.reading import read_ecg
    from cardio_agent.rendering import render

    questions = None if args.questions is None else _questions(args.questions)
    prior = None if args.prior is None else read_ecg(ecg_path(args.prior))
    report = write_report(analyze(read(args), prior=prior), writer=args.llm)
    chat = Chat(report, writer=args.llm)
    if questions is not None:
        _print_conversation(chat, questions)
        return 0
    if sys.stdin.isatty():
        deliver(render(report, "text"), None)
        print("\nAsk about this ECG; an empty line ends.")
    while question := _next_question():
        for sentence in chat.ask(question).sentences:
            print(sentence.text, " ".join(f"[{cite}]" for cite in sentence.cites))
        print(flush=True)
    return 0


def _questions(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise UnreadableFile(f"{path}: cannot be read ({exc}): give one question a line") from exc
    return [line.strip() for line in lines if line.strip()]


def _print_conversation(chat: "Chat", questions: list[str]) -> None:
    """Questions with their answers, as Markdown."""
    for question in questions:
        print(f"**{question}**\n")
        for sentence in chat.ask(question).sentences:
            print(sentence.text, " ".join(f"`{cite}`" for cite in sentence.cites))
        print(flush=True)


def _next_question() -> str:
    prompt = "> " if sys.stdin.isatty() else ""
    with contextlib.suppress(EOFError):
        return input(prompt).strip()
    return ""


def add_app(commands: Commands) -> None:
    command = commands.add_parser("app", help="open the chat in a browser")
    command.add_argument(
        "--host", default="127.0.0.1", help="address to bind to (default: this machine only)"
    )
    command.add_argument("--port", type=int, default=7860)
    command.add_argument(
        "--password", default="",
        help="asked of every visitor; CARDIO_AGENT_PASSWORD keeps it out of the list of processes",
    )  # fmt: skip
    command.add_argument(
        "--root-path", default="", metavar="PATH", help="where a proxy shows the page, e.g. /ecg"
    )
    kept = command.add_mutually_exclusive_group()
    kept.add_argument(
        "--feedback", type=Path, metavar="FILE", help="where remarks are kept (default: in the data folder)"
    )
    kept.add_argument("--no-feedback", action="store_true", help="take no remarks")
    command.set_defaults(run=_run_app)


def _run_app(args: argparse.Namespace) -> int:
    import os

    from cardio_agent.feedback import default_store
    from cardio_agent.webapp import ServerOptions, serve

    feedback = None if args.no_feedback else args.feedback or default_store().path
    password = args.password or os.environ.get("CARDIO_AGENT_PASSWORD", "")
    serve(ServerOptions(args.host, args.port, password, args.root_path, feedback))
    return 0


# ── simulate ─────────────────────────────────────────────────────────────────────────────────


def add_simulate(commands: Commands) -> None:
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
