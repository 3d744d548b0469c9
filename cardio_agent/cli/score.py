"""The command ``score``: a risk score from inputs that are given, never inferred."""

import argparse
from typing import TYPE_CHECKING

from cardio_agent.cli.arguments import Commands
from cardio_agent.cli.output import deliver
from cardio_agent.errors import BadRequest

if TYPE_CHECKING:
    from cardio_agent.schema import ScoreResult

# The inputs that an ECG can give: of which score, which input, from which measurement.
MEASURED = {"schwartz-ecg": ("qtc_ms", "qtc_bazett_ms")}


def add_score(commands: Commands) -> None:
    command = commands.add_parser(
        "score", help="a risk score from what you give, naming what is missing; infers nothing"
    )
    command.add_argument("name", metavar="NAME", help="cha2ds2-va, cha2ds2-vasc, heart, timi or schwartz-ecg")
    command.add_argument(
        "--input", nargs="+", action="extend", default=[], metavar="KEY=VALUE", dest="inputs",
        help="what is known, e.g. age_years=72 hypertension=yes (without any: lists the inputs)",
    )  # fmt: skip
    command.add_argument("--ecg", metavar="FILE", help="measure what the score asks of the ECG in this file")
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.set_defaults(run=_run_score)


def _run_score(args: argparse.Namespace) -> int:
    from cardio_agent.findings.scores import ScoreInputs, compute_score, find_score

    find_score(args.name)
    given = dict(_pair(text) for text in args.inputs)
    origins = {}
    if args.ecg is not None:
        key, value, origins[key] = _measure(args.name, args.ecg)
        if key in given:
            raise BadRequest(f"{key} is given twice, by --input and by --ecg: leave one out")
        given[key] = value
    result = compute_score(ScoreInputs.of(args.name, given, origins))
    deliver(result.model_dump_json(indent=2) + "\n" if args.format == "json" else _text(result), None)
    return 0


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise BadRequest(f"--input {text}: write KEY=VALUE, e.g. age_years=72")
    return key, value


def _measure(score: str, path: str) -> tuple[str, str, str]:
    """The input that an ECG gives, its value, and in words where it comes from."""
    from cardio_agent.cli.ecg import ecg_path
    from cardio_agent.measurement import delineate, measure
    from cardio_agent.reading import read_ecg
    from cardio_agent.signal import assess_quality

    if score not in MEASURED:
        raise BadRequest(f"{score} takes nothing from a file: leave --ecg out and give its inputs")
    key, name = MEASURED[score]
    ecg = read_ecg(ecg_path(path))
    found = measure(ecg, delineate(ecg), assess_quality(ecg)).get(name)
    if found.value is None:
        raise BadRequest(f"{path}: {name} could not be measured ({found.reason}): give --input {key}=VALUE")
    return key, str(found.value), f"measured in {ecg.source.name}: {found.method}"


def _text(result: "ScoreResult") -> str:
    from cardio_agent.findings.scores import find_score

    questions = find_score(result.score).questions
    points = [f"  {key}: {points:g}" for key, points in result.points.items()]
    measured = [f"  {key}={result.inputs[key]:g}, {words}" for key, words in result.origins.items()]
    missing = [
        f"  {q.key}={'|'.join(q.answers) or 'NUMBER'}  {q.text}" for q in questions if q.key in result.missing
    ]
    parts = {"Points": points, "Measured": measured, "Not given, and not assumed": missing}
    lines = [f"{result.name}: {_total(result)}"]
    for title, rows in parts.items():
        lines += ["", f"{title}:", *rows] if rows else []
    corpus = f" Statements: {', '.join(result.sources)}." if result.sources else ""
    return "\n".join([*lines, "", f"Source: {result.origin}.{corpus}"]) + "\n"


def _total(result: "ScoreResult") -> str:
    if result.total is not None:
        return f"{result.total:g} points"
    return f"no total; from {result.at_least:g} to {result.at_most:g} points with what is missing"
