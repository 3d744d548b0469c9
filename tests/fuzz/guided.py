"""Coverage-guided fuzzing of one target with Atheris, where that is installed.

    python -m tests.fuzz.guided scp-ecg -max_total_time=600 -timeout=5 -rss_limit_mb=1500

What follows the target goes to libFuzzer, which ends at the first finding and keeps its input in the present
folder.
"""

import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Fuzz the target that the first argument names, from its own samples."""
    import atheris  # not installed with the tests

    with atheris.instrument_imports(include=["cardio_agent", "ecgdatakit", "wfdb"]):
        from tests.fuzz.targets import TARGETS, attempt
    target = TARGETS[sys.argv.pop(1)]
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        corpus, own = Path(folder) / "corpus", Path(folder) / "own"
        corpus.mkdir()
        own.mkdir()
        for number, sample in enumerate(target.samples()):
            (corpus / str(number)).write_bytes(sample)
        atheris.Setup([*sys.argv, str(corpus)], lambda data: attempt(target, data, own))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
