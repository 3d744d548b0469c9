"""A batch that is killed again and again ends with the bytes of one that is left alone.

    python benchmarks/batch_kills.py SOURCE ... [--kills N]

Starts ``cardio-agent batch`` over the SOURCEs, kills it (``kill -9``) each time that some more parts are
committed, lets it finish, and compares its results with those of an undisturbed run. Status 1 where they
differ.
"""

import argparse
import hashlib
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

RESULTS = ("table.parquet", "reports.jsonl", "failures.csv")
LOOK_S = 0.02
LATER_S = 0.5
MORE_PARTS = (2, 5)


def main() -> int:
    parser = argparse.ArgumentParser(description="Killed batches end as undisturbed ones.")
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="as of 'cardio-agent batch'")
    parser.add_argument("--kills", type=int, default=3, metavar="N")
    args = parser.parse_args()
    random.seed(0)
    with TemporaryDirectory() as folder:
        killed, undisturbed = Path(folder, "killed"), Path(folder, "undisturbed")
        for number in range(args.kills):
            _kill(args.sources, killed)
            print(f"kill -9 number {number + 1}: {_n_parts(killed)} parts were committed", flush=True)
        for out in (killed, undisturbed):
            subprocess.run(_batch(args.sources, out), check=True)
        same = [_hash(killed / name) == _hash(undisturbed / name) for name in RESULTS]
    for name, is_same in zip(RESULTS, same, strict=True):
        print(f"{name}: {'the same bytes' if is_same else 'OTHER BYTES'}")
    return 0 if all(same) else 1


def _batch(sources: Sequence[str], out: Path) -> list[str]:
    return [sys.executable, "-m", "cardio_agent", "batch", *sources, "--out", str(out), "--quiet"]


def _kill(sources: Sequence[str], out: Path) -> None:
    """Run until some more parts are there, and a little longer, so that it dies in the middle of others."""
    wanted = _n_parts(out) + random.randint(*MORE_PARTS)
    with subprocess.Popen(_batch(sources, out), stderr=subprocess.DEVNULL) as process:
        while _n_parts(out) < wanted and process.poll() is None:
            time.sleep(LOOK_S)
        time.sleep(LATER_S * random.random())
        process.kill()


def _n_parts(out: Path) -> int:
    return len(list((out / "parts").glob("part-*.parquet")))


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
