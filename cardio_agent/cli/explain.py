"""The command ``explain``: which leads and segments speak for a statement, as text, JSON or a figure."""

import argparse
import json
import math
import sys
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from cardio_agent.cli.arguments import Commands
from cardio_agent.cli.ecg import add_ecg_options, read
from cardio_agent.cli.output import deliver, write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cardio_agent.schema import Ecg, Explanation, Statement

_NOT_ABNORMAL = ("NORM", "sub:NORM", "SR")
_N_SHOWN = 5
_N_DIGITS = 4
_WIDTH = 96


def add_explain(commands: Commands) -> None:
    command = commands.add_parser("explain", help="which leads and segments speak for a statement")
    add_ecg_options(command)
    command.add_argument(
        "--statement", metavar="CODE", help="e.g. CLBBB (default: the most probable abnormal one present)"
    )
    command.add_argument("--method", metavar="NAME", help="e.g. attention, shap (a wrong name lists all)")
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.add_argument("--out", type=Path, metavar="FILE", help="write there instead of the screen")
    command.add_argument("--figure", type=Path, metavar="PNG", help="also draw the shaded trace with bars")
    command.set_defaults(run=_run_explain)


def _run_explain(args: argparse.Namespace) -> int:
    from cardio_agent.explanation import check_method, explain

    if args.method is not None:
        check_method(args.method)
    ecg = read(args)
    statement = _statement(ecg, args.statement)
    explanation = explain(ecg, statement.code, method=args.method)
    if args.figure is not None:
        _draw(ecg, explanation, args.figure)
    render = _json if args.format == "json" else _text
    deliver(render(ecg, statement, explanation), args.out)
    return 0


def _statement(ecg: "Ecg", code: str | None) -> "Statement":
    """The decided statement of that code; without one, the most probable abnormal statement present.

    A superclass is taken only where nothing more specific is present.
    """
    from cardio_agent.classifier import classify, decide
    from cardio_agent.explanation import check_statement
    from cardio_agent.signal import assess_quality

    if code is not None:
        check_statement(code)
    quality = assess_quality(ecg)
    if quality.verdict == "unusable":
        print(f"cardio-agent: this recording is unusable, {quality.reason}", file=sys.stderr)
    statements = {s.code: s for s in decide(classify([ecg])[0])}
    if code is not None:
        return statements[code]
    abnormal = [s for s in statements.values() if s.present and s.code not in _NOT_ABNORMAL]
    specific = [s for s in abnormal if s.group != "superclass"]
    chosen = max(specific or abnormal, key=lambda s: s.probability, default=statements["NORM"])
    why = "the most probable abnormal statement" if abnormal else "no abnormal statement is present"
    print(f"cardio-agent: no --statement given: explaining {chosen.code}, {why}", file=sys.stderr)
    return chosen


def _draw(ecg: "Ecg", explanation: "Explanation", path: Path) -> None:
    from cardio_agent.rendering.explanation_figure import plot_explanation
    from cardio_agent.rendering.paper import figure_png

    write(path, figure_png(plot_explanation(ecg, explanation), dpi=150))


def _json(ecg: "Ecg", statement: "Statement", explanation: "Explanation") -> str:
    """The explanation as JSON; the map has a row a lead at ``fs_hz``, four digits of its largest value."""
    largest = abs(explanation.map).max()
    decimals = _N_DIGITS - 1 - math.floor(math.log10(largest)) if largest > 0 else 0
    table = {
        "statement": explanation.code,
        "probability": statement.probability,
        "method": explanation.method,
        "settings": dict(explanation.settings),
        "leads": _rounded(explanation.leads),
        "segments": _rounded(explanation.segments),
        "lead_segments": {lead: _rounded(row) for lead, row in explanation.lead_segments.items()},
        "fs_hz": ecg.fs_hz,
        "map": explanation.map.astype(float).round(decimals).tolist(),
    }
    return json.dumps(table) + "\n"


def _rounded(shares: "Mapping[str, float]") -> dict[str, float]:
    return {name: round(share, 6) for name, share in shares.items()}


def _text(ecg: "Ecg", statement: "Statement", explanation: "Explanation") -> str:
    """What is explained, the leads and segments with most, how to read the method."""
    from cardio_agent.explanation import METHODS
    from cardio_agent.explanation.explaining import SHARES_OF

    verdict = "present" if statement.present else "absent"
    of_both = {
        f"{segment} in {lead}": share
        for lead, row in explanation.lead_segments.items()
        for segment, share in row.items()
    }
    lines = [
        f"{ecg.source.name}: {statement.name} ({statement.code})",
        f"Probability {statement.probability:.2f}, called {verdict} (threshold {statement.threshold:.2f})",
        "",
        f"Method    {explanation.method}",
        f"Leads     {_most(explanation.leads)}",
        f"Segments  {_most(explanation.segments) or _why_no_segments(explanation)}",
    ]
    lines += [f"Together  {_most(of_both)}"] * bool(of_both)
    reading = (
        f"{METHODS[explanation.method].about} Shares are of {explanation.settings[SHARES_OF]}. "
        "They tell about this network, not about the disease."
    )
    return "\n".join([*lines, "", fill(reading, _WIDTH), ""])


def _why_no_segments(explanation: "Explanation") -> str:
    from cardio_agent.explanation import METHODS

    if METHODS[explanation.method].tells_times:
        return "unavailable: no beat was found in this recording"
    return "not told apart by this method"


def _most(shares: "Mapping[str, float]") -> str:
    largest = sorted(shares.items(), key=lambda item: -item[1])[:_N_SHOWN]
    return ", ".join(f"{name} {share:.0%}" for name, share in largest if share >= 0.005)
