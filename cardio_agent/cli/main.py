"""The command line: arguments in, calls to the package, exit status out.

Exit status: 0 done, 1 the input is at fault (one line on stderr), 2 wrong usage, 3 batch finished
with failures. Heavy stages are imported by the command that needs them.
"""

import argparse
import atexit
import gc
import os
import sys
from collections.abc import Callable, Sequence

from cardio_agent.cli import (
    anonymize,
    batch,
    checksums,
    concepts,
    data,
    delineate,
    ecg,
    evaluate,
    explain,
    feedback,
    guidelines,
    schema,
    score,
    train,
)
from cardio_agent.errors import CardioAgentError

EXIT_INPUT = 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    # Waiting threads sleep: spinning ones made PyTorch five times slower beside another busy program.
    # OpenMP reads this when PyTorch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    _spare_garbage_collection()
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


def _spare_garbage_collection() -> None:
    """Look for garbage seldom, and not once more at the end.

    Loading makes a million objects, all of which stay; by default a third of a short run's time went into
    looking through them again and again.
    """
    gc.set_threshold(100_000, 50, 100)
    atexit.register(gc.freeze)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cardio-agent",
        description="A second pair of eyes on a 12-lead ECG that shows its reasoning. "
        "For research and education only.",
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    ecg.add_report(commands)
    ecg.add_chat(commands)
    ecg.add_app(commands)
    batch.add_batch(commands)
    delineate.add_delineate(commands)
    explain.add_explain(commands)
    guidelines.add_guidelines(commands)
    score.add_score(commands)
    ecg.add_simulate(commands)
    anonymize.add_anonymize(commands)
    feedback.add_feedback(commands)
    schema.add_schema(commands)
    concepts.add_concepts(commands)
    evaluate.add_evaluate(commands)
    train.add_train(commands)
    train.add_export_onnx(commands)
    data.add_data(commands)
    checksums.add_checksums(commands)
    return parser


def _version() -> str:
    from cardio_agent import __version__

    return f"cardio-agent {__version__}"
